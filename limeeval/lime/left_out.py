"""Samples in groups, to be left out of a fit one group at a time: what standard errors are made of.

Where features are few, the moments of every group are kept and each refit is solved. Where they are many, groups of
moments would take more memory than everything else: the samples are drawn a second time, given the fit, and each refit
is a single Newton step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.moments import GROUPS, Moments, grouped, padded_weights, stacked, stacked_moments
from limeeval.lime.neighborhood import BLOCK, Neighborhood

REDRAWN_ABOVE = 64
"""Number of features above which samples are drawn again."""
_ROWS = 4 * BLOCK


class LeftOut(Protocol):
    """Perturbed samples in G groups, for every setting on the leading axes.

    Scores and residuals are those of one label, once ``label`` has chosen it.
    """

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which groups have samples (..., G)."""

    def __getitem__(self, index: Any) -> LeftOut:
        """Those at an index of the leading axes."""

    def label(self, column: int) -> LeftOut:
        """Those of one label."""

    def scores(self, lines: Array) -> Array:
        """Each group's share (..., G, 1 + d) of the normal equations' residual: sum w (y - a'b) a, of lines b."""

    def residuals(self, lines: Array) -> Array:
        """Weighted sum of squared residuals (...), each group's of a line of its own (..., G, 1 + d)."""


@dataclass(frozen=True, eq=False)
class GroupMoments:
    """Groups as their moments, with leading axes (..., G)."""

    moments: Moments

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which groups have samples (..., G)."""
        return self.moments.count > 0

    def __getitem__(self, index: Any) -> GroupMoments:
        return GroupMoments(self.moments[index])

    def label(self, column: int) -> GroupMoments:
        """Those of one label."""
        return GroupMoments(self.moments.label(column))

    def scores(self, lines: Array) -> Array:
        """Each group's share (..., G, 1 + d) of the normal equations' residual of lines (..., 1 + d)."""
        own: Array = self.moments.cross[..., 0] - (self.moments.gram @ lines[..., None, :, None])[..., 0]
        return own

    def residuals(self, lines: Array) -> Array:
        """Weighted sum of squared residuals (...) of a line a group (..., G, 1 + d)."""
        own = self.moments
        linear = (own.gram @ lines[..., None])[..., 0] - 2 * own.cross[..., 0]
        return np.asarray(np.maximum(own.power[..., 0] + (linear * lines).sum(axis=-1), 0.0).sum(axis=-1))


class Source(NamedTuple):
    """A neighborhood that can be drawn again, and the model's answers to it: y - f(x) (n, L)."""

    neighborhood: Neighborhood
    outputs: Array


