"""The measures of Krishna et al. (2022, "The Disagreement Problem in Explainable Machine Learning"), between runs.

Theirs are of two explanations of one instance; here they are averaged over the pairs of R runs (..., R, d). Their rank
correlation is ``spearman``. What they leave open:

- *Ties.* Sorting puts the lower feature number first. Here, for metrics at k, lots are drawn among tied features, in
  each run on its own, and the metric is what is to be expected: no feature is favoured, the chance level is exact, and
  runs that agree on a tie at the last place score below 1. ``pairwise_rank_agreement`` counts a tie as what it is.
- *Zeros.* A coefficient of 0 is never named. Where a run has fewer than k others, k becomes the size of the larger set;
  runs that name nothing agree with none.

nan for a single run, and where any coefficient is nan.
"""

from collections.abc import Iterator

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, leading, top_k
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.ranks import of_orders, orders, tied_places


def feature_agreement(coefficients: Array, k: int) -> Array:
    """Share of the k leading features that two runs have in common (Krishna et al., 2022): 0..1, higher is better.

    Mean over pairs of runs of |A & B| / k, A and B their top k; by chance k / d. Unlike Jaccard's index, one swap costs
    1 / k.

    >>> float(feature_agreement(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    0.5
    >>> float(feature_agreement(np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 0.0]]), k=1))  # A tie: half a feature.
    0.5
    """
    return mean_over_pairs(feature_agreement_similarity(leading(coefficients, k)).pairs)


def feature_agreement_similarity(sets: Leading) -> Similarity:
    """|A & B| / k of two runs, (k-1)/k after one swap."""
    return _of_largest(sets.drawn_overlap / np.maximum(sets.larger, 1.0), sets.sizes)


def feature_agreement_by_chance(d: int, k: int) -> float:
    """Expected share of a set of k in another one drawn at random from d.

    >>> feature_agreement_by_chance(10, 5)
    0.5
    """
    return k / d


def signed_agreement(coefficients: Array, k: int) -> Array:
    """Share of the k leading features in common, with one sign (Krishna et al., 2022): 0..1, higher is better.

    Share of k that is in A & B with one sign, A and B being the top k of two runs, mean over pairs; by chance k / 2d.
    What Krishna et al. call sign agreement: a feature that only one run names counts as a disagreement, so that it is
    never above ``feature_agreement``. How far runs agree on directions alone is ``sign_agreement``.

    >>> float(signed_agreement(np.array([[3.0, 2.0, 1.0], [-1.0, 2.0, 0.0]]), k=2))
    0.5
    """
    return mean_over_pairs(signed_agreement_similarity(leading(coefficients, k)).pairs)


def signed_agreement_similarity(sets: Leading) -> Similarity:
    """Share of k that is in A & B with one sign in both runs, (k-1)/k where one is not."""
    return _of_largest(sets.drawn_overlap_of_sign / np.maximum(sets.larger, 1.0), sets.sizes)


def signed_agreement_by_chance(d: int, k: int) -> float:
    """As of feature_agreement, and half of that for random signs.

    >>> signed_agreement_by_chance(10, 5)
    0.25
    """
    return k / d / 2


def rank_agreement(coefficients: Array, k: int) -> Array:
    """Share of the k leading places with the same feature in two runs (Krishna et al., 2022): 0..1, higher is better.

    The first with the first, the second with the second, by magnitude; mean over pairs of runs, by chance 1 / d.
    Features that tie are at each of their places with equal probability.

    >>> float(rank_agreement(np.array([[4.0, 3.0, 2.0, 1.0], [4.0, 2.0, 3.0, 1.0]]), k=3))
    0.3333333333333333
    """
    return mean_over_pairs(rank_agreement_similarity(coefficients, k).pairs)


def rank_agreement_similarity(coefficients: Array, k: int) -> Similarity:
    """Share of the k leading places that have one feature in two runs; (k-1)/k where the last has not."""
    return _of_places(coefficients, k, sum(map(_products, _at_places(coefficients, k))))


def rank_agreement_by_chance(d: int, k: int) -> float:
    """Probability that a place has the same of d features twice, whatever k.

    >>> rank_agreement_by_chance(10, 5)
    0.1
    """
    return 1 / d


