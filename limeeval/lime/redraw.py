"""A second draw of a table's samples given their representation: what the cells leave open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.background import Background
from limeeval.lime.domain import Array

_LARGEST = 1.0 - 2.0**-53


def own_ends(known: Background, columns: NDArray[np.intp], own_cells: NDArray[np.intp]) -> tuple[Array, Array]:
    """The uniforms from which and below which each column falls into its cell ``own_cells`` (d,), each (d,)."""
    ends = [_borders(known, j)[[own, own + 1]] for j, own in zip(columns, own_cells, strict=True)]
    low, high = np.array(ends).reshape(-1, 2).T
    return low, high


def open_columns(known: Background, columns: NDArray[np.intp], own_cells: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Columns (d,) of which z does not say the value: a cell holds several, or there are several other cells."""
    pairs = zip(columns, own_cells, strict=True)
    is_open = np.array([_is_open(known, j, own) for j, own in pairs], dtype=bool)
    return is_open & ~known.standardized[columns]


def _is_open(known: Background, j: int, own: int) -> bool:
    occurs = np.diff(_borders(known, j)) > 0
    first = known.cells.first[j]
    varied = occurs & (known.cells.scale[first : first + len(occurs)] != 0)
    occurs[own] = False
    return bool(varied.any() or occurs.sum() > 1)


def _borders(known: Background, j: int) -> Array:
    """Where the cells of a column begin and end, from 0 to 1."""
    return np.concatenate([[0.0], known.cells.upper[j], [1.0]])


def confined(uniforms: Array, inside: NDArray[np.bool_], low: Array, high: Array) -> Array:
    """Uniforms (n, d) squeezed into low..high where ``inside`` (n, d), and into what is left of 0..1 elsewhere."""
    share = high - low
    within = np.maximum(np.minimum(low + uniforms * share, np.nextafter(high, 0.0)), low)
    outside = uniforms * (1 - share)
    outside = np.where(outside < low, outside, np.clip(outside + share, high, _LARGEST))
    return np.where(inside, within, outside)
