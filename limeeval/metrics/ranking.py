"""How far runs agree on which features matter most.

R runs of one setting on one instance give coefficients (R, d); each run names the k features with the largest absolute
coefficients, ties going to the lower feature number. Pairs of runs are averaged over. Every function broadcasts over
leading axes (..., R, d). nan for a single run, and where any coefficient is nan.
"""

from math import comb

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.selection import largest
from limeeval.metrics.pairs import mean_over_pairs


def top_k(coefficients: Array, k: int) -> NDArray[np.bool_]:
    """Which features (..., R, d) each run names: k of them, or fewer where fewer are not 0.

    Raises:
        ValueError: k is not between 1 and d - 1: all features are the top d, whatever the runs say.
    """
    d = coefficients.shape[-1]
    if not 1 <= k < d:
        raise ValueError(f"k must be between 1 and {d - 1}, got {k}")
    return _named(coefficients, k)


def same_first(coefficients: Array) -> Array:
    """Share of pairs of runs that name the same first feature: 0..1, higher is better; by chance 1 / d.

    Runs that name nothing, all their coefficients being 0, agree with none.

    >>> float(same_first(np.array([[3.0, 2.0, 1.0], [-4.0, 3.0, 0.0], [0.0, 1.0, 2.0]])))
    0.3333333333333333
    """
    overlap, _ = overlap_and_union(_named(coefficients, 1))
    return mean_over_pairs(overlap, coefficients)


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
    overlap, union = overlap_and_union(top_k(coefficients, k))
    return mean_over_pairs(((overlap == union) & (union > 0)).astype(float), coefficients)


def same_set_by_chance(d: int, k: int) -> float:
    """Probability that two sets of k drawn at random from d are the same.

    >>> same_set_by_chance(5, 2)
    0.1
    """
    return 1 / comb(d, k)


def jaccard(coefficients: Array, k: int) -> Array:
    """Mean over pairs of runs of |A & B| / |A u B|, A and B their top k (Jaccard, 1901): 0..1, higher is better.

    Runs that name nothing, all their coefficients being 0, agree with none. By chance see :func:`jaccard_by_chance`.

    >>> float(jaccard(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    overlap, union = overlap_and_union(top_k(coefficients, k))
    return mean_over_pairs(overlap / np.maximum(union, 1.0), coefficients)


def jaccard_by_chance(d: int, k: int) -> float:
    """Expected Jaccard index of two sets of k drawn at random from d: their overlap is hypergeometric.

    >>> round(jaccard_by_chance(30, 5), 2), round(jaccard_by_chance(10, 5), 2)
    (0.1, 0.35)
    """
    overlaps = range(max(0, 2 * k - d), k + 1)
    return sum(comb(k, o) * comb(d - k, k - o) / comb(d, k) * o / (2 * k - o) for o in overlaps)


def nogueira_phi(coefficients: Array, k: int) -> Array:
    """Stability of the top k, corrected for chance (Nogueira et al., 2018): -1..1, higher is better; by chance 0.

    1 - mean_f s_f^2 / [(m/d)(1 - m/d)], where s_f^2 is the unbiased variance over runs of whether they name feature f,
    and m is the mean size of their sets: k, or less where runs have fewer coefficients that are not 0. With sets of one
    size, Phi is the mean over pairs of Kuncheva's (2007) index. Never below -1 / (R - 1).

    Runs that all name nothing, undefined in the source, score 0; beside runs that name something, theirs are empty sets
    like any other, and equal.

    >>> round(float(nogueira_phi(np.array([[3.0, 2.0, 1.0, 0.0], [3.0, 2.0, 0.0, 1.0], [3.0, 0.0, 2.0, 1.0]]), k=2)), 3)
    0.333
    """
    named = top_k(coefficients, k)
    overlap, union = overlap_and_union(named)
    share = named.mean(axis=(-2, -1))[..., None, None]
    by_chance = 2 * named.shape[-1] * share * (1 - share)
    # The variances of all features, summed, are half the mean number of features that one run of a pair names alone.
    alone = (union - overlap) / np.where(share > 0, by_chance, 1.0)
    return mean_over_pairs(np.where(share > 0, 1 - alone, 0.0), coefficients)


def overlap_and_union(named: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Sizes of the intersections and unions (..., R, R) of named sets (..., R, d)."""
    members = named.astype(float)
    sizes = members.sum(axis=-1)
    overlap: Array = members @ np.swapaxes(members, -1, -2)
    return overlap, sizes[..., :, None] + sizes[..., None, :] - overlap


def _named(coefficients: Array, k: int) -> NDArray[np.bool_]:
    named: NDArray[np.bool_] = largest(np.abs(coefficients), k) & (coefficients != 0)
    return named
