"""How far runs agree on which features matter most.

R runs of one setting on one instance give coefficients (R, d); each run names the k features with the largest absolute
coefficients, ties going to the lower feature number. Pairs of runs are averaged over. Every function broadcasts over
leading axes (..., R, d).
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def top_k(coefficients: Array, k: int) -> NDArray[np.bool_]:
    """Which features (..., R, d) each run names.

    Raises:
        ValueError: k is not between 1 and d - 1: all features are the top d, whatever the runs say.
    """
    d = coefficients.shape[-1]
    if not 1 <= k < d:
        raise ValueError(f"k must be between 1 and {d - 1}, got {k}")
    order = np.argsort(-np.abs(coefficients), axis=-1, kind="stable")
    named = np.zeros(coefficients.shape, dtype=bool)
    np.put_along_axis(named, order[..., :k], True, axis=-1)
    return named


def same_set(coefficients: Array, k: int) -> Array:
    """Share of pairs of runs that name the same k features: 0..1, higher is better; by chance 1 / C(d, k).

    nan for a single run.

    >>> float(same_set(np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 0.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    return _mean_over_pairs((_overlap(top_k(coefficients, k)) == k).astype(float))


def jaccard(coefficients: Array, k: int) -> Array:
    """Mean over pairs of runs of |A & B| / |A u B|, A and B their top k (Jaccard, 1901): 0..1, higher is better.

    nan for a single run. By chance see :func:`jaccard_by_chance`.

    >>> float(jaccard(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    0.3333333333333333
    """
    overlap = _overlap(top_k(coefficients, k))
    return _mean_over_pairs(overlap / (2 * k - overlap))


def jaccard_by_chance(d: int, k: int) -> float:
    """Expected Jaccard index of two sets of k drawn at random from d: their overlap is hypergeometric.

    >>> round(jaccard_by_chance(30, 5), 2), round(jaccard_by_chance(10, 5), 2)
    (0.1, 0.35)
    """
    from math import comb

    overlaps = range(max(0, 2 * k - d), k + 1)
    return sum(comb(k, o) * comb(d - k, k - o) / comb(d, k) * o / (2 * k - o) for o in overlaps)


def default_k(d: int) -> int:
    """The k of top-k scores where nothing else is said: at most 5, and at most half the features."""
    return max(min(5, d // 2), 1)


def _overlap(named: NDArray[np.bool_]) -> Array:
    """Sizes of the intersections (..., R, R) of named sets (..., R, d)."""
    members = named.astype(float)
    sizes: Array = members @ np.swapaxes(members, -1, -2)
    return sizes


def _mean_over_pairs(similarity: Array) -> Array:
    """Mean (...) of the off-diagonal of symmetric matrices (..., R, R); nan for R = 1."""
    runs = similarity.shape[-1]
    if runs < 2:
        return np.full(similarity.shape[:-2], np.nan)
    diagonal = np.trace(similarity, axis1=-2, axis2=-1)
    means: Array = (similarity.sum(axis=(-2, -1)) - diagonal) / (runs * (runs - 1))
    return means
