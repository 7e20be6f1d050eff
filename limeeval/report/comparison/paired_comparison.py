"""What a comparison says: a table of differences, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.comparison.measures import LOG_SD
from limeeval.report.comparison.sentences import (
    AGREEMENT,
    ALPHA,
    FIDELITY,
    Between,
    Row,
    agreement_in_words,
    fidelity_in_words,
    noise_in_words,
)
from limeeval.report.comparison.words import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from limeeval.report.drawing.figure import Figure

_FIGURES = ("one", "other", "difference", "low", "high")


@dataclass(frozen=True, eq=False, repr=False)
class PairedComparison:
    """Two sides, compared by every score. Its repr is the answer in words.

    Attributes:
        table: one row a metric: see :func:`limeeval.compare`.
        one: what is compared with, in words.
        other: what is compared with it.
        differs: settings that differ, with both values.
        only_in_one: instances (or instances and labels) that one side alone has; they are left out.
        only_in_other: those of the other.
        remarks: what else there is to know.
        between: how far two explainers agree with each other; None for one.
    """

    table: pd.DataFrame
    one: str
    other: str
    differs: Mapping[str, tuple[Any, Any]]
    only_in_one: tuple[Any, ...] = ()
    only_in_other: tuple[Any, ...] = ()
    remarks: tuple[str, ...] = ()
    between: Between | None = None

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        """The answer and the differences, for notebooks."""
        from limeeval.report.notebook import shown_in_notebook

        return shown_in_notebook(repr(self), self._figure())

    def plot(self, ax: Axes | None = None) -> Axes:
        """The differences with their limits, on these axes or new ones.

        Raises:
            ValueError: the table has none of the scores that are drawn.
        """
        from limeeval.report.comparison.drawn import differences_figure
        from limeeval.report.drawing.axes import on_axes

        return on_axes(differences_figure(self.table, self.one, self.other), ax)

    def _figure(self) -> Figure | None:
        from limeeval.report.comparison.drawn import differences_figure
        from limeeval.report.drawing.figure import NotDrawn

        try:
            return differences_figure(self.table, self.one, self.other)
        except NotDrawn:
            return None

    def _lines(self) -> Iterator[str]:
        rows = {str(row["metric"]): row for row in self.table.to_dict("records")}
        first, tests = next(iter(rows.values())), int(self.table["p_holm"].notna().sum())
        yield f"{self.other} compared with {self.one}: {_units(first, max(row['n'] for row in rows.values()))}"
        main = next((rows[name] for name in (AGREEMENT, *rows) if name in rows and _is_of_agreement(name)), None)
        if main is not None:
            yield f"- {agreement_in_words(main, tests)}"
        if self.between is not None:
            yield f"- {self.between}"
        if LOG_SD in rows:
            yield f"- {noise_in_words(rows[LOG_SD], tests)}"
        yield from (f"- {fidelity_in_words(row, tests)}" for row in _fidelity(rows))
        yield from _cost(first)
        yield _count(self.table)
        yield from (f"Note: {remark}." for remark in self.remarks)


def _is_of_agreement(metric: str) -> bool:
    return metric != LOG_SD and metric not in FIDELITY


def _fidelity(rows: Mapping[str, Row]) -> list[Row]:
    """Both kinds, unless they are the same: each setting's own width is the one for all."""
    found = [rows[name] for name in FIDELITY if name in rows]
    is_same = len(found) == 2 and all(
        math.isclose(found[0][name], found[1][name], rel_tol=1e-9, abs_tol=1e-12)
        or (math.isnan(found[0][name]) and math.isnan(found[1][name]))
        for name in _FIGURES
    )
    return found[:1] if is_same else found


def _cost(row: Row) -> Iterator[str]:
    one, other = row["rows_predicted_one"], row["rows_predicted_other"]
    if one > 0 and other > 0:
        times = "the same number of" if one == other else f"{other / one:.3g} times as many"
        yield f"- at {times} model rows: {other:,.0f} an explanation, against {one:,.0f}"


def _units(row: Row, instances: int) -> str:
    one, other = row["seeds_one"], row["seeds_other"]
    seeds = counted(one, "seed") if one == other else f"{one} and {other} seeds"
    samples = ", the same samples" if row["shared_samples"] else ""
    return f"{counted(instances, 'instance')}, {seeds}{samples}"


def _count(table: pd.DataFrame) -> str:
    """What differs for sure, of what was tested."""
    tested = table[table["p_holm"].notna()]
    if tested.empty:
        few = table[["seeds_one", "seeds_other"]].to_numpy().min() < 3
        return f"Nothing was tested{': fewer than three seeds' if few else ''}."
    names = tested.loc[tested["p_holm"] < ALPHA, "metric"].tolist()
    adjusted = ", adjusted (Holm)" if len(tested) > 1 else ""
    which = f": {', '.join(names)}" if names else ""
    others = "; other rows of .table are descriptions, not tests" if len(tested) < len(table) else ""
    return (
        f"{len(names)} of {counted(len(tested), 'test')} below p = {ALPHA}{adjusted}{which}; "
        f"95 % limits, each alone, for these instances{others}."
    )
