"""How far runs agree on the order of all features, by magnitude or by signed value.

R runs of one setting on one instance give coefficients (R, d). Pairs of runs are averaged over. Every function
broadcasts over leading axes (..., R, d). Each feature counts the same: where most coefficients are noise around 0,
their arbitrary order dominates, and a low correlation may go with reasons that never change.

A run whose values are all equal (such as all coefficients 0) ranks nothing: its correlation with any run, undefined in
the sources, counts as 0. nan for a single run, for a single feature, and where any coefficient is nan.
"""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.ranks import centred_ranks, of_orders, orders


def spearman(coefficients: Array) -> Array:
    """Correlation of the features' ranks by size in two runs (Spearman, 1904): -1..1, higher is better; by chance 0.

    Mean over pairs of runs, of the magnitudes |beta|. Tied magnitudes share their average rank. Signs play no part: see
    :func:`spearman_signed`.

    >>> float(spearman(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    0.8
    """
    return mean_over_pairs(spearman_similarity(coefficients).pairs)


def spearman_similarity(coefficients: Array) -> Similarity:
    """Spearman correlation of the magnitudes of two runs."""
    return spearman_signed_similarity(np.abs(coefficients))


def spearman_signed(coefficients: Array) -> Array:
    """Correlation of the ranks of signed coefficients in two runs (Spearman, 1904): -1..1, higher is better; chance 0.

    Mean over pairs of runs. Tied coefficients share their average rank.

    >>> float(spearman_signed(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    -1.0
    """
    return mean_over_pairs(spearman_signed_similarity(coefficients).pairs)


def spearman_signed_similarity(coefficients: Array) -> Similarity:
    """Spearman correlation of two runs; 1 - 12 / (d^3 - d) where two neighbours change places."""
    d = coefficients.shape[-1]
    ranks = centred_ranks(coefficients)
    return _correlation(of_orders(ranks @ np.swapaxes(ranks, -1, -2), d), 12 / max(d**3 - d, 6))


def kendall(coefficients: Array) -> Array:
    """How alike two runs order pairs of features by size (Kendall, 1945): -1..1, higher is better; by chance 0.

    Mean Kendall tau-b of the magnitudes |beta| over pairs of runs. Two features of which a run orders neither first
    count for neither side, and leave its norm smaller (tau-b). Signs play no part: see :func:`kendall_signed`.

    >>> round(float(kendall(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]]))), 3)
    0.667
    """
    return mean_over_pairs(kendall_similarity(coefficients).pairs)


def kendall_similarity(coefficients: Array) -> Similarity:
    """Kendall tau-b of the magnitudes of two runs."""
    return kendall_signed_similarity(np.abs(coefficients))


def kendall_signed(coefficients: Array) -> Array:
    """How alike two runs order pairs of signed coefficients (Kendall, 1945): -1..1, higher is better; by chance 0.

    Mean Kendall tau-b of the signed beta over pairs of runs.

    >>> float(kendall_signed(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    -1.0
    """
    return mean_over_pairs(kendall_signed_similarity(coefficients).pairs)


def kendall_signed_similarity(coefficients: Array) -> Similarity:
    """Kendall tau-b of two runs; 1 - 4 / (d^2 - d) where two neighbours change places.

    tau-b is the cosine between the runs' vectors of signs of differences, one entry for every two features: products
    of matrices give it for all pairs of runs.
    """
    *cells, runs, d = coefficients.shape
    concordance = np.zeros((*cells, runs, runs))
    for order in orders(coefficients):
        concordance += order @ np.swapaxes(order, -1, -2)
    return _correlation(of_orders(concordance, d), 4 / max(d**2 - d, 2))


def _correlation(products: Array, swap: float) -> Similarity:
    """Cosines (..., R, R) from all inner products; 0 with a vector of length 0."""
    squares = np.diagonal(products, axis1=-2, axis2=-1)
    norms = np.sqrt(squares[..., :, None] * squares[..., None, :])
    lead = products.shape[:-2]
    return Similarity(products / np.where(norms == 0, 1.0, norms), np.full(lead, 1.0 - swap), np.full(lead, -1.0))
