"""The tables of a finished sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from limeeval.sweep.fits import Fit
from limeeval.sweep.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

MEASURED = (
    "intercept",
    "r2",
    "output_spread",
    "r2_fresh",
    "fresh_spread",
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


def tables(plan: Plan, fits: Sequence[Fit], rows_predicted: int) -> Sweep:
    """The tables of a plan's fits, in their order."""
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