def signed_rank_agreement(coefficients: Array, k: int) -> Array:
    """Share of the k leading places with the same feature and sign (Krishna et al., 2022): 0..1, higher is better.

    ``rank_agreement`` that also asks for one direction. By chance 1 / 2d.

    >>> float(signed_rank_agreement(np.array([[4.0, 3.0, 2.0, 1.0], [4.0, -3.0, 2.0, 1.0]]), k=2))
    0.5
    """
    return mean_over_pairs(signed_rank_agreement_similarity(coefficients, k).pairs)


def signed_rank_agreement_similarity(coefficients: Array, k: int) -> Similarity:
    """Share of the k leading places that have one feature and sign in two runs; (k-1)/k where one has not."""
    signs = np.sign(coefficients)
    equal_or_not = sum(_products(at) + _products(signs * at) for at in _at_places(coefficients, k))
    return _of_places(coefficients, k, equal_or_not / 2)


def signed_rank_agreement_by_chance(d: int, k: int) -> float:
    """As of rank_agreement, and half of that for random signs.

    >>> signed_rank_agreement_by_chance(10, 5)
    0.05
    """
    return 1 / d / 2


def pairwise_rank_agreement(coefficients: Array) -> Array:
    """Share of pairs of features that two runs order alike (Krishna et al., 2022): 0..1, higher is better.

    Of all d features by magnitude, mean over pairs of runs: for every two features, whether the first matters more than
    the other; by chance 0.5. Asked both ways around, which matters for ties alone: two features that tie in both runs
    are ordered alike, and those that tie in one count half. Without ties it is (1 + tau) / 2 of Kendall's tau.

    A run whose magnitudes are all equal (such as all coefficients 0) ranks nothing, and agrees with none. nan for a
    single feature, of which there are no pairs.

    >>> round(float(pairwise_rank_agreement(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]]))), 3)
    0.833
    """
    return mean_over_pairs(pairwise_rank_agreement_similarity(coefficients).pairs)


def pairwise_rank_agreement_similarity(coefficients: Array) -> Similarity:
    """Share of pairs of features that two runs order alike; 1 - 2 / (d^2 - d) where two neighbours change places.

    One answer each way around: (1 + s s' + t t') / 2, s the sign of the difference in a run, t whether it is 0.
    """
    *lead, runs, d = coefficients.shape
    count, alike = max(d * (d - 1) / 2, 1), np.zeros((*lead, runs, runs))
    for order in orders(np.abs(coefficients)):
        tied = 1 - np.abs(order)
        alike += _products(order) + (_products(tied) if tied.any() else 0)
    ranks = np.where(np.isnan(coefficients).any(axis=-1), np.nan, np.ptp(np.abs(coefficients), axis=-1) > 0)
    pairs = (1 + alike / count) / 2 * ranks[..., :, None] * ranks[..., None, :]
    return Similarity(of_orders(pairs, d), np.full(lead, 1 - 1 / count), np.zeros(lead))


def pairwise_rank_agreement_by_chance(d: int) -> float:
    """Expected agreement of random orders, whatever d.

    >>> pairwise_rank_agreement_by_chance(10)
    0.5
    """
    return 0.5


def _at_places(coefficients: Array, k: int) -> Iterator[Array]:
    """How probable it is that each feature is at the first, second, ..., k-th place (..., R, d); 0 for zeros."""
    first, last = tied_places(-np.abs(coefficients))
    share = np.where(np.isnan(coefficients), np.nan, (coefficients != 0) / (last - first + 1.0))
    for place in range(k):
        yield np.where((first <= place) & (place <= last), share, 0 * share)


def _of_places(coefficients: Array, k: int, alike: Array | float) -> Similarity:
    """How many places of two runs are alike (..., R, R), out of k."""
    sizes = top_k(coefficients, k).sum(axis=-1).astype(float)
    larger = np.maximum(sizes[..., :, None], sizes[..., None, :])
    return _of_largest(alike / np.maximum(larger, 1.0), sizes)


def _products(values: Array) -> Array:
    """Inner products of every two runs (..., R, R)."""
    return np.asarray(values @ np.swapaxes(values, -1, -2))


def _of_largest(pairs: Array, sizes: Array) -> Similarity:
    """Shares of k, the size of the largest set, of which one is lost at least."""
    k = np.maximum(sizes.max(axis=-1), 1.0)
    return Similarity(pairs, (k - 1) / k, np.zeros_like(k))
