"""The leading features of runs: what every metric at k looks at.

Each run names the k features with the largest absolute coefficients, ties going to the lower feature number.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.selection import largest


@dataclass(frozen=True)
class Leading:
    """The features that R runs name, one set a run, and what pairs of these sets have in common.

    Attributes:
        named: (..., R, f) 1 where a run names the feature, else 0; nan throughout a run that has a nan.
        coefficients: (..., R, f), of which only the signs count.
        d: number of features, of which those that no run names may be left out: f <= d.
        halves: whether only the first half of the runs is paired, with the second half (..., R / 2, R / 2).
    """

    named: Array
    coefficients: Array
    d: int
    halves: bool = False

    @cached_property
    def sizes(self) -> Array:
        """Sizes of the sets (..., R)."""
        return np.asarray(self.named.sum(axis=-1))

    @cached_property
    def overlap(self) -> Array:
        """Sizes of the intersections of every two sets (..., R, R)."""
        one, other = self._pair(self.named)
        return _products(one, other)

    @cached_property
    def union(self) -> Array:
        """Sizes of the unions of every two sets (..., R, R)."""
        one, other = self._pair(self.sizes[..., None])
        return one + np.swapaxes(other, -1, -2) - self.overlap

    @cached_property
    def equal_signs(self) -> Array:
        """How many features of A u B have the same sign in both runs (..., R, R); 0 has no sign."""
        signs = np.sign(self.coefficients)
        equal_less_opposite = self._over_unions(signs)
        either = self.union if signs.all() else self._over_unions(np.abs(signs))
        return (either + equal_less_opposite) / 2

    def _over_unions(self, values: Array) -> Array:
        """Sums over A u B of the products of two runs' values."""
        one, other = self._pair(values)
        named_one, named_other = self._pair(values * self.named)
        return _products(named_one, other - named_other) + _products(one, named_other)

    def _pair(self, values: Array) -> tuple[Array, Array]:
        """Values (..., R, n) of the runs that are paired with each other."""
        half = values.shape[-2] // 2
        return (values[..., :half, :], values[..., half:, :]) if self.halves else (values, values)


def leading(coefficients: Array, k: int) -> Leading:
    """The k leading features of runs (..., R, d), or fewer where fewer are not 0.

    Raises:
        ValueError: k is not between 1 and d - 1.
    """
    return _leading(top_k(coefficients, k), coefficients)


def first(coefficients: Array) -> Leading:
    """The first feature of each run (..., R, d), for any d; none where all are 0."""
    return _leading(_named(coefficients, 1), coefficients)


def top_k(coefficients: Array, k: int) -> NDArray[np.bool_]:
    """Which features (..., R, d) each run names: k of them, or fewer where fewer are not 0.

    Raises:
        ValueError: k is not between 1 and d - 1: all features are the top d, whatever the runs say.
    """
    d = coefficients.shape[-1]
    if not 1 <= k < d:
        raise ValueError(f"k must be between 1 and {d - 1}, got {k}")
    return _named(coefficients, k)


def _named(coefficients: Array, k: int) -> NDArray[np.bool_]:
    named: NDArray[np.bool_] = largest(np.abs(coefficients), k) & (coefficients != 0)
    return named


def _products(one: Array, other: Array) -> Array:
    return np.asarray(one @ np.swapaxes(other, -1, -2))


def _leading(named: NDArray[np.bool_], coefficients: Array) -> Leading:
    unknown = np.isnan(coefficients).any(axis=-1, keepdims=True)
    return Leading(np.where(unknown, np.nan, named), coefficients, coefficients.shape[-1])
