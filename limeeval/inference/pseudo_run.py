"""Pseudo-run logit-t: an interval for means over pairs of runs that holds even where all runs agree.

The jackknife takes its spread from the runs at hand; runs that happen to agree show none, and the interval is far too
short near 1. One artificial run that disagrees a little keeps it honest. Simulated, see the tests.
"""

from typing import NamedTuple

import numpy as np

from limeeval.inference.interval import LEVEL, Interval, bounded_limits, logit_limits, t_quantile
from limeeval.inference.jackknife import jackknife_interval_over_instances, jackknife_variance, pairs_without_each
from limeeval.lime.domain import Array
from limeeval.metrics.pairs import Similarity, sums_without_diagonal

STILL = 1e-12
"""A spread up to which nothing is said to vary."""


class Agreement(NamedTuple):
    """Mean similarity of runs in minimum..1, and what the jackknife says about it; all (...).

    ``extended`` are the same with one artificial run more, whose similarity to each run r is min(one swap, r's own mean
    similarity). Means are nan for one run, variances for fewer than three.
    """

    mean: Array
    variance: Array
    extended_mean: Array
    extended_variance: Array
    one_swap: Array
    minimum: Array
    runs: Array


def agreement(similarity: Similarity) -> Agreement:
    """What R runs say about the mean similarity of two, from those of every two (..., R, R)."""
    sums = sums_without_diagonal(similarity.pairs)
    runs = sums.shape[-1]
    artificial = np.minimum(similarity.one_swap[..., None], sums / max(runs - 1, 1))
    extended = np.concatenate([sums + artificial, artificial.sum(axis=-1, keepdims=True)], axis=-1)
    count = np.full(sums.shape[:-1], runs)
    return Agreement(*_moments(sums), *_moments(extended), similarity.one_swap, similarity.minimum, count)


def pseudo_run_interval(found: Agreement) -> Interval:
    """Interval (...) of the mean similarity of two runs.

    One artificial run is added whose similarity to each run r is min(one-swap value, r's own mean similarity).

    - Lower limit: logit-t jackknife of the R + 1 runs.
    - Upper limit: the larger of the limits with and without it; 1 where all runs agree.
    - No two runs share anything: the minimum below; above, in 0..1, 1 - 0.025^(1/p), p = R // 2 independent pairs.
      Scores that only tell same from different (one swap is 0) have the sharper q^2, where q solves P(at most one of R
      runs is of a set of probability q) = 0.025: disagreement is least telling of one frequent set among ever new ones.
    - R = 2, and runs that disagree without leaving any of them out making a difference: no spread to work with, so
      Clopper and Pearson's limits of R // 2 independent pairs, which are wide.
    - R = 1, or nan among the similarities: nan.

    >>> agree = Similarity(np.ones((10, 10)), np.array(2 / 3), np.array(0.0))
    >>> found = pseudo_run_interval(agreement(agree))
    >>> round(float(found.low), 2), float(found.high)
    (0.59, 1.0)
    """
    mean, minimum, runs = found.mean, found.minimum, found.runs
    margin = t_quantile(runs) * np.sqrt(found.extended_variance)
    low, high = logit_limits(found.extended_mean, margin, minimum=minimum)
    plain = t_quantile(runs - 1) * np.sqrt(found.variance)
    high = np.fmax(high, logit_limits(mean, plain, minimum=minimum)[1])
    widest = bounded_limits(mean, runs // 2, minimum=minimum)
    unknown = (mean < 1) & ((np.fmin(margin, plain) <= STILL) | (runs == 2))
    low, high = np.where(unknown, widest[0], low), np.where(unknown, widest[1], high)
    nothing = np.where(found.one_swap > minimum, widest[1], minimum + (1 - minimum) * _no_two_alike(runs))
    low = np.where(mean <= minimum, minimum, low)
    high = np.where(mean >= 1, 1.0, np.where(mean <= minimum, nothing, high))
    blank = np.where(np.isnan(mean), np.nan, 0.0)
    return Interval(mean, low + blank, high + blank, int(runs.max(initial=0)))


def pseudo_run_interval_over_instances(found: Agreement) -> Interval:
    """Interval (...) of the mean over *these* instances (..., m) of what their runs have in common.

    Of a single one, its pseudo-run interval. Else the sum of the instances' jackknife variances, on the logit. Where
    all runs of all instances agree there is none: the upper limit is 1, and the lower one the larger of two: from the
    variances and the mean with an artificial run in each instance; and Clopper and Pearson's of R // 2 disjoint pairs
    an instance, all of them alike. That one holds however the instances differ: the product of their probabilities is
    at most the power of their mean. Without a spread at any other value: Clopper and Pearson's. nan where an instance
    has fewer than three runs or anything is nan.
    """
    m = found.mean.shape[-1]
    if m == 1:
        return pseudo_run_interval(Agreement(*(column[..., 0] for column in found)))._replace(n=1)
    minimum = np.asarray(found.minimum.mean(axis=-1))
    plain, extended = (
        jackknife_interval_over_instances(mean.mean(axis=-1), variance / m**2, runs, minimum=minimum)
        for mean, variance, runs in (
            (found.mean, found.variance, found.runs),
            (found.extended_mean, np.where(found.runs < 3, np.nan, found.extended_variance), found.runs + 1),
        )
    )
    widest = bounded_limits(plain.estimate, (found.runs // 2).sum(axis=-1), minimum=minimum)
    flat, agree = plain.high - plain.low <= STILL, plain.estimate >= 1 - STILL
    low = np.where(flat, np.where(agree, np.maximum(extended.low, widest[0]), widest[0]), plain.low)
    high = np.where(flat, np.where(agree, 1.0, widest[1]), plain.high)
    return Interval(plain.estimate, low, high, m)


def _moments(sums: Array) -> tuple[Array, Array]:
    """Mean over pairs (...) and its jackknife variance, from each run's sum of similarities (..., R)."""
    runs = sums.shape[-1]
    if runs < 2:
        blank = np.full(sums.shape[:-1], np.nan)
        return blank, blank
    return sums.sum(axis=-1) / (runs * (runs - 1)), jackknife_variance(pairs_without_each(sums))


def _no_two_alike(runs: Array) -> Array:
    """Largest probability that two runs are alike, at which it is not unlikely that no two of R are."""
    from scipy.special import betaincinv

    return np.asarray(np.square(betaincinv(2, np.maximum(runs - 1, 1), (1 + LEVEL) / 2)))
