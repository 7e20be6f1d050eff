"""Limits of the relative spread: a largest standard deviation over a largest mean."""

import numpy as np

from limeeval.inference.interval import LEVEL, Interval
from limeeval.lime.domain import Array
from limeeval.metrics.spread import relative_spread

_PART = (1 - LEVEL) / 4


def relative_spread_interval(coefficients: Array) -> Interval:
    """Interval (...) of max_f sd_f / max_f |mean_f|, sd and mean those of endlessly many runs.

    The estimate from R runs is too large: the maximum picks the feature whose deviation came out largest. A jackknife
    does not notice, and covers in 16 to 93 % of cases. So the limits come from normal theory: of what each limit may
    err, half goes to the standard deviations (chi square) and half to the means (t), and where it is all d features
    that a bound must hold for, they share it (Bonferroni). They hold whatever depends on whatever, and are wide.

    nan for a single run, where the leading mean cannot be told from 0, and where any coefficient is nan.

    Args:
        coefficients: (..., R, d).
    """
    from scipy.special import chdtri, stdtrit

    runs, d = coefficients.shape[-2:]
    estimate = relative_spread(coefficients)
    if runs < 2:
        return Interval(estimate, estimate, estimate, runs)
    df = runs - 1
    sd = coefficients.std(axis=-2, ddof=1)
    size, error = np.abs(coefficients.mean(axis=-2)), sd / np.sqrt(runs)
    largest = sd.max(axis=-1)
    least = largest / np.sqrt(chdtri(df, _PART / d) / df)
    most = largest / np.sqrt(chdtri(df, 1 - _PART) / df)
    leading_at_least = (size - stdtrit(df, 1 - _PART / d) * error).max(axis=-1)
    leading_at_most = (size + stdtrit(df, 1 - _PART / d) * error).max(axis=-1)
    known = leading_at_least > 0
    low, high = (
        np.where(known, limit / np.where(known, divisor, 1.0), np.nan)
        for limit, divisor in ((least, leading_at_most), (most, leading_at_least))
    )
    return Interval(estimate, low, high, runs)
