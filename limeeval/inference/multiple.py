"""Tests that are many: p values that hold for all of them together."""

import numpy as np

from limeeval.lime.domain import Array


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p values (n,), 0..1, each at least its own: below alpha, the test counts among them all.

    The smallest p is multiplied by the number of tests, the next one by one less, and none is below one before it. Of
    all tests whose null hypothesis holds, any comes out below alpha with a probability of at most alpha, however they
    depend on one another. nan, a test that could not be done, stays nan and is not counted.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]  # nan is sorted to the end.
    times = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * times), 1.0)
    return adjusted
