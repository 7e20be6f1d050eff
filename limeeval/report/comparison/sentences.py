"""Differences in words: what can be said for sure, what is not beyond doubt, and what was not tested."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import counted

ALPHA = 0.05
AGREEMENT = "jaccard"
FIDELITY = ("r2_reference", "r2_fresh")
"""At one width for all; at each setting's own."""
_FEWEST = 5
"""Instances from which on an effect size is worth a word."""

Row = Mapping[Any, Any]


class Between(NamedTuple):
    """How far a run of one side agrees with a run of the other: mean over instances.

    Attributes:
        metric: its name.
        k: how many features it is about; None if that differs.
        estimate: of runs of different seeds.
        chance: what unrelated runs score.
    """

    metric: str
    k: int | None
    estimate: float
    chance: float

    def __str__(self) -> str:
        title = _title(self.metric, self.k)
        return f"a run of one agrees with a run of the other: {title} {self.estimate:.2f}, {self.chance:.2f} by chance"


class Verdict(Enum):
    """What is known of a difference."""

    MORE = "more"
    LESS = "less"
    DOUBT = "doubt"
    NOT_SEEN = "not seen"
    UNTESTED = "untested"


def verdict_of(row: Row) -> Verdict:
    """Adjusted p decides; limits that exclude 0, which are not adjusted, leave it open."""
    if math.isnan(row["p_holm"]):
        return Verdict.UNTESTED
    if row["p_holm"] < ALPHA:
        return Verdict.MORE if row["difference"] > 0 else Verdict.LESS
    return Verdict.DOUBT if row["low"] > 0 or row["high"] < 0 else Verdict.NOT_SEEN


_AGREES = {
    Verdict.MORE: "agrees more with itself",
    Verdict.LESS: "agrees less with itself",
    Verdict.NOT_SEEN: "agrees as much with itself, as far as can be seen",
    Verdict.UNTESTED: "agreement with itself, not tested",
}
_FAITHFUL = {
    Verdict.MORE: "is more faithful",
    Verdict.LESS: "is less faithful",
    Verdict.NOT_SEEN: "is as faithful, as far as can be seen",
    Verdict.UNTESTED: "fidelity, not tested",
}
_NOISY = {
    Verdict.MORE: "is noisier",
    Verdict.LESS: "is less noisy",
    Verdict.NOT_SEEN: "is as noisy, as far as can be seen",
    Verdict.UNTESTED: "noise, not tested",
}


def agreement_in_words(row: Row, tests: int) -> str:
    """Of two runs of either side; ``tests`` are those p is adjusted for."""
    return f"{_said(_AGREES, row)}: two runs, {_figures(row, tests)}"


def fidelity_in_words(row: Row, tests: int) -> str:
    """Of R2."""
    return f"{_said(_FAITHFUL, row)}: {_figures(row, tests)}"


def noise_in_words(row: Row, tests: int) -> str:
    """Of standard deviations, as their ratio."""
    limits = _limits(math.exp(row["low"]), math.exp(row["high"]), ".3f")
    return f"{_said(_NOISY, row)}: standard deviations {math.exp(row['difference']):.3f} times{limits}{_p(row, tests)}"


def _said(words: Mapping[Verdict, str], row: Row) -> str:
    verdict = verdict_of(row)
    if verdict is not Verdict.DOUBT:
        return words[verdict]
    return f"{words[Verdict.MORE if row['difference'] > 0 else Verdict.LESS]}, but not beyond doubt"


def _figures(row: Row, tests: int) -> str:
    return (
        f"{_title(row['metric'], plain(row['k']))} {row['one']:.2f} -> {row['other']:.2f}, {row['difference']:+.3f}"
        f"{_limits(row['low'], row['high'], '+.3f')}{_p(row, tests)}{_effect(row)}"
    )


def _title(metric: str, k: int | None) -> str:
    return metric if k is None else f"{metric}@{k}"


def _limits(low: float, high: float, form: str) -> str:
    return "" if math.isnan(low) else f" [{low:{form}}, {high:{form}}]"


def _p(row: Row, tests: int) -> str:
    p = row["p_holm"]
    if math.isnan(p):
        return ""
    adjusted = f" (adjusted for {tests} tests)" if tests > 1 else ""
    return f", p {'< 0.001' if p < 0.001 else f'= {p:.3f}'}{adjusted}"


def _effect(row: Row) -> str:
    if math.isnan(row["effect_size"]) or row["n"] < _FEWEST:
        return ""
    return f", effect size {row['effect_size']:+.1f} over {counted(row['n'], 'instance')}"
