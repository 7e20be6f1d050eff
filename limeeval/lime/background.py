"""What LIME knows of a table: the distribution each column is drawn from.

Every column is a set of cells, each drawn with its training frequency and filled from a truncated normal: a bin of a
continuous column, a category or "missing" (a single value each), or, without bins, the whole real line as one cell.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.cells import Cells, FlatCells, bin_cells, categorical_cells, flat_cells, whole_line
from limeeval.lime.discretize import BaseDiscretizer
from limeeval.lime.domain import Array
from limeeval.lime.schema import Schema

STATS_KEYS = ("means", "mins", "maxs", "stds", "feature_values", "feature_frequencies")


@dataclass(frozen=True)
class Background:
    """What each of d columns is drawn from.

    ``edges`` says which cell a value is in: it belongs to the first edge not below it. ``bin_names`` are those of the
    columns in bins. ``whole`` (d,) marks columns of whole numbers; ``standardized`` (d,) those represented by
    (value - mean) / sd instead of "in the instance's cell".
    """

    schema: Schema
    edges: Mapping[int, Array]
    bin_names: Mapping[int, Sequence[str]]
    has_missing: NDArray[np.bool_]
    cells: FlatCells
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
            cells[j] = len(self.cells.upper[j]) if gaps[j] else np.searchsorted(edges, row[j])
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
    edges = _edges(schema, discretizer)
    if discretizer is None:
        _check_no_gaps(schema, matrix, has_missing)
    columns = []
    for j in range(schema.d):
        if j not in edges:
            columns.append(whole_line(means[j], sds[j]))
            continue
        column = _column(matrix, j)
        if j in schema.categorical:
            columns.append(categorical_cells(edges[j], column, _frequencies(stats, j, edges[j])))
        elif discretizer is not None:
            bins = np.arange(len(edges[j]) + 1.0)
            columns.append(bin_cells(discretizer, j, edges[j], column, _frequencies(stats, j, bins)))
    _warn_of_constants(schema, columns)
    standardized = np.array([j not in edges for j in range(schema.d)])
    in_bins = set(edges) - set(schema.categorical)
    return Background(
        schema=schema,
        edges=edges,
        bin_names={j: list(discretizer.names[j]) for j in in_bins} if discretizer is not None else {},
        has_missing=has_missing,
        cells=flat_cells(columns, schema.integer_ranges),
        whole=np.isfinite(schema.integer_ranges[:, 0]),
        standardized=standardized,
        mean=np.where(standardized, means, 0.0),
        sd=np.where(standardized & (sds > 0), sds, 1.0),
    )


def _edges(schema: Schema, discretizer: BaseDiscretizer | None) -> dict[int, Array]:
    """Levels of categorical columns and inner borders of columns in bins."""
    edges = {j: _level_values(schema, j) for j in schema.categorical}
    if discretizer is None:
        return edges
    for j in set(range(schema.d)) - set(edges):
        if j not in discretizer.maxs:
            raise ValueError(f"discretizer must cover every continuous column, got none for {schema.names[j]!r}")
        edges[j] = np.asarray(discretizer.maxs[j][:-1], dtype=float)
    return edges


def _check_no_gaps(schema: Schema, matrix: Any, has_missing: NDArray[np.bool_]) -> None:
    for j in np.flatnonzero(has_missing).tolist():
        if j not in schema.categorical:
            row = int(np.flatnonzero(np.isnan(_column(matrix, j)))[0])
            raise ValueError(
                "training_data without bins (discretize_continuous=False, or sparse) must have no missing values, "
                f"got one in column {schema.names[j]!r}, row {row}"
            )


def centered_at(known: Background, row: Array) -> Background:
    """The same background with the columns without bins drawn around a row (d,) instead of their mean."""
    center = known.cells.center.copy()
    around = known.standardized
    center[known.cells.first[around]] = row[around]
    return replace(known, cells=replace(known.cells, center=center))


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
