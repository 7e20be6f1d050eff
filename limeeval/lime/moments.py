"""Weighted moments: all that a linear surrogate needs to know of its samples.

With z the representation of a sample, z_0 that of the instance and y the model's outputs, the rows
a = [1, z - z_0, y - f(x)] enter every weighted linear fit only through M = sum_i w_i a_i a_i'. Moments add: over
blocks of samples, over processes, from one sample count to the next. (Subtracting the instance's own row keeps the
digits where outputs are large and vary little.)

Samples are kept in :data:`GROUPS` interleaved groups, for a leave-one-group-out jackknife. The instance itself is not
random: its term stands apart and is never left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

GROUPS = 25


@dataclass(frozen=True)
class Moments:
    """Sums of w a a' over some samples; leading axes, where there are any, index groups of samples.

    d features and c labels: ``gram`` (..., 1 + d, 1 + d) of [1, z - z_0]; ``cross`` (..., 1 + d, c) of the same with
    y - f(x); ``power`` (..., c) of (y - f(x))^2; ``squared_weights`` (...) the sum of w^2; ``count`` (...) of samples.
    """

    gram: Array
    cross: Array
    power: Array
    squared_weights: Array
    count: Array

    def __add__(self, other: Moments) -> Moments:
        return Moments(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: Moments) -> Moments:
        return Moments(*(a - b for a, b in zip(self.parts, other.parts, strict=True)))

    def __mul__(self, copies: float) -> Moments:
        """Those of so many copies of every sample."""
        return Moments(*(part * copies for part in self.parts))

    def __getitem__(self, index: Any) -> Moments:
        """Those at an index of the leading axes."""
        return Moments(*(part[index] for part in self.parts))

    def total(self, axis: int = 0) -> Moments:
        """Sum over a leading axis."""
        return Moments(*(part.sum(axis=axis) for part in self.parts))

    def label(self, column: int) -> Moments:
        """The moments of one label: ``cross`` (..., 1 + d, 1), ``power`` (..., 1)."""
        chosen = slice(column, column + 1)
        return Moments(self.gram, self.cross[..., chosen], self.power[..., chosen], self.squared_weights, self.count)

    def select(self, features: NDArray[np.intp]) -> Moments:
        """The moments of some features (..., k) alone: ``gram`` (..., 1 + k, 1 + k), ``cross`` (..., 1 + k, c)."""
        own = np.concatenate([np.zeros_like(features[..., :1]), 1 + features], axis=-1)
        gram = taken(taken(self.gram, own, axis=-2), own, axis=-1)
        return Moments(gram, taken(self.cross, own, axis=-2), self.power, self.squared_weights, self.count)

    def spread_over_groups(self) -> Moments:
        """With one more leading axis, the last, of length 1: to subtract groups from."""
        gram, cross, power = self.gram[..., None, :, :], self.cross[..., None, :, :], self.power[..., None, :]
        return Moments(gram, cross, power, self.squared_weights[..., None], self.count[..., None])

    @property
    def weight(self) -> Array:
        """Sum of the weights (...)."""
        return self.gram[..., 0, 0]

    @property
    def effective_sample_size(self) -> Array:
        """(sum w)^2 / sum w^2 (...) (Kish, 1965), from 1 to n; 0 if every weight is 0."""
        some = self.squared_weights > 0
        return np.where(some, np.square(self.weight) / np.where(some, self.squared_weights, 1.0), 0.0)

    @property
    def design_variation(self) -> Array:
        """The largest weighted sum of squares (...) of a design column about its mean; at least 0.

        Ridge with alpha 1 takes about the share 1 / (1 + variation) from that column's coefficient.
        """
        sums = self.gram[..., 0, 1:]
        squares = np.diagonal(self.gram, axis1=-2, axis2=-1)[..., 1:]
        spread: Array = (squares - sums * sums / self.weight[..., None]).max(axis=-1, initial=0.0)
        return spread

    @property
    def is_fit(self) -> NDArray[np.bool_]:
        """Whether (...) anything but copies of the instance carries weight.

        That is, an effective sample size of at least 2, and variation enough that ridge leaves a hundredth of some
        coefficient.
        """
        return np.asarray((self.effective_sample_size >= 2.0) & (self.design_variation >= 0.01))

    @property
    def parts(self) -> tuple[Array, ...]:
        """The five sums."""
        return (self.gram, self.cross, self.power, self.squared_weights, self.count)


def stacked_moments(moments: Sequence[Moments]) -> Moments:
    """Several moments of one shape, with one more leading axis."""
    return Moments(*(np.stack(parts) for parts in zip(*(one.parts for one in moments), strict=True)))


def taken(values: Array, positions: NDArray[np.intp], *, axis: int) -> Array:
    """Entries of values (..., m, n) at positions (..., k) of its axis -2 or -1; their leading axes are those of values,
    or missing."""
    if positions.ndim == 1:
        return values.take(positions, axis=axis)
    lead = (1,) * (values.ndim - 1 - positions.ndim)
    shape = (*positions.shape[:-1], *lead, positions.shape[-1])
    spread = np.expand_dims(positions.reshape(shape), -3 - axis)
    return np.take_along_axis(values, spread, axis=axis)


def instance_moments(weight: float, d: int, labels: int) -> Moments:
    """The instance's own term: its row is [1, 0, 0] by construction, so only its weight counts."""
    gram = np.zeros((1 + d, 1 + d))
    gram[0, 0] = weight
    return Moments(gram, np.zeros((1 + d, labels)), np.zeros(labels), np.array(weight**2), np.array(1.0))


