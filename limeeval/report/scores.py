"""Scores of every setting of a sweep, from its saved rows alone: instance by instance, and over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limeeval.inference.clt import clt_interval
from limeeval.inference.population import population_interval
from limeeval.inference.pseudo_run import pseudo_run_interval, pseudo_run_interval_over_instances
from limeeval.inference.similarity import Similarity, jaccard_similarity, same_set_similarity
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, agreement_metrics
from limeeval.metrics.fidelity import pooled_r2
from limeeval.sweep.grid import KEYS

if TYPE_CHECKING:
    import pandas as pd

LIMITS = ["low", "high", "low_population", "high_population"]
UNIT = ["instance", "label"]
"""What runs agree on: one label of one instance."""
_SIMILARITIES = {"same_set": same_set_similarity, "jaccard": jaccard_similarity}
"""Metrics that carry an interval."""


def scores_of(attributions: pd.DataFrame, fits: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """One row a setting, instance, label and metric; ``instance`` and ``label`` are missing in those over all.

    Columns: the setting's own, ``metric``, ``k`` (of metrics at k), ``estimate``, ``low`` and ``high`` (95 %, for these
    instances: seeds are random), ``low_population`` and ``high_population`` (for instances like these, over all alone),
    ``interval`` (how the limits were made; missing with them for metrics that have none yet), ``n`` (of runs; over all,
    of instances and labels that have a score) and ``chance`` (what unrelated runs would score, where there is such a
    level). Agreement over all is the mean over instances and labels; R2 is pooled, 1 - sum SSE / sum SST.

    Raises:
        ValueError: k is not below the number of features.
    """
    import pandas as pd

    settings = settings_of(attributions)
    found = [*_agreement_rows(attributions, settings, k), *_fit_rows(fits, settings)]
    columns = [*settings, *UNIT, "metric", "k", "estimate", *LIMITS, "interval", "n", "chance"]
    table = pd.DataFrame(found, columns=columns)
    return table.astype({"instance": "Int64", "label": "Int64", "k": "Int64"} | dict.fromkeys(LIMITS, float))


def over_all(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a setting, in the order of the scores: its columns, every metric over all, and Jaccard's limits."""
    settings = settings_of(scores)
    rows = scores[scores["instance"].isna()]
    cells: pd.DataFrame = rows[settings].drop_duplicates()
    estimates = rows.set_index([*settings, "metric"])["estimate"].unstack("metric")
    limits = rows[rows["metric"] == "jaccard"].set_index(settings)[["low", "high"]]
    return cells.join(estimates, on=settings).join(limits, on=settings)


def settings_of(rows: pd.DataFrame) -> list[str]:
    """Columns that say what was run, apart from instance, label and seed."""
    return [column for column in ("task", "explainer", *KEYS) if column in rows.columns]


class _Runs(NamedTuple):
    """The runs of one setting: (instance, label) of the units, coefficients and standard errors (units, R, d)."""

    units: list[tuple[int, int]]
    coefficients: Array
    standard_errors: Array


def _agreement_rows(attributions: pd.DataFrame, settings: list[str], k: int) -> Iterator[dict[str, Any]]:
    metrics = agreement_metrics()
    for setting, rows in attributions.groupby(settings, dropna=False, sort=False):
        values = dict(zip(settings, setting, strict=True))
        runs = _runs(rows)
        d = runs.coefficients.shape[-1]
        for name, metric in metrics.items():
            shared = {**values, "metric": name, "k": k if metric.at_k else None, "chance": metric.chance(d, k)}
            for row in _metric_rows(name, metric, runs, k):
                yield {**shared, **row}


def _runs(rows: pd.DataFrame) -> _Runs:
    """Runs as arrays; what is missing from an incomplete table is nan."""
    wide = rows.set_index([*UNIT, "seed", "feature"])[["coefficient", "standard_error"]].unstack(["seed", "feature"])
    shape = len(wide), rows["seed"].nunique(), rows["feature"].nunique()
    coefficients, errors = (
        wide[part].sort_index(axis=1).to_numpy().reshape(shape) for part in ("coefficient", "standard_error")
    )
    return _Runs(wide.index.to_list(), coefficients, errors)


def _metric_rows(name: str, metric: Metric, runs: _Runs, k: int) -> Iterator[dict[str, Any]]:
    """A metric of every unit, then over all of them."""
    estimates = metric.score(runs.coefficients, k)
    similarity = _SIMILARITIES[name](runs.coefficients, k) if name in _SIMILARITIES else None
    intervals = [{}] * len(runs.units) if similarity is None else _intervals(similarity, metric, runs, k)
    count = runs.coefficients.shape[1]
    for (instance, label), estimate, interval in zip(runs.units, estimates, intervals, strict=True):
        yield {"instance": instance, "label": label, "estimate": float(estimate), "n": count, **interval}
    known = ~np.isnan(estimates)
    over_all = {"estimate": float(estimates[known].mean()) if known.any() else float("nan"), "n": int(known.sum())}
    yield over_all if similarity is None else {**over_all, **_interval_over_all(similarity, estimates)}


def _intervals(similarity: Similarity, metric: Metric, runs: _Runs, k: int) -> list[dict[str, Any]]:
    """Limits for every unit: by the central limit theorem where standard errors allow it, else by a pseudo-run."""
    wide = pseudo_run_interval(similarity)
    generator = np.random.default_rng(0)
    narrow = clt_interval(metric.of, runs.coefficients, runs.standard_errors, k=k, generator=generator)
    found = []
    for unit in range(len(runs.units)):
        chosen, kind = (wide, "pseudo-run") if np.isnan(narrow.low[unit]) else (narrow, "clt")
        found.append({"low": float(chosen.low[unit]), "high": float(chosen.high[unit]), "interval": kind})
    return found


def _interval_over_all(similarity: Similarity, estimates: Array) -> dict[str, Any]:
    """Limits for these instances (seeds are random) and for instances like these."""
    these = pseudo_run_interval_over_instances(similarity)
    like_these = population_interval(estimates)
    return {
        "low": float(these.low),
        "high": float(these.high),
        "low_population": float(like_these.low),
        "high_population": float(like_these.high),
        "interval": "jackknife over seeds",
    }


def _fit_rows(fits: pd.DataFrame, settings: list[str]) -> Iterator[dict[str, Any]]:
    for setting, rows in fits.groupby(settings, dropna=False, sort=False):
        shared = {**dict(zip(settings, setting, strict=True)), "chance": float("nan")}
        for (instance, label), own in rows.groupby(UNIT, sort=False):
            for metric, score in _fit_scores(own).items():
                unit = {"instance": instance, "label": label, "n": len(own)}
                yield {**shared, **unit, "metric": metric, "estimate": score}
        units = rows.groupby(UNIT).ngroups
        for metric, score in _fit_scores(rows).items():
            yield {**shared, "metric": metric, "estimate": score, "n": units}


def _fit_scores(rows: pd.DataFrame) -> dict[str, float]:
    """Fidelity and support of some fits; r2 is nan if any of them is no fit, for the others would be a selection."""
    own = pooled_r2(rows["r2"].to_numpy(), rows["output_spread"].to_numpy())
    return {
        "r2": own if rows["is_fit"].all() else float("nan"),
        "r2_fresh": pooled_r2(rows["r2_fresh"].to_numpy(), rows["fresh_spread"].to_numpy()),
        "local_gap": float((rows["local_prediction"] - rows["model_prediction"]).abs().mean()),
        "ess": float(rows["ess"].mean()),
        "condition_number": float(rows["condition_number"].median()),
        "supported": float(rows["is_supported"].mean()),
    }
