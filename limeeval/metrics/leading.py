"""The leading features of runs: what every metric at k looks at.

Each run names the k features with the largest absolute coefficients. Ties go to the lower feature number; metrics that
must not favour it look at how often a feature is named if ties are broken at random, independently in each run.
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
        drawn: (..., R, f) as ``named``, but how probable it is that a run names the feature, if lots are drawn among
            those that tie for its last places; None where none do.
    """

    named: Array
    coefficients: Array
    d: int
    halves: bool = False
    drawn: Array | None = None

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
    def larger(self) -> Array:
        """Sizes of the larger of every two sets (..., R, R), or the one size () that all sets of all cells have."""
        if self.sizes.min(initial=np.inf) == self.sizes.max(initial=0):
            return np.asarray(self.sizes.max())
        one, other = self._pair(self.sizes[..., None])
        return np.asarray(np.maximum(one, np.swapaxes(other, -1, -2)))

    @cached_property
    def one_size(self) -> Array:
        """Sizes of every two sets (..., R, R) that have one, else nan; () as above."""
        if self.larger.ndim == 0:
            return self.larger
        return np.where(2 * self.larger == self.union + self.overlap, self.larger, np.nan)

    @cached_property
    def drawn_overlap(self) -> Array:
        """Expected sizes of the intersections (..., R, R), lots drawn in each run on its own."""
        return self.overlap if self.drawn is None else _products(*self._pair(self.drawn))

    @cached_property
    def drawn_overlap_of_sign(self) -> Array:
        """The same of the features that have the same sign in both runs."""
        signed = self._products_of_signs if self.drawn is None else _products(*self._pair(self.drawn * self._signs))
        return (self.drawn_overlap + signed) / 2

    @cached_property
    def equal_signs(self) -> Array:
        """How many features of A u B have the same sign in both runs (..., R, R); 0 has no sign."""
        signs, named = self._signs, self._named_signs
        either = self.union
        if not signs.all():
            either = self._over_unions(np.abs(signs), np.abs(named), self.overlap)
        return (either + self._over_unions(signs, named, self._products_of_signs)) / 2

    @cached_property
    def _signs(self) -> Array:
        return np.sign(self.coefficients)

    @cached_property
    def _named_signs(self) -> Array:
        return np.copysign(self.named, self.coefficients)

    @cached_property
    def _products_of_signs(self) -> Array:
        """Sums over A n B of the products of two runs' signs."""
        return _products(*self._pair(self._named_signs))

    def _over_unions(self, values: Array, named: Array, both: Array) -> Array:
        """Sums over A u B of products of two runs' values, given those of named features, and the sums over A n B."""
        one, other = self._pair(values)
        named_one, named_other = self._pair(named)
        return _products(named_one, other) + _products(one, named_other) - both

    def _pair(self, values: Array) -> tuple[Array, Array]:
        """Values (..., R, n) of the runs that are paired with each other."""
        half = values.shape[-2] // 2
        return (values[..., :half, :], values[..., half:, :]) if self.halves else (values, values)


def leading(coefficients: Array, k: int) -> Leading:
    """The k leading features of runs (..., R, d), or fewer where fewer are not 0.

    Raises:
        ValueError: k is not between 1 and d - 1.
    """
    named = top_k(coefficients, k)
    return _leading(named, coefficients, drawn_of_ties(np.abs(coefficients), named))


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


def drawn_of_ties(sizes: Array, named: NDArray[np.bool_]) -> Array | None:
    """How probable it is that each feature of these sizes is named (..., R, f), lots being drawn among ties.

    None where there is nothing to draw: no feature that is not named is as large as the smallest that is.
    """
    last = np.where(named, sizes, np.inf).min(axis=-1, keepdims=True)
    ties = sizes == last
    if not (ties & ~named).any():
        return None
    above = sizes > last
    places = named.sum(axis=-1, keepdims=True) - above.sum(axis=-1, keepdims=True)
    return np.where(above, 1.0, ties * (places / np.maximum(ties.sum(axis=-1, keepdims=True), 1)))


def _named(coefficients: Array, k: int) -> NDArray[np.bool_]:
    named: NDArray[np.bool_] = largest(np.abs(coefficients), k) & (coefficients != 0)
    return named


def _products(one: Array, other: Array) -> Array:
    return np.asarray(one @ np.swapaxes(other, -1, -2))


def _leading(named: NDArray[np.bool_], coefficients: Array, drawn: Array | None = None) -> Leading:
    unknown = np.isnan(coefficients).any(axis=-1, keepdims=True)

    def known(values: Array | NDArray[np.bool_]) -> Array:
        return np.where(unknown, np.nan, values)

    lots = None if drawn is None else known(drawn)
    return Leading(known(named), coefficients, coefficients.shape[-1], drawn=lots)
