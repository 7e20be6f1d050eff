"""Pseudo-run logit-t: an interval for means over pairs of runs that holds even where all runs agree.

The jackknife takes its spread from the runs at hand; runs that happen to agree show none, and the interval is far too
short near 1. One artificial run that disagrees a little keeps it honest. Simulated, see the tests.
"""

import numpy as np

from limeeval.inference.interval import LEVEL, Interval, bounded_limits, logit_limits, t_quantile
from limeeval.inference.jackknife import (
    jackknife_interval_over_instances,
    jackknife_variance,
    mean_without_each,
    off_diagonal_sums,
    pairs_without_each,
)
from limeeval.inference.similarity import Similarity
from limeeval.lime.domain import Array


def pseudo_run_interval(similarity: Similarity) -> Interval:
    """Interval (...) of the mean similarity of two runs.

    One artificial run is added whose similarity to each run r is min(one swap, r's own mean similarity).

    - Lower limit: logit-t jackknife of the R + 1 runs.
    - Upper limit: the larger of the limits with and without it; 1 where all runs agree.
    - No two runs share anything: 0 below; above 1 - 0.025^(1/p), p = R // 2 independent pairs. Scores that only tell
      same from different (one swap is 0) have the sharper q^2, where q solves P(at most one of R runs is of a set of
      probability q) = 0.025: disagreement is least telling of one frequent set among ever new ones.
    - R = 2, and equal but partial similarities throughout: no spread to work with, so Clopper and Pearson's limits of
      R // 2 independent pairs, which are wide.
    - R = 1, or nan among the similarities: nan.

    >>> agree = Similarity(np.ones((10, 10)), np.array(2 / 3), np.array(0.0))
    >>> found = pseudo_run_interval(agree)
    >>> round(float(found.low), 2), float(found.high)
    (0.59, 1.0)
    """
    pairs, minimum = similarity.pairs, similarity.minimum
    runs = pairs.shape[-1]
    estimate = mean_of_pairs(pairs)
    if runs < 2:
        return Interval(estimate, estimate, estimate, runs)
    low, high = _scaled_limits(_from_minimum(pairs, minimum), (similarity.one_swap - minimum) / (1 - minimum))
    return Interval(estimate, minimum + (1 - minimum) * low, minimum + (1 - minimum) * high, runs)


def pseudo_run_interval_over_instances(similarity: Similarity) -> Interval:
    """Interval (...) of the mean over *these* instances of their similarities (..., m, R, R).

    The sum of the instances' jackknife variances, on the logit. Where all runs of all instances agree there is none:
    then the variances and the mean with an artificial run in each instance give the lower limit, and the upper is 1.
    Without a spread at any other value: Clopper and Pearson's limits of R // 2 pairs an instance. nan for R < 3 or any
    nan.
    """
    pairs, floor = similarity.pairs, similarity.minimum
    scaled = _from_minimum(pairs, floor)
    plain = _over_instances(scaled)
    extended = _over_instances(_extended(scaled, (similarity.one_swap - floor) / (1 - floor)))
    instances, runs = pairs.shape[-3:-1]
    widest = bounded_limits(plain.estimate, instances * (runs // 2))
    flat, agree = plain.high - plain.low <= 1e-12, plain.estimate >= 1
    low = np.where(flat, np.where(agree, extended.low, widest[0]), plain.low)
    high = np.where(flat, np.where(agree, 1.0, widest[1]), plain.high)
    minimum = floor.mean(axis=-1)
    estimate = np.asarray(mean_of_pairs(pairs).mean(axis=-1))
    return Interval(estimate, minimum + (1 - minimum) * low, minimum + (1 - minimum) * high, runs)


def mean_of_pairs(pairs: Array) -> Array:
    """Mean (...) of the similarity of two different runs (..., R, R); nan for R = 1."""
    runs = pairs.shape[-1]
    if runs < 2:
        return np.full(pairs.shape[:-2], np.nan)
    mean: Array = off_diagonal_sums(pairs)[1] / (runs * (runs - 1))
    return mean


def _scaled_limits(pairs: Array, one_swap: Array) -> tuple[Array, Array]:
    """Limits of similarities in 0..1 of at least two runs."""
    runs, mean = pairs.shape[-1], mean_of_pairs(pairs)
    extended = _extended(pairs, one_swap)
    margin = _margin(extended)
    low, high = logit_limits(mean_of_pairs(extended), margin)
    if runs > 2:
        high = np.maximum(high, logit_limits(mean, _margin(pairs))[1])
    widest = bounded_limits(mean, runs // 2)
    unknown = (mean < 1) & ((margin <= 1e-12) | (runs == 2))
    low, high = np.where(unknown, widest[0], low), np.where(unknown, widest[1], high)
    nothing = np.where(one_swap > 0, widest[1], _no_two_alike(runs))
    return np.where(mean <= 0, 0.0, low), np.where(mean >= 1, 1.0, np.where(mean <= 0, nothing, high))


def _no_two_alike(runs: int) -> float:
    """Largest probability that two runs are alike, at which it is not unlikely that no two of R are."""
    from scipy.special import betaincinv

    return float(betaincinv(2, runs - 1, (1 + LEVEL) / 2)) ** 2


def _margin(pairs: Array) -> Array:
    margin: Array = t_quantile(pairs.shape[-1] - 1) * np.sqrt(jackknife_variance(pairs_without_each(pairs)))
    return margin


def _extended(pairs: Array, one_swap: Array) -> Array:
    """Similarities (..., R+1, R+1) with the artificial run as the last."""
    runs = pairs.shape[-1]
    own = off_diagonal_sums(pairs)[0] / max(runs - 1, 1)
    artificial = np.minimum(one_swap[..., None], own)
    extended = np.ones((*pairs.shape[:-2], runs + 1, runs + 1))
    extended[..., :runs, :runs] = pairs
    extended[..., runs, :runs] = extended[..., :runs, runs] = artificial
    return extended


def _over_instances(pairs: Array) -> Interval:
    means = mean_of_pairs(pairs)
    left_out = mean_without_each(means, pairs_without_each(pairs))
    return jackknife_interval_over_instances(means.mean(axis=-1), left_out, minimum=0.0)


def _from_minimum(pairs: Array, minimum: Array) -> Array:
    """Similarities in minimum..1 as 0..1."""
    floor = minimum[..., None, None]
    return (pairs - floor) / (1 - floor)
