"""Reads training data: a data frame, an array or a sparse matrix becomes a schema and a matrix of floats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.schema import Schema, whole_levels

if TYPE_CHECKING:
    import pandas as pd


def read_table(
    training_data: Any, feature_names: Sequence[Any] | None, categorical_features: Iterable[int | str] | None
) -> tuple[Schema, Array | Any]:
    """The schema of training data and its encoded matrix (n, d); sparse data stay sparse (CSR).

    ``categorical_features=None`` means none for arrays of numbers, and the text, category and bool columns otherwise.

    Raises:
        ValueError: no rows or columns, a wrong number of names, an unknown column, infinities, or a continuous
            column without numbers.
    """
    if hasattr(training_data, "tocsr"):
        matrix = training_data.tocsr().astype(float)
        schema = _schema(_names(feature_names, None, matrix.shape), "sparse", matrix.dtype)
        return _with_numeric_levels(schema, matrix, categorical_features)
    if not hasattr(training_data, "columns"):
        training_data = np.asarray(training_data)
        if training_data.ndim != 2:
            raise ValueError(f"training_data must have shape (rows, columns), got {training_data.shape}")
        if training_data.dtype.kind in "iufb":
            dtype = training_data.dtype if training_data.dtype.kind == "f" else np.dtype(float)
            schema = _schema(_names(feature_names, None, training_data.shape), "array", dtype)
            return _with_numeric_levels(schema, training_data.astype(float), categorical_features)
        return _read_objects(training_data, feature_names, categorical_features)
    return _read_frame(training_data, feature_names, categorical_features)


def _read_objects(
    array: NDArray[Any], feature_names: Sequence[Any] | None, categorical_features: Iterable[int | str] | None
) -> tuple[Schema, Array]:
    import pandas as pd

    frame = pd.DataFrame(array.astype(object), columns=_names(feature_names, None, array.shape)).infer_objects()
    schema, matrix = _read_frame(frame, feature_names, categorical_features)
    return replace(schema, container="objects" if array.dtype == object else "texts", labels=None), matrix


def _read_frame(
    frame: pd.DataFrame, feature_names: Sequence[Any] | None, categorical_features: Iterable[int | str] | None
) -> tuple[Schema, Array]:
    names = _names(feature_names, [str(label) for label in frame.columns], frame.shape)
    schema = replace(_schema(names, "frame", None), dtypes=tuple(frame.dtypes), labels=frame.columns)
    automatic = [j for j, dtype in enumerate(frame.dtypes) if _is_categorical(dtype)]
    chosen = automatic if categorical_features is None else schema.positions(categorical_features)
    matrix = np.empty(frame.shape)
    levels: dict[int, NDArray[Any]] = {}
    coded = set()
    for j in range(schema.d):
        column = frame.iloc[:, j]
        if j in chosen:
            matrix[:, j], levels[j], as_codes = _encode_levels(column)
            coded |= {j} if as_codes else set()
        else:
            matrix[:, j] = _numbers(column, names[j])
    _check_finite(matrix, names)
    return replace(schema, categorical=tuple(chosen), levels=levels, coded=frozenset(coded)), matrix


def _encode_levels(column: pd.Series[Any]) -> tuple[Array, NDArray[Any], bool]:
    """A categorical column as floats, its levels, and whether the floats are positions of levels."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        known = np.unique(numbers[~np.isnan(numbers)])
        return numbers, known.astype(bool) if pd.api.types.is_bool_dtype(column.dtype) else whole_levels(known), False
    try:
        codes, uniques = pd.factorize(column, sort=False)
    except TypeError as error:
        raise ValueError(f"training_data must hold numbers or categories, got {error} in {column.name!r}") from None
    if isinstance(column.dtype, pd.CategoricalDtype):
        order = np.argsort(column.dtype.categories.get_indexer(uniques))
    else:
        order = np.argsort(np.array([str(u) for u in uniques], dtype=str), kind="stable")
    # A missing value has code -1: it is looked up last, behind the levels.
    positions = np.append(np.argsort(order).astype(float), np.nan)
    return positions[codes], np.asarray(uniques, dtype=object)[order], True


def _numbers(column: pd.Series[Any], name: str) -> Array:
    import pandas as pd

    real = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype)
    if not real and not _is_categorical(column.dtype):
        raise ValueError(f"training_data must hold numbers or categories, got {column.dtype} in column {name!r}")
    try:
        numbers: Array = column.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(
            f"training_data has text in column {name!r}: name the column in categorical_features "
            "(None takes every text, category and bool column of a data frame)"
        ) from None
    return numbers


def _with_numeric_levels(
    schema: Schema, matrix: Any, categorical_features: Iterable[int | str] | None
) -> tuple[Schema, Array | Any]:
    categorical = tuple(schema.positions(() if categorical_features is None else categorical_features))
    _check_finite(matrix, schema.names)
    levels = {}
    for j in categorical:
        column = matrix[:, [j]].toarray().ravel() if hasattr(matrix, "tocsr") else matrix[:, j]
        levels[j] = whole_levels(np.unique(column[~np.isnan(column)]))
    return replace(schema, categorical=categorical, levels=levels), matrix


def _names(given: Sequence[Any] | None, own: list[str] | None, shape: tuple[int, ...]) -> tuple[str, ...]:
    rows, d = shape
    if not rows or not d:
        raise ValueError(f"training_data must have at least one row and one column, got shape {shape}")
    names = tuple(str(name) for name in given) if given is not None else tuple(own or map(str, range(d)))
    if len(names) != d:
        raise ValueError(f"feature_names must name the {d} columns of training_data, got {len(names)} names")
    return names


def _schema(names: tuple[str, ...], container: str, dtype: Any) -> Schema:
    return Schema(names, container, (), {}, (dtype,) * len(names))


def _check_finite(matrix: Any, names: Sequence[str]) -> None:
    if hasattr(matrix, "tocsr"):
        entries = matrix.tocoo()
        infinite = np.isinf(entries.data)
        rows, columns = entries.row[infinite], entries.col[infinite]
    else:
        rows, columns = np.nonzero(np.isinf(matrix))
    if len(rows):
        raise ValueError(f"training_data must be finite, got infinity in column {names[columns[0]]!r}, row {rows[0]}")


def _is_categorical(dtype: Any) -> bool:
    import pandas as pd

    types = pd.api.types
    text = types.is_object_dtype(dtype) or types.is_string_dtype(dtype)
    return bool(text or types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype))
