"""Which cell a row of settings belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.cells import JudgedCell

if TYPE_CHECKING:
    import pandas as pd


def place_of(settings: pd.DataFrame, cells: Sequence[JudgedCell]) -> dict[int, int]:
    """The position of the cell of each row of settings, by the row's position; rows of no cell are left out."""
    names = [str(name) for name in (cells[0].settings if cells else ()) if name in settings]
    known = {tuple(str(plain(cell.settings[name])) for name in names): place for place, cell in enumerate(cells)}
    rows = settings[names].itertuples(index=False, name=None)
    own = ((row, known.get(tuple(str(plain(value)) for value in values))) for row, values in enumerate(rows))
    return {row: place for row, place in own if place is not None}


def plain(value: Any) -> Any:
    """A value of a table as Python's own; None for what is missing."""
    value = value.item() if hasattr(value, "item") else value
    is_missing = value is None or str(value) == "<NA>" or value != value
    return None if is_missing else value
