"""Limits of Kendall's W, which is no mean over pairs of runs but rests on one."""

import numpy as np

from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import agreement, pseudo_run_interval
from limeeval.lime.domain import Array
from limeeval.metrics.concordance import kendall_w, rank_products


def kendall_w_interval(coefficients: Array) -> Interval:
    """Interval (...) of the W that is to be expected of as many runs (..., R, d).

    W = (1 + (R - 1) c) / R, c the mean over pairs of runs of their ranks' covariance, which has a pseudo-run interval.
    Its limits are those of c, taken over: of W at this R, not at any other. nan for a single run, and where any
    coefficient is nan.

    >>> found = kendall_w_interval(np.tile([4.0, 3.0, 2.0, 1.0], (5, 1)))
    >>> round(float(found.low), 2), float(found.high)
    (0.54, 1.0)
    """
    runs = coefficients.shape[-2]
    estimate = kendall_w(coefficients)
    found = pseudo_run_interval(agreement(rank_products(coefficients)))
    low, high = ((1 + (runs - 1) * limit) / runs for limit in (found.low, found.high))
    return Interval(estimate, np.clip(low, 0.0, estimate), np.maximum(high, estimate), runs)
