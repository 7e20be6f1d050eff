"""How far runs agree on the order of all features, the first of them counting most.

R runs of one setting on one instance give coefficients (..., R, d), ranked by magnitude; signs play no part. Pairs of
runs are averaged over. A run whose magnitudes are all equal (such as all coefficients 0) ranks nothing: its agreement
with any run, undefined in the sources, counts as 0. nan for a single run, for a single feature (of which there is no k
either), and where any coefficient is nan.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.metrics.leading import top_k
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.ranks import of_orders, tied_places


def weighted_tau(coefficients: Array) -> Array:
    """How alike two runs rank features, first places counting most (Vigna, 2015): -1..1, higher is better; by chance 0.

    Mean weighted Kendall tau of the magnitudes |beta| over pairs of runs. The variant is the one that Vigna recommends
    and ``scipy.stats.weightedtau`` computes by default: two features at places r and s (from 0) weigh 1 / (r + 1) + 1 /
    (s + 1), additive and hyperbolic, the places being those of either run in turn, which are averaged. A run's ties are
    put in the order of the other run; what ties in both shares its places.

    >>> round(float(weighted_tau(np.array([[4.0, -3.0, 2.0, 1.0], [-3.0, 4.0, 2.0, 1.0]]))), 2)
    0.52
    >>> round(float(weighted_tau(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]]))), 2)
    0.81
    """
    return mean_over_pairs(weighted_tau_similarity(coefficients).pairs)


def weighted_tau_similarity(coefficients: Array) -> Similarity:
    """Weighted tau of two runs, and that where the first two features change places.

    With w the weights at the places of one run and s the signs of differences, the sum over features i of w_i times
    the sum over j of s_ij s'_ij, and norms made in the same way: products of matrices, feature by feature.
    """
    sizes = np.abs(coefficients)
    *lead, runs, d = sizes.shape
    product, own, others = np.zeros((3, *lead, runs, runs))
    first, last = tied_places(-sizes)
    is_tied = bool((first != last).any())
    for feature in range(d):
        order = np.sign(sizes - sizes[..., feature, None]).astype(np.float32)
        weight = _weights(order) if is_tied else (1 / (first[..., feature] + 1.0))[..., :, None]
        differ = np.square(order).sum(axis=-1, dtype=float)
        product += weight * (order @ _transposed(order))
        own += weight * differ[..., :, None]
        others += weight * differ[..., None, :]
    norms = np.sqrt(own * others)
    by_one = product / np.where(norms == 0, 1.0, norms)
    pairs = of_orders((by_one + _transposed(by_one)) / 2, d)
    return Similarity(pairs, np.full(lead, _weighted_swap(d)), np.full(lead, -1.0))


def rbo(coefficients: Array, k: int) -> Array:
    """Overlap of two runs' rankings, the first places counting most (Webber et al., 2010): 0..1, higher is better.

    Mean rank-biased overlap of the magnitudes |beta| over pairs of runs. A reader goes down both lists and stops after
    each place with probability 1 - p; the score is the expected overlap of what was read, as a share of it. The
    variant: p = 1 - 1/k, for a reader who looks at k features on average (p = 0.9, the default of some libraries, is k
    = 10; k = 1 asks for the same first feature); extrapolated (Webber et al., eq. 30) on lists of all d features, (1 -
    p) sum_e p^(e-1) A_e + p^d, A_e the overlap at depth e as a share of e. A feature in a tie that depth e cuts is in
    the list with the probability that drawing lots would give it; A_e is the cosine of two such lists (Corsi and
    Urbano, 2024, variant b), so that equal rankings score 1 with ties too.

    Reversed lists do not score 0, for they share their features in the end. By chance see :func:`rbo_by_chance`.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> round(float(rbo(np.array([[4.0, -3.0, 2.0, 1.0], [-3.0, 4.0, 2.0, 1.0]]), k=2)), 2)
    0.5
    >>> round(float(rbo(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]]), k=2)), 2)
    0.96
    """
    return mean_over_pairs(rbo_similarity(coefficients, k).pairs)


def rbo_similarity(coefficients: Array, k: int) -> Similarity:
    """Rank-biased overlap of two runs, and that where the first two features change places: 1/k less."""
    top_k(coefficients, k)
    *lead, runs, d = coefficients.shape
    first, last = tied_places(-np.abs(coefficients))
    pairs = np.zeros((*lead, runs, runs))
    for depth, weight in enumerate(_depth_weights(d, k), start=1):
        share = np.clip((depth - first) / (last - first + 1.0), 0.0, 1.0)
        share /= np.sqrt(np.square(share).sum(axis=-1, keepdims=True))
        pairs += weight * (share @ _transposed(share))
    ranks = np.where(np.isnan(coefficients).any(axis=-1), np.nan, (last - first + 1 < d).all(axis=-1))
    pairs = pairs * ranks[..., :, None] * ranks[..., None, :]
    minimum = np.where((ranks == 0).any(axis=-1), 0.0, _reversed_rbo(d, k))
    return Similarity(pairs, np.full(lead, 1 - 1 / k), minimum)


def rbo_by_chance(d: int, k: int) -> float:
    """Expected overlap of two lists in random order: e / d at depth e.

    >>> round(rbo_by_chance(30, 5), 2), round(rbo_by_chance(10, 5), 2)
    (0.17, 0.45)
    """
    return float(_depth_weights(d, k) @ np.arange(1, d + 1) / d)


def _weights(order: NDArray[np.float32]) -> Array:
    """Hyperbolic weight (..., R, R) of a feature at its place in a run, ties there going by the other run.

    ``order`` (..., R, d): whether each feature is larger than this one. What ties in both runs shares its weights.
    """
    larger, tied = (order > 0).astype(np.float32), (order == 0).astype(np.float32)
    first = (larger.sum(axis=-1)[..., None] + tied @ _transposed(larger)).astype(np.intp)
    shared = (tied @ _transposed(tied)).astype(np.intp)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, order.shape[-1] + 1))])
    return np.asarray((harmonic[first + shared] - harmonic[first]) / np.maximum(shared, 1))


def _weighted_swap(d: int) -> float:
    """Weighted tau of two runs that differ in the order of the first two features."""
    if d < 2:
        return -1.0
    weights = 1 / np.arange(1.0, d + 1)
    return float(1 - 2 * weights[:2].sum() / ((d - 1) * weights.sum()))


def _depth_weights(d: int, k: int) -> Array:
    """Probability of stopping after each of the d places (d,), the last of them for all that would be read beyond."""
    beyond = (1 - 1 / k) ** np.arange(d + 1.0)
    return np.asarray(np.append(-np.diff(beyond)[:-1], beyond[d - 1]))


def _reversed_rbo(d: int, k: int) -> float:
    depths = np.arange(1.0, d + 1)
    return float(_depth_weights(d, k) @ (np.maximum(2 * depths - d, 0.0) / depths))


def _transposed(values: NDArray[Any]) -> NDArray[Any]:
    return np.swapaxes(values, -1, -2)
