"""How far runs agree on the direction in which the leading features push."""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs


def sign_agreement(coefficients: Array, k: int) -> Array:
    """Share of the features in the top k of either of two runs that have one sign in both: 0..1, higher is better.

    Share of A u B with equal signs, mean over pairs of runs; by chance 0.5. A and B are the top k of two runs of
    coefficients (..., R, d). A feature in only one of them counts too, with whatever sign the other run gives it; a
    coefficient of exactly 0 has no sign, and agrees with none. This is not the sign agreement of Krishna et al. (2022),
    which calls a feature outside A n B a disagreement and so mixes direction with choice.

    The chance level is that of random signs. Runs that name nothing, all their coefficients being 0, agree with none
    among themselves. nan for a single run, and where any coefficient is nan.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> float(sign_agreement(np.array([[3.0, -2.0, 1.0, 0.0], [3.0, 1.0, 2.0, 0.0]]), k=2))
    0.6666666666666666
    """
    return mean_over_pairs(sign_agreement_similarity(leading(coefficients, k)).pairs)


def sign_agreement_similarity(sets: Leading) -> Similarity:
    """Share of the features in A u B with equal signs in two runs; (k-1)/k where one of k differs."""
    size = np.maximum(sets.sizes.max(axis=-1), 1.0)
    return Similarity(sets.equal_signs / np.maximum(sets.union, 1.0), (size - 1) / size, np.zeros_like(size))


def sign_agreement_by_chance(d: int, k: int) -> float:
    """Expected agreement of random signs, whatever d and k.

    >>> sign_agreement_by_chance(30, 5)
    0.5
    """
    return 0.5
