"""Limits of Kendall's W: for as many runs it is a mean over pairs of them, and has the intervals of such means."""

import numpy as np

from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import Agreement, agreement, pseudo_run_interval
from limeeval.lime.domain import Array
from limeeval.metrics.concordance import rank_products


def kendall_w_agreement(coefficients: Array) -> Agreement:
    """What R runs (..., R, d) say about the W, 0..1, that is to be expected of as many: not of any other number.

    W = (1 + (R - 1) c) / R, c the mean over pairs of runs of their ranks' covariance in units of the mean variance.
    That variance is taken as known. It is without ties, and where all runs have equally many; where they have not, such
    as with runs of zeros beside others, the spread is too large: limits are wider than they need be. nan for a single
    run, for a single feature, and where any coefficient is nan.

    >>> float(kendall_w_agreement(np.array([[4.0, 3.0, 2.0, 1.0], [4.0, 3.0, 1.0, 2.0]])).mean)
    0.9
    """
    found = agreement(rank_products(coefficients))
    return found._replace(mean=np.maximum(found.mean, 0.0))


def kendall_w_interval(coefficients: Array) -> Interval:
    """Interval (...) of the W that is to be expected of as many runs (..., R, d): the pseudo-run interval.

    nan for a single run, for a single feature, and where any coefficient is nan.

    >>> found = kendall_w_interval(np.tile([4.0, 3.0, 2.0, 1.0], (5, 1)))
    >>> round(float(found.low), 2), float(found.high)
    (0.54, 1.0)
    """
    return pseudo_run_interval(kendall_w_agreement(coefficients))
