"""The logarithm of a standard deviation over runs: what tells one amount of noise from another soonest.

A score of agreement sees noise only where it changes which features lead. The standard deviation of every coefficient
sees it everywhere: a tenth fewer samples make it larger by 0.5 log(1 / 0.9) = 0.053.
"""

from typing import NamedTuple

import numpy as np

from limeeval.inference.jackknife import without_each
from limeeval.inference.paired import seed_changes
from limeeval.lime.domain import Array

_STILL = 1e-12
"""Share of the largest coefficient up to which a standard deviation is rounding."""


class LogSd(NamedTuple):
    """Of each feature: the logarithm (..., d), and what each seed does to it (..., R, d); nan where there is no spread.

    ``changes`` are those of :func:`limeeval.inference.paired.seed_changes`.
    """

    value: Array
    changes: Array


def log_sd(coefficients: Array) -> Array:
    """Logarithm of the standard deviation of each feature (..., d) over R runs; of normal runs right on the mean.

    log s is too small by (log(v / 2) - psi(v / 2)) / 2, v = R - 1, as log chi square is (Bartlett and Kendall, 1946);
    that is added, so that different numbers of runs can be compared. nan for one run, for a feature of which any
    coefficient is nan, and for one that does not move: 0 has no logarithm.

    Args:
        coefficients: (..., R, d).

    >>> round(float(log_sd(np.random.default_rng(0).normal(size=(2000, 5, 1))).mean()), 2)
    0.0
    """
    from scipy.special import psi

    runs = coefficients.shape[-2]
    if runs < 2:
        return np.full((*coefficients.shape[:-2], coefficients.shape[-1]), np.nan)
    half = (runs - 1) / 2
    sizes = np.where(np.isnan(coefficients), 0.0, np.abs(coefficients)).max(axis=(-2, -1), initial=0.0, keepdims=True)
    largest = np.where(sizes > 0, sizes, 1.0)
    sd = (coefficients / largest).std(axis=-2, ddof=1)  # Squares of large ones would overflow.
    moves = sd > _STILL
    found = np.log(np.where(moves, sd, 1.0)) + np.log(largest[..., 0, :])
    return np.where(moves, found + (np.log(half) - psi(half)) / 2, np.nan)


def log_sd_of_seeds(coefficients: Array) -> LogSd:
    """The logarithm, and what each seed does to it: nan also where one seed alone makes all the difference.

    nan for fewer than three runs.

    Args:
        coefficients: (..., R, d).
    """
    runs = coefficients.shape[-2]
    left_out = without_each(lambda kept: log_sd(coefficients[..., kept, :]), runs)
    changes = np.swapaxes(seed_changes(left_out), -1, -2)
    known = np.isfinite(changes).all(axis=-2)
    return LogSd(np.where(known, log_sd(coefficients), np.nan), changes)
