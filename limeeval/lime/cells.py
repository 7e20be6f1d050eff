"""The cells of a column: what it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from limeeval.lime.discretize import BaseDiscretizer
from limeeval.lime.domain import Array


class Cells(NamedTuple):
    """The cells of one column: how often each occurs, and mean, sd and borders of its normal; arrays (cells,)."""

    frequencies: Array
    means: Array
    sds: Array
    lows: Array
    highs: Array


def categorical_cells(levels: Array, column: Array, given: Array | None) -> Cells:
    """One cell a level, with the ``given`` frequencies or those of the column (n,)."""
    counted = _counted(np.searchsorted(levels, column[~np.isnan(column)]), len(levels), given)
    return _with_missing(Cells(counted, levels, np.zeros_like(levels), levels, levels), column)


def bin_cells(discretizer: BaseDiscretizer, j: int, edges: Array, column: Array, given: Array | None) -> Cells:
    """One cell a bin of column j, with the ``given`` frequencies or those of the column (n,).

    Raises:
        ValueError: the discretizer's statistics are not one a bin.
    """
    counted = _counted(np.searchsorted(edges, column[~np.isnan(column)]), len(edges) + 1, given)
    parts = discretizer.means[j], discretizer.stds[j], discretizer.mins[j], discretizer.maxs[j]
    if {len(part) for part in parts} != {len(counted)}:
        raise ValueError(
            f"discretizer must state means, stds, mins and maxs of the {len(counted)} bins of column {j}, "
            f"got {', '.join(str(len(part)) for part in parts)} of them"
        )
    means, sds, lows, highs = (np.asarray(part, dtype=float) for part in parts)
    return _with_missing(Cells(counted, means, sds, lows, highs), column)


def _counted(positions: NDArray[np.intp], cells: int, given: Array | None) -> Array:
    """How often each cell occurs (cells,), or as many in the ``given`` proportions."""
    if given is None:
        return np.bincount(positions, minlength=cells).astype(float)
    proportions: Array = given / given.sum() * max(len(positions), 1)
    return proportions


def _with_missing(cells: Cells, column: Array) -> Cells:
    gaps = float(np.isnan(column).sum())
    if not gaps:
        return cells
    missing = Cells(np.array([gaps]), *(np.array([np.nan]) for _ in range(4)))
    return Cells(*(np.concatenate(pair) for pair in zip(cells, missing, strict=True)))


def whole_line(mean: float, sd: float) -> Cells:
    """A column without bins: one cell without borders."""
    return Cells(np.ones(1), np.array([mean]), np.array([sd]), np.array([-np.inf]), np.array([np.inf]))


@dataclass(frozen=True)
class FlatCells:
    """The cells of d columns, one after the other, ready to be drawn from.

    ``first`` (d,) is each column's first cell and ``upper`` (d arrays) the uniforms at which its next cells begin. In
    a cell, a uniform u becomes center + scale * Phi^-1(base + slope * u), kept between low and high: the inverse
    transform of the truncated normal.
    """

    first: NDArray[np.intp]
    upper: tuple[Array, ...]
    base: Array
    slope: Array
    center: Array
    scale: Array
    low: Array
    high: Array


def flat_cells(columns: Sequence[Cells], integer_ranges: Array) -> FlatCells:
    """Cells of all columns; those of columns of whole numbers, with ranges (d, 2), begin and end at whole numbers."""
    sizes = np.array([len(cells.frequencies) for cells in columns])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    shares = [cells.frequencies / cells.frequencies.sum() for cells in columns]
    ends = [np.cumsum(share) for share in shares]
    _, means, sds, lows, highs = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    base, slope, scale = _inverse_transform(np.concatenate(shares), np.concatenate(ends), means, sds, lows, highs)
    is_first = np.isin(np.arange(len(means)), first)
    low, high = _whole_borders(lows, highs, is_first, np.repeat(integer_ranges, sizes, axis=0))
    return FlatCells(first, tuple(end[:-1] for end in ends), base, slope, means, scale, low, high)


def _inverse_transform(
    share: Array, end: Array, means: Array, sds: Array, lows: Array, highs: Array
) -> tuple[Array, Array, Array]:
    """Base, slope and scale of every cell, which holds ``share`` of the uniforms, up to ``end``."""
    safe_sd = np.where(sds > 0, sds, 1.0)
    from_low, from_high = (lows - means) / safe_sd, (highs - means) / safe_sd
    # In the upper tail 1 - Phi loses its digits: such cells are drawn mirrored.
    mirrored = lows > means
    bottom = ndtr(np.where(mirrored, -from_high, from_low))
    top = ndtr(np.where(mirrored, -from_low, from_high))
    fixed = ~(sds > 0)  # A single value, or missing.
    slope = np.where(fixed | (share == 0), 0.0, (top - bottom) / np.where(share > 0, share, 1.0))
    base = np.where(fixed, 0.5, bottom - (end - share) * slope)
    return base, slope, np.where(fixed, 0.0, np.where(mirrored, -sds, sds))


def _whole_borders(lows: Array, highs: Array, is_first: NDArray[np.bool_], ranges: Array) -> tuple[Array, Array]:
    """Borders of cells, at whole numbers where ``ranges`` (cells, 2) are finite.

    Every cell but a column's first excludes its lower border.
    """
    smallest, largest = ranges.T
    whole = np.isfinite(smallest)
    next_whole = np.ceil(lows) + (~is_first & (np.ceil(lows) == lows))
    low = np.where(whole, np.maximum(next_whole, smallest), lows)
    high = np.where(whole, np.minimum(np.floor(highs), largest), highs)
    return low, np.maximum(low, high)
