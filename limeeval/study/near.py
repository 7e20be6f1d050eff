"""Instances with their neighbours, and what the model says of both."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import Model, fitted_estimator, prediction_function
from limeeval.lime.reading import read_table
from limeeval.lime.schema import Schema
from limeeval.study.asked import checked_rows
from limeeval.sweep.nearby import Nearby, draw_nearby


class Near(NamedTuple):
    """Encoded instances and their neighbours, and the model's outputs there.

    Attributes:
        nearby: rows and distances.
        schema: of the columns.
        labels: what was asked for.
        outputs: of the model (n, 1 + m, c).
        explained: instance and output of each unit.
    """

    nearby: Nearby
    schema: Schema
    labels: Labels
    outputs: Array
    explained: list[tuple[int, int]]

    @property
    def neighbors(self) -> int:
        """How many each instance has."""
        return int(self.nearby.distances.shape[1])


def near(
    schema: Schema, sd: Array, rows: Array, predict_fn: Any, labels: Labels, *, radius: float, neighbors: int
) -> Near:
    """Encoded instances (n, d) and their neighbours, all predicted in one call.

    Raises:
        ValueError: labels or the radius do not fit.
        ModelError: the model raised.
    """
    nearby = draw_nearby(schema, rows, sd, radius=radius, neighbors=neighbors)
    return Near(nearby, schema, labels, *_outputs(nearby, schema, predict_fn, labels))


def columns(explainer: Any, background: Any) -> tuple[Schema, Array]:
    """What the columns are, and their standard deviation (d,) in the background, or else the explainer's training data.

    Raises:
        ValueError: sparse data, or data that are no table.
    """
    if isinstance(explainer, LimeTabularExplainer):
        schema = explainer.background.schema
        data = explainer.arguments["training_data"] if background is None else background
        matrix = read_table(data, None, schema.categorical)[1]
    else:
        schema, matrix = read_table(background, None, None)
    if schema.container == "sparse":
        raise ValueError("instances must be dense rows, whose columns have neighbouring values, got sparse ones")
    gaps = np.isnan(matrix)
    count = np.maximum((~gaps).sum(axis=0), 1)
    mean = np.where(gaps, 0.0, matrix).sum(axis=0) / count
    sd = np.sqrt(np.where(gaps, 0.0, np.square(matrix - mean)).sum(axis=0) / count)
    return schema, np.where(sd > 1e-12 * np.abs(mean), sd, 0.0)


def encoded(schema: Schema, instances: Any) -> Array:
    """The instances (n, d) as numbers.

    Raises:
        ValueError: sparse rows, or values that do not fit the columns.
    """
    rows = checked_rows(instances)
    if hasattr(rows, "tocsr"):
        raise ValueError("instances must be dense rows, whose columns have neighbouring values, got sparse ones")
    each = [rows.iloc[i] if hasattr(rows, "iloc") else rows[i] for i in range(len(rows))]
    return np.stack([schema.encode_row(row) for row in each])


def _outputs(nearby: Nearby, schema: Schema, predict_fn: Any, labels: Labels) -> tuple[Array, list[tuple[int, int]]]:
    """The model's outputs (n, 1 + m, c), in one call, and what is explained: (instance, output)."""
    model = Model(prediction_function(predict_fn, labels.mode), labels.mode)
    rows = nearby.rows.reshape(-1, nearby.rows.shape[-1])
    inputs = schema.fitted_on(fitted_estimator(predict_fn)).decode(rows)
    outputs = model.predict(inputs, rows=len(rows), around="the instances")
    outputs = outputs.reshape(*nearby.rows.shape[:2], -1)
    return outputs, [(i, output) for i, own in enumerate(outputs[:, 0]) for output in labels.outputs(own)]
