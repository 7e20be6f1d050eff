"""Runs a plan: as many model rows as the largest sample count needs, for all cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from limeeval.lime.collect import collect_evidence
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import Neighborhood, Samples
from limeeval.sweep.fits import Fit, instance_fits
from limeeval.sweep.plan import Plan
from limeeval.sweep.tables import Sweep, tables

if TYPE_CHECKING:
    from limeeval.tasks import Task


def run_sweep(plan: Plan, *, on_rows: Callable[[int], None] | None = None) -> Sweep:
    """Explains every instance with every seed and setting; ``on_rows`` is told of rows as they are predicted.

    Raises:
        ValueError: a row or label that does not fit.
        ModelError: the model raised.
    """
    model = Model(plan.task.predict_fn, plan.task.mode)
    fits = [fit for sampling in plan.grid.samplings for fit in _fits(plan, sampling, model, on_rows)]
    return tables(plan, fits, model.rows_predicted)


def _fits(plan: Plan, sampling: dict[str, Any], model: Model, on_rows: Callable[[int], None] | None) -> Iterator[Fit]:
    """Every fit to one set of samples."""
    explainer = _explainer(plan.task, sampling)
    domains = [
        explainer.domain(plan.task.data.iloc[row], plan.task.predict_fn, distance_metric=sampling["distance_metric"])
        for row in plan.rows
    ]
    counts, method = plan.grid.sample_counts, sampling["sampling_method"]

    def predicted(samples: Samples) -> None:
        if on_rows is not None:
            on_rows(len(samples.outputs))

    evidence = collect_evidence(
        [Neighborhood(domain, seed, counts[-1], method) for domain in domains for seed in plan.seeds],
        model,
        kernel=explainer.kernel,
        kernel_widths=[width.kernel_width for width in plan.grid.widths(explainer.kernel_width)],
        sample_counts=counts,
        choose_labels=plan.outputs.outputs,
        batch_rows=plan.batch_rows,
        on_samples=predicted,
    )
    cells = plan.grid.cells(explainer.kernel_width)
    for position, domain in enumerate(domains):
        own = zip(plan.seeds, islice(evidence, len(plan.seeds)), strict=True)
        for fit in instance_fits(domain, own, cells, kernel=explainer.kernel, labels=plan.outputs):
            yield fit._replace(row={"instance": position, **sampling, **fit.row})


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
