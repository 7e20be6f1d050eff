"""Intervals for instances like these: the instances themselves are a sample."""

import numpy as np

from limeeval.inference.interval import Interval, bounded_limits, logit_limits, t_quantile
from limeeval.inference.jackknife import jackknife_interval
from limeeval.lime.domain import Array

FEWEST_INSTANCES = 5


def population_interval(means: Array, *, minimum: Array | float = 0.0) -> Interval:
    """Interval (...) of the mean score of instances like these m, from each instance's own score (..., m).

    Student's t with m - 1 degrees of freedom, its margin taken over to the logit of the mean. The noise of the seeds is
    already in the spread of the scores. It means something only if the instances were drawn at random. Where all
    instances have one score there is no spread to go by, and the limits are Clopper and Pearson's: wide.

    nan limits below 5 instances, and where any score is nan.

    Args:
        means: scores in minimum..1 (..., m).
        minimum: of the score.

    >>> found = population_interval(np.array([0.5, 0.6, 0.7, 0.8, 0.9]))
    >>> round(float(found.low), 2), round(float(found.high), 2)
    (0.48, 0.86)
    """
    m = means.shape[-1]
    estimate = np.asarray(means.mean(axis=-1))
    if m < FEWEST_INSTANCES:
        return _empty(estimate, m)
    error = means.std(axis=-1, ddof=1) / np.sqrt(m)
    limits = logit_limits(estimate, t_quantile(m - 1) * error, minimum=minimum)
    widest = bounded_limits(estimate, m, minimum=minimum)
    flat = error <= 1e-12
    low, high = (np.where(flat, wide, limit) for wide, limit in zip(widest, limits, strict=True))
    return Interval(estimate, low, high, m)


def population_jackknife_interval(estimate: Array, left_out: Array) -> Interval:
    """Interval (...) of an aggregate that is no mean, such as 1 - sum SSE / sum SST, for instances like these.

    Delete-an-instance jackknife, t. nan limits below 5 instances, and where anything is nan.

    Args:
        estimate: the aggregate (...).
        left_out: the aggregate without each instance (..., m).
    """
    if left_out.shape[-1] < FEWEST_INSTANCES:
        return _empty(np.asarray(estimate), left_out.shape[-1])
    return jackknife_interval(estimate, left_out)


def _empty(estimate: Array, m: int) -> Interval:
    blank = np.full(estimate.shape, np.nan)
    return Interval(estimate, blank, blank, m)
