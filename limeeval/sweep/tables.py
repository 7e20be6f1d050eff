"""The tables of a sweep: rows of settings and what was measured, from the fits of every neighborhood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments
from limeeval.metrics.fresh import fresh_fidelity
from limeeval.sweep.fits import Fits
from limeeval.sweep.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

MEASURED = (
    "intercept",
    "r2",
    "output_spread",
    *(
        f"{column}"
        for name in ("fresh", "reference")
        for column in (f"r2_{name}", f"{name}_spread", f"{name}_residual_of_seed", f"{name}_spread_of_seed")
    ),
    "local_prediction",
    "model_prediction",
    "ess",
    "unknowns_per_effective_sample",
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
        attributions: one row a task, model, explainer, instance, label, setting, seed and feature.
        fits: one row a fit, that is all of these but the feature.
        instances: one row an explained instance and label.
        rows_predicted: rows given to the model.
        rows_stored: rows whose predictions were known from an earlier run.
        rows_of_a_loop: rows that explaining cell by cell would have given to it.
        failures: what did not finish, each with the reason.
        remarks: what else the user should know.
    """

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame
    rows_predicted: int
    rows_stored: int
    rows_of_a_loop: int
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Explained:
    """One instance with one set of samples: the fits of each seed that finished."""

    settings: Mapping[str, Any]
    instance: int
    feature_names: Sequence[str]
    fits: Mapping[int, Fits]


def tables(plan: Plan, explained: Sequence[Explained], **outcome: Any) -> Sweep:
    """The tables of what was explained, in its order; ``outcome`` is what else there is to say of a sweep."""
    import pandas as pd

    parts = [_rows(plan, one) for one in explained]
    fits = pd.concat([rows for rows, _, _ in parts], ignore_index=True)
    fits.insert(0, "task", plan.names.task)
    fits.insert(1, "model", plan.names.model)
    fits.insert(2, "explainer", plan.names.explainer)
    sizes = np.repeat([len(one.feature_names) for one in explained], [len(rows) for rows, _, _ in parts])
    keys = fits.drop(columns=[column for column in MEASURED if column in fits])
    attributions = keys.loc[keys.index.repeat(sizes)].reset_index(drop=True)
    each = [len(rows) for rows, _, _ in parts]
    numbers = [np.tile(np.arange(len(one.feature_names)), n) for one, n in zip(explained, each, strict=True)]
    names = [np.tile(np.asarray(one.feature_names, dtype=object), n) for one, n in zip(explained, each, strict=True)]
    attributions["feature"] = np.concatenate(numbers)
    attributions["feature_name"] = np.concatenate(names)
    attributions["coefficient"] = np.concatenate([coefficients for _, coefficients, _ in parts])
    attributions["standard_error"] = np.concatenate([errors for _, _, errors in parts])
    return Sweep(attributions, fits, _instances(plan, fits), rows_of_a_loop=plan.rows_of_a_loop, **outcome)


def _rows(plan: Plan, explained: Explained) -> tuple[pd.DataFrame, Array, Array]:
    """Rows of the table of fits, and coefficients and standard errors of all their features, one after the other."""
    import pandas as pd

    seeds, fits = list(explained.fits), list(explained.fits.values())
    cells, labels = pd.DataFrame(plan.cells), fits[0].labels
    settings, shape = len(cells), (len(seeds), len(cells), len(labels))
    rows = pd.DataFrame({"instance": np.full(np.prod(shape), explained.instance)})
    for key, value in explained.settings.items():
        rows[key] = value if isinstance(value, (bool, str)) else type(value).__name__
    rows["seed"] = np.repeat(seeds, settings * len(labels))
    for column in cells:
        rows[column] = np.tile(np.repeat(cells[column].to_numpy(), len(labels)), len(seeds))
    rows["label"] = np.tile([plan.labels.label(output) for output in labels], len(seeds) * settings)
    outputs = fits[0].prediction[labels]
    measured = {name: np.stack([fit.measured[name] for fit in fits]) for name in fits[0].measured}
    measured |= _fresh(plan, fits, outputs) if len(seeds) > 1 else {}
    measured["model_prediction"] = np.broadcast_to(outputs, shape)
    measured["rows_predicted"] = np.broadcast_to(cells["num_samples"].to_numpy()[:, None], shape)
    for name in MEASURED:
        rows[name] = measured[name].ravel() if name in measured else np.nan
    coefficients = np.stack([fit.lines[..., 1:] for fit in fits])
    return rows, coefficients.ravel(), np.stack([fit.standard_errors for fit in fits]).ravel()


def _fresh(plan: Plan, fits: Sequence[Fits], outputs: Array) -> dict[str, Array]:
    """Fidelity to the other seeds' samples, at each fit's own width and at the one of reference: columns (R, C, L)."""
    lines = np.stack([fit.lines for fit in fits])
    samples = Moments(*(np.stack(parts) for parts in zip(*(fit.samples.parts for fit in fits), strict=True)))
    widths = samples.weight.shape[1] - 1
    at_width = lines.reshape(len(fits), widths, -1, *lines.shape[2:])
    own = [fresh_fidelity(at_width[:, width], samples[:, width], outputs) for width in range(widths)]
    found = {"fresh": [np.concatenate(parts, axis=1) for parts in zip(*own, strict=True)]}
    found["reference"] = list(fresh_fidelity(lines, samples[:, widths], outputs))
    names = ("r2_{}", "{}_spread", "{}_residual_of_seed", "{}_spread_of_seed")
    return {name.format(kind): part for kind, parts in found.items() for name, part in zip(names, parts, strict=True)}


def _instances(plan: Plan, fits: pd.DataFrame) -> pd.DataFrame:
    """Position, row, prediction and label of the explained instances, with their values as ``value_<column>``."""
    import pandas as pd

    found = fits.groupby(["instance", "label"], as_index=False)["model_prediction"].first()
    found.insert(0, "task", plan.names.task)
    found.insert(1, "model", plan.names.model)
    found.insert(3, "row", [plan.ids[position] for position in found["instance"]])
    names = plan.labels.class_names
    if names is not None and plan.labels.mode == "classification":
        found.insert(5, "label_name", [str(names[label]) for label in found["label"]])
    shown = plan.instances if plan.shown is None else plan.shown
    if not hasattr(shown, "iloc"):
        shown = pd.DataFrame(np.asarray(shown))
    values = shown.iloc[found["instance"].to_numpy()].reset_index(drop=True).add_prefix("value_")
    joined: pd.DataFrame = found.join(values)
    return joined
