"""What those who meet a verdict for the first time need to read it: what the scores and their brackets are."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence

from limeeval.check.meanings import MEANINGS
from limeeval.check.verdict import Verdict
from limeeval.sweep.columns import width_of

LIMITS = "[low, high]: 95 % limits for these instances; only seeds are random"


def legend(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A line for each metric of the verdicts, and one for limits if any are shown."""
    there = dict.fromkeys(one.threshold.metric for one in verdicts)
    said = {metric: _meaning(metric) for metric in there}
    yield from (f"{metric}: {said[metric]}" for metric in sorted(there, key=_place) if said[metric])
    if any("low" in one.numbers and not math.isnan(one.numbers["low"]) for one in verdicts):
        yield LIMITS


def _place(metric: str) -> int:
    """Where it comes among the others: those in the table in its order, then all that are not."""
    return [*MEANINGS, metric].index(metric)


def _meaning(metric: str) -> str:
    """What a metric is; "" for one that nobody knows."""
    if metric in MEANINGS:
        return MEANINGS[metric]
    if width_of(metric):
        return "share of the model's local variation that the explanation carries at that kernel width"
    from limeeval.metrics.catalogue import agreement_metrics

    known = agreement_metrics().get(metric)
    said = (inspect.getdoc(known.of) or "").partition("\n")[0] if known else ""
    return f"{said[:1].lower()}{said[1:].removesuffix('.')}"
