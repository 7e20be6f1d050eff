"""Instances of two runs, matched by what the user calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from limeeval.report.comparison.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

_VALUE = "value_"


def by_row(one: Tables, other: Tables) -> tuple[Tables, Tables, int]:
    """Tables of two runs whose instances are named by the user's rows, and how many of these have other values.

    Named by position where either run does not know its rows, or has one twice.
    """
    rows = _rows(one), _rows(other)
    if rows[0] is None or rows[1] is None:
        return one, other, 0
    named = one.with_instances(rows[0]["row"].to_dict()), other.with_instances(rows[1]["row"].to_dict())
    return *named, _changed(rows[0].set_index("row"), rows[1].set_index("row"))


def _rows(tables: Tables) -> pd.DataFrame | None:
    """The user's row of each instance, and its values, by position."""
    known = tables.instances
    if known is None or not {"instance", "row"} <= set(known.columns):
        return None
    for name in ("task", "model"):
        if name in known and name in tables.settings:
            known = known[known[name].isin(tables.attributions[name])]
    values = [name for name in known.columns if str(name).startswith(_VALUE)]
    found: pd.DataFrame = known[["instance", "row", *values]].drop_duplicates(["instance", "row"]).set_index("instance")
    is_clear = found.index.is_unique and found["row"].is_unique and found["row"].notna().all()
    return found if is_clear and tables.attributions["instance"].isin(found.index).all() else None


def _changed(one: pd.DataFrame, other: pd.DataFrame) -> int:
    """How many rows (index) have other values in one than in the other, in columns of both."""
    rows, columns = one.index.intersection(other.index), one.columns.intersection(other.columns)
    here, there = (table.loc[rows, columns].astype(object) for table in (one, other))
    is_same = (here == there) | (here.isna() & there.isna())
    return int(np.sum(~is_same.to_numpy(dtype=bool).all(axis=1)))
