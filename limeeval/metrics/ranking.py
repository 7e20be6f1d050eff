"""How far runs agree on which features matter most.

R runs of one setting on one instance give coefficients (R, d); each run names the k features with the largest absolute
coefficients, ties going to the lower feature number. Pairs of runs are averaged over. Every function broadcasts over
leading axes (..., R, d). nan for a single run, and where any coefficient is nan.
"""

from math import comb

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, first, leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs


def same_first(coefficients: Array) -> Array:
    """Share of pairs of runs that name the same first feature: 0..1, higher is better; by chance 1 / d.

    Runs that name nothing, all their coefficients being 0, agree with none.

    >>> float(same_first(np.array([[3.0, 2.0, 1.0], [-4.0, 3.0, 0.0], [0.0, 1.0, 2.0]])))
    0.3333333333333333
    """
    return mean_over_pairs(same_first_similarity(first(coefficients)).pairs)


def same_first_similarity(sets: Leading) -> Similarity:
    """1 where two runs name the same first feature, else 0."""
    zero = np.zeros(sets.sizes.shape[:-1])
    return Similarity(sets.overlap, zero, zero)


def same_first_by_chance(d: int) -> float:
    """Probability that two features drawn at random are the same.

    >>> same_first_by_chance(4)
    0.25
    """
    return 1 / d


def same_set(coefficients: Array, k: int) -> Array:
    """Share of pairs of runs that name the same k features: 0..1, higher is better; by chance 1 / C(d, k).

    Runs that name nothing, all their coefficients being 0, agree with none.

    >>> float(same_set(np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 0.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    return mean_over_pairs(same_set_similarity(leading(coefficients, k)).pairs)


def same_set_similarity(sets: Leading) -> Similarity:
    """1 where two runs name the same features, else 0."""
    zero = np.zeros(sets.sizes.shape[:-1])
    return Similarity(np.floor(jaccard_similarity(sets).pairs), zero, zero)


def same_set_by_chance(d: int, k: int) -> float:
    """Probability that two sets of k drawn at random from d are the same.

    >>> same_set_by_chance(5, 2)
    0.1
    """
    return 1 / comb(d, k)


def jaccard(coefficients: Array, k: int) -> Array:
    """Features in the top k of both of two runs, out of those in either (Jaccard, 1901): 0..1, higher is better.

    Mean over pairs of runs of |A & B| / |A u B|, A and B their top k. Runs that name nothing, all their coefficients
    being 0, agree with none. By chance see :func:`jaccard_by_chance`.

    >>> float(jaccard(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    return mean_over_pairs(jaccard_similarity(leading(coefficients, k)).pairs)


def jaccard_similarity(sets: Leading) -> Similarity:
    """|A & B| / |A u B| of two runs, and (k-1)/(k+1) for one swap, k the size of the largest set."""
    size = np.maximum(sets.sizes.max(axis=-1), 1.0)
    return Similarity(sets.overlap / np.maximum(sets.union, 1.0), (size - 1) / (size + 1), np.zeros_like(size))


def jaccard_by_chance(d: int, k: int) -> float:
    """Expected Jaccard index of two sets of k drawn at random from d: their overlap is hypergeometric.

    >>> round(jaccard_by_chance(30, 5), 2), round(jaccard_by_chance(10, 5), 2)
    (0.1, 0.35)
    """
    overlaps = range(max(0, 2 * k - d), k + 1)
    return sum(comb(k, o) * comb(d - k, k - o) / comb(d, k) * o / (2 * k - o) for o in overlaps)


def nogueira_phi(coefficients: Array, k: int) -> Array:
    """How steadily the same features are in the top k, less chance (Nogueira et al., 2018): -1..1, higher is better.

    1 - mean_f s_f^2 / [(m/d)(1 - m/d)], where s_f^2 is the unbiased variance over runs of whether they name feature f,
    and m is the mean size of their sets: k, or less where runs have fewer coefficients that are not 0. By chance 0.
    With sets of one size, Phi is the mean over pairs of Kuncheva's (2007) index. Never below -1 / (R - 1).

    Runs that all name nothing, undefined in the source, score 0; beside runs that name something, theirs are empty sets
    like any other, and equal.

    >>> round(float(nogueira_phi(np.array([[3.0, 2.0, 1.0, 0.0], [3.0, 2.0, 0.0, 1.0], [3.0, 0.0, 2.0, 1.0]]), k=2)), 3)
    0.333
    """
    return mean_over_pairs(nogueira_phi_similarity(leading(coefficients, k)).pairs)


def nogueira_phi_similarity(sets: Leading) -> Similarity:
    """Kuncheva's (2007) index of two runs: 1 - |A - B| / (m (1 - m/d)), m the mean size of all sets.

    |A - B| is half the number of features that one of the two names alone: the variances of all features, summed, are
    half the mean of those numbers. After one swap it is 1.
    """
    m, d = sets.sizes.mean(axis=-1), sets.d
    by_chance = np.where(m == 0, 1.0, m * (1 - m / d))
    something = np.sign(m)
    pairs = something[..., None, None] - (sets.union - sets.overlap) * (something / by_chance / 2)[..., None, None]
    minimum = something - np.minimum(m, d - m) / by_chance
    return Similarity(pairs, np.maximum(1 - 1 / by_chance, minimum), minimum)
