"""Runs a grid over instances and seeds: as many model rows as the largest sample count needs, for all cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limeeval.lime.collect import Evidence, collect_evidence
from limeeval.lime.diagnostics import diagnose
from limeeval.lime.domain import Array, Domain
from limeeval.lime.explain import fit_evidence
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import BATCH_ROWS, Neighborhood, Samples
from limeeval.lime.request import Request
from limeeval.sweep.grid import Cell, Grid

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.tasks import Task


MEASURED = (
    "intercept",
    "r2",
    "output_spread",
    "local_prediction",
    "model_prediction",
    "ess",
    "shrinkage",
    "condition_number",
    "is_fit",
    "is_supported",
    "rows_predicted",
)
"""Columns of the table of fits that hold results; all others say what was fitted."""


@dataclass(frozen=True)
class Sweep:
    """A finished sweep.

    Attributes:
        attributions: one row a task, explainer, instance, label, setting, seed and feature.
        fits: one row a fit, that is all of these but the feature.
        instances: one row an explained instance and label.
        rows_predicted: rows given to the model.
        rows_of_a_loop: rows that explaining cell by cell would have given to it.
    """

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame
    rows_predicted: int
    rows_of_a_loop: int


@dataclass(frozen=True)
class Plan:
    """What is to be run: a task's rows, seeds, settings and labels.

    ``rows`` are positions in the task's data; ``labels`` names or numbers of classes, in whose place ``top_labels``
    explains that many of the most likely ones.
    """

    task: Task
    rows: Sequence[int]
    seeds: Sequence[int]
    grid: Grid
    labels: Sequence[str | int] = ()
    top_labels: int | None = 1
    batch_rows: int = BATCH_ROWS

    @property
    def outputs(self) -> Labels:
        """Which of the model's outputs are explained."""
        return Labels(self.task.mode, self.task.class_names, self.labels, self.top_labels)

    @property
    def rows_to_predict(self) -> int:
        """Rows that the model will be given."""
        return self._neighborhoods * self.grid.sample_counts[-1]

    @property
    def rows_of_a_loop(self) -> int:
        """Rows that explaining cell by cell would give to it."""
        return self._neighborhoods * self.grid.size * sum(self.grid.sample_counts)

    @property
    def _neighborhoods(self) -> int:
        return len(list(self.grid.samplings)) * len(self.rows) * len(self.seeds)


def run_sweep(plan: Plan, *, on_rows: Callable[[int], None] | None = None) -> Sweep:
    """Explains every instance with every seed and setting; ``on_rows`` is told of rows as they are predicted.

    Raises:
        ValueError: a row or label that does not fit.
        ModelError: the model raised.
    """
    model = Model(plan.task.predict_fn, plan.task.mode)
    fits = [fit for sampling in plan.grid.samplings for fit in _fits(plan, sampling, model, on_rows)]
    return _tables(plan, fits, model.rows_predicted)


class _Fit(NamedTuple):
    """One fit: its row of the table of fits, and names, coefficients and standard errors of all d features."""

    row: dict[str, Any]
    feature_names: Sequence[str]
    coefficients: Array
    standard_errors: Array


def _fits(plan: Plan, sampling: dict[str, Any], model: Model, on_rows: Callable[[int], None] | None) -> Iterator[_Fit]:
    """Every fit to one set of samples."""
    explainer = _explainer(plan.task, sampling)
    domains = [
        explainer.domain(plan.task.data.iloc[row], plan.task.predict_fn, distance_metric=sampling["distance_metric"])
        for row in plan.rows
    ]
    cells = plan.grid.cells(explainer.kernel_width)
    units = [(position, seed) for position in range(len(domains)) for seed in plan.seeds]
    counts = plan.grid.sample_counts
    neighborhoods = [
        Neighborhood(domains[position], seed, counts[-1], sampling["sampling_method"]) for position, seed in units
    ]

    def predicted(samples: Samples) -> None:
        if on_rows is not None:
            on_rows(len(samples.outputs))

    found = collect_evidence(
        neighborhoods,
        model,
        kernel=explainer.kernel,
        kernel_widths=[width.kernel_width for width in plan.grid.widths(explainer.kernel_width)],
        sample_counts=counts,
        choose_labels=plan.outputs.outputs,
        batch_rows=plan.batch_rows,
        on_samples=predicted,
    )
    for (position, seed), evidence in zip(units, found, strict=True):
        for cell in cells:
            for fit in _cell_fits(explainer, domains[position], evidence, cell, plan.outputs):
                yield fit._replace(row={"instance": position, "seed": seed, **sampling, **fit.row})


