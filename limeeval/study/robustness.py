"""Robustness to neighbouring inputs, measured: how much of it is the instance's move, and how much the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.image_explainer import LimeImageExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import fitted_estimator, mode_of
from limeeval.lime.request import check_at_least
from limeeval.metrics.robustness import (
    local_lipschitz,
    max_sensitivity,
    relative_input_stability,
    relative_input_stability_of_norms,
    relative_output_stability,
    relative_output_stability_of_norms,
)
from limeeval.report.scores.means import Measured, mean_scores
from limeeval.report.scores.scored import table_of
from limeeval.report.scores.units import units_of
from limeeval.study.asked import grid_asked, labels_asked, name_of, settings_asked
from limeeval.study.near import Near, columns, encoded, near
from limeeval.sweep.grid import seeds_of
from limeeval.sweep.nearby import Explained, explain_nearby, explain_nearby_by_function
from limeeval.sweep.plan import FunctionPlan, Names, Plan

if TYPE_CHECKING:
    import pandas as pd

Metric = Callable[[Array, Array], Array]
"""Of explanations (..., d) and those of neighbours (..., m, d)."""


def robustness(
    explainer: LimeTabularExplainer | Callable[..., Any],
    instances: Any,
    predict_fn: Any,
    *,
    radius: float = 0.1,
    neighbors: int = 10,
    background: Any = None,
    seeds: int | Sequence[int] = 10,
    labels: Sequence[int | str] | int | str | None = None,
    top_labels: int | None = None,
    n_jobs: int = 1,
    task: str = "study",
    **settings: Any,
) -> pd.DataFrame:
    """How far explanations move when the instance moves a little, beside what the seed alone moves them by.

    Neighbours x' of each instance x are drawn once for all seeds and settings: each of the p columns of numbers gets a
    Gaussian step of ``radius / sqrt(p)`` training standard deviations, the whole step being shortened to the radius if
    it is longer; whole numbers are rounded, categories stay what they are. Both x and x' are explained for the outputs
    explained of x, with the *same* random numbers, once a seed. Each metric takes the worst of the neighbours, and
    their mean over seeds is the ``estimate``. Two columns stand beside it:

    - ``noise_floor``: the same with x' = x, explained with another seed (at the distances of x');
    - ``fresh_seeds``: x' explained with another seed than x, which is what a metric computed with a fresh seed for
      every call measures.

    An explanation is sensitive where the estimate is large; where ``fresh_seeds`` is no larger than ``noise_floor``,
    such a metric would have measured the seed. All of them come from the same model calls.

    Metrics, 0.. and lower is better (see :mod:`limeeval.metrics.robustness`): ``local_lipschitz`` and
    ``max_sensitivity``, distances being in training standard deviations; ``relative_input_stability`` and
    ``relative_output_stability`` as in the source (element by element; outputs are what the model gives, probabilities
    rather than logits), and ``..._of_norms``, as OpenXAI computes them. The relative ones are over neighbours of the
    same predicted class. A run without such a metric (nothing but zeros, no output that changes) is left out; ``n``
    says how many are there, and the estimate is missing where none is.

    Args:
        explainer: a :class:`~limeeval.lime.LimeTabularExplainer`, or any function (X, predict_fn, seed, **settings) ->
            coefficients (n, d), as for :func:`limeeval.evaluate`. A function is called once for the instances and once
            for one neighbour of each at a time, rows in the same order, so that equal seeds draw equal numbers.
        instances: rows (n, d).
        predict_fn: function from rows to probabilities (n, c), or to values (n,); or a fitted estimator.
        radius: of the neighbourhood in training standard deviations, above 0.
        neighbors: of each instance, at least 1.
        background: rows that say how far columns spread and which are categories, in the container of the instances;
            None: the explainer's training data.
        seeds: a count, or a list of seeds, at least 2.
        labels: names or positions of the classes to explain; None: the predicted class of each instance.
        top_labels: explain this many of the most likely classes instead.
        n_jobs: processes.
        task: what the data are called in the table.
        settings: of the explainer, each a value or a list, as for :func:`limeeval.evaluate`.

    Returns:
        One row a setting, instance, label and metric, and one over all instances, with the columns of
        :func:`limeeval.score` (limits leave a seed out in turn) and ``radius``, ``neighbors``, ``noise_floor`` and
        ``fresh_seeds``.

    Raises:
        ValueError: an argument that does not fit.
        ModelError: the model or the function raised.
    """
    _check(explainer, radius, neighbors, background)
    chosen = seeds_of(seeds)
    if len(chosen) < 2:
        raise ValueError(f"seeds must be at least 2, for the noise floor is between seeds, got {len(chosen)}")
    names = Names(task, name_of(predict_fn), "lime" if _is_lime(explainer) else name_of(explainer))
    schema, sd = columns(explainer, background)
    rows = encoded(schema, instances)
    inputs = schema.fitted_on(fitted_estimator(predict_fn)).decode(rows)
    asked = _asked_labels(explainer, predict_fn, inputs, labels, top_labels)
    given = near(schema, sd, rows, predict_fn, asked, radius=float(radius), neighbors=neighbors)
    common = {"names": names, "predict_fn": predict_fn, "seeds": chosen}
    if isinstance(explainer, LimeTabularExplainer):
        explained = _by_lime(explainer, given, settings, n_jobs, common)
    else:
        explained = _by_function(explainer, given, settings, n_jobs, common)
    return _table(explained, given, names).assign(radius=float(radius), neighbors=neighbors)


def _check(explainer: Any, radius: Any, neighbors: Any, background: Any) -> None:
    if isinstance(explainer, LimeImageExplainer):
        raise ValueError("explainer must be one of tables, whose columns have neighbouring values, got one of images")
    is_number = isinstance(radius, (int, float, np.number)) and not isinstance(radius, bool)
    if not is_number or not 0 < radius < np.inf:
        raise ValueError(f"radius must be a number above 0, in training standard deviations, got {radius!r}")
    check_at_least("neighbors", neighbors, 1)
    if background is None and (not _is_lime(explainer) or explainer.arguments["training_data"] is None):
        raise ValueError("background must say how far columns spread for an explainer without training data, got None")


def _is_lime(explainer: Any) -> bool:
    return isinstance(explainer, LimeTabularExplainer)


def _asked_labels(explainer: Any, predict_fn: Any, instances: Any, labels: Any, top_labels: Any) -> Labels:
    if _is_lime(explainer):
        return labels_asked(explainer.mode, explainer.class_names, labels, top_labels)
    return labels_asked(mode_of(predict_fn, instances), None, labels, top_labels)


def _by_lime(
    explainer: LimeTabularExplainer, given: Near, settings: dict[str, Any], n_jobs: int, common: dict[str, Any]
) -> Explained:
    rows = given.nearby.rows.reshape(-1, given.nearby.rows.shape[-1])
    outputs = sorted({output for _, output in given.explained})
    plan = Plan(
        explainer=explainer,
        instances=given.schema.decode(rows),
        ids=range(len(rows)),
        grid=grid_asked(explainer, settings),
        labels=Labels(given.labels.mode, given.labels.class_names, outputs),
        **common,
    )
    return explain_nearby(plan, given.explained, neighbors=given.neighbors, n_jobs=n_jobs)


def _by_function(
    explain: Callable[..., Any], given: Near, settings: dict[str, Any], n_jobs: int, common: dict[str, Any]
) -> Explained:
    listed = settings_asked(explain, settings)
    rows = np.moveaxis(given.nearby.rows, 1, 0)
    plans = [
        FunctionPlan(
            explain=explain,
            instances=given.schema.decode(one),
            ids=range(len(one)),
            settings=listed,
            labels=given.labels,
            **common,
        )
        for one in rows
    ]
    return explain_nearby_by_function(plans, given.explained, n_jobs=n_jobs)


def _metrics(given: Near) -> dict[str, Metric]:
    """Every metric, of explanations (C, U, R, d) and those of neighbours (C, U, R, m, d)."""
    instance = [i for i, _ in given.explained]
    rows, outputs = given.nearby.rows[instance], given.outputs[instance]
    rows = np.where(np.isnan(rows), 0.0, rows)  # A missing value stays missing: no change.
    x, moved = rows[:, None, 0], rows[:, None, 1:]
    f, changed = outputs[:, None, 0], outputs[:, None, 1:]
    counted = None
    if given.labels.mode == "classification":
        counted = changed.argmax(axis=-1) == f.argmax(axis=-1)[..., None]
    return {
        "local_lipschitz": partial(local_lipschitz, distances=given.nearby.distances[instance][:, None]),
        "max_sensitivity": max_sensitivity,
        "relative_input_stability": partial(relative_input_stability, instance=x, neighbors=moved, counted=counted),
        "relative_output_stability": partial(
            relative_output_stability, outputs=f, outputs_nearby=changed, counted=counted
        ),
        "relative_input_stability_of_norms": partial(
            relative_input_stability_of_norms, instance=x, neighbors=moved, counted=counted
        ),
        "relative_output_stability_of_norms": partial(
            relative_output_stability_of_norms, outputs=f, outputs_nearby=changed, counted=counted
        ),
    }


def _pairings(coefficients: Array) -> dict[str, Array]:
    """What each seed's explanation of x is compared with (C, U, R, m, d), from coefficients (C, U, 1 + m, R, d)."""
    own, nearby = coefficients[:, :, 0], np.moveaxis(coefficients[:, :, 1:], 2, 3)
    runs, m = nearby.shape[2:4]
    neighbor = np.arange(m)
    other = (np.arange(runs)[:, None] + 1 + neighbor % (runs - 1)) % runs
    return {"estimate": nearby, "noise_floor": own[:, :, other], "fresh_seeds": nearby[:, :, other, neighbor]}


