"""What the model says of rows without some of their features: a baseline in their place, in few large batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.model import BATCH_ROWS, Model
from limeeval.lime.schema import Schema

Mask = NDArray[np.bool_]
BASELINES = ("mean", "sample")
"""Kinds that have a name; a row of one's own is the third."""


class Baseline(NamedTuple):
    """What is put in the place of features: the values of one row, or of several in turn (b, d); and its name."""

    rows: Array
    name: str


class Without(NamedTuple):
    """Over the baseline's rows, for each set of features removed (u, c): the mean output, and the mean |f(x) - it|."""

    output: Array
    gap: Array


def baseline_of(kind: Any, schema: Schema, background: Array, *, draws: int) -> Baseline:
    """The baseline of that name, or the given row.

    Args:
        kind: "mean" (of numbers, rounded where they are whole; of categories the most frequent one), "sample" (rows
            drawn from the background, whose outputs are averaged), or a row.
        schema: of the columns.
        background: encoded rows (n, d).
        draws: rows of a sample, without replacement; at most all.

    Raises:
        ValueError: an unknown name, a row that does not fit, or a column of nothing but gaps.
    """
    if isinstance(kind, str) and kind not in BASELINES:
        raise ValueError(f"baseline must be one of {', '.join(BASELINES)}, or a row, got {kind!r}")
    if not isinstance(kind, str):
        return Baseline(schema.encode_row(kind)[None], "given row")
    if kind == "sample":
        count = min(draws, len(background))
        chosen = np.sort(np.random.default_rng(0).choice(len(background), count, replace=False))
        return Baseline(background[chosen], f"sample of {count}")
    return Baseline(_typical(schema, background)[None], "mean")


def outputs_without(
    model: Model,
    schema: Schema,
    rows: Array,
    outputs: Array,
    removed: Sequence[Mask],
    baseline: Array,
    *,
    batch_rows: int = BATCH_ROWS,
) -> list[Without]:
    """The model's outputs without sets of features, instance by instance; batches span instances.

    Args:
        model: what is asked.
        schema: in the container that the model was fitted on.
        rows: encoded instances (n, d).
        outputs: f(x) (n, c).
        removed: sets of features of each instance (u, d), u as it comes.
        baseline: (b, d).
        batch_rows: the most rows given to the model at once; at least the baseline's.
    """
    instance = np.repeat(np.arange(len(rows)), [len(one) for one in removed])
    sets = np.concatenate(removed)
    found = Without(*np.empty((2, len(sets), outputs.shape[1])))
    step = max(batch_rows // len(baseline), 1)
    for low in range(0, len(sets), step):
        here = slice(low, low + step)
        values = np.where(sets[here, None], baseline, rows[instance[here], None]).reshape(-1, rows.shape[1])
        said = model.predict(schema.decode(values), rows=len(values), around="instances without some features")
        said = said.reshape(-1, len(baseline), outputs.shape[1])
        found.output[here] = said.mean(axis=1)
        found.gap[here] = np.abs(said - outputs[instance[here], None]).mean(axis=1)
    ends = np.cumsum([len(one) for one in removed])[:-1]
    return [Without(*parts) for parts in zip(*(np.split(column, ends) for column in found), strict=True)]


def _typical(schema: Schema, background: Array) -> Array:
    """The mean (d,) of numbers, and the most frequent category, the first of several."""
    typical = np.empty(schema.d)
    for j in range(schema.d):
        known = background[~np.isnan(background[:, j]), j]
        if not len(known):
            raise ValueError(f"background must have a value in every column, got none in {schema.names[j]!r}")
        if j in schema.categorical:
            values, counts = np.unique(known, return_counts=True)
            typical[j] = values[counts.argmax()]
        else:
            typical[j] = np.rint(known.mean()) if np.isfinite(schema.integer_ranges[j, 0]) else known.mean()
    return typical
