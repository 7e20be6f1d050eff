"""Tables of numbers as tables of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.places import plain

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 60
NOTHING = "–"


@dataclass(frozen=True)
class TextTable:
    """A table to be read.

    Attributes:
        header: names of the columns.
        rows: cells as text.
        is_number: which columns hold numbers, and are aligned on their right.
        left_out: how many rows more there are.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_number: Sequence[bool]
    left_out: int = 0


def text_table(table: pd.DataFrame, *, most: int = MOST_ROWS) -> TextTable:
    """The first rows of a table as text: three decimals, commas between thousands, a dash for what is missing."""
    shown = table.head(most)
    columns = [[plain(value) for value in shown[name].tolist()] for name in table]
    numbers = [any(_is_number(value) for value in column) for column in columns]
    rows = [[said(value) for value in row] for row in zip(*columns, strict=True)]
    return TextTable([str(name) for name in table], rows, numbers, len(table) - len(shown))


def said(value: Any) -> str:
    """One value as text."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    if abs(value) >= 1000 and math.isfinite(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) >= 0.001 or value == 0 else f"{value:.2g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
