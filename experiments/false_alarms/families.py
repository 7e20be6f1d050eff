"""Files of ten checks against a baseline of other seeds, simulated: coefficients are known centres with normal noise.

A family is one file: Jaccard at ten settings, of which each has noise of another size. Coefficients of an instance fall
off as those of a tree model do. What a run says of every instance is computed for many runs at once, by the functions
that make a panel of a run; verdicts are those of ``check``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from limeeval.check.panel import COLUMNS
from limeeval.check.regression import verdicts_between
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL
from limeeval.inference.jackknife import jackknife_variance, pairs_without_each
from limeeval.inference.paired import unseen
from limeeval.metrics.leading import leading
from limeeval.metrics.pairs import sums_without_diagonal
from limeeval.metrics.ranking import jaccard_similarity

CHECKS, D, K = 10, 12, 4
JACCARD = 0.93
"""Of the baseline, where something became worse: its standard error is about that of german_credit at 5,000 samples."""
SCALES = np.geomspace(0.01, 1.0, CHECKS)
"""Of noise, where nothing is worse: from runs that all agree to runs that hardly do."""
IDENTITY = {"task": "simulated", "model": "none", "explainer": "lime"}
_AT_ONCE = 200


class Shape(NamedTuple):
    """How much a run rests on."""

    instances: int
    seeds: int


class Found(NamedTuple):
    """Drops that were found, of so many families; the mean drop, and its mean standard error and smallest margin."""

    families: int
    found: int
    drop: float
    standard_error: float
    smallest: float


def centres(instances: int) -> np.ndarray:
    """Coefficients (m, d) of as many instances, in an order of their own."""
    generator = np.random.default_rng(7)
    sizes = np.sort(generator.gamma(1.0, 1.0, (instances, D)), axis=1)[:, ::-1]
    return sizes * generator.choice([-1.0, 1.0], (instances, D))


def scored(center: np.ndarray, scale: float, runs: int, seeds: int, generator: np.random.Generator) -> np.ndarray:
    """Jaccard of one instance, the variance of it, and the error of what seeds do not show (3, runs)."""
    parts = []
    for count in [_AT_ONCE] * -(-runs // _AT_ONCE):
        coefficients = center + scale * generator.standard_normal((count, seeds, D))
        similarity = jaccard_similarity(leading(coefficients, K))
        sums = sums_without_diagonal(similarity.pairs)
        mean = sums.sum(axis=-1) / (seeds * (seeds - 1))
        doubt = np.broadcast_to(unseen(similarity.one_swap, seeds), mean.shape)
        parts.append(np.stack([mean, jackknife_variance(pairs_without_each(sums)), doubt]))
    return np.concatenate(parts, axis=1)[:, :runs]


def panels(scales: np.ndarray, shape: Shape, families: int, *, stream: int) -> Iterator[pd.DataFrame]:
    """Panels of so many runs, of one setting for each scale of noise."""
    generator = np.random.default_rng([stream, *shape])
    own = centres(shape.instances)
    every = np.array([[scored(center, scale, families, shape.seeds, generator) for center in own] for scale in scales])
    count, size = len(scales) * shape.instances, families * len(scales) * shape.instances
    mean, variance, doubt = np.moveaxis(every, [2, 3], [0, 1]).reshape(3, size)
    settings = np.tile(np.repeat(np.arange(len(scales)), shape.instances), families)
    names = np.tile([str(i) for i in range(shape.instances)], families * len(scales))
    frame = pd.DataFrame({"num_samples": settings, "estimate": mean, "instance": names, "row": names})
    frame = frame.assign(standard_error=np.sqrt(variance) / shape.instances, unseen=doubt / shape.instances)
    frame = frame.assign(weight=1 / shape.instances, runs=shape.seeds, metric="jaccard", k=K, labels="1", **IDENTITY)
    frame = frame.assign(**dict.fromkeys(("values", "samples", "logs")))[[*IDENTITY, "num_samples", *COLUMNS]]
    yield from (frame.iloc[start : start + count] for start in range(0, size, count))


def alarms(shape: Shape, families: int, *, stream: int) -> np.ndarray:
    """The largest drop of each family that fails at a margin of 0, -1 where none does, nothing being worse."""
    before, now = (panels(SCALES, shape, families, stream=2 * stream + side) for side in (0, 1))
    drops = []
    for pair in zip(now, before, strict=True):
        verdicts = verdicts_between([Threshold("jaccard", no_worse_than_baseline=0.0)], *pair)
        assert [one.numbers["checks"] for one in verdicts] == [CHECKS] * CHECKS
        drops.append(max([one.numbers["drop"] for one in verdicts if one.status == FAIL], default=-1.0))
    return np.array(drops)


def scale_of(jaccard: float, instances: int) -> float:
    """The noise at which the mean over these instances is so large, to about 0.001."""
    low, high = 0.001, 3.0
    for _ in range(22):
        middle = np.sqrt(low * high)
        generator = np.random.default_rng(3)
        found = np.mean([scored(center, middle, 400, 10, generator)[0] for center in centres(instances)])
        low, high = (middle, high) if found > jaccard else (low, middle)
    return float(np.sqrt(low * high))


def detected(shape: Shape, margin: float, families: int, *, checks: int = CHECKS, times: float = 2.0) -> Found:
    """How often a drop of so many times the margin fails, as one of so many checks of which nothing else is worse."""
    scales = [scale_of(jaccard, shape.instances) for jaccard in (JACCARD, JACCARD - times * margin)]
    before, now = (
        panels(np.array([scale]), shape, families, stream=1000 + stream) for stream, scale in enumerate(scales)
    )
    threshold = Threshold("jaccard", no_worse_than_baseline=margin)
    found = []
    for own, other in zip(now, before, strict=True):
        every = other.iloc[np.tile(np.arange(len(other)), checks)]
        every = every.assign(num_samples=np.repeat(np.arange(checks), len(other)))
        found.append(verdicts_between([threshold], pd.concat([own, every.iloc[len(own) :]]), every)[0])
    assert found[0].numbers["checks"] == checks
    means = [np.mean([one.numbers[name] for one in found]) for name in ("drop", "standard_error", "smallest_margin")]
    return Found(families, sum(one.status == FAIL for one in found), *map(float, means))