def _table(explained: Explained, given: Near, names: Names) -> pd.DataFrame:
    import pandas as pd

    coefficients = explained.coefficients
    cells, of_units, _, runs, _ = coefficients.shape
    keys = pd.MultiIndex.from_product([range(cells), range(of_units), range(runs)], names=["_cell", "_unit", "seed"])
    rows = keys.to_frame(index=False)
    shown = explained.settings.iloc[rows["_cell"]].reset_index(drop=True)
    unit = rows["_unit"].to_numpy()
    shown = shown.assign(
        seed=rows["seed"],
        instance=np.array([i for i, _ in given.explained])[unit],
        label=np.array([given.labels.label(output) for _, output in given.explained])[unit],
    )
    settings = [str(name) for name in explained.settings]
    for position, (name, value) in enumerate(zip(Names.__dataclass_fields__, _values(names), strict=True)):
        shown.insert(position, name, value)
        settings.insert(position, name)
    units = units_of(shown, settings, key=["seed"])
    own = coefficients[:, :, 0]
    tables = {}
    for column, compared in _pairings(coefficients).items():
        values = {name: of(own, compared).ravel() for name, of in _metrics(given).items()}
        measured = {name: Measured(found[units.order]) for name, found in values.items()}
        tables[column] = table_of(mean_scores(measured, units), units)
    others = {column: tables[column]["estimate"] for column in ("noise_floor", "fresh_seeds")}
    return tables["estimate"].assign(**others)


def _values(names: Names) -> tuple[str, str, str]:
    return names.task, names.model, names.explainer
