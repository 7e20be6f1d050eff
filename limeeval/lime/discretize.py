"""Bins for continuous columns: where to cut, and what the training data look like inside each bin.

A custom discretizer is a subclass of :class:`BaseDiscretizer` with a ``bins`` method, as in the lime package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from limeeval.lime.domain import Array

DISCRETIZERS = ("quartile", "decile", "entropy")
_ROUNDING = 1e-15


class BaseDiscretizer:
    """Borders and per-bin statistics of the continuous columns; bin b of column j is (borders[b-1], borders[b]].

    Attributes, all dicts by column position: ``names`` (one a bin), ``means``, ``stds`` (ddof 0), ``mins``, ``maxs``
    (lists, one number a bin). Missing values are left out of all of them.

    Args:
        data: training data (n, d).
        categorical_features: positions of columns that are not cut.
        feature_names: d names.
        labels: training labels (n,), for discretizers that use them.
        random_state: for discretizers that use one.
        data_stats: dict with ``means``, ``stds``, ``mins`` and ``maxs`` to use instead of the data's own.
    """

    def __init__(
        self,
        data: Array,
        categorical_features: Iterable[int],
        feature_names: Sequence[str],
        labels: Any = None,
        random_state: Any = None,
        data_stats: Mapping[str, Any] | None = None,
    ) -> None:
        self.to_discretize = [j for j in range(data.shape[1]) if j not in set(categorical_features)]
        self.random_state = random_state
        self.data_stats = data_stats
        self.names: dict[int, list[str]] = {}
        self.means: dict[int, list[float]] = {}
        self.stds: dict[int, list[float]] = {}
        self.mins: dict[int, list[float]] = {}
        self.maxs: dict[int, list[float]] = {}
        bins = self.bins(data, labels)
        if len(bins) != len(self.to_discretize):
            raise ValueError(f"bins must return borders for {len(self.to_discretize)} columns, got {len(bins)}")
        for j, given in zip(self.to_discretize, bins, strict=True):
            borders = np.unique(np.asarray(given, dtype=float))
            if not np.all(np.isfinite(borders)):
                raise ValueError(f"bins must return finite borders, got {given} for column {feature_names[j]!r}")
            self._describe(j, feature_names[j], data[:, j], borders)

    def bins(self, data: Array, labels: Any) -> list[Array]:
        """Borders of each column in ``to_discretize``, in that order; duplicates are dropped."""
        raise NotImplementedError("a discretizer must define bins(data, labels)")

    def borders(self, column: int) -> Array:
        """Inner borders of a column, ascending."""
        return np.asarray(self.maxs[column][:-1], dtype=float)

    def discretize(self, data: Array) -> Array:
        """Bin numbers instead of values, in the cut columns of a row (d,) or rows (n, d)."""
        binned = np.array(data, dtype=float)
        for j in self.to_discretize:
            binned[..., j] = np.searchsorted(self.borders(j), binned[..., j])
        return binned

    def _describe(self, j: int, name: str, column: Array, borders: Array) -> None:
        column = column[~np.isnan(column)]
        self.names[j] = bin_names(name, borders)
        if self.data_stats is not None:
            self.means[j], self.stds[j], self.mins[j], self.maxs[j] = (
                [float(value) for value in self.data_stats[key][j]] for key in ("means", "stds", "mins", "maxs")
            )
            return
        bins, count = np.searchsorted(borders, column), len(borders) + 1
        inside = np.maximum(np.bincount(bins, minlength=count), 1)
        means = np.bincount(bins, weights=column, minlength=count) / inside
        squares = np.bincount(bins, weights=np.square(column - means[bins]), minlength=count)
        stds = np.sqrt(squares / inside)
        stds[stds <= _ROUNDING * np.abs(means)] = 0.0  # A bin of one repeated value: its mean is off by the last bit.
        self.mins[j], self.maxs[j] = [float(column.min()), *borders.tolist()], [*borders.tolist(), float(column.max())]
        within = np.clip(means, self.mins[j], np.maximum(self.mins[j], self.maxs[j]))
        self.means[j], self.stds[j] = within.tolist(), stds.tolist()


class _PercentileDiscretizer(BaseDiscretizer):
    percentiles: ClassVar[tuple[float, ...]] = ()

    def bins(self, data: Array, labels: Any) -> list[Array]:
        """Borders at percentiles of the training data."""
        return [np.nanpercentile(data[:, j], self.percentiles) for j in self.to_discretize]


class QuartileDiscretizer(_PercentileDiscretizer):
    """Cuts at the 25th, 50th and 75th percentile."""

    percentiles = (25, 50, 75)


class DecileDiscretizer(_PercentileDiscretizer):
    """Cuts at every tenth percentile."""

    percentiles = (10, 20, 30, 40, 50, 60, 70, 80, 90)


class EntropyDiscretizer(BaseDiscretizer):
    """Cuts where a decision tree of depth 3 on the training labels would (at most 8 bins)."""

    def bins(self, data: Array, labels: Any) -> list[Array]:
        """Thresholds of one tree a column; the median where a tree finds nothing to split.

        Raises:
            ValueError: without labels, with another number of them than rows, or with labels that are no classes.
        """
        if labels is None:
            raise ValueError("discretizer='entropy' needs training_labels, got None")
        if len(labels) != len(data):
            raise ValueError(f"training_labels must have one label a row, {len(data)}, got {len(labels)}")
        from sklearn.utils.multiclass import type_of_target

        if type_of_target(labels) not in ("binary", "multiclass"):
            raise ValueError("training_labels must be classes for discretizer='entropy', got continuous values")
        return [self._thresholds(data[:, j], np.asarray(labels)) for j in self.to_discretize]

    def _thresholds(self, column: Array, labels: Any) -> Array:
        from sklearn.tree import DecisionTreeClassifier

        known = ~np.isnan(column)
        tree = DecisionTreeClassifier(criterion="entropy", max_depth=3, random_state=self.random_state)
        grown = tree.fit(column[known, None], labels[known]).tree_
        thresholds = grown.threshold[grown.children_left > -1]
        return np.sort(thresholds) if len(thresholds) else np.array([np.median(column[known])])


class StatsDiscretizer(BaseDiscretizer):
    """Bins and their statistics from ``training_data_stats`` instead of data."""

    def bins(self, data: Array, labels: Any) -> list[Array]:
        """Borders from the optional key ``bins``, else every bin's maximum but the last."""
        stats = self.data_stats or {}
        given = stats.get("bins") or {}
        return [np.asarray(given.get(j, stats["maxs"][j][:-1]), dtype=float) for j in self.to_discretize]


