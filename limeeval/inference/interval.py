"""An estimate with its limits, and the limits that a standard error gives on the logit scale."""

from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array

LEVEL = 0.95


class Interval(NamedTuple):
    """``estimate``, ``low`` and ``high`` (...) from n independent units (runs or instances; never pairs of them).

    A limit is nan where the construction is undefined, which each construction states.
    """

    estimate: Array
    low: Array
    high: Array
    n: int


def t_quantile(df: Array | float, *, level: float = LEVEL) -> Array:
    """Two-sided quantile of Student's t; nan for df < 1."""
    from scipy.special import stdtrit

    degrees = np.asarray(df, dtype=float)
    return np.asarray(stdtrit(np.where(degrees >= 1, degrees, np.nan), (1 + level) / 2), dtype=float)


def logit_limits(estimate: Array, margin: Array, *, minimum: Array | float = 0.0) -> tuple[Array, Array]:
    """Limits of a score in minimum..1 whose margin (quantile x standard error) is taken over to the logit.

    The derivative of the logit carries the margin over. Limits stay inside minimum..1. A score at an end of its range,
    where the logit is infinite, gets limits equal to itself: callers treat the ends first. A margin of nan gives nan.

    >>> low, high = logit_limits(np.array(0.9), np.array(0.15))
    >>> round(float(low), 2), round(float(high), 2)
    (0.63, 0.98)
    """
    from scipy.special import expit, logit

    length = 1 - minimum
    share = np.clip((estimate - minimum) / length, 0.0, 1.0)
    slope = share * (1 - share)
    inside = slope > 0
    centre = logit(np.where(inside, share, 0.5))
    shift = margin / length / np.where(inside, slope, 1.0)
    low, high = (minimum + length * np.asarray(expit(centre + sign * shift), dtype=float) for sign in (-1, 1))
    end = estimate + 0 * margin
    return np.where(inside, low, end), np.where(inside, high, end)


def positive(interval: Interval) -> Interval:
    """An interval estimate -+ margin of something that is at least 0, its margin taken over to the logarithm.

    Means of skewed things, such as absolute values, are covered better so. An estimate of 0 keeps its limits.

    >>> found = positive(Interval(np.array(1.0), np.array(-0.2), np.array(2.2), 10))
    >>> round(float(found.low), 2), round(float(found.high), 2)
    (0.3, 3.32)
    """
    estimate = interval.estimate
    factor = np.exp((interval.high - estimate) / np.where(estimate > 0, estimate, np.inf))
    return interval._replace(low=estimate / factor, high=estimate * factor)


def bounded_limits(estimate: Array, n: Array | float, *, minimum: Array | float = 0.0) -> tuple[Array, Array]:
    """Limits of a mean of n independent scores in minimum..1 that show no spread to take a standard error from.

    Clopper and Pearson (1934), continued to means that are no whole number of successes: for scores that are all 0 or 1
    exact, else wide. nan for n < 1.

    >>> low, high = bounded_limits(np.array(1.0), 10)
    >>> round(float(low), 2), float(high)
    (0.69, 1.0)
    """
    from scipy.special import betaincinv

    tail, length = (1 - LEVEL) / 2, 1 - minimum
    trials = np.where(np.asarray(n) >= 1, n, np.nan)
    successes = np.clip((estimate - minimum) / length, 0.0, 1.0) * trials
    below = betaincinv(np.maximum(successes, 1e-12), trials - successes + 1, tail)
    above = betaincinv(successes + 1, np.maximum(trials - successes, 1e-12), 1 - tail)
    low: Array = np.where(successes > 0, below, 0.0)
    high: Array = np.where(successes < trials, above, 1.0)
    blank = np.where(np.isnan(successes), np.nan, 0.0)
    return minimum + length * low + blank, minimum + length * high + blank
