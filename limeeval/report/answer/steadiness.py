"""For how many instances the runs of one setting agree for certain, and for which they agree least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.places import plain

if TYPE_CHECKING:
    import pandas as pd

_NAMED = 3


@dataclass(frozen=True)
class Worst:
    """An instance by its row's id, "#" and its position if that is not known, and the Jaccard@k of its runs.

    Of several labels, the worst one's.
    """

    row: int | str
    jaccard: float


@dataclass(frozen=True)
class Steadiness:
    """How many instances have runs that agree for certain.

    Attributes:
        steady: instances whose whole interval of Jaccard@k lies above the target, for every label.
        instances: of how many.
        worst: up to three instances with the lowest Jaccard@k, the lowest first; none where it is not defined.
        first: the row's id of the first instance.
    """

    steady: int
    instances: int
    worst: tuple[Worst, ...]
    first: int | str | None


def steadiness_of(scores: pd.DataFrame, instances: pd.DataFrame, cell: JudgedCell, *, target: float) -> Steadiness:
    """Steadiness in one cell, from the scores of every instance and label and the rows' ids."""
    own = rows_of_cell(scores[(scores["metric"] == "jaccard") & scores["instance"].notna()], cell)
    ids = instances.drop_duplicates("instance").set_index("instance")["row"]
    found = own.groupby("instance")[["estimate", "low"]].min()
    complete = own.groupby("instance")["low"].count() == own.groupby("instance").size()
    steady = (found["low"] > target) & complete
    lowest = found["estimate"].dropna().sort_values(kind="stable").head(_NAMED)
    worst = tuple(Worst(_id(ids.get(position, f"#{position}")), float(value)) for position, value in lowest.items())
    first = _id(ids.iloc[0]) if len(ids) else None
    return Steadiness(int(steady.sum()), len(found), worst, first)


def rows_of_cell(table: pd.DataFrame, cell: JudgedCell) -> pd.DataFrame:
    """The rows of a table that belong to the cell."""
    for name, value in cell.settings.items():
        if name in table.columns and (len(table) and not _is_constant(table[name])):
            table = table[table[name].isna() if value is None else table[name] == value]
    return table


def _is_constant(column: pd.Series[Any]) -> bool:
    return column.nunique(dropna=False) == 1


def _id(row: object) -> int | str:
    found = plain(row)
    return found if isinstance(found, int) else str(found)
