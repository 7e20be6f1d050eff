"""Runs of known coefficients, as `check` sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from limeeval.check.thresholds import Threshold

IDENTITY = {"task": "loans", "model": "forest", "explainer": "lime"}


@dataclass(frozen=True)
class Made:
    """A run."""

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame
    descriptions: Sequence[Any] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)


def noisy(instances: int = 10, seeds: int = 12, d: int = 8, *, scale: float = 0.5, seed: int = 0) -> np.ndarray:
    """Coefficients (instances, seeds, d) whose centres depend on their shape alone."""
    centres = np.random.default_rng([instances, d]).normal(size=(instances, 1, d))
    return centres + scale * np.random.default_rng([seed, instances, seeds]).normal(size=(instances, seeds, d))


def made(
    coefficients: np.ndarray,
    *,
    samples: str | None = None,
    rows: Sequence[Any] | None = None,
    values: Sequence[float] | None = None,
    answers: Sequence[float] | None = None,
    features: Sequence[str] = (),
    label: int = 1,
    k: int = 4,
    first_seed: int = 0,
    fits_seed: int = 0,
    **settings: Any,
) -> Made:
    """A run of coefficients (m, R, d) at one setting; ``samples`` names what was drawn, None for not known.

    ``features`` are columns of values beside that of age.
    """
    m, count, _ = coefficients.shape
    own = {**IDENTITY, "num_samples": 1000, **settings, "label": label}
    index = np.indices(coefficients.shape).reshape(3, -1)
    attributions = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    attributions = attributions.assign(coefficient=coefficients.ravel(), standard_error=0.1, **own)
    attributions["seed"] += first_seed
    fits = fits_of(m, count, fits_seed).assign(**own)
    fits["seed"] += first_seed
    if samples is not None:
        fits["neighborhood"] = [f"{samples} {i} {s}" for i, s in zip(fits["instance"], fits["seed"], strict=True)]
    instances = pd.DataFrame({"task": own["task"], "model": own["model"], "instance": np.arange(m), "label": label})
    instances["row"] = [100 + i for i in range(m)] if rows is None else list(rows)
    instances["value_age"] = [20.0 + i for i in range(m)] if values is None else list(values)
    instances = instances.assign(**{f"value_{name}": 1.0 for name in features})
    if answers is not None:
        instances["model_prediction"] = list(answers)
    description = SimpleNamespace(task=own["task"], model=own["model"], explainer=own["explainer"], k=k)
    return Made(attributions, fits, instances, (description,))


def fits_of(instances: int, seeds: int, seed: int) -> pd.DataFrame:
    """Fits: how far the surrogate of each seed is off on the samples of the others."""
    shape, own = (instances, seeds), np.eye(seeds, dtype=bool)
    residual = np.random.default_rng([seed, instances]).uniform(0.2, 0.6, (instances, seeds, seeds))
    residual, spread = np.where(own, 0.0, residual), max(seeds - 1, 1) * 1.0
    rows = pd.DataFrame(dict(zip(["instance", "seed"], np.indices(shape).reshape(2, -1), strict=True)))
    rows["r2_fresh"] = (1 - residual.sum(axis=2) / spread).ravel()
    rows["fresh_spread"], rows["fresh_spread_of_seed"] = spread, 2 * spread
    rows["fresh_residual_of_seed"] = (residual.sum(axis=2) + residual.sum(axis=1)).ravel()
    return rows


def together(*runs: Made) -> Made:
    """One run of several settings of the same instances."""
    tables = (pd.concat([getattr(run, name) for run in runs], ignore_index=True) for name in ("attributions", "fits"))
    return Made(*tables, runs[0].instances, runs[0].descriptions)


def gate(metric: str = "jaccard", margin: float = 0.04, **where: Any) -> Threshold:
    return Threshold(metric, where, no_worse_than_baseline=margin)
