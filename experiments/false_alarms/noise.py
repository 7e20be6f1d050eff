"""A tenth fewer samples: coefficients spread by 5 % more, of which agreement shows little and ``log_sd`` most."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from families import IDENTITY, JACCARD, D, K, Shape, centres, scale_of
from reruns import FEWER, SAMPLES, at_counts

from limeeval.check.panel import panel_of
from limeeval.check.regression import verdicts_between
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL

MARGINS = {"log_sd": 0.025, "jaccard": 0.0}
"""Jaccard may not fall at all. Twice that of ``log_sd`` is 0.05; a tenth fewer samples are log sqrt(1 / 0.9), 0.053."""


def simulated(shape: Shape, families: int) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Panels of runs whose noise is that of a tenth fewer samples, each with that of a baseline."""
    scale = scale_of(JACCARD, shape.instances)
    now, before = (_panels(scale / np.sqrt(part), shape, families, stream) for stream, part in enumerate((FEWER, 1.0)))
    return list(zip(now, before, strict=True))


def _panels(scale: float, shape: Shape, families: int, stream: int) -> list[pd.DataFrame]:
    noise = np.random.default_rng([9, stream, *shape]).standard_normal((families, *shape, D))
    coefficients = centres(shape.instances)[:, None] + scale * noise
    index = dict(
        zip(["family", "instance", "seed", "feature"], np.indices(coefficients.shape).reshape(4, -1), strict=True)
    )
    rows = pd.DataFrame(index).assign(coefficient=coefficients.ravel(), label=1, **IDENTITY)
    names = pd.DataFrame({"instance": range(shape.instances), "label": 1, "row": range(shape.instances), **IDENTITY})
    k = [SimpleNamespace(task=IDENTITY["task"], k=K)]
    run: Any = SimpleNamespace(attributions=rows, fits=None, instances=names, descriptions=k)
    every = panel_of(run, list(MARGINS))
    return [own.drop(columns="family") for _, own in every.groupby("family")]


def rerun(panels: Sequence[pd.DataFrame]) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Every run of a tenth fewer samples, said to be of as many as before, beside the next ten runs."""
    count = SAMPLES[-1]
    now = [at_counts(one, {round(FEWER * count): count}) for one in panels]
    before = [at_counts(one, {count: count}) for one in panels]
    places = range(len(panels))
    return [(now[at], before[(at + step) % len(panels)]) for at in places for step in range(1, min(11, len(panels)))]


def found(pairs: Sequence[tuple[pd.DataFrame, pd.DataFrame]]) -> pd.DataFrame:
    """By each metric: the mean drop, and how often it fails, alone in a file, at its margin."""
    rows = []
    for metric, margin in MARGINS.items():
        drops = [verdicts_between([Threshold(metric, no_worse_than_baseline=margin)], *pair)[0] for pair in pairs]
        rows.append(
            {
                "metric": metric,
                "pairs": len(pairs),
                "drop": np.mean([one.numbers["drop"] for one in drops]),
                "standard_error": np.mean([one.numbers["standard_error"] for one in drops]),
                "smallest_margin": np.mean([one.numbers["smallest_margin"] for one in drops]),
                "margin": margin,
                "red": np.mean([one.status == FAIL for one in drops]),
            }
        )
    return pd.DataFrame(rows)
