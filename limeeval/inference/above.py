"""Test of a mean similarity against a target: the counterpart of its lower limits, at any level."""

import numpy as np

from limeeval.inference.jackknife import summed_variance
from limeeval.inference.pseudo_run import STILL, Agreement
from limeeval.lime.domain import Array


def p_above(found: Agreement, target: float) -> Array:
    """One-sided p (...) of the mean over *these* instances (..., m) lying above the target; small where it does.

    The lower limit of :func:`limeeval.inference.pseudo_run.pseudo_run_interval_over_instances` is above the target
    where p is below 0.025. So: Student's t on the logit, for a single instance with an artificial run; where all runs
    of all instances agree, the smaller of that with artificial runs and of the binomial probability that all of R // 2
    disjoint pairs an instance agree; where nothing else varies, the binomial one (Clopper and Pearson, 1934). nan where
    the interval is.

    Args:
        found: of the runs of each instance.
        target: inside the range of the score.
    """
    minimum = np.asarray(found.minimum.mean(axis=-1))
    goal = (target - minimum) / (1 - minimum)
    plain = _of_t(found.mean, found.variance, found.runs, minimum, goal)
    extended = _of_t(found.extended_mean, found.extended_variance, found.runs + 1, minimum, goal)
    pairs = (found.runs // 2).sum(axis=-1)
    share = np.clip((np.asarray(found.mean.mean(axis=-1)) - minimum) / (1 - minimum), 0.0, 1.0)
    binomial = _of_pairs(share, pairs, goal)
    agree, is_still = share >= 1 - STILL, ~(_spread(found.variance) > STILL)
    if found.mean.shape[-1] == 1:
        is_still |= ~(_spread(found.extended_variance) > STILL) | (found.runs[..., 0] == 2)
        p = np.where(agree | ~is_still, extended, binomial)
        return np.where(np.isnan(found.mean[..., 0]), np.nan, np.where(share <= 0, 1.0, p))
    least = found.runs.min(axis=-1)
    p = np.where(is_still, np.where(agree, np.fmin(extended, binomial), binomial), plain)
    return np.where((least < 3) | np.isnan(share), np.nan, p)


def _spread(variances: Array) -> Array:
    """Standard error (...) of the mean of what has these variances (..., m)."""
    return np.asarray(np.sqrt(variances.sum(axis=-1)) / variances.shape[-1])


def _of_pairs(share: Array, pairs: Array, goal: Array) -> Array:
    """Probability (...) that so large a share of the pairs agree, or a larger one, if one in ``goal`` does."""
    from scipy.special import betainc

    successes = share * pairs
    found = betainc(np.maximum(successes, 1e-12), pairs - successes + 1, goal)
    return np.where(successes > 0, found, 1.0)


def _of_t(means: Array, variances: Array, runs: Array, minimum: Array, goal: Array) -> Array:
    """p of the mean of means (..., m), rescaled to 0..1, lying above the goal; 0 or 1 where nothing varies."""
    from scipy.special import logit, stdtr

    total, df = summed_variance(variances / means.shape[-1] ** 2, runs)
    share = (means.mean(axis=-1) - minimum) / (1 - minimum)
    slope = share * (1 - share)
    inside = (slope > 0) & (total > 0)
    shift = (logit(np.where(inside, share, 0.5)) - logit(goal)) * slope * (1 - minimum)
    p = stdtr(df, -shift / np.sqrt(np.where(inside, total, 1.0)))
    return np.where(np.isnan(total), np.nan, np.where(inside, p, (share <= goal).astype(float)))
