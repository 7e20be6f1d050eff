"""Similarity matrices of runs, for scores that are means over pairs of runs."""

from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.ranking import top_k


class Similarity(NamedTuple):
    """How alike runs are: ``pairs`` (..., R, R), and ``one_swap`` (...): of two sets of k that differ by one feature.

    ``minimum`` (...) is the least similarity that two sets of this size can have; the largest is 1. The diagonal is
    never read.
    """

    pairs: Array
    one_swap: Array
    minimum: Array


def same_set_similarity(coefficients: Array, k: int) -> Similarity:
    """1 where two runs name the same top k, else 0; its mean is ``ranking.same_set``."""
    overlap, sizes = _overlap(coefficients, k)
    same = (overlap == sizes[..., :, None]) & (overlap == sizes[..., None, :]) & (overlap > 0)
    zero = np.zeros(coefficients.shape[:-2])
    return Similarity(_with_nan(same.astype(float), coefficients), zero, zero)


def jaccard_similarity(coefficients: Array, k: int) -> Similarity:
    """|A & B| / |A u B| of the runs' top k, and (k-1)/(k+1) for one swap; its mean is ``ranking.jaccard``.

    k is the size of the largest set where runs name fewer.
    """
    overlap, sizes = _overlap(coefficients, k)
    union = sizes[..., :, None] + sizes[..., None, :] - overlap
    size = np.maximum(sizes.max(axis=-1), 1.0)
    pairs = _with_nan(overlap / np.maximum(union, 1.0), coefficients)
    return Similarity(pairs, (size - 1) / (size + 1), np.zeros_like(size))


def phi_similarity(coefficients: Array, k: int) -> Similarity:
    """Kuncheva's (2007) index of the runs' top k; its mean over pairs is Phi (Nogueira et al., 2018).

    1 - |A - B| / (m (1 - m/d)), with |A - B| half the number of features that one of the two names alone and m the mean
    size of the sets, k unless runs name fewer. Runs that all name nothing have similarity 0.
    """
    overlap, sizes = _overlap(coefficients, k)
    m, d = sizes.mean(axis=-1), coefficients.shape[-1]
    by_chance = np.where(m > 0, m * (1 - m / d), 1.0)
    alone = (sizes[..., :, None] + sizes[..., None, :]) / 2 - overlap
    pairs = np.where(m[..., None, None] > 0, 1 - alone / by_chance[..., None, None], 0.0)
    minimum = 1 - np.minimum(m, d - m) / by_chance
    return Similarity(_with_nan(pairs, coefficients), np.maximum(1 - 1 / by_chance, minimum), minimum)


def _overlap(coefficients: Array, k: int) -> tuple[Array, Array]:
    """Sizes of the intersections (..., R, R) and of the sets (..., R)."""
    members = top_k(coefficients, k).astype(float)
    overlap: Array = members @ np.swapaxes(members, -1, -2)
    return overlap, members.sum(axis=-1)


def _with_nan(pairs: Array, coefficients: Array) -> Array:
    blank = np.asarray(np.isnan(coefficients).any(axis=-1))
    return np.where(blank[..., :, None] | blank[..., None, :], np.nan, pairs)
