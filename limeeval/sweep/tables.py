"""The tables of a sweep: rows of settings and what was measured, from the fits of every neighborhood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.sweep.columns import is_measured
from limeeval.sweep.order import keys_of, ranks
from limeeval.sweep.pictures import Pictures, pictures_of
from limeeval.sweep.plan import FunctionPlan, Names, Plan
from limeeval.sweep.rows import Rows

if TYPE_CHECKING:
    import pandas as pd


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
        pictures: the images, where images were explained.
        nonlinearity: what a line misses, one row an instance, label, set of samples, width and group of scored samples,
            where that was asked for: see :class:`limeeval.sweep.nonlinearity.Nonlinearity`.
        terms: the squares and pairs that carry it.
        rows_redrawn: rows given to the model beside ``rows_predicted``, to see what bins hide.
        failures: what did not finish, each with the reason.
        remarks: what else the user should know.
    """

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame
    rows_predicted: int
    rows_stored: int
    rows_of_a_loop: int
    pictures: Pictures | None = None
    nonlinearity: pd.DataFrame | None = None
    terms: pd.DataFrame | None = None
    rows_redrawn: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class FunctionCall:
    """What one call of a function gave: coefficients (n, d) of all instances."""

    settings: Mapping[str, Any]
    seed: int
    coefficients: Array
    rows_predicted: int


def tables(plan: Plan, explained: Sequence[Rows], **outcome: Any) -> Sweep:
    """The tables of what was explained, in the order of their keys; ``outcome`` is what else there is to say."""
    import pandas as pd

    fits = pd.concat([pd.DataFrame(one.fits) for one in explained], ignore_index=True)
    _name(fits, plan.names)
    counts = [len(one.fits["seed"]) for one in explained]
    names = [np.tile(np.asarray(one.feature_names, dtype=object), n) for one, n in zip(explained, counts, strict=True)]
    found = {
        "feature_name": np.concatenate(names),
        "coefficient": np.concatenate([one.coefficients for one in explained]),
        "standard_error": np.concatenate([one.standard_errors for one in explained]),
    }
    sizes = np.repeat([len(one.feature_names) for one in explained], counts)
    fits, attributions = _in_order(fits, sizes, found)
    pictures = pictures_of(plan)
    instances = _instances(plan, fits) if pictures is None else _images(plan, fits)
    return Sweep(attributions, fits, instances, rows_of_a_loop=plan.rows_of_a_loop, pictures=pictures, **outcome)


def _in_order(
    fits: pd.DataFrame, sizes: NDArray[np.intp], found: Mapping[str, Array]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fits in the order of their keys, and their attributions: ``sizes`` features each, ``found`` fit by fit."""
    keys = fits.drop(columns=[column for column in fits if is_measured(str(column))])
    order = np.argsort(ranks(keys, keys_of(keys)), kind="stable")
    starts, sizes = (np.cumsum(sizes) - sizes)[order], sizes[order]
    feature = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    attributions = keys.iloc[np.repeat(order, sizes)].reset_index(drop=True)
    attributions["feature"] = feature
    for name, values in found.items():
        attributions[name] = values[np.repeat(starts, sizes) + feature]
    return fits.iloc[order].reset_index(drop=True), attributions


def function_tables(
    plan: FunctionPlan, calls: Sequence[FunctionCall], labels: Sequence[int], outputs: Array, **outcome: Any
) -> Sweep:
    """The tables of a function's explanations; ``outputs`` (n,) are f(x) of each instance's explained label."""
    import pandas as pd

    n = len(plan.ids)
    parts = []
    for call in calls:
        rows = pd.DataFrame({"instance": np.arange(n), **dict.fromkeys(plan.settings)})
        for key, value in call.settings.items():
            plain = value.item() if isinstance(value, np.generic) else value
            rows[key] = plain if isinstance(plain, (bool, int, float, str)) else str(plain)
        parts.append(rows.assign(seed=call.seed, label=labels, rows_predicted=call.rows_predicted / n))
    fits = pd.concat(parts, ignore_index=True)
    _name(fits, plan.names)
    fits["model_prediction"] = np.tile(outputs, len(calls))
    names = _feature_names(plan.instances, calls[0].coefficients.shape[1])
    found = {
        "feature_name": np.tile(np.asarray(names, dtype=object), len(fits)),
        "coefficient": np.concatenate([call.coefficients.ravel() for call in calls]),
        "standard_error": np.full(len(fits) * len(names), np.nan),
    }
    fits, attributions = _in_order(fits, np.full(len(fits), len(names)), found)
    rows_of_a_loop = outcome["rows_predicted"]
    return Sweep(attributions, fits, _instances(plan, fits), rows_of_a_loop=rows_of_a_loop, **outcome)


def _name(fits: pd.DataFrame, names: Names) -> None:
    """Puts what was run in front."""
    fits.insert(0, "task", names.task)
    fits.insert(1, "model", names.model)
    fits.insert(2, "explainer", names.explainer)


def _feature_names(instances: Any, d: int) -> list[str]:
    columns = getattr(instances, "columns", ())
    return [str(column) for column in columns] if len(columns) == d else [str(feature) for feature in range(d)]


def _instances(plan: Plan | FunctionPlan, fits: pd.DataFrame) -> pd.DataFrame:
    """Explained instances and labels, with their values as ``value_<column>``."""
    import pandas as pd

    found = _explained(plan, fits)
    rows = plan.instances if hasattr(plan.instances, "iloc") else pd.DataFrame(np.asarray(plan.instances))
    values = rows.iloc[found["instance"].to_numpy()].reset_index(drop=True).add_prefix("value_")
    joined: pd.DataFrame = found.join(values)
    return joined


def _images(plan: Plan, fits: pd.DataFrame) -> pd.DataFrame:
    """Explained images and labels, with their size."""
    found = _explained(plan, fits)
    shapes = [np.shape(plan.instance(position)) for position in found["instance"]]
    found["value_height"], found["value_width"] = [shape[0] for shape in shapes], [shape[1] for shape in shapes]
    return found


def _explained(plan: Plan | FunctionPlan, fits: pd.DataFrame) -> pd.DataFrame:
    """Position, row, prediction and label of the explained instances."""
    found = fits.groupby(["instance", "label"])["model_prediction"].first().reset_index()
    found.insert(0, "task", plan.names.task)
    found.insert(1, "model", plan.names.model)
    found.insert(3, "row", [plan.ids[position] for position in found["instance"]])
    names = plan.labels.class_names
    if names is not None and plan.labels.mode == "classification":
        found.insert(5, "label_name", [str(names[label]) for label in found["label"]])
    return found
