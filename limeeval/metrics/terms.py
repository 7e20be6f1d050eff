"""Squares and products of columns: the terms that a line lacks first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

_NOTHING = 1e-9


class Terms(NamedTuple):
    """Products of two columns each, ``first`` (q,) and ``second`` (q,); a square where they are one and the same.

    ``out_of`` how many they were chosen.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    out_of: int

    def of(self, columns: Array) -> Array:
        """The products (n, q), from columns (n, d)."""
        found: Array = columns[:, self.first]
        found *= columns[:, self.second]
        return found


class Standardized(NamedTuple):
    """Weighted mean and one over the weighted spread of d columns (d,); the latter 0 for columns that do not vary."""

    mean: Array
    factor: Array

    @classmethod
    def by(cls, z: Array, w: Array) -> Standardized:
        """That of samples z (n, d) with weights w (n,)."""
        mean = w @ z / w.sum()
        offset = z - mean
        variance, reach = w @ np.square(offset) / w.sum(), np.square(offset).max(axis=0)
        varies = variance > _NOTHING * reach
        return cls(mean, np.where(varies, 1 / np.sqrt(np.where(varies, variance, 1.0)), 0.0))

    def rows(self, z: Array) -> Array:
        """[1, standardized z], shape (n, 1 + d)."""
        found = np.ones((len(z), 1 + z.shape[1]))
        np.subtract(z, self.mean, out=found[:, 1:])
        found[:, 1:] *= self.factor
        return found


def strongest_terms(columns: Array, residual: Array, w: Array, *, most: int) -> Terms:
    """The ``most`` terms that each, alone, take most off a line's residual (n,); all that vary, if they are fewer.

    Found from three products of matrices, as if pairs did not correlate with columns: exact where columns are
    independent under the weights, else a screen. A square of a column of two values is a line, and no term.

    Args:
        columns: standardized under the weights (n, d).
        residual: of the line on these samples.
        w: weights (n,).
    """
    weight, squares = w.sum(), np.square(columns)
    with_residual = (columns * (w * residual)[:, None]).T @ columns
    means = (columns * w[:, None]).T @ columns / weight
    weighted = squares * w[:, None]
    variance = weighted.T @ squares / weight - np.square(means)
    variance[np.diag_indices_from(variance)] -= np.square((weighted * columns).sum(axis=0) / weight)
    first, second = np.triu_indices(columns.shape[1])
    variance, with_residual = variance[first, second], with_residual[first, second]
    varies = variance > _NOTHING
    gain = np.where(varies, np.square(with_residual) / np.where(varies, variance, 1.0), -1.0)
    out_of = int(varies.sum())
    chosen = np.argsort(-gain, kind="stable")[: min(most, out_of)]
    return Terms(first[chosen], second[chosen], out_of)
