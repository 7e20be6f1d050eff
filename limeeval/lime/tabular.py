"""One row of a table, ready to be perturbed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from limeeval.lime.background import Background
from limeeval.lime.domain import Array, Shown, State
from limeeval.lime.kernel import distances_to
from limeeval.lime.redraw import confined, open_columns, own_ends
from limeeval.lime.schema import Schema

_SMALLEST, _LARGEST = 2.0**-54, 1.0 - 2.0**-53
_COMPARED = 16
_CACHED_ROWS = 500


@dataclass(frozen=True)
class TabularDomain:
    """A row and the background it is perturbed against; a state is (cell numbers, values), each (n, d).

    Attributes:
        background: of all columns.
        schema: how the model wants its rows.
        row: the encoded instance, all columns.
        own_cells: the cells (d,) that the perturbed columns' own values are in.
        columns: positions (d,) of the columns that are perturbed and explained; the others keep their value.
        feature_names: d names, as they read on this row.
        shown: d numbers, names and values of columns.
        distance_metric: as in :func:`sklearn.metrics.pairwise_distances`.
    """

    background: Background
    schema: Schema
    row: Array
    own_cells: NDArray[np.intp]
    columns: NDArray[np.intp]
    feature_names: tuple[str, ...]
    shown: tuple[Shown, ...]
    distance_metric: str | Callable[..., float] = "euclidean"

    @property
    def width(self) -> int:
        """One uniform a perturbed column."""
        return len(self.columns)

    @property
    def key(self) -> int:
        """Digest of the row."""
        return int.from_bytes(blake2b(self.row.tobytes(), digest_size=8).digest(), "little")

    @property
    def description(self) -> str:
        """The first few values, by name."""
        parts = [f"{column.name}={column.value}" for column in self.shown[:6]]
        return f"the instance {', '.join(parts)}{', ...' if len(self.columns) > 6 else ''}"

    @property
    def instance(self) -> State:
        """The row itself: its cells and its values."""
        return self.own_cells[None, :], self.row[None, self.columns]

    def draw(self, uniforms: Array) -> State:
        """Cell numbers and values (n, d) by inverse transform, in the place of the uniforms (n, d)."""
        upper = [self.background.cells.upper[j] for j in self.columns]
        most = max(map(len, upper), default=0)
        if most <= _COMPARED:  # Several times faster than searching, and the usual case.
            cells, ends = np.zeros(uniforms.shape, dtype=np.uint8), _padded(upper, most)
            count_reached = _compare
        else:
            cells, ends = np.zeros(uniforms.shape, dtype=np.intp), upper
            count_reached = _search
        buffer = np.empty((_CACHED_ROWS, self.width))
        for low in range(0, len(uniforms), _CACHED_ROWS):
            here = slice(low, low + _CACHED_ROWS)
            count_reached(uniforms[here], ends, cells[here])
            self._fill(uniforms[here], cells[here] + self.background.cells.first[self.columns], buffer)
        return cells, uniforms

    def _fill(self, values: Array, where: NDArray[np.intp], buffer: Array) -> None:
        """Turns uniforms (n, d) into values, in place, given the cell that each has fallen into."""
        known, buffer = self.background.cells, buffer[: len(values)]
        values *= known.slope.take(where, out=buffer, mode="clip")
        values += known.base.take(where, out=buffer, mode="clip")
        ndtri(np.clip(values, _SMALLEST, _LARGEST, out=values), out=values)
        values *= known.scale.take(where, out=buffer, mode="clip")
        values += known.center.take(where, out=buffer, mode="clip")
        whole = self.background.whole[self.columns]
        if whole.any():
            inside = where[:, whole]
            values[:, whole] = np.clip(np.rint(values[:, whole]), known.low.take(inside), known.high.take(inside))

    def redraw(self, state: State, uniforms: Array) -> State | None:
        """Values drawn again: within the instance's cell where z is 1, from the other cells where it is 0.

        Columns without bins are their own representation and keep their values; None where nothing could change.
        """
        is_open = open_columns(self.background, self.columns, self.own_cells)
        if not is_open.any():
            return None
        cells, values = state
        is_own = cells == self.own_cells.astype(cells.dtype)
        again = self.draw(confined(uniforms, is_own, *own_ends(self.background, self.columns, self.own_cells)))
        return np.where(is_open, again[0], cells), np.where(is_open, again[1], values)

    def design(self, state: State) -> Array:
        """z (n, d): 1 in the instance's cell and 0 elsewhere; standardized values in columns without bins."""
        cells, values = state
        known, columns = self.background, self.columns
        own = self.own_cells
        scaled = known.standardized[columns]
        if not scaled.any():
            inside: Array = (cells == own.astype(cells.dtype)).astype(float)
            return inside
        z: Array = (values - known.mean[columns]) / known.sd[columns]
        if not scaled.all():
            z[:, ~scaled] = cells[:, ~scaled] == own[~scaled]
        return z

    def content(self, state: State) -> tuple[NDArray[Any], ...]:
        """z, as bits where all columns have bins, and the values in single precision."""
        z = self.design(state)
        scaled = self.background.standardized[self.columns].any()
        return _single(z) if scaled else np.packbits(z.astype(bool), axis=1), _single(state[1])

    def decode(self, state: State) -> Any:
        """Rows in the container, order and dtypes that the model was fitted on."""
        _, values = state
        # The representation is made of the values where columns have no bins: they must survive a model that writes.
        if self.schema.container == "sparse":
            from scipy.sparse import csr_matrix

            n, d = values.shape
            starts = np.arange(0, n * d + 1, d)
            return csr_matrix((values.flatten(), np.tile(self.columns, n), starts), shape=(n, len(self.row)))
        return self.schema.decode(values.copy() if self.background.standardized.any() else values)

    def distance(self, z: Array) -> Array:
        """Distances (n,) to the instance's representation."""
        return distances_to(z, self._origin, self.distance_metric)

    @cached_property
    def _origin(self) -> Array:
        origin: Array = self.design(self.instance)[0]
        return origin


def _single(values: Array) -> NDArray[np.float32]:
    """In single precision, infinite beyond its range; without negative zeros."""
    with np.errstate(over="ignore"):
        return np.add(values, 0.0, dtype=np.float32, casting="same_kind")


def _padded(upper: Sequence[Array], most: int) -> list[Array]:
    """The first, second, ... upper end of every column, ``most`` arrays (d,); inf where a column has no more."""
    ends = np.full((most, len(upper)), np.inf)
    for j, own in enumerate(upper):
        ends[: len(own), j] = own
    return list(ends)


def _compare(uniforms: Array, ends: Sequence[Array], cells: NDArray[Any]) -> None:
    """Adds to cells (n, d) how many of its column's upper ends (d,) each uniform has reached."""
    for end in ends:
        cells += (uniforms >= end).view(np.uint8)


def _search(uniforms: Array, ends: Sequence[Array], cells: NDArray[Any]) -> None:
    """The same by one binary search a column: with many categories it beats comparing with every end."""
    for j, own in enumerate(ends):
        cells[:, j] = np.searchsorted(own, uniforms[:, j], side="right")