def stacked(z: Array, origin: Array, outputs: Array, start: int) -> Array:
    """Rows [1, z - z_0, y - f(x)] of consecutive samples, with rows of zeros before and after to complete GROUPS.

    Made once for all kernel widths. The first column also tells samples (1) from filling (0), which has no weight.

    Args:
        z: representations, shape (n, d).
        origin: z_0, shape (d,).
        outputs: y - f(x), shape (n, c).
        start: position of the first of these samples in its neighborhood; sample i belongs to group i mod GROUPS.
    """
    n, d = z.shape
    before = start % GROUPS
    rows = np.empty((-(-(before + n) // GROUPS) * GROUPS, 1 + d + outputs.shape[1]))
    rows[:before] = rows[before + n :] = 0.0
    here = rows[before : before + n]
    here[:, 0] = 1.0
    np.subtract(z, origin, out=here[:, 1 : 1 + d])
    here[:, 1 + d :] = outputs
    if start == 0:
        here[0] = 0.0  # The instance itself: its term stands apart.
    return rows


def group_moments(rows: Array, weights: Array, *, start: int, labels: int, groups: int = GROUPS) -> Moments:
    """Moments in interleaved groups, of consecutive samples of one neighborhood; sample 0 is left out.

    Args:
        rows: from :func:`stacked`, of the same ``start``.
        weights: of these samples (n,).
        start: position of the first of them in its neighborhood, which says how much filling comes first.
        labels: number c of outputs.
        groups: how many groups, GROUPS or a divisor of it.
    """
    p = rows.shape[1] - labels
    w = padded_weights(rows, weights, start)
    weighted = rows[:, :p] * w[:, None]
    products = grouped(weighted, groups).transpose(0, 2, 1) @ grouped(rows, groups)
    y = rows[:, p:]
    return Moments(
        products[..., :p],
        products[..., p:],
        grouped(y * y * w[:, None], groups).sum(axis=1),
        (w * w).reshape(-1, groups).sum(axis=0),
        rows[:, 0].reshape(-1, groups).sum(axis=0),
    )


def padded_weights(rows: Array, weights: Array, start: int) -> Array:
    """Weights of rows from :func:`stacked`, given those of the samples (n,): 0 for filling and for the instance."""
    before = start % GROUPS
    w = np.zeros(len(rows))
    w[before : before + len(weights)] = weights
    w *= rows[:, 0]
    return w


def grouped(rows: Array, groups: int = GROUPS) -> Array:
    """Rows (n, columns) as interleaved groups (groups, n / groups, columns)."""
    return rows.reshape(-1, groups, rows.shape[1]).transpose(1, 0, 2)
