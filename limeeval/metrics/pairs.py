"""The one average behind every pairwise metric: a U-statistic of order 2 over runs (Hoeffding, 1948).

The R(R-1)/2 pairs share runs: there are R independent units, and an interval that takes the pairs as independent is
too narrow.
"""

import numpy as np

from limeeval.lime.domain import Array


def mean_over_pairs(similarity: Array, coefficients: Array) -> Array:
    """Mean (...) over pairs of different runs of their similarity (..., R, R), symmetric.

    Args:
        similarity: of every two runs; the diagonal does not count.
        coefficients: of the runs (..., R, d). nan for a single run, and where any coefficient is nan.

    >>> float(mean_over_pairs(np.array([[1.0, 0.2], [0.2, 1.0]]), np.ones((2, 3))))
    0.2
    """
    runs = similarity.shape[-1]
    if runs < 2:
        return np.full(similarity.shape[:-2], np.nan)
    off_diagonal = np.where(np.eye(runs, dtype=bool), 0.0, similarity)
    means = off_diagonal.sum(axis=(-2, -1)) / (runs * (runs - 1))
    scores: Array = np.where(np.isnan(coefficients).any(axis=(-2, -1)), np.nan, means)
    return scores
