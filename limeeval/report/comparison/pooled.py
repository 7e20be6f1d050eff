"""Fidelity pooled over fits: 1 - sum SSE / sum SST, and what each seed of each instance does to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.paired import Seeds, seed_changes
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions, sums

if TYPE_CHECKING:
    import pandas as pd


class PooledFits(NamedTuple):
    """Fits of one setting to m instances and S seeds.

    Attributes:
        residual: sums of squared residuals (m,).
        spread: sums of squares of the outputs about their mean (m,); 0 where no fit is defined.
        residual_of_seed: what each seed adds to the residuals, as a fit and as samples (m, S).
        spread_of_seed: likewise.
        has_seed: which seeds an instance has (m, S).
    """

    residual: Array
    spread: Array
    residual_of_seed: Array
    spread_of_seed: Array
    has_seed: NDArray[np.bool_]

    @property
    def r2(self) -> float:
        """1 - sum SSE / sum SST, at most 1; nan where nothing varies."""
        return float(_r2(self.residual.sum(), self.spread.sum()))

    def of(self, instances: NDArray[np.bool_]) -> PooledFits:
        """Those of some of the instances."""
        residual, spread, residual_of_seed, spread_of_seed = (array[instances] for array in self[:4])
        return PooledFits(residual, spread, residual_of_seed, spread_of_seed, self.has_seed[instances])

    def without_each_instance(self) -> Array:
        """R2 as each instance is left out (m,)."""
        return _r2(self.residual.sum() - self.residual, self.spread.sum() - self.spread)

    def seeds(self) -> Seeds:
        """R2 as each seed of each instance is left out; what is left of the instance counts for all of it."""
        runs = self.has_seed.sum(axis=-1)
        scale = (runs / np.where(runs > 2, runs - 2, np.nan))[:, None]  # Sums over pairs of seeds grow as R (R - 1).
        residual, spread = (
            whole.sum() + (scale - 1) * whole[:, None] - scale * part
            for whole, part in ((self.residual, self.residual_of_seed), (self.spread, self.spread_of_seed))
        )
        return Seeds(self.r2, seed_changes(_r2(residual, spread), self.has_seed), runs, np.zeros(len(runs)))


def pooled_fits(
    fits: pd.DataFrame, kind: str, setting: Positions, instance: Positions, seed: Positions, *, shape: Sequence[int]
) -> list[PooledFits]:
    """The fits of each setting, labels of an instance together: they share its seeds. Undefined fits add nothing.

    Args:
        fits: n rows, with the columns of the kind.
        kind: ``fresh``, ``reference`` or ``at_x...``.
        setting: number of each fit's setting (n,).
        instance: of its instance (n,).
        seed: of its seed (n,).
        shape: how many settings, instances and seeds there are.
    """
    columns = (f"r2_{kind}", f"{kind}_spread", f"{kind}_residual_of_seed", f"{kind}_spread_of_seed")
    r2, spread, *of_seed = (fits[column].to_numpy(dtype=float, na_value=np.nan) for column in columns)
    is_fit = ~np.isnan(r2)
    is_blank = ~is_fit & np.isnan(of_seed).any(axis=0)  # Of an output that is flat: it adds nothing.
    count, m, seeds = shape
    of_instance, of_run = setting * m + instance, (setting * m + instance) * seeds + seed
    there: NDArray[np.bool_] = np.zeros(count * m * seeds, dtype=bool)
    there[of_run] = True
    whole = (sums(np.where(is_fit, values, 0.0), of_instance, count * m) for values in ((1 - r2) * spread, spread))
    parts = (sums(np.where(is_blank, 0.0, values), of_run, count * m * seeds) for values in of_seed)
    of_instances = [values.reshape(count, m) for values in whole]
    of_seeds = [values.reshape(shape) for values in (*parts, there)]
    return [PooledFits(*values) for values in zip(*of_instances, *of_seeds, strict=True)]


def _r2(residual: Any, spread: Any) -> Array:
    """1 - ratio; nan where no spread is left."""
    left = spread > 0
    return np.asarray(np.where(left, 1 - residual / np.where(left, spread, 1.0), np.nan))
