"""What the tables of a run must look like for a report to be made of them: their columns, and what is in these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.cells import IDENTITY
from limeeval.report.scores.units import UNIT
from limeeval.sweep.columns import DRAWN, MEASURED, is_measured
from limeeval.sweep.nonlinearity import FOUND

if TYPE_CHECKING:
    import pandas as pd

_KEYS = (*IDENTITY, *UNIT)
_OF_TABLES: Mapping[str, tuple[str, ...]] = {
    "attributions": (*_KEYS, "seed", "feature", "feature_name", "coefficient", "standard_error"),
    "fits": (*_KEYS, "seed", "model_prediction", "rows_predicted"),
    "instances": ("task", "model", *UNIT, "row", "model_prediction"),
    "nonlinearity": (*_KEYS, "group", *FOUND),
    "terms": (*_KEYS, "term", "first", "second", "gain"),
}
"""Columns that every run has."""
_TEXT = (*IDENTITY, "feature_name", "label_name", "chosen", "term", DRAWN)
_WHOLE = (*UNIT, "seed", "feature", "group", "first", "second", "samples")
_NUMBERS = ("coefficient", "standard_error", "model_prediction", "gain")


def missing_columns(tables: Mapping[str, pd.DataFrame]) -> str:
    """Which columns which tables, by name, lack, "fits.parquet lacks ess, r2"; nothing if all have all.

    Of LIME's fits more is known than of other explainers: all of it, or nothing.
    """
    found = []
    of_lime = set(MEASURED) - set(_OF_TABLES["fits"])
    for name, table in tables.items():
        has_lime = name == "fits" and not of_lime.isdisjoint(table)
        needed = [*_OF_TABLES[name], *(MEASURED if has_lime else ())]
        lacking = [column for column in dict.fromkeys(needed) if column not in table]
        found += [f"{name}.parquet lacks {', '.join(lacking)}"] if lacking else []
    return "; ".join(found)


def check_values(tables: Mapping[str, pd.DataFrame]) -> None:
    """Checks what is in the columns of tables that lack none.

    Raises:
        ValueError: a table is empty, or a column holds something else.
    """
    for name, table in tables.items():
        if table.empty and name != "terms":  # Where nothing adds to a line, no term is named.
            raise ValueError(f"{name}.parquet must have at least one row, got none")
        for column in map(str, table.columns):
            kind = _kind(column)
            if kind is not None and not _CHECKS[kind](table[column].dtype):
                raise ValueError(f"{column} in {name}.parquet must be {kind}, got {table[column].dtype}")


def settings_in(table: pd.DataFrame) -> Iterator[str]:
    """Columns of attributions, or of fits, that say what was run beside task, model and explainer."""
    others = {*_OF_TABLES["attributions"], *_OF_TABLES["fits"]}
    return (str(column) for column in table if column not in others and not is_measured(str(column)))


def _kind(column: str) -> str | None:
    if column in _TEXT:
        return "text"
    if column in _WHOLE:
        return "whole numbers"
    return "numbers" if column in _NUMBERS or is_measured(column) else None


def _is_text(dtype: Any) -> bool:
    from pandas.api.types import is_object_dtype, is_string_dtype

    dtype = getattr(dtype, "categories", dtype)  # Of categories, what they stand for.
    return is_string_dtype(dtype) or is_object_dtype(dtype)


def _is_whole(dtype: Any) -> bool:
    from pandas.api.types import is_integer_dtype

    return is_integer_dtype(dtype)


def _is_number(dtype: Any) -> bool:
    from pandas.api.types import is_numeric_dtype

    return is_numeric_dtype(dtype)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {"text": _is_text, "whole numbers": _is_whole, "numbers": _is_number}
