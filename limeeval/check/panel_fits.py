"""Fidelity of every instance and setting, pooled over fits, with what each seed does to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from limeeval.check.panel_scores import Scored, seed_errors
from limeeval.report.comparison.fidelity import has_columns
from limeeval.report.comparison.pooled import PooledFits, pooled_fits
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.instances import is_shared
from limeeval.report.scores.units import UNIT, Units

if TYPE_CHECKING:
    import pandas as pd

SETTING, CLUSTER = "_setting", "_cluster"
"""Columns of fits with the number of the setting, and that of the instance and setting."""


def known_fits(fits: pd.DataFrame | None, units: Units) -> pd.DataFrame | None:
    """Fits of what there are attributions of; None where there are none."""
    import pandas as pd

    if fits is None or fits.empty or "seed" not in fits:
        return None
    common = [name for name in units.settings if name in fits]
    of_units = units.settings.reset_index(names=SETTING).iloc[units.setting].reset_index(drop=True)
    known = pd.concat([of_units[[SETTING, *common]], units.keys], axis=1).assign(**{CLUSTER: units.cluster})
    rows = fits.assign(**{column: 0 for column in UNIT if column not in fits})
    return rows.merge(known.drop_duplicates([*common, *UNIT]), on=[*common, *UNIT])


def scores_of_fits(fits: pd.DataFrame, units: Units, wanted: Collection[str]) -> Iterator[Scored]:
    """Fidelity, pooled over the fits of a setting: the weight of an instance is its share in what there is to fit."""
    import pandas as pd

    instance, instances = pd.factorize(fits["instance"])
    seed, seeds = pd.factorize(fits["seed"], sort=True)
    setting, cluster = fits[SETTING].to_numpy(), fits[CLUSTER].to_numpy()
    shape = len(units.settings), len(instances), len(seeds)
    at = np.zeros(shape[:2], dtype=np.intp)
    at[setting, instance] = cluster
    for name in sorted(wanted):
        kind = name.removeprefix("r2_")
        if name.startswith("r2_") and has_columns(kind, fits):
            pooled = pooled_fits(fits, kind, setting, instance, seed, shape=shape)
            every = zip(pooled, at, is_shared(units.settings), strict=True)
            parts = [_pooled(name, own, clusters, at_once=at_once) for own, clusters, at_once in every]
            yield from (one for one in parts if len(one.clusters))


def _pooled(name: str, found: PooledFits, clusters: Positions, *, at_once: bool) -> Scored:
    """Of the instances of a setting that have fits; an instance on which the output does not vary has no R2."""
    there = found.has_seed.any(axis=-1) & (found.spread.sum() > 0)
    own = found.of(there)
    is_known = own.spread > 0
    changes = np.where(is_known[:, None], own.seeds().changes, 0.0)
    nothing = np.zeros(len(own.spread))
    return Scored(
        metric=name,
        clusters=clusters[there],
        k=nothing.astype(np.intp),
        runs=own.has_seed.sum(axis=-1),
        weight=own.spread / own.spread.sum(),
        estimate=np.where(is_known, 1 - own.residual / np.where(is_known, own.spread, 1.0), np.nan),
        standard_error=seed_errors(changes, nothing.astype(np.intp), np.array([at_once])),
        unseen=nothing,
    )
