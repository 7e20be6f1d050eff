"""What those who meet a verdict for the first time need to read it: what the scores and their brackets are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from limeeval.check.asked import LOG_SD
from limeeval.check.verdict import Verdict

MEANINGS = {
    "jaccard": "how far the leading reasons of two runs overlap, 1 being the same ones",
    "same_set": "how often two runs name the same leading reasons",
    "same_first": "how often two runs name the same first reason",
    "r2_fresh": "share of the model's local variation that the explanation carries",
    LOG_SD: "logarithm of how far coefficients vary from seed to seed",
}
"""Metrics that builds are often about, and what they are."""
LIMITS = "[low, high]: 95 % limits for these instances; only seeds are random"


def legend(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A line for each metric of the verdicts that has one, and one for limits if any are shown."""
    there = {one.threshold.metric for one in verdicts}
    yield from (f"{metric}: {meaning}" for metric, meaning in MEANINGS.items() if metric in there)
    if any("low" in one.numbers and not math.isnan(one.numbers["low"]) for one in verdicts):
        yield LIMITS
