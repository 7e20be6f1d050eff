"""Instances of two runs, matched by what the user calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from limeeval.report.comparison.tables import Tables
from limeeval.report.comparison.words import counted

if TYPE_CHECKING:
    import pandas as pd

_VALUE = "value_"


def by_row(one: Tables, other: Tables) -> tuple[Tables, Tables, int]:
    """Tables of two runs whose instances are named by the user's rows, and how many of these have other values.

    Named by position where either run does not know its rows, or has one twice.

    Raises:
        ValueError: all that both have are other instances: names that are but positions, in other data.
    """
    rows = rows_by_name(one), rows_by_name(other)
    if rows[0] is None or rows[1] is None:
        return one, other, _changed(rows_by_position(one), rows_by_position(other))
    named = one.with_instances(rows[0]["row"].to_dict()), other.with_instances(rows[1]["row"].to_dict())
    return *named, _changed(rows[0].set_index("row"), rows[1].set_index("row"))


def rows_by_name(tables: Tables) -> pd.DataFrame | None:
    """The user's row of each instance, and its values, by position."""
    known = tables.instances
    if known is None or not {"instance", "row"} <= set(known.columns):
        return None
    known = _of_setting(known, tables)
    values = [name for name in known.columns if str(name).startswith(_VALUE)]
    found: pd.DataFrame = known[["instance", "row", *values]].drop_duplicates(["instance", "row"]).set_index("instance")
    is_clear = found.index.is_unique and found["row"].is_unique and found["row"].notna().all()
    return found if is_clear and tables.attributions["instance"].isin(found.index).all() else None


def rows_by_position(tables: Tables) -> pd.DataFrame | None:
    """The values of each instance; None if they are not known."""
    known = tables.instances
    if known is None or "instance" not in known.columns:
        return None
    values = [name for name in known.columns if str(name).startswith(_VALUE)]
    found = _of_setting(known, tables)[["instance", *values]].drop_duplicates("instance").set_index("instance")
    return found if values else None


def _of_setting(instances: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Those that the attributions are of."""
    for name in ("task", "model", "instance"):
        if name in instances and name in tables.attributions:
            instances = instances[instances[name].isin(tables.attributions[name])]
    return instances


def _changed(one: pd.DataFrame | None, other: pd.DataFrame | None) -> int:
    """How many rows (index) have other values in one than in the other, in columns of both."""
    if one is None or other is None:
        return 0
    rows, columns = one.index.intersection(other.index), one.columns.intersection(other.columns)
    here, there = (table.loc[rows, columns].astype(object) for table in (one, other))
    is_same = (here == there) | (here.isna() & there.isna())
    changed = int(np.sum(~is_same.to_numpy(dtype=bool).all(axis=1)))
    if changed and changed == len(rows):
        raise ValueError(
            f"both sides must explain the same instances, got other values for {counted(changed, 'instance')}, "
            "which are all that both have by that name"
        )
    return changed
