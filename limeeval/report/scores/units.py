"""Units of a table: one label of one instance at one setting, the thing that runs agree on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.report.scores.groups import Positions

if TYPE_CHECKING:
    import pandas as pd

UNIT = ["instance", "label"]
KEYS = [*UNIT, "seed"]
CODE = np.int32  # Numbers of values: half the memory of what counts the rows.


class Units(NamedTuple):
    """The units of a table, ordered by setting, instance and label.

    Attributes:
        settings: one row a setting, in order of appearance.
        keys: ``instance`` and ``label`` of each unit (U rows).
        setting: row of ``settings`` of each unit (U,).
        cluster: number of the instance and setting of each unit (U,), ascending: labels of one instance share seeds.
        order: positions of the table's rows, ordered by unit, seed and, where there is one, feature (n,).
        unit: of each of these rows (n,).
        seed: number of its seed within its unit (n,).
    """

    settings: pd.DataFrame
    keys: pd.DataFrame
    setting: Positions
    cluster: Positions
    order: Positions
    unit: Positions
    seed: Positions


def units_of(rows: pd.DataFrame, settings: Sequence[str], *, key: Sequence[str]) -> Units:
    """The units of a table of which ``key`` tells one row of a unit from another.

    Raises:
        ValueError: a missing value in a key, or two rows of one key.
    """
    setting, first = combinations(rows, settings)
    codes = [setting, *(_codes(rows, column) for column in (*UNIT, *key))]
    order, ordered = _sorted(codes)
    changes = _changes(ordered)
    if not changes[-1].all():
        twice = order[np.flatnonzero(~changes[-1])[0]]
        what = ", ".join(f"{column} {rows[column].iloc[twice]}" for column in (*settings, *UNIT, *key))
        raise ValueError(f"each run must have one row a {key[-1]}, got two for {what}")
    of_instance, of_unit, of_run = changes[1], changes[2], changes[3]
    starts = np.flatnonzero(of_unit)
    unit, run = (np.cumsum(changed, dtype=CODE) - 1 for changed in (of_unit, of_run))
    return Units(
        settings=rows[list(settings)].iloc[first].reset_index(drop=True),
        keys=rows[UNIT].iloc[order[starts]].reset_index(drop=True),
        setting=ordered[0][starts],
        cluster=(np.cumsum(of_instance) - 1)[starts],
        order=order,
        unit=unit,
        seed=run - run[starts][unit],
    )


def combinations(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[Positions, Positions]:
    """Number of each row's combination of values, in order of appearance; and the first row of each."""
    import pandas as pd

    codes = np.zeros(len(rows), dtype=CODE)
    for column in columns:
        own, values = pd.factorize(rows[column], use_na_sentinel=False)
        if len(values) > 1:
            own += np.multiply(codes, len(values), dtype=np.intp)
            codes = pd.factorize(own)[0].astype(CODE)
    return codes, np.flatnonzero(np.diff(np.maximum.accumulate(codes), prepend=-1))


def _codes(rows: pd.DataFrame, column: str) -> Positions:
    """Number of each row's value, in order of size."""
    import pandas as pd

    codes, _ = pd.factorize(rows[column], sort=True)
    if (codes < 0).any():
        raise ValueError(f"{column} must not be missing, got {int((codes < 0).sum())} rows without one")
    return codes.astype(CODE)


def _sorted(codes: Sequence[Positions]) -> tuple[Positions, list[Positions]]:
    """The order by these columns, the first before the others, and the columns in that order."""
    combined = codes[0].astype(np.intp)
    for column in codes[1:]:
        combined *= column.max() + 1
        combined += column
    if (combined[1:] >= combined[:-1]).all():
        return np.arange(len(combined)), list(codes)
    order = np.argsort(combined, kind="stable")
    return order, [column[order] for column in codes]


def _changes(ordered: Sequence[Positions]) -> list[np.ndarray]:
    """For each column, whether a row differs from the row before in this column or one before it."""
    found, differs = [], np.zeros(len(ordered[0]), dtype=bool)
    for column in ordered:
        differs = differs | np.r_[True, column[1:] != column[:-1]]
        found.append(differs)
    return found
