"""The explainers: the API of the lime package."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from limeeval.lime.background import background, centered_at, checked_stats
from limeeval.lime.discretize import BaseDiscretizer, StatsDiscretizer, make_discretizer
from limeeval.lime.domain import Array, Shown
from limeeval.lime.explain import explain
from limeeval.lime.explanation import Explanation
from limeeval.lime.kernel import Kernel, checked_metric, exponential_kernel
from limeeval.lime.labels import Labels
from limeeval.lime.model import MODES, Model, fitted_estimator, prediction_function
from limeeval.lime.neighborhood import SAMPLING_METHODS, Neighborhood
from limeeval.lime.reading import read_table
from limeeval.lime.request import (
    Request,
    check_feature_selection,
    check_kernel_width,
    checked_sampling,
    fixed_seed,
    next_seed,
)
from limeeval.lime.schema import Schema
from limeeval.lime.tabular import TabularDomain
from limeeval.lime.telling import tell


def default_table_width(columns: int) -> float:
    """LIME's default kernel width for tables: 0.75 sqrt(number of columns)."""
    return 0.75 * float(np.sqrt(columns))


class LimeTabularExplainer:
    """Explains single predictions of any model of tabular data (LIME; Ribeiro et al., 2016).

    Arguments, their order and their defaults are those of the lime package. The differences: an int ``random_state``
    gives the same explanation on every call; data frames, text categories and missing values go in as they are; the
    model gets rows in the container, column order and dtypes that it was fitted on.

    Args:
        training_data: (n, d) array, data frame or scipy sparse matrix. None is enough with ``training_data_stats``.
        mode: "classification" or "regression".
        training_labels: (n,) labels, used by the entropy discretizer.
        feature_names: d names; default: the data frame's columns, or the columns' numbers.
        categorical_features: positions or names of categorical columns. None means none for arrays of numbers; the
            text, category and bool columns otherwise.
        categorical_names: names of a column's categories by column: ``names[column][value]``.
        kernel_width: of the kernel exp(-D^2 / (2 nu^2)); default 0.75 sqrt(d).
        kernel: function (distances, kernel_width) -> weights in place of the exponential one.
        verbose: print intercept, local prediction and model output of each explanation.
        class_names: names of the model's classes, in the order of its outputs.
        feature_selection: "auto" (forward_selection up to 6 features, else highest_weights), "forward_selection",
            "highest_weights", "lasso_path" or "none".
        discretize_continuous: represent continuous columns by "in the instance's bin" instead of their value.
        discretizer: "quartile", "decile", "entropy" or a :class:`~limeeval.lime.discretize.BaseDiscretizer`.
        sample_around_instance: without bins, draw around the instance instead of the training mean.
        random_state: an int gives the same explanation on every call; None a fresh seed a call, recorded as the
            explanation's ``seed``; a RandomState or Generator gives one integer now.
        training_data_stats: dict with "means", "mins", "maxs", "stds", "feature_values" and "feature_frequencies"
            (each by column), used in place of the data when discretizing.

    Raises:
        ValueError: for every argument that does not fit; the message says the rule and what came.
    """

    def __init__(
        self,
        training_data: Any,
        mode: str = "classification",
        training_labels: Any = None,
        feature_names: Sequence[Any] | None = None,
        categorical_features: Iterable[int | str] | None = None,
        categorical_names: Mapping[int, Sequence[Any]] | None = None,
        kernel_width: float | None = None,
        kernel: Kernel | None = None,
        verbose: bool = False,
        class_names: Sequence[Any] | None = None,
        feature_selection: str = "auto",
        discretize_continuous: bool = True,
        discretizer: str | BaseDiscretizer = "quartile",
        sample_around_instance: bool = False,
        random_state: Any = None,
        training_data_stats: Mapping[str, Any] | None = None,
    ) -> None:
        self.arguments = {name: value for name, value in locals().items() if name != "self"}
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        check_feature_selection(feature_selection)
        self.mode = mode
        if kernel is not None and not callable(kernel):
            raise TypeError(f"kernel must be a function of distances and kernel_width, got {kernel!r}")
        self.kernel = kernel or exponential_kernel
        self.verbose = verbose
        self.class_names = None if class_names is None else [str(name) for name in class_names]
        self.feature_selection = feature_selection
        self.sample_around_instance = sample_around_instance
        self.random_state = fixed_seed(random_state)

        stats = checked_stats(training_data_stats)
        if training_data is None:
            if stats is None:
                raise ValueError("training_data must be given unless training_data_stats is, got None")
            training_data = np.zeros((1, len(stats["feature_values"])))
        schema, matrix = read_table(training_data, feature_names, categorical_features)
        bins = discretize_continuous and schema.container != "sparse"
        _check_unused(bins, sample_around_instance=sample_around_instance, stats=stats)
        if stats is not None:
            schema = schema.with_levels(stats["feature_values"])
        self.categorical_names = _checked_categorical_names(schema, categorical_names or {})
        self.discretizer = self._discretizer(discretizer, schema, matrix, training_labels, stats) if bins else None
        self.background = background(schema, matrix, discretizer=self.discretizer, stats=stats)
        self.kernel_width = check_kernel_width(default_table_width(schema.d) if kernel_width is None else kernel_width)

    @property
    def default_kernel_width(self) -> float:
        """LIME's default kernel width for this data."""
        return default_table_width(self.background.schema.d)

    def remade(self, **arguments: Any) -> LimeTabularExplainer:
        """This explainer, made again with some of its arguments replaced; itself if they are what they were."""
        if all(self.arguments[name] is value or self.arguments[name] == value for name, value in arguments.items()):
            return self
        return LimeTabularExplainer(**{**self.arguments, **arguments})

    @property
    def feature_names(self) -> list[str]:
        """Names of the d columns."""
        return list(self.background.schema.names)

    @property
    def categorical_features(self) -> list[int]:
        """Positions of the categorical columns."""
        return list(self.background.schema.categorical)

    def explain_instance(
        self,
        data_row: Any,
        predict_fn: Any,
        labels: Sequence[int | str] = (1,),
        top_labels: int | None = None,
        num_features: int = 10,
        num_samples: int = 5000,
        distance_metric: str | Callable[..., float] = "euclidean",
        model_regressor: Any = None,
        sampling_method: str = "gaussian",
    ) -> Explanation:
        """Explains the model's prediction for one row.

        Args:
            data_row: (d,) array, Series, dict, one-row data frame or sparse row, with the training columns in order.
            predict_fn: function from rows to probabilities (n, c), or to values (n,) for regression; or a fitted
                estimator that has such a method.
            labels: positions or names of the classes to explain (classification).
            top_labels: explain this many of the most likely classes instead.
            num_features: the most features in an explanation.
            num_samples: size of the neighborhood, the instance included; at least 2.
            distance_metric: as in :func:`sklearn.metrics.pairwise_distances`, in the space of representations.
            model_regressor: scikit-learn regressor to fit instead of ridge; needs ``coef_`` and ``sample_weight``.
            sampling_method: "gaussian", or "lhs" for Latin hypercubes within each block of samples.

        Returns:
            The explanation, with a standard error for every coefficient.

        Raises:
            ValueError: an argument, the row or the model's outputs do not fit.
            ModelError: the model raised.
        """
        request = Request(
            kernel=self.kernel,
            kernel_width=self.kernel_width,
            num_samples=num_samples,
            num_features=num_features,
            feature_selection=self.feature_selection,
            model_regressor=model_regressor,
        )
        domain = self.domain(data_row, predict_fn, distance_metric=distance_metric)
        method = checked_sampling(sampling_method, SAMPLING_METHODS)
        neighborhood = Neighborhood(domain, next_seed(self.random_state), num_samples, method)
        model = Model(prediction_function(predict_fn, self.mode), self.mode)
        explanation = explain(neighborhood, model, request, Labels(self.mode, self.class_names, labels, top_labels))
        tell(explanation, verbose=self.verbose)
        return explanation

    def domain(
        self, data_row: Any, predict_fn: Any = None, *, distance_metric: str | Callable[..., float] = "euclidean"
    ) -> TabularDomain:
        """The row, ready to be perturbed, with inputs in the container that ``predict_fn`` was fitted on.

        Raises:
            ValueError: the row does not fit the training data.
        """
        known = self.background.schema
        row = known.encode_row(data_row)
        around = centered_at(self.background, row) if self.sample_around_instance else self.background
        cells = around.cells_of(row)
        columns = _perturbed_columns(known, row)
        return TabularDomain(
            background=around,
            schema=known.fitted_on(fitted_estimator(predict_fn)),
            row=row,
            own_cells=cells[columns],
            columns=columns,
            feature_names=tuple(self._condition(int(j), row[j], int(cells[j])) for j in columns),
            shown=tuple(Shown(int(j), known.names[j], self._text(int(j), row[j])) for j in columns),
            distance_metric=checked_metric(distance_metric),
        )

    def _discretizer(
        self, discretizer: Any, schema: Schema, matrix: Array, labels: Any, stats: Mapping[str, Any] | None
    ) -> BaseDiscretizer:
        if stats is not None:
            return StatsDiscretizer(matrix, schema.categorical, schema.names, data_stats=stats)
        _check_columns_have_values(schema, matrix)
        return make_discretizer(
            discretizer,
            matrix,
            categorical_features=schema.categorical,
            feature_names=schema.names,
            labels=labels,
            random_state=self.random_state or 0,
        )

    def _condition(self, j: int, value: float, cell: int) -> str:
        """A feature as it reads on this row: ``1.00 < age <= 2.00``, ``sex=female``, ``income is missing``, ``age``."""
        known = self.background
        name = known.schema.names[j]
        if j not in known.edges:
            return name
        if np.isnan(value):
            return f"{name} is missing"
        return known.bin_names[j][cell] if j in known.bin_names else f"{name}={self._text(j, value)}"

    def _text(self, j: int, value: float) -> str:
        named = self.categorical_names.get(j)
        if named is not None and j in self.background.schema.levels and not np.isnan(value):
            return str(named[int(value)])
        return self.background.schema.text(j, value)


