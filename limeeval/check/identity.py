"""Who an instance is: what the user calls it, and what it is made of."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from limeeval.report.answer.places import plain
from limeeval.report.comparison.rows import rows_by_name, rows_by_position
from limeeval.report.comparison.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

OWNER = ("task", "model")
"""Columns that say whose an instance is."""
_LENGTH = 16


def named(keys: pd.DataFrame, instances: pd.DataFrame | None) -> pd.DataFrame:
    """``row`` (what the user calls it) and ``values`` (a digest) of each of some instances; missing if not known.

    An instance has the name of its row where every instance of the task has one of its own.

    Args:
        keys: settings and ``instance`` of each.
        instances: as in instances.parquet.
    """
    import pandas as pd

    found = pd.DataFrame({"row": None, "values": None}, index=keys.index, dtype=object)
    owner = [name for name in OWNER if name in keys]
    groups = keys.groupby(owner, dropna=False, sort=False).groups.values() if owner else [keys.index]
    for at in groups:
        tables = Tables(keys.loc[at, [*owner, "instance"]].drop_duplicates(), instances=instances)
        by_name, by_position = rows_by_name(tables), rows_by_position(tables)
        own = keys.loc[at, "instance"]
        if by_name is not None:
            found.loc[at, "row"] = own.map(by_name["row"].map(_text))
        if by_position is not None:
            found.loc[at, "values"] = own.map(_digests(by_position))
    return found


def digest(text: str) -> str:
    """A short digest of a text, as hexadecimal digits."""
    return sha256(text.encode()).hexdigest()[:_LENGTH]


def _digests(values: pd.DataFrame) -> pd.Series:
    """Of the values that each instance has, in the order of the names of their columns.

    What it does not have says nothing: it is missing, or of a column of another task.
    """
    import pandas as pd

    columns = [
        [None if plain(value) is None else f"{name!r}={_text(value)}" for value in values[name].tolist()]
        for name in sorted(map(str, values.columns))
    ]
    said = ["\n".join(one for one in row if one is not None) for row in zip(*columns, strict=True)]
    return pd.Series([digest(one) for one in said], index=values.index[: len(said)], dtype=object)


def _text(value: object) -> str:
    """A value in words that are the same wherever it was read: numbers to twelve digits."""
    known = plain(value)
    return f"{known:.12g}" if isinstance(known, (int, float)) and not isinstance(known, bool) else str(known)
