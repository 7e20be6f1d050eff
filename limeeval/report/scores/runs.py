"""Runs of a table of attributions as arrays, units of equal shape together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.lime.agreement import default_k
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.units import UNIT, Units

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("coefficient", "feature", "seed")
NOT_SETTINGS = (*UNIT, *NEEDED, "feature_name", "standard_error")
"""Columns of a table of attributions that do not say what was run: every other one does."""
_NOT_ASKED = np.iinfo(np.intp).min
_AT_ONCE = 2**19  # Coefficients, which keeps what is made of them in the cache.


class Runs(NamedTuple):
    """Units with as many runs of as many features: coefficients and standard errors (u, R, d), nan where missing.

    Attributes:
        units: their numbers (u,).
        coefficients: of all features.
        standard_errors: nan where there are none.
        k: how many features are the leading ones; 0 for d = 1, where none can be.
    """

    units: Positions
    coefficients: Array
    standard_errors: Array
    k: int


def settings_of(attributions: pd.DataFrame) -> list[str]:
    """Columns that say what was run, in their order."""
    return [column for column in attributions.columns if column not in NOT_SETTINGS]


def checked(attributions: pd.DataFrame) -> pd.DataFrame:
    """The table with ``instance`` and ``label``, 0 where it had none.

    Raises:
        ValueError: it is no table of attributions: a column is missing, it is empty, or coefficients are no numbers.
    """
    from pandas.api.types import is_numeric_dtype

    missing = [column for column in NEEDED if column not in attributions.columns]
    if missing:
        raise ValueError(
            "a table of attributions has one row a run and feature, with the columns coefficient, feature and seed "
            f"(and instance, label, standard_error and settings, if any), got none named {', '.join(missing)}"
        )
    if attributions.empty:
        raise ValueError("a table of attributions must have at least one row, got none")
    for column in {"coefficient", "standard_error"} & set(attributions.columns):
        if not is_numeric_dtype(attributions[column]):
            raise ValueError(f"{column} must be a number, got {attributions[column].dtype}")
        if np.isinf(attributions[column].to_numpy(dtype=float, na_value=np.nan)).any():
            raise ValueError(f"{column} must be finite or missing, got an infinite one")
    return attributions.assign(**{column: 0 for column in UNIT if column not in attributions.columns})


def runs_of(attributions: pd.DataFrame, units: Units, k: int | Mapping[str, int] | None) -> Iterator[Runs]:
    """The runs of all units, a part at a time.

    Args:
        attributions: a checked table. A row that a run lacks, though another run of the unit has it, is nan.
        units: of the table, by seed and feature.
        k: of all units, or by task; None, or a task that is not named: by the number of features.

    Raises:
        ValueError: k is not between 1 and d - 1, or for a task that is not in the table.
    """
    feature, d = _features(attributions, units)
    runs = _last(units.seed, units) + 1
    values = [_ordered(attributions, column, units) for column in ("coefficient", "standard_error")]
    shapes, shape = np.unique(np.stack([runs, d, _leading(units, d, k)]), axis=1, return_inverse=True)
    return _parts(shapes.T, shape, units, feature, values)


def _parts(
    shapes: Positions, shape: Positions, units: Units, feature: Positions, values: Sequence[Array]
) -> Iterator[Runs]:
    starts = np.append(np.flatnonzero(np.r_[True, np.diff(units.unit) > 0]), len(units.unit))
    for number, (runs, d, k) in enumerate(shapes.tolist()):
        of_shape = np.flatnonzero(shape == number)
        for part in np.array_split(of_shape, -(-len(of_shape) * runs * d // _AT_ONCE)):
            rows = np.concatenate([np.arange(starts[unit], starts[unit + 1]) for unit in part])
            at = np.searchsorted(part, units.unit[rows]), units.seed[rows], feature[rows]
            arrays = np.full((2, len(part), runs, d), np.nan)
            for array, column in zip(arrays, values, strict=True):
                array[at] = column[rows]
            yield Runs(part, arrays[0], arrays[1], k)


def _features(rows: pd.DataFrame, units: Units) -> tuple[Positions, Positions]:
    """Number of each row's feature within its unit (n,), in order of size, and how many each unit has (U,)."""
    import pandas as pd

    features = pd.factorize(rows["feature"], sort=True)[0][units.order]
    present = np.zeros((len(units.setting), features.max() + 1), dtype=bool)
    present[units.unit, features] = True
    return (np.cumsum(present, axis=1) - 1)[units.unit, features], present.sum(axis=1)


def _last(values: Positions, units: Units) -> Positions:
    """The value of each unit's last row (U,)."""
    found: Positions = values[np.append(np.flatnonzero(np.diff(units.unit)), len(values) - 1)]
    return found


def _ordered(rows: pd.DataFrame, column: str, units: Units) -> Array:
    """A column (n,) in the order of the units; nan if there is none."""
    if column not in rows.columns:
        return np.full(len(rows), np.nan)
    return np.asarray(rows[column].to_numpy(dtype=float, na_value=np.nan)[units.order])


def _leading(units: Units, d: Positions, k: int | Mapping[str, int] | None) -> Positions:
    """How many features are the leading ones in each unit (U,)."""
    default = np.array([default_k(count) for count in range(d.max() + 1)])[d]
    if k is None:
        return default
    asked = _by_task(k, units) if isinstance(k, Mapping) else np.full(len(d), k)
    wrong = (asked != _NOT_ASKED) & ((asked < 1) | (asked >= d))
    if wrong.any():
        raise ValueError(f"k must be between 1 and {d[wrong].min() - 1}, got {asked[wrong][0]}")
    return np.where(asked == _NOT_ASKED, default, asked)


def _by_task(k: Mapping[str, int], units: Units) -> Positions:
    tasks = units.settings["task"].tolist() if "task" in units.settings else []
    unknown = [task for task in k if task not in tasks]
    if unknown:
        known = ", ".join(dict.fromkeys(map(str, tasks))) or "none"
        raise ValueError(f"k must be given for tasks of the table ({known}), got {unknown[0]}")
    return np.array([k.get(task, _NOT_ASKED) for task in tasks])[units.setting]
