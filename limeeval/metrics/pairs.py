"""The one average behind every pairwise metric: a U-statistic of order 2 over runs (Hoeffding, 1948).

The R(R-1)/2 pairs share runs: there are R independent units, and an interval that takes the pairs as independent is
too narrow.
"""

from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array


class Similarity(NamedTuple):
    """How alike runs are, for a metric that is a mean over pairs of them; at most 1.

    Attributes:
        pairs: of every two runs (..., R, R), symmetric; the diagonal is never read. nan with a run that has a nan.
        one_swap: (...) of two runs that differ by the least there is: one named feature, one sign, two neighbours (the
            first two where places weigh differently: a change that no reader would see says nothing of the others).
        minimum: (...) the least that two such runs can have.
    """

    pairs: Array
    one_swap: Array
    minimum: Array


def mean_over_pairs(pairs: Array) -> Array:
    """Mean (...) of the similarity of two different runs (..., R, R), symmetric; nan for a single run.

    >>> float(mean_over_pairs(np.array([[1.0, 0.2], [0.2, 1.0]])))
    0.2
    """
    runs = pairs.shape[-1]
    if runs < 2:
        return np.full(pairs.shape[:-2], np.nan)
    mean: Array = sums_without_diagonal(pairs).sum(axis=-1) / (runs * (runs - 1))
    return mean


def sums_without_diagonal(pairs: Array) -> Array:
    """Sum of each run's similarities to the others (..., R)."""
    sums: Array = np.where(np.eye(pairs.shape[-1], dtype=bool), 0.0, pairs).sum(axis=-1)
    return sums
