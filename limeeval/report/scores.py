"""Scores of every setting of a sweep, from its saved rows alone: instance by instance, and over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.metrics.catalogue import agreement_metrics
from limeeval.metrics.fidelity import pooled_r2
from limeeval.sweep.grid import KEYS

if TYPE_CHECKING:
    import pandas as pd

UNIT = ["instance", "label"]
"""What runs agree on: one label of one instance."""


def scores_of(attributions: pd.DataFrame, fits: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """One row a setting, instance, label and metric; ``instance`` and ``label`` are missing in those over all.

    Columns: the setting's own, ``metric``, ``k`` (of metrics at k), ``estimate``, ``n`` (of runs; over all, of
    instances and labels that have a score) and ``chance`` (what unrelated runs would score, where there is such a
    level). Agreement over all is the mean over instances and labels; R2 is pooled, 1 - sum SSE / sum SST.

    Raises:
        ValueError: k is not below the number of features.
    """
    import pandas as pd

    settings = settings_of(attributions)
    found = [*_agreement_rows(attributions, settings, k), *_fit_rows(fits, settings)]
    columns = [*settings, *UNIT, "metric", "k", "estimate", "n", "chance"]
    table = pd.DataFrame(found, columns=columns)
    return table.astype({"instance": "Int64", "label": "Int64", "k": "Int64"})


def over_all(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a setting, in the order of the scores: its columns, and each metric's estimate over all instances."""
    settings = settings_of(scores)
    rows = scores[scores["instance"].isna()]
    cells: pd.DataFrame = rows[settings].drop_duplicates()
    return cells.join(rows.set_index([*settings, "metric"])["estimate"].unstack("metric"), on=settings)


def settings_of(rows: pd.DataFrame) -> list[str]:
    """Columns that say what was run, apart from instance, label and seed."""
    return [column for column in ("task", "explainer", *KEYS) if column in rows.columns]


def _agreement_rows(attributions: pd.DataFrame, settings: list[str], k: int) -> Iterator[dict[str, Any]]:
    for setting, rows in attributions.groupby(settings, dropna=False, sort=False):
        values = dict(zip(settings, setting, strict=True))
        runs = rows.set_index([*UNIT, "seed", "feature"])["coefficient"].unstack("feature")
        units = {unit: own.to_numpy() for unit, own in runs.groupby(level=UNIT, sort=False)}
        d = runs.shape[1]
        for name, metric in agreement_metrics().items():
            shared = {**values, "metric": name, "k": k if metric.at_k else None, "chance": metric.chance(d, k)}
            scores = {unit: float(metric.score(own, k)) for unit, own in units.items()}
            for (instance, label), score in scores.items():
                unit = {"instance": instance, "label": label, "n": len(units[instance, label])}
                yield {**shared, **unit, "estimate": score}
            yield {**shared, **_over_all(np.array(list(scores.values())))}


def _over_all(scores: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    known = scores[~np.isnan(scores)]
    return {"estimate": float(known.mean()) if len(known) else float("nan"), "n": len(known)}


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
