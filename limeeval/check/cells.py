"""Settings of a run and their counterparts in a baseline: what is the same question, and what is another one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.check.panel import COLUMNS, LISTED
from limeeval.check.thresholds import Threshold
from limeeval.check.values import is_same, text_of, values_of
from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import named, suggested, written
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.instances import LIME
from limeeval.report.scores.units import combinations

if TYPE_CHECKING:
    import pandas as pd

_MODEL = "model"
_NUMBERS = ("features", "runs", "weight", "estimate", "standard_error", "unseen")


class Instances(NamedTuple):
    """Rows of a panel by one metric at one setting: one an instance (m,), in the columns of a panel."""

    instance: NDArray[Any]
    row: NDArray[Any]
    values: NDArray[Any]
    labels: NDArray[Any]
    answers: NDArray[Any]
    samples: NDArray[Any]
    logs: NDArray[Any]
    features: NDArray[Any]
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
        """Whether it has all of these values, or any of each list of them."""
        return all(self.has(name, value) for name, value in where.items())

    def has(self, name: str, wanted: Any) -> bool:
        """Whether a setting has a value, or any of a list."""
        return any(is_same(self.settings.get(name), one) for one in values_of(wanted))

    def key(self, *, without: Collection[str] = ()) -> tuple[tuple[str, Any], ...]:
        """What makes it the same setting as another one."""
        own = ((name, value) for name, value in self.settings.items() if value is not None and name not in without)
        return tuple(sorted((name, text_of(value)) for name, value in own))


class Matched(NamedTuple):
    """Cells of both sides, and those of one alone."""

    pairs: Sequence[tuple[Cell, Cell]]
    only_now: Sequence[Cell]
    only_before: Sequence[Cell]


def cells_of(panel: pd.DataFrame, metrics: Collection[str]) -> dict[str, list[Cell]]:
    """The cells that a panel has of each of these metrics."""
    rows = panel[panel["metric"].isin(list(metrics))]
    names = [*(str(name) for name in panel if name not in (*COLUMNS, *LISTED)), "k"]
    code, first = combinations(rows, ["metric", *names])
    places = np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])
    known = rows[names].iloc[first].astype(object)
    settings = known.assign(k=known["k"].where(known["k"] != 0, None)).to_dict("records")
    whole = _instances(rows)
    found: dict[str, list[Cell]] = {metric: [] for metric in metrics}
    for metric, own, at in zip(rows["metric"].iloc[first], settings, places, strict=False):  # Of no rows, one place.
        found[metric].append(Cell({str(name): plain(value) for name, value in own.items()}, whole.at(at)))
    return found


def _instances(rows: pd.DataFrame) -> Instances:
    """Columns of a panel; what is missing is None, of numbers nan."""
    rows = rows.reindex(columns=list(Instances._fields))
    numbers = {name: rows[name].to_numpy(dtype=float) for name in _NUMBERS}
    others = [name for name in Instances._fields if name not in numbers]
    texts = {name: rows[name].astype(object).where(rows[name].notna(), None).to_numpy(dtype=object) for name in others}
    return Instances(**texts, **numbers)


def matched_cells(now: Sequence[Cell], before: Sequence[Cell], where: Mapping[str, Any]) -> Matched:
    """The cells that ``where`` means, each with that of the baseline: the same settings, if need be of another model.

    None are, where a filter matches nothing: see :func:`check_where`.
    """
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


def check_where(threshold: Threshold, cells: Sequence[Cell]) -> None:
    """Checks that a threshold is about some of the cells of the run and the baseline, unless they may be missing.

    Raises:
        ValueError: it names a setting that there is not, whatever may be missing; or values that no cell has, each or
            together, and rows must not be missing.
    """
    known = list(dict.fromkeys(name for cell in cells for name in cell.settings))
    for name in threshold.where:
        if name not in known:
            raise ValueError(f"where must name settings of the run, got {name}{suggested(name, known)}")
    if threshold.allow_missing:
        return
    for name, wanted in threshold.where.items():
        for one in values_of(wanted):
            if not any(cell.has(name, one) for cell in cells):
                there = sorted({written(cell.settings.get(name)) for cell in cells})
                raise ValueError(f"{name} must be one of {', '.join(there)}, got {written(one)}")
    if not any(cell.is_of(threshold.where) for cell in cells):
        asked = named(threshold.where)
        raise ValueError(f"where must match rows of the run or the baseline, got {asked}, which none has")
