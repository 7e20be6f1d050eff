"""How far runs agree on the order of all features, by magnitude or by signed value.

R runs of one setting on one instance give coefficients (R, d). Pairs of runs are averaged over. Every function
broadcasts over leading axes (..., R, d). Each feature counts the same: where most coefficients are noise around 0,
their arbitrary order dominates, and a low correlation may go with reasons that never change.

A run whose values are all equal (all coefficients 0, or only one feature) ranks nothing: its correlation with any run,
undefined in the sources, counts as 0. nan for a single run, and where any coefficient is nan.
"""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.pairs import mean_over_pairs


def spearman(coefficients: Array) -> Array:
    """Mean Spearman correlation (1904) of the magnitudes |beta| over pairs: -1..1, higher is better; by chance 0.

    Tied magnitudes share their average rank. Signs play no part: see :func:`spearman_signed`.

    >>> float(spearman(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    0.8
    """
    return spearman_signed(np.abs(coefficients))


def spearman_signed(coefficients: Array) -> Array:
    """Mean Spearman correlation (1904) of the signed beta over pairs: -1..1, higher is better; by chance 0.

    Tied coefficients share their average rank.

    >>> float(spearman_signed(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    -1.0
    """
    from scipy.stats import rankdata

    d = coefficients.shape[-1]
    centred = rankdata(coefficients, axis=-1) - (d + 1) / 2
    return mean_over_pairs(_cosines(centred @ np.swapaxes(centred, -1, -2)), coefficients)


def kendall(coefficients: Array) -> Array:
    """Mean Kendall tau-b (1945) of the magnitudes |beta| over pairs: -1..1, higher is better; by chance 0.

    Two features of which a run orders neither first count for neither side, and leave its norm smaller (tau-b). Signs
    play no part: see :func:`kendall_signed`.

    >>> round(float(kendall(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]]))), 3)
    0.667
    """
    return kendall_signed(np.abs(coefficients))


def kendall_signed(coefficients: Array) -> Array:
    """Mean Kendall tau-b (1945) of the signed beta over pairs: -1..1, higher is better; by chance 0.

    tau-b of two runs is the cosine between their vectors of signs of differences, one entry for every two features:
    products of matrices give it for all pairs of runs.

    >>> float(kendall_signed(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    -1.0
    """
    *cells, runs, d = coefficients.shape
    concordance = np.zeros((*cells, runs, runs))
    for feature in range(d - 1):  # All pairs of features at once would take d / 2 times the memory of the input.
        order = np.sign(coefficients[..., feature + 1 :] - coefficients[..., feature, None])
        concordance += order @ np.swapaxes(order, -1, -2)
    return mean_over_pairs(_cosines(concordance), coefficients)


def _cosines(products: Array) -> Array:
    """Cosines (..., R, R) from all inner products; 0 with a vector of length 0."""
    squares = np.diagonal(products, axis1=-2, axis2=-1)
    norms = np.sqrt(squares[..., :, None] * squares[..., None, :])
    cosines: Array = products / np.where(norms == 0, 1.0, norms)
    return cosines
