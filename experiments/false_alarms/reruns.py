"""Runs of the same code that share no seed, taken from one pool of many seeds: is any of them red beside another?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

import limeeval
from limeeval.check.panel import panel_of
from limeeval.check.regression import verdicts_between
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL, Verdict
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Plan, plan_of_task
from limeeval.tasks import Task, load_task, select_instances

sys.path.append(str(Path(__file__).parents[1] / "coverage"))
from pools import Pool, pool_of

INSTANCES = 10
SAMPLES = (250, 500)
"""Of LIME; each is a setting."""
FEWER = 0.9
METRICS = ("jaccard", "kendall", "sign_agreement", "log_sd", "r2_fresh")
"""With two settings, a file of ten checks."""
LOGISTIC = {
    "name": "logistic regression",
    "classification": "sklearn.linear_model.LogisticRegression",
    "regression": "sklearn.linear_model.Ridge",
    "params": {"max_iter": 1000, "random_state": 0},
}


@dataclass(frozen=True)
class Source:
    """A task of this package with a logistic regression, and the k of top-k scores."""

    task: str
    k: int

    @property
    def name(self) -> str:
        return f"{self.task}, logistic"

    def plan(self, instances: int, seeds: Sequence[int], **settings: Any) -> Plan:
        task = load_task(name=self.task, data=f"limeeval.tasks.datasets.{self.task}", model=LOGISTIC)
        assert isinstance(task, Task)
        rows = [int(row) for row in select_instances(task, instances)]
        return plan_of_task(task, rows, seeds=seeds, grid=grid_of({**TABLE_DEFAULTS, **settings}))


SOURCES = (Source("german_credit", 4), Source("iris", 2), Source("wine", 5))


@cache
def pool(source: Source, seeds: int) -> Pool:
    """LIME's runs at all sample counts, and at a tenth less of each; all features are selected."""
    samples = sorted({round(part * count) for count in SAMPLES for part in (FEWER, 1)})
    return pool_of(source, INSTANCES, seeds, num_samples=samples, num_features=100)  # type: ignore[arg-type]


def panels(of: Pool, source: Source, seeds: int, most: int) -> list[pd.DataFrame]:
    """Panels of disjoint runs of so many seeds each."""
    runs = range(min(most, len(of.fits[0]) // seeds))
    return [_panel(of, source, range(run * seeds, (run + 1) * seeds)) for run in runs]


def _panel(of: Pool, source: Source, seeds: range) -> pd.DataFrame:
    rows = [of.rows(instance, seeds, position=instance, repetition=0) for instance in range(len(of.fits))]
    sweep = of.table(rows)
    attributions, fits = (table.drop(columns="repetition") for table in (sweep.attributions, sweep.fits))
    k = [SimpleNamespace(task=source.task, k=source.k)]
    run: Any = SimpleNamespace(attributions=attributions, fits=fits, instances=sweep.instances, descriptions=k)
    return panel_of(run, METRICS)


def shared_backgrounds(seeds: int, each: int) -> list[pd.DataFrame]:
    """Likewise of another explainer: each seed draws twenty background rows, the same ones for all instances."""
    data = np.random.default_rng(0).exponential(size=(400, 8))
    weights = np.linspace(1.0, 0.2, 8)

    def explained(X: np.ndarray, predict_fn: Any, seed: int) -> np.ndarray:
        background = data[np.random.default_rng([1, seed]).integers(len(data), size=20)]
        return (X - background.mean(axis=0)) * weights

    study = limeeval.evaluate(explained, data[:INSTANCES], lambda x: x @ weights, seeds=seeds, k=3)
    runs = [study.attributions[study.attributions["seed"] // each == number] for number in range(seeds // each)]
    tables: Mapping[str, Any] = {"fits": None, "instances": study.instances, "descriptions": study.descriptions}
    return [panel_of(SimpleNamespace(attributions=rows, **tables), METRICS[:4]) for rows in runs]  # type: ignore[arg-type]


def at_counts(panel: pd.DataFrame, counts: Mapping[int, int]) -> pd.DataFrame:
    """The rows of some sample counts, under other names."""
    own = panel[panel["num_samples"].isin(list(counts))]
    return own.assign(num_samples=own["num_samples"].map(counts))


def red(now: pd.DataFrame, before: pd.DataFrame, margin: float = 0.0) -> list[Verdict]:
    """The verdicts that fail, of one check for every metric and setting."""
    known = set(before["metric"])
    thresholds = [Threshold(name, no_worse_than_baseline=margin) for name in METRICS if name in known]
    return [one for one in verdicts_between(thresholds, now, before) if one.status == FAIL]
