"""Fidelity of two sides, pooled over the fits of the instances and labels that both have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.report.comparison.matched import Matched
from limeeval.report.comparison.measures import Measured
from limeeval.report.comparison.pooled import PooledFits, pooled_fits
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.units import UNIT

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("fresh", "reference")
"""R2 on the samples of other seeds: at each setting's own width, and at the one of reference."""


def fidelity_measures(one: pd.DataFrame | None, other: pd.DataFrame | None, found: Matched) -> Iterator[Measured]:
    """R2 on fresh samples, of the instances and labels that were matched; nothing where fits are not known.

    1 - sum SSE / sum SST: undefined fits add nothing, and an instance counts where both sides have a fit.
    """
    if one is None or other is None:
        return
    for kind in KINDS:
        if has_columns(kind, one) and has_columns(kind, other):
            sides = _pooled(one, kind, found), _pooled(other, kind, found)
            there = (sides[0].spread > 0) & (sides[1].spread > 0)
            if there.any():
                yield _measured(f"r2_{kind}", sides[0].of(there), sides[1].of(there))


def has_columns(kind: str, fits: pd.DataFrame) -> bool:
    """Whether fits have all that R2 of a kind is pooled from."""
    parts = ("spread", "residual_of_seed", "spread_of_seed")
    return {f"r2_{kind}", *(f"{kind}_{part}" for part in parts)} <= set(fits.columns)


def _measured(metric: str, one: PooledFits, other: PooledFits) -> Measured:
    left_out = other.without_each_instance() - one.without_each_instance()
    return Measured(metric, 0, one.seeds(), other.seeds(), left_out=left_out)


def _pooled(fits: pd.DataFrame, kind: str, found: Matched) -> PooledFits:
    rows = fits[fits["seed"].isin(found.seeds)].merge(found.units.keys.iloc[: found.pairs], on=UNIT)
    instance, seed = _places(rows["instance"], found.instances), _places(rows["seed"], found.seeds)
    shape = 1, len(found.instances), len(found.seeds)
    return pooled_fits(rows, kind, np.zeros_like(seed), instance, seed, shape=shape)[0]


def _places(values: pd.Series, known: Any) -> Positions:
    import pandas as pd

    return np.asarray(pd.Index(known).get_indexer(values))