class _Piece(NamedTuple):
    """Some samples of a source in their groups, m each: rows a (G, m, 1 + d), y (G, m), weights of cells (G, m, C)."""

    rows: Array
    y: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class Redrawn:
    """Groups as samples that are drawn again whenever they are needed.

    Attributes:
        sources: what is drawn from.
        kernel: weights from distances and a width.
        source: position of each setting's source (...).
        width: its kernel width (...).
        count: its number of samples (...).
        column: which label.
    """

    sources: Sequence[Source]
    kernel: Kernel
    source: NDArray[np.intp]
    width: Array
    count: NDArray[np.intp]
    column: int = 0

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which groups have samples (..., G); the instance, sample 0, is in none."""
        last = np.where(np.arange(GROUPS) == 0, GROUPS, np.arange(GROUPS))
        filled: NDArray[np.bool_] = self.count[..., None] > last
        return filled

    def __getitem__(self, index: Any) -> Redrawn:
        return replace(self, source=self.source[index], width=self.width[index], count=self.count[index])

    def label(self, column: int) -> Redrawn:
        """Those of one label."""
        return replace(self, column=column)

    def scores(self, lines: Array) -> Array:
        """Each group's share (..., G, 1 + d) of the normal equations' residual of lines (..., 1 + d)."""
        found = np.zeros((self.count.size, GROUPS, lines.shape[-1]))
        flat = np.broadcast_to(lines, (*self.count.shape, lines.shape[-1])).reshape(len(found), -1)
        for cells, piece in self._pieces():
            residual = (piece.y[..., None] - piece.rows @ flat[cells].T) * piece.weights
            found[cells] += (residual.transpose(0, 2, 1) @ piece.rows).transpose(1, 0, 2)
        return found.reshape(*self.count.shape, GROUPS, -1)

    def residuals(self, lines: Array) -> Array:
        """Weighted sum of squared residuals (...) of a line a group (..., G, 1 + d)."""
        lead = np.broadcast_shapes(self.count.shape, lines.shape[:-2])
        spread = self._broadcast(lead)
        flat = np.broadcast_to(lines, (*lead, *lines.shape[-2:])).reshape(-1, *lines.shape[-2:])
        found = np.zeros(len(flat))
        for cells, piece in spread._pieces():
            residual = piece.y[..., None] - piece.rows @ flat[cells].transpose(1, 2, 0)
            found[cells] += (np.square(residual) * piece.weights).sum(axis=(0, 1))
        return found.reshape(lead)

    def _broadcast(self, lead: tuple[int, ...]) -> Redrawn:
        source, count = np.broadcast_to(self.source, lead), np.broadcast_to(self.count, lead)
        return replace(self, source=source, width=np.broadcast_to(self.width, lead), count=count)

    def _pieces(self) -> Iterator[tuple[NDArray[np.intp], _Piece]]:
        """Every source's samples, some at a time, with the positions of its settings."""
        for number, source in enumerate(self.sources):
            cells = np.flatnonzero(self.source.ravel() == number)
            counts = self.count.ravel()[cells]
            for start in range(0, int(counts.max(initial=0)), _ROWS):
                yield cells, self._piece(source, cells, start)

    def _piece(self, source: Source, cells: NDArray[np.intp], start: int) -> _Piece:
        neighborhood, counts = source.neighborhood, self.count.ravel()[cells]
        stop = min(start + _ROWS, int(counts.max()))
        domain = neighborhood.domain
        z = domain.design(neighborhood.draw(start, stop))
        origin = domain.design(domain.instance)[0]
        rows = stacked(z, origin, source.outputs[start:stop, self.column, None], start)
        distances = domain.distance(z)
        widths, own = np.unique(self.width.ravel()[cells], return_inverse=True)
        weights = np.stack(
            [padded_weights(rows, weights_of(self.kernel, distances, width), start) for width in widths], axis=-1
        )
        positions = start - start % GROUPS + np.arange(len(rows))
        weights = weights[:, own] * (positions[:, None] < counts)
        return _Piece(grouped(rows[:, :-1]), grouped(rows)[..., -1], grouped(weights))


@dataclass(frozen=True, eq=False)
class NothingLeftOut:
    """Groups of samples that are no draw from anything, such as all that there are: no refit would differ."""

    lead: tuple[int, ...]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """All groups (..., G)."""
        return np.ones((*self.lead, GROUPS), dtype=bool)

    def __getitem__(self, index: Any) -> NothingLeftOut:
        return NothingLeftOut(np.broadcast_to(0, self.lead)[index].shape)

    def label(self, column: int) -> NothingLeftOut:
        """The same for every label."""
        return self

    def scores(self, lines: Array) -> Array:
        """Zeros (..., G, 1 + d)."""
        return np.zeros((*self.lead, GROUPS, lines.shape[-1]))

    def residuals(self, lines: Array) -> Array:
        """Undefined: there is nothing else to be faithful to (...)."""
        return np.full(np.broadcast_shapes(self.lead, lines.shape[:-2]), np.nan)


def left_out_together(found: Sequence[LeftOut]) -> LeftOut:
    """Those of several neighborhoods of one kind, with one more leading axis."""
    moments = [one.moments for one in found if isinstance(one, GroupMoments)]
    if len(moments) == len(found):
        return GroupMoments(stacked_moments(moments))
    if isinstance(found[0], NothingLeftOut):
        return NothingLeftOut((len(found), *found[0].lead))
    redrawn = [one for one in found if isinstance(one, Redrawn)]
    before = np.cumsum([0, *(len(one.sources) for one in redrawn[:-1])])
    return Redrawn(
        [source for one in redrawn for source in one.sources],
        redrawn[0].kernel,
        np.stack([one.source + first for one, first in zip(redrawn, before, strict=True)]),
        np.stack([one.width for one in redrawn]),
        np.stack([one.count for one in redrawn]),
    )
