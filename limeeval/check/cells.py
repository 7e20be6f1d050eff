"""Settings of a run and their counterparts in a baseline: what is the same question, and what is another one."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.check.panel import COLUMNS
from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import named, said_once, suggested, written
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.instances import LIME
from limeeval.report.scores.units import combinations

if TYPE_CHECKING:
    import pandas as pd

_MODEL = "model"


class Instances(NamedTuple):
    """Rows of a panel by one metric at one setting: one an instance (m,), in the columns of a panel."""

    instance: NDArray[Any]
    row: NDArray[Any]
    values: NDArray[Any]
    labels: NDArray[Any]
    samples: NDArray[Any]
    logs: NDArray[Any]
    runs: NDArray[Any]
    weight: NDArray[Any]
    estimate: NDArray[Any]
    standard_error: NDArray[Any]
    unseen: NDArray[Any]

    def at(self, positions: Positions | NDArray[np.bool_]) -> Instances:
        """Some of them."""
        return Instances(*(column[positions] for column in self))

    @property
    def known(self) -> Instances:
        """Those that have the score."""
        return self.at(self.weight > 0)


class Cell(NamedTuple):
    """One setting, k among them, and its instances."""

    settings: Mapping[str, Any]
    instances: Instances

    @property
    def is_lime(self) -> bool:
        """Whether a seed draws other samples for every instance; a table that does not say is of LIME."""
        return bool(self.settings.get("explainer", LIME) == LIME)

    def is_of(self, where: Mapping[str, Any]) -> bool:
        """Whether it has all of these values; numbers up to rounding."""
        return all(_is_same(self.settings.get(name), plain(value)) for name, value in where.items())

    def key(self, *, without: Collection[str] = ()) -> tuple[tuple[str, Any], ...]:
        """What makes it the same setting as another one."""
        own = ((name, value) for name, value in self.settings.items() if value is not None and name not in without)
        return tuple(sorted((name, _rounded(value)) for name, value in own))


class Matched(NamedTuple):
    """Cells of both sides, and those of one alone."""

    pairs: Sequence[tuple[Cell, Cell]]
    only_now: Sequence[Cell]
    only_before: Sequence[Cell]


def cells_of(panel: pd.DataFrame, metric: str) -> list[Cell]:
    """The cells that a panel has of a metric."""
    rows = panel[panel["metric"] == metric]
    names = [*(str(name) for name in panel if name not in COLUMNS), "k"]
    code, first = combinations(rows, names)
    whole = _instances(rows)
    settings = rows[names].iloc[first].astype(object).to_dict("records")
    return [
        Cell({str(name): plain(value) or None if name == "k" else plain(value) for name, value in own.items()}, of_cell)
        for own, of_cell in zip(settings, (whole.at(code == number) for number in range(len(first))), strict=True)
    ]


def _instances(rows: pd.DataFrame) -> Instances:
    """Columns of a panel; what is missing is None."""
    texts = [rows[name].astype(object).where(rows[name].notna(), None) for name in Instances._fields[:6]]
    numbers = [rows[name].to_numpy(dtype=float) for name in Instances._fields[6:]]
    return Instances(*(column.to_numpy(dtype=object) for column in texts), *numbers)


def matched_cells(now: Sequence[Cell], before: Sequence[Cell], where: Mapping[str, Any]) -> Matched:
    """The cells that are meant, each with that of the baseline: the same settings, if need be of another model.

    Raises:
        ValueError: a setting that neither side has, or values that no row of either has.
    """
    _check_where(where, [*now, *before])
    meant = [cell for cell in now if cell.is_of(where)]
    known = {cell.key(): cell for cell in before}
    own = {cell.key() for cell in meant}
    others = [cell for cell in before if cell.key() not in own]
    found = [(cell, known.get(cell.key()) or _of_another_model(cell, meant, others)) for cell in meant]
    pairs = [(cell, other) for cell, other in found if other is not None]
    paired = {other.key() for _, other in pairs}
    return Matched(
        pairs,
        [cell for cell, other in found if other is None],
        [cell for cell in before if cell.is_of(where) and cell.key() not in paired],
    )


def _of_another_model(cell: Cell, meant: Iterable[Cell], others: Iterable[Cell]) -> Cell | None:
    """The only one that is the same but for the name of the model, if it is the same for no other cell."""
    key = cell.key(without=[_MODEL])
    there = [other for other in others if other.key(without=[_MODEL]) == key]
    rivals = [other for other in meant if other.key(without=[_MODEL]) == key]
    return there[0] if len(there) == len(rivals) == 1 else None


def difference_of_settings(cell: Cell, others: Sequence[Cell]) -> str:
    """What tells a cell from the most similar of others, in words: "num_samples 900, not 1,000".

    >>> nothing = Instances(*[np.zeros(0)] * 11)
    >>> one, other = (Cell({"task": "loans", "num_samples": n}, nothing) for n in (900, 1000))
    >>> difference_of_settings(one, [other])
    'num_samples 900, not 1,000'
    """
    names = {name for other in others for name in (*other.settings, *cell.settings)}
    ways = [
        {
            name: (cell.settings.get(name), other.settings.get(name))
            for name in [*cell.settings, *(names - set(cell.settings))]
            if not _is_same(cell.settings.get(name), other.settings.get(name))
        }
        for other in others
    ]
    least = min(ways, key=len, default={})
    twice = said_once(least)
    return "; ".join(f"{name} {written(one)}, not {written(other)}" for name, (one, other) in twice.items())


def in_words(cell: Cell, all_cells: Iterable[Cell]) -> str:
    """Its task, and the settings that tell it from others: "task loans, num_samples 1,000"."""
    several: dict[str, set[Any]] = {}
    for other in all_cells:
        for name, value in other.settings.items():
            several.setdefault(name, set()).add(_rounded(value))
    told = {
        name: value
        for name, value in cell.settings.items()
        if value is not None and (name == "task" or len(several.get(name, ())) > 1)
    }
    return named(told) or "all rows"


def _check_where(where: Mapping[str, Any], cells: Sequence[Cell]) -> None:
    known = list(dict.fromkeys(name for cell in cells for name in cell.settings))
    for name, value in where.items():
        if name not in known:
            raise ValueError(f"where must name settings of the run, got {name}{suggested(name, known)}")
        if not any(_is_same(cell.settings.get(name), plain(value)) for cell in cells):
            there = sorted({written(cell.settings.get(name)) for cell in cells})
            raise ValueError(f"{name} must be one of {', '.join(there)}, got {written(plain(value))}")
    if not any(cell.is_of(where) for cell in cells):
        raise ValueError(f"where must match rows of the run or the baseline, got {named(where)}, which none has")


def _is_same(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=1e-9)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: Any) -> Any:
    """A number to nine digits, as text; anything else as text of its kind."""
    return f"{value:.9g}" if _is_number(value) else repr(value)
