"""What those who meet a verdict for the first time need to read it: what the scores and their brackets are."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence

from limeeval.check.asked import LOG_SD
from limeeval.check.verdict import Verdict
from limeeval.sweep.columns import width_of

MEANINGS = {
    "jaccard": "how far the leading reasons of two runs overlap, 1 being the same ones",
    "same_set": "how often two runs name the same leading reasons",
    "same_first": "how often two runs name the same first reason",
    "r2": "share of the model's local variation that the explanation carries, on the samples that it was fitted to",
    "r2_fresh": "share of the model's local variation that the explanation carries",
    "r2_reference": "the share that it carries at the one kernel width that all settings are judged at",
    "lack_of_fit": "share of the model's local variation that even the best line misses",
    "local_gap": "distance between the model's answer for the instance and the explanation's",
    "ess": "effective samples: how many of equal weight would say as much as the weighted ones",
    "unknowns_per_effective_sample": "features and the intercept, divided by effective samples: best up to 0.1",
    "instance_leverage": "how far the explanation is forced through the instance itself, 1 being all the way",
    "condition_number": "how far features of the samples go together, 1 being not at all",
    "supported": "share of explanations that rest on enough samples",
    "r2_line": "share of the model's local variation that a line of all features carries",
    "r2_quadratic": "share of the model's local variation that a line with squares and products carries",
    "r2_trees": "share of the model's local variation that boosted trees carry",
    "nonlinear_gain": "share of the model's local variation that a richer model carries beyond a line",
    "nonlinearity_in_z": "share of the model's local variation that a line misses and the features shown could tell",
    "pure_error": "share of the model's local variation that nothing made of the features shown can tell",
    "misfit_explained": "share of what a line misses that a richer model carries",
    "pixel_spearman": "how far two explanations of one picture rank its pixels alike, 1 being all of them",
    "pixel_iou": "how far the leading pixels of two explanations of one picture overlap, 1 being the same ones",
    LOG_SD: "logarithm of how far coefficients vary from seed to seed",
}
"""What metrics are in few words; of other metrics of agreement their functions say it."""
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
