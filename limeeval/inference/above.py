"""Test of a mean similarity against a target: the counterpart of its lower limits, at any level."""

import numpy as np

from limeeval.inference.jackknife import summed_variance
from limeeval.inference.pseudo_run import STILL, Agreement
from limeeval.lime.domain import Array


def p_above(found: Agreement, target: float) -> Array:
    """One-sided p (...) of the mean over *these* instances (..., m) lying above the target; small where it does.

    The lower limit of :func:`limeeval.inference.pseudo_run.pseudo_run_interval_over_instances` is above the target
    where p is below 0.025. So: Student's t on the logit; where all runs of all instances agree, the smaller of that
    with an artificial run in each instance and of the binomial probability that all of R // 2 disjoint pairs an
    instance agree; where nothing else varies, the binomial one (Clopper and Pearson, 1934). nan where the interval is.

    Args:
        found: of the runs of each instance.
        target: inside the range of the score.
    """
    from scipy.special import betainc

    m = found.mean.shape[-1]
    minimum = np.asarray(found.minimum.mean(axis=-1))
    goal = (target - minimum) / (1 - minimum)
    extended_variance = np.where(found.runs < 3, np.nan, found.extended_variance)
    extended = _of_t(found.extended_mean, extended_variance, found.runs + 1, minimum, goal)
    plain = _of_t(found.mean, found.variance, found.runs, minimum, goal)
    share = (np.asarray(found.mean.mean(axis=-1)) - minimum) / (1 - minimum)
    pairs = (found.runs // 2).sum(axis=-1)
    successes = np.clip(share, 0.0, 1.0) * pairs
    binomial = np.where(successes > 0, betainc(np.maximum(successes, 1e-12), pairs - successes + 1, goal), 1.0)
    is_still, agree = found.variance.sum(axis=-1) / m**2 <= STILL**2, share >= 1 - STILL
    p = np.where(is_still, np.where(agree, np.fmin(extended, binomial), binomial), plain)
    return np.asarray(np.where(np.isnan(plain) & ~is_still, np.nan, p))


def _of_t(means: Array, variances: Array, runs: Array, minimum: Array, goal: Array) -> Array:
    """p of the mean of means (..., m), rescaled to 0..1, lying above the goal."""
    from scipy.special import logit, stdtr

    total, df = summed_variance(variances / means.shape[-1] ** 2, runs)
    share = (means.mean(axis=-1) - minimum) / (1 - minimum)
    slope = share * (1 - share)
    inside = (slope > 0) & (total > 0)
    shift = (logit(np.where(inside, share, 0.5)) - logit(goal)) * np.where(inside, slope, np.nan) * (1 - minimum)
    return np.asarray(stdtr(df, -shift / np.sqrt(np.where(inside, total, 1.0))))