def _check_unused(bins: bool, *, sample_around_instance: bool, stats: Mapping[str, Any] | None) -> None:
    if bins and sample_around_instance:
        warnings.warn(
            "sample_around_instance applies to columns without bins: it has no effect with discretize_continuous=True",
            UserWarning,
            stacklevel=3,
        )
    if stats is not None and not bins:
        raise ValueError("training_data_stats describes bins: it needs discretize_continuous=True and dense data")


def _check_columns_have_values(schema: Schema, matrix: Array) -> None:
    empty = np.flatnonzero(np.isnan(matrix).all(axis=0))
    if len(empty):
        raise ValueError(
            f"training_data must have a value in every column, got only missing ones in {schema.names[empty[0]]!r}"
        )


def _checked_categorical_names(
    schema: Schema, categorical_names: Mapping[int, Sequence[Any]]
) -> dict[int, Sequence[Any]]:
    """Names by column position; each must name every whole number from 0 that occurs in its column.

    Raises:
        ValueError: a column of numbers with others in it, or more of them than names.
    """
    checked = {}
    for column, names in categorical_names.items():
        (j,) = schema.positions(column)
        if j not in schema.categorical:
            continue  # As in the lime package: names of columns that are not categorical are not used.
        levels = schema.levels[j]
        if levels.dtype.kind not in "iu" or levels.min(initial=0) < 0 or levels.max(initial=0) >= len(names):
            raise ValueError(
                f"categorical_names must have a name for each of the values 0, 1, ... of column {schema.names[j]!r}, "
                f"got {len(names)} names for the values {', '.join(map(str, levels[:8]))}{', ...' * (len(levels) > 8)}"
            )
        checked[j] = names
    return checked


def _perturbed_columns(schema: Schema, row: Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """All columns; of sparse rows, those that are not zero and the categorical ones.

    Raises:
        ValueError: a sparse row without any.
    """
    if schema.container != "sparse":
        return np.arange(schema.d)
    perturbed = row != 0
    perturbed[list(schema.categorical)] = True
    if not perturbed.any():
        raise ValueError("a sparse data_row must have non-zero entries, the only ones that are perturbed, got none")
    return np.flatnonzero(perturbed)
