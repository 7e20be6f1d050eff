"""Tables below one another, whose columns and types may differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All rows of all tables, in their order; what a table lacks is missing.

    Whole numbers and truth values stay what they are where some are missing. A column that has numbers in one table
    and text in another is text.
    """
    import pandas as pd

    kept = [table for table in tables if len(table)] or list(tables[:1])
    columns = list(dict.fromkeys(column for table in kept for column in table.columns))
    types = {column: _common_type(kept, column) for column in columns}
    return pd.concat([_as(table, types) for table in kept], ignore_index=True)


def _common_type(tables: Iterable[pd.DataFrame], column: str) -> Any:
    """A type for the values of all tables."""
    from pandas.api.types import is_bool_dtype, is_float_dtype, is_integer_dtype, is_numeric_dtype

    found = [_plain_type(table[column]) if column in table.columns else None for table in tables]
    present = [dtype for dtype in found if dtype is not None]
    if len(set(map(str, present))) > 1:
        if any(is_bool_dtype(dtype) or not is_numeric_dtype(dtype) for dtype in present):
            return "string"
        return "float64" if any(is_float_dtype(dtype) for dtype in present) else "Int64"
    if None not in found:
        return present[0]
    return "boolean" if is_bool_dtype(present[0]) else "Int64" if is_integer_dtype(present[0]) else present[0]


def _plain_type(values: pd.Series[Any]) -> Any:
    """The type of the values: of categories, that of what they stand for."""
    categories = getattr(values.dtype, "categories", None)
    return values.dtype if categories is None else categories.dtype


def _as(table: pd.DataFrame, types: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    found = {
        column: table[column].astype(dtype) if column in table.columns else pd.Series(index=table.index, dtype=dtype)
        for column, dtype in types.items()
    }
    return pd.DataFrame(found)
