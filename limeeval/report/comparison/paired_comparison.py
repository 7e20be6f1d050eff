"""What a comparison says: a table of differences, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.places import plain
from limeeval.report.comparison.measures import LOG_SD

if TYPE_CHECKING:
    import pandas as pd

_ALPHA = 0.05
_AGREEMENT = "jaccard"
_FIDELITY = ("r2_reference", "r2_fresh")
_SENTENCES = {True: "agrees more", False: "agrees less", None: "agrees as much, as far as can be seen"}
_FAITHFUL = {True: "is more faithful", False: "is less faithful", None: "is as faithful, as far as can be seen"}


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
    """

    table: pd.DataFrame
    one: str
    other: str
    differs: Mapping[str, tuple[Any, Any]]
    only_in_one: tuple[Any, ...] = ()
    only_in_other: tuple[Any, ...] = ()
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        rows = {str(row["metric"]): row for row in self.table.to_dict("records")}
        first = next(iter(rows.values()))
        yield f"{self.other} compared with {self.one}: {_units(first)}"
        main = next((rows[name] for name in (_AGREEMENT, *rows) if name in rows and _is_of_agreement(name)), None)
        if main is not None:
            yield f"- {_SENTENCES[_verdict(main)]}: {_figures(main)}"
        if LOG_SD in rows:
            yield f"- {_noise(rows[LOG_SD])}"
        yield from (
            f"- {_FAITHFUL[_verdict(rows[name])]}: {_figures(rows[name])}" for name in _FIDELITY if name in rows
        )
        yield from _cost(first)
        yield _count(self.table)
        yield from (f"Note: {remark}." for remark in self.remarks)


def _is_of_agreement(metric: str) -> bool:
    return metric != LOG_SD and metric not in _FIDELITY


def _verdict(row: Mapping[Any, Any]) -> bool | None:
    """Whether other is higher; None if that may be chance, among all tests of the comparison."""
    return bool(row["difference"] > 0) if row["p_holm"] < _ALPHA else None


def _figures(row: Mapping[Any, Any]) -> str:
    effect = "" if math.isnan(row["effect_size"]) else f", effect size {row['effect_size']:+.1f}"
    return (
        f"{_title(row)} {row['one']:.2f} -> {row['other']:.2f}, {row['difference']:+.3f} "
        f"{_limits(row['low'], row['high'], '+.3f')}, {_p(row['p_holm'])}{effect}"
    )


def _title(row: Mapping[Any, Any]) -> str:
    """The metric, with its k."""
    k = plain(row["k"])
    return str(row["metric"]) if k is None else f"{row['metric']}@{k:.0f}"


def _noise(row: Mapping[Any, Any]) -> str:
    if math.isnan(row["difference"]):
        return "noise cannot be compared: no coefficient varies on both sides"
    found = _verdict(row)
    what = "as noisy, as far as can be seen" if found is None else "noisier" if found else "less noisy"
    low, high = math.exp(row["low"]), math.exp(row["high"])
    ratio = f"{math.exp(row['difference']):.3f} times {_limits(low, high, '.3f')}"
    return f"is {what}: standard deviations {ratio}, {_p(row['p_holm'])}"


def _limits(low: float, high: float, form: str) -> str:
    return "[no limits: fewer than three seeds]" if math.isnan(low) else f"[{low:{form}}, {high:{form}}]"


def _p(p: float) -> str:
    return "p not known" if math.isnan(p) else "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _cost(row: Mapping[Any, Any]) -> Iterator[str]:
    one, other = row["rows_predicted_one"], row["rows_predicted_other"]
    if one > 0 and other > 0:
        times = "the same number of" if one == other else f"{other / one:.3g} times as many"
        yield f"- at {times} model rows: {other:,.0f} an explanation, against {one:,.0f}"


def _units(row: Mapping[Any, Any]) -> str:
    one, other = row["seeds_one"], row["seeds_other"]
    seeds = f"{one} seeds" if one == other else f"{one} and {other} seeds"
    samples = ", the same samples" if row["shared_samples"] else ""
    return f"{row['n']} instances, {seeds}{samples}"


def _count(table: pd.DataFrame) -> str:
    found = int((table["p_holm"] < _ALPHA).sum())
    return f"{found} of {len(table)} scores differ at p < {_ALPHA}, adjusted (Holm); 95 % limits, for these instances."
