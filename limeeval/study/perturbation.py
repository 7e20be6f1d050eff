"""Perturbation metrics of any table of attributions, measured on the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limeeval.inference.interval import positive
from limeeval.lime.domain import Array
from limeeval.lime.model import BATCH_ROWS, Model, fitted_estimator, mode_of, prediction_function
from limeeval.lime.reading import read_table
from limeeval.lime.request import check_at_least
from limeeval.metrics.perturbation import deletion_auc, faithfulness_correlation, infidelity, insertion_auc
from limeeval.report.scores.means import Measured, correlation, mean_scores, unbounded
from limeeval.report.scores.runs import checked, settings_of
from limeeval.report.scores.scored import table_of
from limeeval.report.scores.units import Units, units_of
from limeeval.study.near import encoded
from limeeval.study.top_k import resolved_k
from limeeval.sweep.removal import baseline_of, outputs_without
from limeeval.sweep.removed_sets import Positions, RandomSets, Said, asked_of, random_sets, said_of

if TYPE_CHECKING:
    import pandas as pd

SCALES = {
    "faithfulness_correlation": correlation,
    "infidelity": positive,
    "deletion_auc": unbounded,
    "insertion_auc": unbounded,
    "pgi": positive,
    "pgu": positive,
}
"""The metrics, and what keeps their limits in their range."""
AT_K = ("faithfulness_correlation", "infidelity", "pgi", "pgu")


def perturbation(
    attributions: pd.DataFrame,
    instances: Any,
    predict_fn: Any,
    *,
    baseline: Any,
    background: Any,
    k: int | None = None,
    subsets: int = 100,
    orders: int = 20,
    draws: int = 20,
    batch_rows: int = BATCH_ROWS,
) -> pd.DataFrame:
    """How well attributions foretell what the model does when features lose their values.

    A feature is removed by putting the baseline's value in its place. Such rows may be unlike any that the model was
    fitted to: the numbers are about one model with one baseline, and an explanation that is right about the data may
    lose to one that is right about the model's manners elsewhere. Compare explanations with each other and with
    ``chance``, of one baseline at a time.

    Coefficients are taken as contributions to the explained output, as SHAP values are, and LIME's with bins about are;
    slopes (LIME without bins) only order features, and infidelity and faithfulness correlation do not suit them.

    Metrics (see :mod:`limeeval.metrics.perturbation`), of each run, averaged over seeds:

    - ``faithfulness_correlation`` (higher is better) and ``infidelity`` (lower): over random subsets of k features,
      all of them if they are not more than ``subsets``; the same for every run;
    - ``deletion_auc`` (lower) and ``insertion_auc`` (higher): features in descending order of signed coefficients;
    - ``pgi`` (higher) and ``pgu`` (lower): the k largest magnitudes removed, or all others. (Dai et al. add noise to
      them; here the baseline takes their place.)

    Ties go to the lower feature number; a run whose coefficients are all 0 orders nothing, and scores as by chance.
    ``chance`` is what the same orders in random features score: deletion, insertion, PGI and PGU of ``orders`` random
    orders, the other two of the run's own coefficients under these permutations. A faithfulness correlation is missing,
    and its run not counted in ``n``, where no subset changes the output more than another.

    Args:
        attributions: as for :func:`limeeval.score`: one row a run and feature, ``feature`` counting the columns of the
            instances, ``instance`` their rows, ``label`` the model's outputs. Of one task and model.
        instances: the explained rows (n, d).
        predict_fn: function from rows to probabilities (n, c), or to values (n,); or a fitted estimator.
        baseline: "mean" (of numbers; the most frequent category), "sample" (``draws`` rows of the background, whose
            outputs are averaged) or a row of one's own. The result's column ``baseline`` says which.
        background: rows that the baseline is made of, in the container that the model takes: the training data. Columns
            of text, categories or truth values are categories; columns of numbers are numbers.
        k: how many features are removed at once; None: at most 5 and half of d.
        subsets: the most subsets.
        orders: random orders for ``chance``.
        draws: rows of the baseline "sample".
        batch_rows: the most rows given to the model at once. Equal rows of an instance are asked for once, whichever
            settings and seeds need them.

    Returns:
        One row a setting, instance, label and metric, and one over all instances, with the columns of
        :func:`limeeval.score`; limits leave a seed out in turn, and are missing for a single seed.

    Raises:
        ValueError: an argument that does not fit, or attributions that are not of these instances and this model.
        ModelError: the model raised.
    """
    for name, value in (("subsets", subsets), ("orders", orders), ("draws", draws), ("batch_rows", batch_rows)):
        check_at_least(name, value, 1)
    schema, matrix = read_table(background, None, None)
    if schema.container == "sparse":
        raise ValueError("background must be dense rows, got sparse ones")
    rows = encoded(schema, instances)
    runs = _runs(attributions, len(rows), schema.d)
    taken = resolved_k(k, None, schema.d, schema.d)
    chosen = baseline_of(baseline, schema, matrix, draws=draws)
    fitted = schema.fitted_on(fitted_estimator(predict_fn))
    mode = mode_of(predict_fn, fitted.decode(rows))
    model = Model(prediction_function(predict_fn, mode), mode)
    outputs = model.predict(fitted.decode(rows), rows=len(rows), around="the instances")
    columns = _outputs(runs, mode, outputs.shape[1])
    random = random_sets(schema.d, taken, subsets=subsets, orders=orders)
    asked = [asked_of(runs.coefficients[runs.instance == i], random, taken) for i in range(len(rows))]
    said = outputs_without(
        model, fitted, rows, outputs, [one.masks for one in asked], chosen.rows, batch_rows=batch_rows
    )
    values, chance = np.full((2, len(SCALES), len(runs.instance)), np.nan)
    for i, (one, without) in enumerate(zip(asked, said, strict=True)):
        for column in np.unique(columns[runs.instance == i]):
            here = (runs.instance == i) & (columns == column)
            found = said_of(one, without, int(column), float(outputs[i, column]), here[runs.instance == i])
            values[:, here], chance[:, here] = _measured(runs.coefficients[here], found, random)
    return _table(values, chance, runs.units, taken).assign(baseline=chosen.name)


class _Runs(NamedTuple):
    """Coefficients (N, d) of all runs, ordered by unit and seed; instance and label of each, and the units."""

    coefficients: Array
    instance: Positions
    label: Array
    units: Units


def _runs(attributions: pd.DataFrame, n: int, d: int) -> _Runs:
    """The runs of a table of attributions.

    Raises:
        ValueError: it is not one of n instances and d features, or of several tasks or models.
    """
    missing = {"instance", "label"} - set(attributions.columns)
    if missing:
        raise ValueError(f"attributions must say which instance and label they are of, got no column {min(missing)}")
    rows = checked(attributions)
    for column in {"task", "model"} & set(rows.columns):
        if rows[column].nunique() > 1:
            raise ValueError(f"attributions must be of one {column}, got {', '.join(map(str, rows[column].unique()))}")
    settings = settings_of(rows)
    units = units_of(rows, settings, key=["seed", "feature"])
    ordered = rows.iloc[units.order]
    runs = ordered.iloc[::d]
    features = ordered["feature"].to_numpy()
    if len(ordered) % d or not np.array_equal(features.reshape(-1, d), np.tile(np.arange(d), (len(runs), 1))):
        raise ValueError(
            f"attributions must have the features 0 to {d - 1} of the instances in every run, got "
            f"{len(np.unique(features))} different ones, {features.min()} to {features.max()}"
        )
    coefficients = ordered["coefficient"].to_numpy(dtype=float).reshape(-1, d)
    if np.isnan(coefficients).any():
        raise ValueError(f"coefficients must be numbers, got {int(np.isnan(coefficients).sum())} missing ones")
    unknown = ~runs["instance"].isin(range(n))
    if unknown.any():
        raise ValueError(f"attributions must be of the instances 0 to {n - 1}, got {runs['instance'][unknown].iloc[0]}")
    instance = runs["instance"].to_numpy(dtype=np.intp)
    return _Runs(coefficients, instance, runs["label"].to_numpy(), units_of(runs, settings, key=["seed"]))


def _outputs(runs: _Runs, mode: str, count: int) -> Positions:
    """The model's output (N,) that each run is about.

    Raises:
        ValueError: a label that is none of the model's.
    """
    labels = np.unique(runs.label).tolist()
    if mode == "regression":
        if len(labels) > 1:
            raise ValueError(f"label must be one, for a model of one output, got {', '.join(map(str, labels))}")
        return np.zeros(len(runs.label), dtype=np.intp)
    unknown = [label for label in labels if label not in range(count)]
    if unknown:
        raise ValueError(f"label must be among the model's outputs, 0 to {count - 1}, got {unknown[0]}")
    return runs.label.astype(np.intp)


def _measured(coefficients: Array, said: Said, random: RandomSets) -> tuple[Array, Array]:
    """Every metric of runs (r, d), in the order of SCALES, and what chance gives each of them (metrics, r)."""
    subsets = random.subsets.astype(float)
    permuted = coefficients[:, random.ranks]
    summed = faithfulness_correlation, infidelity
    values = [of(coefficients, subsets, said.drops) for of in summed]
    chance = [of(permuted, subsets, said.drops).mean(axis=-1) for of in summed]
    # Inserted: what is in place first is removed last, so the curve begins with everything removed.
    by_order = [
        tuple(deletion_auc(curve) for curve in said.deleted),
        tuple(insertion_auc(curve) for curve in said.inserted),
        said.important,
        said.others,
    ]
    says_nothing = ~coefficients.any(axis=1)
    for by_chance, own in by_order:
        values.append(np.where(says_nothing, by_chance.mean(), own))
        chance.append(np.full(len(coefficients), by_chance.mean()))
    return np.array(values), np.array(chance)


def _table(values: Array, chance: Array, units: Units, k: int) -> pd.DataFrame:
    runs = np.bincount(units.unit)
    by_chance = [np.bincount(units.unit, weights=own) / runs for own in chance]
    measured = {
        name: Measured(own, scale, level, k if name in AT_K else 0)
        for (name, scale), own, level in zip(SCALES.items(), values, by_chance, strict=True)
    }
    return table_of(mean_scores(measured, units), units)
