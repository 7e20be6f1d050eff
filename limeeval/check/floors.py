"""Verdicts of bounds that stand by themselves: a floor, a ceiling, or both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from limeeval.check.rows import has_rows, selected, worst
from limeeval.check.scores import Scores, in_words
from limeeval.check.thresholds import Threshold
from limeeval.check.values import score, typed
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict
from limeeval.report.answer.names import shortened
from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import counted

if TYPE_CHECKING:
    import pandas as pd

Instances = Callable[[], "pd.DataFrame"]
WITHOUT_LIMITS = ("condition_number", "supported")
"""Metrics that never have limits; they are judged by their estimate. Of others, a row without limits is left open."""


def floor_verdicts(threshold: Threshold, scores: Scores, instances: Instances) -> list[Verdict]:
    """One verdict for every row that a threshold is about; a single one, "missing", where there is none.

    A floor fails when the whole interval for these instances lies below it, passes when none of it does, and is
    inconclusive between; a ceiling likewise. Both pass if each does and fail if either does. A score that is undefined
    is missing, and so is a metric that rows like these do not have.

    Args:
        threshold: with ``at_least``, ``at_most`` or both.
        scores: of the run.
        instances: gives those of the run, to name them by the user's rows; they are read where something fails.

    Raises:
        ValueError: ``where`` matches no row of any metric, and rows must not be missing.
    """
    rows = selected(threshold, scores)
    if rows.empty:
        if threshold.where and not threshold.allow_missing and not has_rows(threshold.where, scores):
            raise ValueError(
                f"{threshold.short}: where must match rows of the run, got {in_words(threshold.where)}, which none has"
            )
        what = f"the run has no rows of {threshold.metric}" + (" like these" if threshold.where else "")
        return [Verdict(threshold, MISSING, in_words(threshold.where), what, {"where": dict(threshold.where)})]
    return [_verdict(threshold, row, scores, instances) for _, row in rows.iterrows()]


def status_of(threshold: Threshold, estimate: float, low: float, high: float) -> str:
    """What comes of an estimate and its limits, all of them nan or not.

    >>> status_of(Threshold("jaccard", at_least=0.9), 0.8, 0.7, 0.85)
    'fail'
    """
    if math.isnan(estimate):
        return MISSING
    if threshold.metric in WITHOUT_LIMITS:
        low = high = estimate
    if math.isnan(low) or math.isnan(high):
        return INCONCLUSIVE
    below, above = threshold.at_least, threshold.at_most
    if (below is not None and high < below) or (above is not None and low > above):
        return FAIL
    return PASS if (below is None or low >= below) and (above is None or high <= above) else INCONCLUSIVE


def _verdict(threshold: Threshold, row: pd.Series, scores: Scores, instances: Instances) -> Verdict:
    estimate, low, high = (_float(row[name]) for name in ("estimate", "low", "high"))
    status = status_of(threshold, estimate, low, high)
    numbers: dict[str, Any] = {"where": scores.where(row), "estimate": estimate, "low": low, "high": high}
    numbers["instances"] = int(row["n"]) if plain(row["instance"]) is None else 1
    numbers |= {name: value for name in ("at_least", "at_most") if (value := getattr(threshold, name)) is not None}
    is_low = threshold.at_least is not None and (estimate if math.isnan(high) else high) < threshold.at_least
    if status == FAIL:
        numbers["beyond"] = abs(estimate - numbers["at_least" if is_low else "at_most"])
        numbers["worst"] = _called(worst(row, scores, lowest=is_low), row, instances())
    sentence = "; ".join(filter(None, [_found(threshold, row), *_told(threshold, status, numbers, is_low=is_low)]))
    return Verdict(threshold, status, scores.words(row), sentence, numbers)


def _found(threshold: Threshold, row: pd.Series) -> str:
    """The score with its limits and what it rests on."""
    estimate, low, high = (_float(row[name]) for name in ("estimate", "low", "high"))
    if math.isnan(estimate):
        return f"{threshold.metric} is undefined here"
    limits = "" if math.isnan(low) or math.isnan(high) else f" [{score(low)}, {score(high)}]"
    over = f" over {counted(int(row['n']), 'instance')}" if plain(row["instance"]) is None else ""
    return f"{threshold.metric} is {score(estimate)}{limits}{over}"


def _told(threshold: Threshold, status: str, numbers: Mapping[str, Any], *, is_low: bool) -> Iterator[str]:
    """What a score means for a threshold."""
    bounds = " and ".join(typed(float(numbers[name])) for name in ("at_least", "at_most") if name in numbers)
    has_limits = not math.isnan(numbers["low"]) and not math.isnan(numbers["high"])
    if status == MISSING:
        yield "too few runs, or none that can be scored"
    elif threshold.metric in WITHOUT_LIMITS:
        yield "it has no limits and is judged as it is"
    elif not has_limits:
        yield f"it has no limits, as of too few seeds: against {bounds} nothing is certain"
    if status == FAIL:
        side, bound = ("below", threshold.at_least) if is_low else ("above", threshold.at_most)
        whole = "all of it lies" if has_limits else "it lies"
        yield f"{whole} {side} {typed(bound)}, the estimate by {score(numbers['beyond'])}"
        if numbers["worst"]:
            each = ", ".join(f"{one['row']} ({score(one['estimate'])})" for one in numbers["worst"])
            yield f"{'lowest' if is_low else 'highest'} in rows {each}"
    elif status == INCONCLUSIVE and has_limits:
        yield f"part of it lies beyond {bounds}: more seeds would tell"


def _called(found: Mapping[int, float], row: pd.Series, own: pd.DataFrame) -> list[dict[str, Any]]:
    """Instances by the user's rows, or their positions where these are not known: see :class:`Verdict`."""
    names: dict[int, Any] = {}
    if {"instance", "row"} <= set(own):
        for name in ("task", "model"):
            if name in own and name in row.index:
                own = own[own[name] == row[name]]
        names = dict(zip(own["instance"], own["row"], strict=True))
    return [{"row": shortened(str(names.get(one, one))), "estimate": value} for one, value in found.items()]


def _float(value: Any) -> float:
    known = plain(value)
    return math.nan if known is None else float(known)
