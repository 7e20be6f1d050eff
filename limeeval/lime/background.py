"""What LIME knows of a table: the distribution each column is drawn from.

Every column is a set of cells, each drawn with its training frequency and filled from a truncated normal: a bin of a
continuous column, a category or "missing" (a single value each), or, without bins, the whole real line as one cell.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from limeeval.lime.discretize import BaseDiscretizer
from limeeval.lime.domain import Array
from limeeval.lime.schema import Schema

STATS_KEYS = ("means", "mins", "maxs", "stds", "feature_values", "feature_frequencies")


class Cells(NamedTuple):
    """The cells of one column: how often each occurs, and mean, sd and borders of its normal; arrays (cells,)."""

    frequencies: Array
    means: Array
    sds: Array
    lows: Array
    highs: Array


@dataclass(frozen=True)
class Background:
    """d columns, the cells of all of them one after the other.

    ``first`` (d,) is each column's first cell and ``upper`` (d arrays) the uniforms at which its next cells begin. In
    a cell, a uniform u becomes center + scale * Phi^-1(base + slope * u), kept between low and high: the inverse
    transform of the truncated normal. ``edges`` says which cell a value is in (it belongs to the first edge not below
    it). ``whole`` (d,) marks columns of whole numbers; ``standardized`` (d,) those represented by (value - mean) / sd
    instead of "in the instance's cell".
    """

    schema: Schema
    edges: Mapping[int, Array]
    bin_names: Mapping[int, Sequence[str]]
    has_missing: NDArray[np.bool_]
    first: NDArray[np.intp]
    upper: tuple[Array, ...]
    base: Array
    slope: Array
    center: Array
    scale: Array
    low: Array
    high: Array
    whole: NDArray[np.bool_]
    standardized: NDArray[np.bool_]
    mean: Array
    sd: Array

    def cells_of(self, row: Array) -> NDArray[np.intp]:
        """The cell, counted within its column, of each value of an encoded row (d,).

        Raises:
            ValueError: a missing value in a column that had none in training.
        """
        gaps = np.isnan(row)
        if np.any(gaps & ~self.has_missing):
            j = int(np.flatnonzero(gaps & ~self.has_missing)[0])
            raise ValueError(
                "data_row may have missing values only where the training data have some, "
                f"got one in column {self.schema.names[j]!r}"
            )
        cells = np.zeros(len(row), dtype=np.intp)
        for j, edges in self.edges.items():
            cells[j] = len(self.upper[j]) if gaps[j] else np.searchsorted(edges, row[j])
        return cells


def background(
    schema: Schema,
    matrix: Array | Any,
    *,
    discretizer: BaseDiscretizer | None,
    stats: Mapping[str, Any] | None = None,
) -> Background:
    """Columns' distributions in an encoded training matrix (n, d), which may be sparse.

    ``stats`` (lime's ``training_data_stats``) takes the place of the data for frequencies.

    Raises:
        ValueError: fewer than two rows (without stats), missing values in a column without bins, or nothing but
            missing values.
    """
    if stats is None and matrix.shape[0] < 2:
        raise ValueError(f"training_data must have at least 2 rows, got {matrix.shape[0]}")
    means, sds, has_missing = _column_statistics(matrix)
    edges: dict[int, Array] = {}
    columns: list[Cells] = []
    for j in range(schema.d):
        if j in schema.categorical:
            edges[j] = _level_values(schema, j)
            columns.append(_categorical_cells(edges[j], _column(matrix, j), _frequencies(stats, j, edges[j])))
        elif discretizer is not None:
            if j not in discretizer.maxs:
                raise ValueError(f"discretizer must cover every continuous column, got none for {schema.names[j]!r}")
            edges[j] = np.asarray(discretizer.maxs[j][:-1], dtype=float)
            given = _frequencies(stats, j, np.arange(len(edges[j]) + 1.0))
            columns.append(_bin_cells(discretizer, j, edges[j], _column(matrix, j), given))
        else:
            if has_missing[j]:
                row = int(np.flatnonzero(np.isnan(_column(matrix, j)))[0])
                raise ValueError(
                    "training_data without bins (discretize_continuous=False, or sparse) must have no missing values, "
                    f"got one in column {schema.names[j]!r}, row {row}"
                )
            columns.append(_whole_line(means[j], sds[j]))
    _warn_of_constants(schema, columns)
    standardized = np.array([j not in edges for j in range(schema.d)])
    bin_names = {} if discretizer is None else {j: list(names) for j, names in discretizer.names.items()}
    return Background(
        schema=schema,
        edges=edges,
        bin_names={j: names for j, names in bin_names.items() if j in edges and j not in schema.categorical},
        has_missing=has_missing,
        whole=np.isfinite(schema.integer_ranges[:, 0]),
        standardized=standardized,
        mean=np.where(standardized, means, 0.0),
        sd=np.where(standardized & (sds > 0), sds, 1.0),
        **_flattened(columns, schema.integer_ranges),
    )


def centered_at(known: Background, row: Array) -> Background:
    """The same background with the columns without bins drawn around a row (d,) instead of their mean."""
    center = known.center.copy()
    around = known.standardized
    center[known.first[around]] = row[around]
    return replace(known, center=center)


def checked_stats(stats: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """lime's ``training_data_stats`` with all its keys.

    Raises:
        ValueError: keys are missing; the message names them.
    """
    if stats is None:
        return None
    absent = [key for key in STATS_KEYS if key not in stats]
    if absent:
        raise ValueError(f"training_data_stats must have the keys {', '.join(STATS_KEYS)}, got none of {absent}")
    return stats


def _column_statistics(matrix: Any) -> tuple[Array, Array, NDArray[np.bool_]]:
    if hasattr(matrix, "tocsr"):
        from sklearn.utils.sparsefuncs import mean_variance_axis

        means, variances = mean_variance_axis(matrix, axis=0)
        has_missing = np.zeros(matrix.shape[1], dtype=bool)
        has_missing[matrix.indices[np.isnan(matrix.data)]] = True
        return means, np.sqrt(variances), has_missing
    gaps = np.isnan(matrix)
    if gaps.any():
        count = np.maximum((~gaps).sum(axis=0), 1)
        means = np.where(gaps, 0.0, matrix).sum(axis=0) / count
        sds = np.sqrt(np.where(gaps, 0.0, np.square(matrix - means)).sum(axis=0) / count)
    else:
        means, sds = matrix.mean(axis=0), matrix.std(axis=0)
    # The mean of a constant column may be off by its last bit, and its spread above 0.
    smallest, largest = np.where(gaps, np.inf, matrix).min(axis=0), np.where(gaps, -np.inf, matrix).max(axis=0)
    constant = smallest == largest
    return np.where(constant, smallest, means), np.where(constant, 0.0, sds), gaps.any(axis=0)


def _column(matrix: Any, j: int) -> Array:
    column: Array = matrix[:, [j]].toarray().ravel() if hasattr(matrix, "tocsr") else matrix[:, j]
    return column


def _level_values(schema: Schema, j: int) -> Array:
    levels = schema.levels[j]
    return np.arange(len(levels), dtype=float) if j in schema.coded else levels.astype(float)


def _frequencies(stats: Mapping[str, Any] | None, j: int, values: Array) -> Array | None:
    """Frequencies of a column's cells from training_data_stats, in the order of ``values``."""
    if stats is None:
        return None
    stated, shares = stats["feature_values"][j], stats["feature_frequencies"][j]
    if len(stated) != len(shares):
        raise ValueError(
            f"training_data_stats must have one frequency a value, got {len(shares)} for {len(stated)} in column {j}"
        )
    known = dict(zip(map(float, stated), shares, strict=True))
    frequencies = np.array([float(known.get(value, 0.0)) for value in values])
    if not frequencies.sum() > 0:
        raise ValueError(
            f"training_data_stats must give some of the values {values.tolist()} of column {j} a frequency above 0, "
            f"got {known}"
        )
    return frequencies


def _categorical_cells(levels: Array, column: Array, given: Array | None) -> Cells:
    counted = _counted(np.searchsorted(levels, column[~np.isnan(column)]), len(levels), given)
    return _with_missing(Cells(counted, levels, np.zeros_like(levels), levels, levels), column)


def _bin_cells(discretizer: BaseDiscretizer, j: int, edges: Array, column: Array, given: Array | None) -> Cells:
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


def _whole_line(mean: float, sd: float) -> Cells:
    return Cells(np.ones(1), np.array([mean]), np.array([sd]), np.array([-np.inf]), np.array([np.inf]))


def _warn_of_constants(schema: Schema, columns: Sequence[Cells]) -> None:
    constant = [
        schema.names[j]
        for j, cells in enumerate(columns)
        if (cells.frequencies > 0).sum() == 1 and not cells.sds[cells.frequencies > 0].any()
    ]
    if constant and schema.container != "sparse":  # Words that no training row has are common, and never perturbed.
        warnings.warn(
            "training_data should vary in every column: a constant one is never perturbed and its coefficient stays 0, "
            f"got constant {', '.join(map(repr, constant[:8]))}{' and others' if len(constant) > 8 else ''}",
            UserWarning,
            stacklevel=4,
        )
    if schema.d == 1:
        warnings.warn(
            "training_data should have several columns: with one there is a slope but no ranking of features to trust "
            f"or doubt, got only {schema.names[0]!r}",
            UserWarning,
            stacklevel=4,
        )


def _flattened(columns: Sequence[Cells], integer_ranges: Array) -> dict[str, Any]:
    """The columns' cells as the flat arrays of a Background; columns of whole numbers stay whole inside their cells."""
    sizes = np.array([len(cells.frequencies) for cells in columns])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    shares = [cells.frequencies / cells.frequencies.sum() for cells in columns]
    ends = [np.cumsum(share) for share in shares]
    share, end = np.concatenate(shares), np.concatenate(ends)
    _, means, sds, lows, highs = (np.concatenate(parts) for parts in zip(*columns, strict=True))

    # In the upper tail 1 - Phi loses its digits: such cells are drawn mirrored.
    mirrored = lows > means
    safe_sd = np.where(sds > 0, sds, 1.0)
    bottom, top = ndtr((lows - means) / safe_sd), ndtr((highs - means) / safe_sd)
    mirrored_bottom, mirrored_top = ndtr((means - highs) / safe_sd), ndtr((means - lows) / safe_sd)
    bottom, top = np.where(mirrored, mirrored_bottom, bottom), np.where(mirrored, mirrored_top, top)
    fixed = ~(sds > 0)
    slope = np.where(fixed | (share == 0), 0.0, (top - bottom) / np.where(share > 0, share, 1.0))
    base = np.where(fixed, 0.5, bottom - (end - share) * slope)

    smallest, largest = np.repeat(integer_ranges, sizes, axis=0).T
    whole = np.isfinite(smallest)
    opens = ~np.isin(np.arange(len(share)), first)  # Every cell but a column's first excludes its lower border.
    low = np.where(whole, np.maximum(np.ceil(lows) + (opens & (np.ceil(lows) == lows)), smallest), lows)
    high = np.where(whole, np.minimum(np.floor(highs), largest), highs)
    return {
        "first": first,
        "upper": tuple(end[:-1] for end in ends),
        "base": base,
        "slope": slope,
        "center": means,
        "scale": np.where(fixed, 0.0, np.where(mirrored, -sds, sds)),
        "low": low,
        "high": np.maximum(low, high),
    }
