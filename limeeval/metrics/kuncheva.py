"""Kuncheva's index: overlap of the leading features, corrected for chance."""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs


def kuncheva(coefficients: Array, k: int) -> Array:
    """Overlap of the top k of two runs, less what chance gives (Kuncheva, 2007): -1..1, higher is better; by chance 0.

    Mean over pairs of runs of (|A & B| d - m^2) / (m (d - m)). A and B are the top k of two runs of coefficients (...,
    R, d), ties going to the lower feature number; m is the size of both: k, or less where no more coefficients are
    other than 0. It is the index of ``nogueira_phi``, which is its generalisation, wherever that and this are both
    defined.

    The index is of sets of one size: nan where any two runs name different numbers of features, for a single run, and
    where any coefficient is nan. Runs that all name nothing, undefined in the source, score 0.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> round(float(kuncheva(np.array([[3.0, 2.0, 1.0, 0.0, 0.0], [3.0, 0.0, 1.0, 2.0, 0.0]]), k=2)), 3)
    0.167
    """
    return mean_over_pairs(kuncheva_similarity(leading(coefficients, k)).pairs)


def kuncheva_similarity(sets: Leading) -> Similarity:
    """Kuncheva's index of two runs, 1 - (m - |A & B|) / (m (1 - m/d)); nan where their sets differ in size."""
    size = sets.one_size
    pairs = np.sign(size) - (size - sets.overlap) / _by_chance(size, sets.d)
    k = sets.sizes.max(axis=-1)
    minimum = np.sign(k) - np.minimum(k, sets.d - k) / _by_chance(k, sets.d)
    return Similarity(pairs, np.maximum(1 - 1 / _by_chance(k, sets.d), minimum), minimum)


def _by_chance(size: Array, d: int) -> Array:
    """How many features one random set of this size has that another has not; 1 for empty sets, which have none."""
    return np.where(size == 0, 1.0, size * (1 - size / d))
