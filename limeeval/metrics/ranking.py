"""How far runs agree on which features matter most.

R runs of one setting on one instance give coefficients (R, d); each run names the k features with the largest absolute
coefficients, ties going to the lower feature number. Pairs of runs are averaged over. Every function broadcasts over
leading axes (..., R, d).
"""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.selection import largest

Array = NDArray[np.float64]


def top_k(coefficients: Array, k: int) -> NDArray[np.bool_]:
    """Which features (..., R, d) each run names: k of them, or fewer where fewer are not 0.

    Raises:
        ValueError: k is not between 1 and d - 1: all features are the top d, whatever the runs say.
    """
    d = coefficients.shape[-1]
    if not 1 <= k < d:
        raise ValueError(f"k must be between 1 and {d - 1}, got {k}")
    named: NDArray[np.bool_] = largest(np.abs(coefficients), k) & (coefficients != 0)
    return named


def same_set(coefficients: Array, k: int) -> Array:
    """Share of pairs of runs that name the same k features: 0..1, higher is better; by chance 1 / C(d, k).

    Runs that name nothing, all their coefficients being 0, agree with none. nan for a single run.

    >>> float(same_set(np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 0.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    overlap, union = _overlap_and_union(top_k(coefficients, k))
    return _mean_over_pairs(((overlap == union) & (union > 0)).astype(float))


def jaccard(coefficients: Array, k: int) -> Array:
    """Mean over pairs of runs of |A & B| / |A u B|, A and B their top k (Jaccard, 1901): 0..1, higher is better.

    Runs that name nothing, all their coefficients being 0, agree with none. nan for a single run. By chance see
    :func:`jaccard_by_chance`.

    >>> float(jaccard(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    overlap, union = _overlap_and_union(top_k(coefficients, k))
    return _mean_over_pairs(overlap / np.maximum(union, 1.0))


def jaccard_by_chance(d: int, k: int) -> float:
    """Expected Jaccard index of two sets of k drawn at random from d: their overlap is hypergeometric.

    >>> round(jaccard_by_chance(30, 5), 2), round(jaccard_by_chance(10, 5), 2)
    (0.1, 0.35)
    """
    from math import comb

    overlaps = range(max(0, 2 * k - d), k + 1)
    return sum(comb(k, o) * comb(d - k, k - o) / comb(d, k) * o / (2 * k - o) for o in overlaps)


def _overlap_and_union(named: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Sizes of the intersections and unions (..., R, R) of named sets (..., R, d)."""
    members = named.astype(float)
    sizes = members.sum(axis=-1)
    overlap: Array = members @ np.swapaxes(members, -1, -2)
    return overlap, sizes[..., :, None] + sizes[..., None, :] - overlap


def _mean_over_pairs(similarity: Array) -> Array:
    """Mean (...) of the off-diagonal of symmetric matrices (..., R, R); nan for R = 1."""
    runs = similarity.shape[-1]
    if runs < 2:
        return np.full(similarity.shape[:-2], np.nan)
    diagonal = np.trace(similarity, axis1=-2, axis2=-1)
    means: Array = (similarity.sum(axis=(-2, -1)) - diagonal) / (runs * (runs - 1))
    return means