def bin_names(name: str, borders: Array) -> list[str]:
    """How each bin reads: ``f <= 1.00``, ``1.00 < f <= 2.00``, ``f > 2.00``.

    Two decimals, as in the lime package, or as many as it takes to tell all borders apart.
    """
    if not len(borders):
        return [name]
    texts = _distinct_numbers(borders)
    between = [f"{low} < {name} <= {high}" for low, high in pairwise(texts)]
    return [f"{name} <= {texts[0]}", *between, f"{name} > {texts[-1]}"]


def _distinct_numbers(numbers: Array) -> list[str]:
    for decimals in range(2, 16):
        texts = [f"{number:.{decimals}f}" for number in numbers]
        if len(set(texts)) == len(texts) and not any(float(t) == 0 != n for t, n in zip(texts, numbers, strict=True)):
            return texts
    return [f"{number:.17g}" for number in numbers]


def make_discretizer(
    discretizer: Any,
    data: Array,
    *,
    categorical_features: Sequence[int],
    feature_names: Sequence[str],
    labels: Any,
    random_state: int,
) -> BaseDiscretizer:
    """The discretizer of that name, or the given one.

    Raises:
        ValueError: an unknown name; the message lists the known ones.
    """
    kinds = {"quartile": QuartileDiscretizer, "decile": DecileDiscretizer, "entropy": EntropyDiscretizer}
    if isinstance(discretizer, str) and discretizer in kinds:
        kind, seed = kinds[discretizer], random_state % 2**32  # scikit-learn takes no larger ones.
        return kind(data, categorical_features, feature_names, labels=labels, random_state=seed)
    if all(hasattr(discretizer, part) for part in ("names", "means", "stds", "mins", "maxs", "to_discretize")):
        chosen: BaseDiscretizer = discretizer
        return chosen
    raise ValueError(f"discretizer must be one of {', '.join(DISCRETIZERS)} or a BaseDiscretizer, got {discretizer!r}")
