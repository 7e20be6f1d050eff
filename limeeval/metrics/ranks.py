"""Ranks of features in runs (..., R, d): what metrics of their order are made of. Ties favour no feature."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

Places = NDArray[np.intp]


def centred_ranks(values: Array) -> Array:
    """Ranks (..., d) less their mean, ties sharing their average rank; nan throughout for values with a nan.

    >>> centred_ranks(np.array([5.0, 1.0, 5.0]))
    array([ 0.5, -1. ,  0.5])
    """
    first, last = tied_places(values)
    ranks = (first + last + 1 - values.shape[-1]) / 2
    return np.where(np.isnan(values).any(axis=-1, keepdims=True), np.nan, ranks)


def tied_places(values: Array) -> tuple[Places, Places]:
    """First and last of the places 0..d-1 in ascending order that a value shares with those equal to it (..., d).

    >>> [places.tolist() for places in tied_places(np.array([5.0, 1.0, 5.0]))]
    [[1, 0, 1], [2, 0, 2]]
    """
    d = values.shape[-1]
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    changes = np.ones((*values.shape[:-1], d + 1), dtype=bool)
    changes[..., 1:-1] = ordered[..., 1:] != ordered[..., :-1]
    first, last = np.empty((2, *values.shape), dtype=np.intp)
    up = np.maximum.accumulate(np.where(changes[..., :-1], np.arange(d), 0), axis=-1)
    down = np.minimum.accumulate(np.where(changes[..., 1:], np.arange(d), d)[..., ::-1], axis=-1)[..., ::-1]
    np.put_along_axis(first, order, up, axis=-1)
    np.put_along_axis(last, order, down, axis=-1)
    return first, last


def of_orders(pairs: Array, d: int) -> Array:
    """Similarities (..., R, R) of orders of d features: nan of a single one, which has no order.

    >>> of_orders(np.ones((1, 1)), d=1)
    array([[nan]])
    """
    return pairs if d > 1 else np.full(pairs.shape, np.nan)


def orders(values: Array) -> Iterator[Array]:
    """For one feature after the other, whether those after it are larger (..., R, d - 1 - feature): 1, 0 or -1.

    Every two features once, and nan throughout for a run with a nan. All of them at once would take d / 2 times the
    memory of the input.
    """
    ranks = centred_ranks(values).astype(np.float32)  # Whole and half numbers: exact.
    for feature in range(values.shape[-1] - 1):
        yield np.sign(ranks[..., feature + 1 :] - ranks[..., feature, None])
