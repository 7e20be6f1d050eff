"""Instances whose true agreement is known: coefficients b and errors scaled until two runs agree as much as wanted."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

TRUTHS = (0.5, 0.9, 0.98)
COUNTS = (5, 10, 30)


class Instance(NamedTuple):
    b: np.ndarray
    sd: np.ndarray
    k: int
    truth: float

    def runs(self, replications, count, seed):
        """Coefficients and standard errors (replications, R, d); the errors as noisy as a jackknife of 25 groups."""
        generator = np.random.default_rng([seed, count])
        shape = (replications, count, len(self.b))
        errors = self.sd * np.sqrt(generator.chisquare(24, shape) / 24)
        return self.b + self.sd * generator.standard_normal(shape), errors


def expected_score(score, b, sd, k, *, runs, seed):
    """Mean score over pairs of many runs, 50 at a time; its standard error is below 0.01 at 600 runs, 0.005 at 3000."""
    noise = np.random.default_rng(seed).standard_normal((runs // 50, 50, len(b)))
    return float(score(b + sd * noise, k).mean())


def instance(score, truth, b, sd, k):
    small, large = 1e-4, 20.0
    for _ in range(20):
        scale = np.sqrt(small * large)
        above = expected_score(score, b, scale * sd, k, runs=600, seed=1) > truth
        small, large = (scale, large) if above else (small, scale)
    return Instance(b, small * sd, k, expected_score(score, b, small * sd, k, runs=3000, seed=2))


@pytest.fixture(scope="session")
def instances():
    """Five instances of a given score and true expected value: evenly spaced, decaying, tied, and at random."""

    @cache
    def build(score, truth):
        generator = np.random.default_rng(0)
        tied = np.r_[np.linspace(2, 1.5, 4), 1.1, 1.0, 0.95, np.linspace(0.6, 0.1, 6)]
        coefficients = [np.linspace(1, 0.05, 30), 0.85 ** np.arange(12), tied, *generator.normal(size=(2, 10))]
        return [
            instance(score, truth, b, generator.uniform(0.7, 1.4, len(b)), k)
            for b, k in zip(coefficients, (5, 4, 5, 3, 3), strict=True)
        ]

    return build


def coverage(interval, truth):
    """Share of intervals on the last axis that hold the truth."""
    return np.mean((interval.low <= truth) & (truth <= interval.high), axis=-1)
