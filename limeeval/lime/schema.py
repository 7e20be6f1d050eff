"""How rows travel between the user's container and a matrix of floats, and back to what the model was fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 8


@dataclass(frozen=True)
class Schema:
    """Columns of the training data: their names, types and categories, and the container they came in.

    ``container`` is what came: "frame", "array" (of numbers), "objects" or "texts" (arrays of such), or "sparse".
    A categorical column whose ``levels`` are no numbers is ``coded`` by their positions; every other column is encoded
    as itself, and missing values as nan. ``labels`` are a data frame's own column labels.
    """

    names: tuple[str, ...]
    container: str
    categorical: tuple[int, ...]
    levels: Mapping[int, NDArray[Any]]
    dtypes: tuple[Any, ...]
    labels: Any = None
    coded: frozenset[int] = field(default=frozenset())

    @property
    def d(self) -> int:
        """Number of columns."""
        return len(self.names)

    @cached_property
    def integer_ranges(self) -> Array:
        """Smallest and largest value of continuous columns of an integer dtype (d, 2); others infinite."""
        ranges = np.tile([-np.inf, np.inf], (self.d, 1))
        for j, dtype in enumerate(self.dtypes):
            if j not in self.categorical and getattr(dtype, "kind", "") in ("i", "u"):
                limits = np.iinfo(getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype)))
                ranges[j] = limits.min, np.nextafter(float(limits.max), 0) if limits.max > 2**52 else limits.max
        return ranges

    def encode_row(self, data_row: Any) -> Array:
        """One row as floats (d,).

        Raises:
            ValueError: a wrong number, name or order of columns, text in a number's column, an unseen category,
                an infinity, or a number that a column of whole numbers cannot hold.
        """
        cells = self._cells_of(data_row)
        encoded = np.array([self._encode_cell(j, cell) for j, cell in enumerate(cells)])
        if np.any(np.isinf(encoded)):
            raise ValueError(f"data_row must be finite, got infinity in {self._quoted(np.isinf(encoded))}")
        self._check_whole(encoded)
        return encoded

    def decode(self, values: Array) -> Any:
        """Model inputs of encoded rows (n, d), in the container, column order and dtypes of the training data."""
        if self.container == "frame":
            return self._frame(values)
        if self.container in ("objects", "texts"):
            table = self._frame(values).to_numpy(dtype=object)
            return table if self.container == "objects" else table.astype(str)
        return values.astype(self.dtypes[0], copy=False)

    def fitted_on(self, estimator: Any) -> Schema:
        """The same columns in the container that an estimator was fitted on, as far as it says."""
        fitted_names = getattr(estimator, "feature_names_in_", None)
        if self.container in ("array", "objects"):
            if fitted_names is not None and list(fitted_names) == list(self.names):
                import pandas as pd

                return replace(self, container="frame", labels=pd.Index(fitted_names))
        elif self.container == "frame" and not self.coded:
            numeric = all(getattr(dtype, "kind", "O") in "iufb" for dtype in self.dtypes)
            if fitted_names is None and hasattr(estimator, "n_features_in_") and numeric:
                return replace(self, container="array", dtypes=(np.dtype(float),) * self.d)
        return self

    def text(self, column: int, value: float) -> str:
        """A value of the encoded matrix as people read it."""
        if np.isnan(value):
            return "missing"
        if column in self.coded:
            return str(self.levels[column][int(value)])
        if column in self.levels:
            return str(self.levels[column].dtype.type(value))
        if np.isfinite(self.integer_ranges[column, 0]):
            return f"{value:.0f}"
        return f"{value:.2f}" if value == 0 or abs(value) >= 0.01 else f"{value:.2g}"

    def with_levels(self, stated: Any) -> Schema:
        """The same columns with stated categories, by column, in place of those seen; coded columns keep theirs."""
        numeric = [j for j in self.categorical if j not in self.coded]
        levels = {j: whole_levels(np.sort(np.asarray(stated[j], dtype=float))) for j in numeric}
        return replace(self, levels={**self.levels, **levels})

    def positions(self, columns: Iterable[int | str] | int | str) -> list[int]:
        """Positions of columns given by position or name, ascending; one column may come alone.

        Raises:
            ValueError: no such column.
        """
        several = [columns] if isinstance(columns, (int, str, np.integer)) else columns
        return sorted({self._position(column) for column in several})

    def _position(self, column: int | str) -> int:
        if isinstance(column, (int, np.integer)) and not isinstance(column, bool) and 0 <= column < self.d:
            return int(column)
        if isinstance(column, str) and column in self.names:
            return self.names.index(column)
        raise ValueError(f"categorical_features must be columns 0 to {self.d - 1} or their names, got {column!r}")

    def _cells_of(self, data_row: Any) -> list[Any]:
        if hasattr(data_row, "toarray"):
            data_row = data_row.toarray()
        if isinstance(data_row, Mapping):
            import pandas as pd

            data_row = pd.Series(data_row)
        if hasattr(data_row, "columns"):
            if len(data_row) != 1:
                raise ValueError(f"data_row must be one row, got a data frame of {len(data_row)}")
            self._check_names(list(data_row.columns))
            return [data_row.iloc[0, j] for j in range(self.d)]
        if hasattr(data_row, "index") and hasattr(data_row, "iloc"):
            self._check_names(list(data_row.index))
            return list(data_row)
        # As objects, the cells of a list keep their own types.
        row = np.asarray(data_row, dtype=object if isinstance(data_row, (list, tuple)) else None)
        shape = row.shape
        if row.ndim == 2 and len(row) == 1:
            row = row[0]
        if row.shape != (self.d,):
            raise ValueError(f"data_row must be one row of {self.d} columns, got shape {shape}")
        return list(row)

    def _check_whole(self, encoded: Array) -> None:
        smallest, largest = self.integer_ranges.T
        fits = np.isnan(encoded) | ((encoded == np.rint(encoded)) & (encoded >= smallest) & (encoded <= largest))
        wrong = np.flatnonzero(np.isfinite(smallest) & ~fits)
        if len(wrong):
            j = wrong[0]
            raise ValueError(
                f"data_row must have a whole number that {self.dtypes[j]} can hold in column {self.names[j]!r}, "
                f"got {encoded[j]:g}"
            )

    def _check_names(self, given: list[Any]) -> None:
        expected = list(self.labels) if self.labels is not None else list(self.names)
        if given == expected:
            return
        unknown, missing = [c for c in given if c not in expected], [c for c in expected if c not in given]
        if self.labels is None and len(given) == self.d and len(unknown) == self.d:
            return  # Training came as an array under other, say prettier, names: only the number can be checked.
        if not unknown and not missing and len(given) == self.d:
            came = f"another order, starting with {', '.join(map(repr, given[:SHOWN]))}"
        else:
            parts = [("unknown", unknown), ("missing", missing)]
            came = "; ".join(f"{what}: {_listed(columns)}" for what, columns in parts if columns)
            came = came or f"{len(given)} columns"
        raise ValueError(f"data_row must have the {self.d} training columns in their order, got {came}")

    def _encode_cell(self, j: int, cell: Any) -> float:
        if _is_missing(cell):
            return float("nan")
        if j in self.levels:
            matches = np.flatnonzero(self.levels[j] == cell)
            if not len(matches):
                known = _listed(self.levels[j].tolist())
                raise ValueError(
                    f"data_row must have a category seen in training in column {self.names[j]!r}, {known}, "
                    f"got {_plain(cell)!r}"
                )
            return float(matches[0]) if j in self.coded else float(cell)
        try:
            return float(cell)
        except (TypeError, ValueError):
            raise ValueError(f"data_row must have a number in column {self.names[j]!r}, got {_plain(cell)!r}") from None

    def _frame(self, values: Array) -> pd.DataFrame:
        import pandas as pd

        labels = self.labels if self.labels is not None else range(self.d)
        columns = [self._decode_column(j, values[:, j]) for j in range(self.d)]
        frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
        frame.columns = pd.Index(labels)
        return frame

    def _decode_column(self, j: int, column: Array) -> Any:
        import pandas as pd

        dtype = self.dtypes[j]
        if j not in self.coded:
            if isinstance(dtype, np.dtype):
                return column.astype(dtype)
            cells = column.astype(object)
            cells[np.isnan(column)] = None
            return pd.Series(cells, dtype=dtype)
        codes = np.where(np.isnan(column), -1, column).astype(np.intp)
        own = pd.array(self.levels[j], dtype=dtype)
        return pd.Series(own.take(codes, allow_fill=True), dtype=dtype, copy=False)

    def _quoted(self, mask: NDArray[np.bool_]) -> str:
        return "column " + _listed([self.names[j] for j in np.flatnonzero(mask)])


def whole_levels(levels: Array) -> NDArray[Any]:
    """Levels as integers if all are whole: they read better."""
    return levels.astype(np.int64) if np.all(levels == np.rint(levels)) else levels


def _is_missing(cell: Any) -> bool:
    number = isinstance(cell, (float, np.floating))
    return cell is None or (number and bool(np.isnan(cell))) or type(cell).__name__ in ("NAType", "NaTType")


def _plain(cell: Any) -> Any:
    """A cell that reads like Python's own: 'a' instead of np.str_('a')."""
    return cell.item() if isinstance(cell, np.generic) else cell


def _listed(things: Sequence[Any]) -> str:
    shown = ", ".join(repr(thing) for thing in things[:SHOWN])
    return f"{shown}, ... ({len(things)} in all)" if len(things) > SHOWN else shown