def _cell_fits(
    explainer: LimeTabularExplainer, domain: Domain, evidence: Evidence, cell: Cell, labels: Labels
) -> Iterator[_Fit]:
    """The fit of each label in one cell of the grid."""
    request = Request(explainer.kernel, cell.kernel_width, cell.num_samples, cell.num_features, cell.feature_selection)
    support = diagnose(evidence.moments[cell.kernel_width, cell.num_samples].total, {})
    for output, line in fit_evidence(evidence, domain, request).items():
        b, error = np.zeros((2, len(domain.feature_names)))
        b[line.features] = line.coefficients
        error[:] = np.nan
        error[line.features] = line.standard_errors
        row = {
            **cell._asdict(),
            "label": labels.label(output),
            "intercept": line.intercept,
            "r2": line.r2,
            "output_spread": line.output_spread,
            "local_prediction": line.local_prediction,
            "model_prediction": float(evidence.prediction[output]),
            "ess": support.effective_sample_size,
            "shrinkage": support.shrinkage,
            "condition_number": support.condition_number,
            "is_fit": support.is_fit,
            "is_supported": support.is_supported,
            "rows_predicted": cell.num_samples,
        }
        yield _Fit(row, domain.feature_names, b, error)


def _explainer(task: Task, sampling: dict[str, Any]) -> LimeTabularExplainer:
    return LimeTabularExplainer(
        task.training_data,
        mode=task.mode,
        training_labels=task.target.iloc[task.train].to_numpy(),
        class_names=task.class_names or None,
        discretize_continuous=sampling["discretize_continuous"],
        discretizer=sampling["discretizer"],
        sample_around_instance=sampling["sample_around_instance"],
    )


def _tables(plan: Plan, fits: Sequence[_Fit], rows_predicted: int) -> Sweep:
    import pandas as pd

    rows = pd.DataFrame([fit.row for fit in fits])
    rows.insert(0, "task", plan.task.name)
    rows.insert(1, "explainer", "lime")
    sizes = [len(fit.coefficients) for fit in fits]
    keys = rows.drop(columns=list(MEASURED))
    attributions = keys.loc[keys.index.repeat(sizes)].reset_index(drop=True)
    attributions["feature"] = np.concatenate([np.arange(size) for size in sizes])
    attributions["feature_name"] = np.concatenate([np.asarray(fit.feature_names, dtype=object) for fit in fits])
    attributions["coefficient"] = np.concatenate([fit.coefficients for fit in fits])
    attributions["standard_error"] = np.concatenate([fit.standard_errors for fit in fits])
    return Sweep(attributions, rows, _instances(plan, rows), rows_predicted, plan.rows_of_a_loop)


def _instances(plan: Plan, fits: pd.DataFrame) -> pd.DataFrame:
    """Position, row, prediction and label of the explained instances, with their values as ``value_<column>``."""
    found = fits.groupby(["instance", "label"], as_index=False)["model_prediction"].first()
    explained = plan.task.data.iloc[[plan.rows[position] for position in found["instance"]]]
    found.insert(0, "task", plan.task.name)
    found.insert(2, "row", explained.index.to_numpy())
    if plan.task.class_names:
        found.insert(4, "label_name", [plan.task.class_names[label] for label in found["label"]])
    values = explained.reset_index(drop=True).add_prefix("value_")
    joined: pd.DataFrame = found.join(values)
    return joined
