"""Explanations whose runs follow a known law: coefficients ~ N(b, V), V diagonal, standard errors as LIME's are."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from limeeval.metrics.catalogue import Metric, agreement_metrics
from limeeval.metrics.ranking import jaccard
from limeeval.report.scores.agreement import INTERVALS

COUNTS = (3, 5, 10, 20, 30)
"""Of runs."""
GROUPS = 25
"""Of samples, from which LIME here takes a standard error: as noisy as that of so many."""
AT_ONCE = 50
"""Runs that are paired with each other where a true value is computed."""


class Explanations(NamedTuple):
    """e explanations of d features: coefficients b (e, d) and their true standard deviations (e, d)."""

    b: np.ndarray
    sd: np.ndarray

    def runs(self, generator: np.random.Generator, repetitions: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients and standard errors (repetitions, e, R, d)."""
        shape = (repetitions, len(self.b), count, self.b.shape[1])
        errors = self.sd[:, None] * np.sqrt(generator.chisquare(GROUPS - 1, shape) / (GROUPS - 1))
        return self.b[:, None] + self.sd[:, None] * generator.standard_normal(shape), errors

    def chosen(self, positions: np.ndarray) -> "Explanations":
        return Explanations(self.b[positions], self.sd[positions])


def explanations(count: int, d: int, generator: np.random.Generator) -> Explanations:
    """Half of them decay geometrically, half are normal: few clear reasons, and many close ones."""
    decay = generator.uniform(0.75, 0.95, size=(count // 2, 1)) ** np.arange(d)
    b = np.concatenate([decay, generator.normal(size=(count - count // 2, d))])
    return Explanations(b, generator.uniform(0.7, 1.4, size=b.shape))


def scaled(known: Explanations, k: int, level: float) -> Explanations:
    """The same with standard deviations at which two runs have an expected Jaccard@k of this level."""
    noise = np.random.default_rng(0).standard_normal((len(known.b), 12, AT_ONCE, known.b.shape[1]))
    small, large = np.full((2, len(known.b)), [[1e-4], [20.0]])
    for _ in range(16):
        scale = np.sqrt(small * large)
        runs = known.b[:, None, None] + (scale[:, None] * known.sd)[:, None, None] * noise
        above = jaccard(runs, k).mean(axis=-1) > level
        small, large = np.where(above, scale, small), np.where(above, large, scale)
    return known._replace(sd=small[:, None] * known.sd)


def true_scores(known: Explanations, k: int, runs: int = 3000) -> dict[tuple[int, str], float]:
    """Every agreement score in expectation, by explanation and metric."""
    (drawn,), (errors,) = known.runs(np.random.default_rng(1), 1, runs)
    return {(e, name): value for e, own in enumerate(drawn) for name, value in pool_scores(own, errors[e], k).items()}


def pool_scores(pool: np.ndarray, errors: np.ndarray, k: int) -> dict[str, float]:
    """What many runs (N, d) and their standard errors say about a few, by metric.

    Means over pairs are taken 50 runs at a time. Of metrics that are none, but have an interval: by normal theory, the
    value of all runs together; else that of R runs, for each R, as ``metric@R``. Of others nothing.
    """
    found: dict[str, float] = {}
    for name, metric in agreement_metrics().items():
        score = partial(_mean_over_blocks, metric, pool, errors, k)
        if metric.of_pairs or metric.of_sets:
            found[name] = score(AT_ONCE)
        elif name in INTERVALS and INTERVALS[name].construction == "normal theory":
            found[name] = score(len(pool))
        elif name in INTERVALS:
            found |= {f"{name}@{count}": score(count) for count in COUNTS}
    return found


def _mean_over_blocks(metric: Metric, pool: np.ndarray, errors: np.ndarray, k: int, size: int) -> float:
    """Mean score of so many runs at a time."""
    runs, own = (part[: len(pool) // size * size].reshape(-1, size, pool.shape[1]) for part in (pool, errors))
    return float(np.mean(metric.score(runs, k, own)))


def table(coefficients: np.ndarray, errors: np.ndarray | None = None) -> pd.DataFrame:
    """Runs (s, m, R, d) of s settings and m instances as a table of attributions."""
    setting, instance, seed, feature = np.indices(coefficients.shape).reshape(4, -1)
    keys = {"setting": setting, "instance": instance, "seed": seed, "feature": feature}
    found = pd.DataFrame({**keys, "coefficient": coefficients.ravel()})
    return found if errors is None else found.assign(standard_error=errors.ravel())
