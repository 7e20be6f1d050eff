"""Pools of seeds of one sweep: many seeds of LIME's own core, of which any few make a study.

Samples and fits are made once. Fidelity is measured between the seeds of a study, so its columns are made anew for
every set of seeds, from the same moments that a sweep uses; no model is called again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.sweep.fits import Fits, FitSettings
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan, plan_of_task
from limeeval.sweep.rows import Explained, Rows, rows_of
from limeeval.sweep.tables import Sweep, tables
from limeeval.sweep.work import work_of
from limeeval.tasks import Task, load_task, select_instances

FOREST = {
    "name": "random forest",
    "classification": "sklearn.ensemble.RandomForestClassifier",
    "regression": "sklearn.ensemble.RandomForestRegressor",
    "params": {"n_estimators": 100, "n_jobs": 1, "random_state": 0},
}


@dataclass(frozen=True)
class Source:
    """What is explained: a task with a forest, or none, for a quadratic form of normal data; and LIME's settings."""

    name: str
    task: str | None
    settings: Mapping[str, Any]

    def plan(self, instances: int, seeds: Sequence[int], **settings: Any) -> Plan:
        grid = grid_of({**TABLE_DEFAULTS, **self.settings, **settings})
        if self.task is None:
            return _quadratic(instances, seeds, grid)
        task = load_task(name=self.task, data=f"limeeval.tasks.datasets.{self.task}", model=FOREST)
        assert isinstance(task, Task)
        rows = [int(row) for row in select_instances(task, instances)]
        return plan_of_task(task, rows, seeds=seeds, grid=grid)


QUADRATIC = Source("quadratic form", None, {"discretize_continuous": False})
WINE = Source("wine, forest", "wine", {"num_features": 13})
CANCER = Source("breast cancer, forest", "breast_cancer", {})


class Quadratic:
    """b'x + x'Ax of 8 features, of which LIME's line gets the first part and not the second."""

    d = 8

    def __init__(self) -> None:
        generator = np.random.default_rng(0)
        self.b, self.a = generator.normal(size=self.d), generator.normal(size=(self.d, self.d)) / 8

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self.b + ((x @ self.a) * x).sum(axis=1))


def _quadratic(instances: int, seeds: Sequence[int], grid: Any) -> Plan:
    data = np.random.default_rng(1).normal(size=(1000, Quadratic.d))
    explainer = LimeTabularExplainer(data, mode="regression", discretize_continuous=False)
    labels = Labels("regression", None, (), 1)
    names = Names("quadratic form", "itself")
    return Plan(names, explainer, data[:instances], range(instances), Quadratic(), seeds, grid, labels)


@dataclass(frozen=True, eq=False)
class Pool:
    """The fits of every instance and seed of a plan."""

    plan: Plan
    settings: FitSettings
    fits: Sequence[Sequence[Fits]]

    def coefficients(self, instance: int) -> np.ndarray:
        """Of all seeds at every setting (N, C, d), of the one label."""
        return np.stack([fit.lines[:, 0, 1:] for fit in self.fits[instance]])

    def standard_errors(self, instance: int) -> np.ndarray:
        """Likewise; nan where not selected."""
        return np.stack([fit.standard_errors[:, 0] for fit in self.fits[instance]])

    def rows(self, instance: int, seeds: Iterable[int], *, position: int, repetition: int) -> Rows:
        """A study's rows of some seeds (by position) of one instance."""
        sampling = self.plan.samplings[0]
        names = sampling.neighborhoods[instance * len(self.plan.seeds)].domain.feature_names
        settings = {**sampling.settings, "repetition": f"{repetition:05d}"}
        fits = {int(seed): self.fits[instance][seed] for seed in seeds}
        return rows_of(self.plan, self.settings, Explained(settings, position, names, fits))

    def table(self, parts: Sequence[Rows]) -> Sweep:
        return tables(self.plan, parts, rows_predicted=0, rows_stored=0)


def pool_of(source: Source, instances: int, seeds: int, **settings: Any) -> Pool:
    """Runs the sweep and keeps its fits."""
    plan = source.plan(instances, range(seeds), **settings)
    work = work_of(plan)
    fits = [fit for unit in work.units() for fit in work.run(unit).fits]
    return Pool(plan, work.settings, [fits[start : start + seeds] for start in range(0, len(fits), seeds)])
