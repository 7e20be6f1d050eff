"""How sure it is that cells are stable: a p value for each, from its runs, so that several can be tried at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from limeeval.inference.above import p_above
from limeeval.inference.interval import t_quantile
from limeeval.inference.pseudo_run import agreement, pseudo_run_interval_over_instances
from limeeval.metrics.leading import leading
from limeeval.metrics.ranking import jaccard_similarity
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.places import place_of
from limeeval.report.scores.instances import Found, instances_of, no_agreement
from limeeval.report.scores.runs import checked, runs_of, settings_of
from limeeval.report.scores.scored import blank
from limeeval.report.scores.units import combinations, units_of

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-9
_ROWS_AT_ONCE = 2**17


def p_stable(attributions: pd.DataFrame, cells: Sequence[JudgedCell], *, k: int, target: float) -> list[float | None]:
    """One-sided p of each cell's mean Jaccard@k lying above the target, for these instances; None where undefined.

    Standard errors give a single instance, and instances whose runs all agree, a higher lower limit than agreement
    alone: that limit is taken to be as many standard errors away as a normal one, and the smaller p counts.

    Args:
        attributions: of the cells' task, model and explainer; may be empty.
        cells: of the grid.
        k: of Jaccard@k.
        target: what the mean must exceed.
    """
    found: list[float | None] = [None] * len(cells)
    if attributions.empty or not 0 < target < 1:
        return found
    rows = checked(attributions)
    for part in _parts(rows, settings_of(rows)):
        for place, p in _p_of_part(part, cells, k=k, target=target):
            found[place] = p
    return found


def _parts(rows: pd.DataFrame, settings: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The rows of some settings after those of others, so that little is there at once."""
    setting, first = combinations(rows, settings)
    count = min(len(first), -(-len(rows) // _ROWS_AT_ONCE))
    for numbers in np.array_split(np.arange(len(first)), count):
        yield rows if count == 1 else rows[(setting >= numbers[0]) & (setting <= numbers[-1])]


def _p_of_part(
    rows: pd.DataFrame, cells: Sequence[JudgedCell], *, k: int, target: float
) -> Iterator[tuple[int, float]]:
    """The places of those cells whose runs these are, and the p of each, where it is defined."""
    units = units_of(rows, settings_of(rows), key=["seed", "feature"])
    known = Found(blank(len(units.setting)), no_agreement(len(units.setting)))
    for runs in runs_of(rows, units, k):
        own = agreement(jaccard_similarity(leading(runs.coefficients, runs.k)))
        known.rows.estimate[runs.units] = own.mean
        for column, values in zip(known.agreement, own, strict=True):
            column[runs.units] = values
    places = place_of(units.settings, cells)
    for settings, instances in instances_of(known, units):
        p, low = p_above(instances.agreement, target), pseudo_run_interval_over_instances(instances.agreement).low
        told = (instances.interval.estimate.mean(axis=-1) >= 1) | (instances.interval.n == 1)
        limits = np.where(told, low, np.inf)
        for setting, own, limit in zip(settings.tolist(), p.tolist(), limits.tolist(), strict=True):
            if setting in places and not np.isnan(own):
                yield places[setting], min(own, _p_of_limit(cells[places[setting]].jaccard, limit, target))


def _p_of_limit(jaccard: Score, limit: float, target: float) -> float:
    """p of a Jaccard index that has a higher lower limit than agreement alone gives; 1 for any other."""
    if jaccard.estimate is None or jaccard.low is None or jaccard.low <= limit + _ROUNDING:
        return 1.0
    error = (jaccard.estimate - jaccard.low) / float(t_quantile(np.inf))
    return float(ndtr((target - jaccard.estimate) / error)) if error > 0 else 0.0
