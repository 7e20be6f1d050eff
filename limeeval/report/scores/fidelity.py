"""Fidelity and support of every unit, and over all instances of a setting, from the table of fits.

Everything that carries an interval is a ratio of sums over fits: 1 - sum SSE / sum SST, and for means sum x / sum 1.
Leaving one seed out of both sums gives the jackknife over seeds, leaving an instance out that over instances.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.inference.interval import Interval, positive
from limeeval.inference.jackknife import jackknife_interval, jackknife_interval_over_instances, jackknife_variance
from limeeval.inference.population import population_jackknife_interval
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions, rectangles, sums
from limeeval.report.scores.scored import Rows, Scored, blank, put_limits
from limeeval.report.scores.units import Units
from limeeval.sweep.columns import width_of

if TYPE_CHECKING:
    import pandas as pd

R2 = {
    "r2": ("r2", "output_spread"),
    "r2_fresh": ("r2_fresh", "fresh_spread"),
    "r2_reference": ("r2_reference", "reference_spread"),
}
"""Columns of R2 and its denominator."""
LACK = ("lack_of_fit", "lack_of_fit_spread")
"""Columns of a share and its denominator."""
MEANS = ("ess", "unknowns_per_effective_sample")
GAP = ("local_prediction", "model_prediction")
_CONSTRUCTION = "jackknife over seeds"


class _Totals(NamedTuple):
    """Both sums of a ratio, over the fits of units or of settings."""

    above: Array
    below: Array


class _Ratio(NamedTuple):
    """What each fit (n,) adds to the two sums of a ratio, and what its seed does, as fit and as samples.

    ``of_r2``: the score is 1 - ratio, at most 1; else the ratio, at least 0. ``crossed``: every fit is measured on the
    samples of all other seeds, so that sums grow as R (R - 1), not as R.
    """

    above: Array
    below: Array
    above_of_seed: Array
    below_of_seed: Array
    of_r2: bool
    crossed: bool = False

    def score(self, above: Array, below: Array, *, out_of: Array) -> Array:
        """The score of sums; nan where nothing is left of the divisor, out of what it was."""
        left = below > 1e-9 * out_of
        ratio = np.where(left, above, np.nan) / np.where(left, below, 1.0)
        return 1 - ratio if self.of_r2 else ratio

    def without(self, totals: _Totals, of: Positions, above: Array, below: Array) -> Array:
        """The score of some totals (by number) with parts of both sums taken away."""
        return self.score(totals.above[of] - above, totals.below[of] - below, out_of=totals.below[of])

    def within_range(self, interval: Interval) -> Interval:
        """The interval of a score, kept in its range."""
        return interval._replace(high=np.minimum(interval.high, 1.0)) if self.of_r2 else positive(interval)


def fidelity_scores(fits: pd.DataFrame, units: Units) -> list[Scored]:
    """Every score of fits for which the table has the columns."""
    rows = fits.iloc[units.order]
    scored = [Scored(name, _of_units(ratio, units), _of_settings(ratio, units)) for name, ratio in _ratios(rows)]
    if "condition_number" in rows:
        scored.append(_plain("condition_number", rows["condition_number"], units, "median"))
    if "is_supported" in rows:
        scored.append(_plain("supported", rows["is_supported"], units, "mean"))
    return scored


def _ratios(rows: pd.DataFrame) -> Iterator[tuple[str, _Ratio]]:
    for name, columns in R2.items():
        if set(columns) <= set(rows.columns):
            yield name, _r2(rows, name, *columns)
    for kind in filter(None, map(width_of, rows.columns)):
        yield f"r2_{kind}", _r2(rows, f"r2_{kind}", f"r2_{kind}", f"{kind}_spread")
    if set(LACK) <= set(rows.columns):
        yield LACK[0], _share(*(_array(rows, column) for column in LACK))
    if set(GAP) <= set(rows.columns):
        yield "local_gap", _mean(np.abs(_array(rows, GAP[0]) - _array(rows, GAP[1])))
    for name in MEANS:
        if name in rows:
            yield name, _mean(_array(rows, name))


def _r2(rows: pd.DataFrame, name: str, r2: str, spread: str) -> _Ratio:
    """Fits without an R2 add nothing, but one that is no fit leaves r2 undefined: the others would be a selection."""
    own, below = _array(rows, r2), _array(rows, spread)
    known = ~np.isnan(own)
    above, below = np.where(known, (1 - own) * below, 0.0), np.where(known, below, 0.0)
    if name != "r2":
        kind = name.removeprefix("r2_")
        residual, spread_of_seed = (_array(rows, f"{kind}_{part}_of_seed") for part in ("residual", "spread"))
        return _Ratio(above, below, residual, spread_of_seed, of_r2=True, crossed=True)
    if "is_fit" in rows:
        above = np.where(rows["is_fit"].to_numpy(dtype=bool, na_value=False), above, np.nan)
    return _Ratio(above, below, above, below, of_r2=True)


def _share(share: Array, below: Array) -> _Ratio:
    """Seeds without a share add nothing."""
    known = ~np.isnan(share)
    above, below = np.where(known, share * below, 0.0), np.where(known, below, 0.0)
    return _Ratio(above, below, above, below, of_r2=False)


def _mean(values: Array) -> _Ratio:
    known = ~np.isnan(values)
    above, below = np.where(known, values, 0.0), known.astype(float)
    return _Ratio(above, below, above, below, of_r2=False)


def _array(rows: pd.DataFrame, column: str) -> Array:
    """A column as numbers (n,); nan if there is none."""
    if column not in rows:
        return np.full(len(rows), np.nan)
    return rows[column].to_numpy(dtype=float, na_value=np.nan)


def _of_units(ratio: _Ratio, units: Units) -> Rows:
    rows = _counted(units)
    totals = _Totals(*(sums(part, units.unit, len(rows.n)) for part in ratio[:2]))
    rows.estimate[:] = ratio.score(*totals, out_of=totals.below)
    left_out = ratio.without(totals, units.unit, ratio.above_of_seed, ratio.below_of_seed)
    for group, members in rectangles(units.unit):
        put_limits(
            rows, group, ratio.within_range(jackknife_interval(rows.estimate[group], left_out[members])), _CONSTRUCTION
        )
    return rows


def _of_settings(ratio: _Ratio, units: Units) -> Rows:
    """Over all fits of each setting, with limits for these instances and for instances like these."""
    rows = blank(len(units.settings))
    cluster = units.cluster[units.unit]
    setting = _setting_of_instances(units)
    of_instances = [sums(part, cluster, len(setting)) for part in ratio[:2]]
    totals = _Totals(*(sums(part, setting, len(rows.n)) for part in of_instances))
    rows.estimate[:] = ratio.score(*totals, out_of=totals.below)
    variances, runs = _variances(ratio, totals, of_instances, units)
    left_out = ratio.without(totals, setting, *of_instances)
    counted = np.flatnonzero(of_instances[1] > 0)
    for group, members in rectangles(setting[counted]):
        estimate, members = rows.estimate[group], counted[members]
        rows.n[group] = members.shape[1]
        these = jackknife_interval_over_instances(estimate, variances[members], runs[members])
        put_limits(rows, group, ratio.within_range(these), _CONSTRUCTION)
        like_these = ratio.within_range(population_jackknife_interval(estimate, left_out[members]))
        rows.low_population[group], rows.high_population[group] = like_these.low, like_these.high
    return rows


def _variances(ratio: _Ratio, totals: _Totals, of_instances: Sequence[Array], units: Units) -> tuple[Array, Positions]:
    """Variance of its setting's score as the seeds of an instance are left out in turn, and how many they are (m,).

    What is left of an instance's sums is scaled up to as many seeds as before: an instance does not count for less.
    Labels of an instance share their seeds, and lose one together.
    """
    width = units.seed.max() + 1
    keys, of_seed = np.unique(units.cluster[units.unit] * width + units.seed, return_inverse=True)
    instance = keys // width
    runs = np.bincount(instance)
    rest = runs - 1 - ratio.crossed
    scale = (runs / np.where(rest > 0, rest, np.nan))[instance]
    lost = []
    for whole, part in zip(of_instances, (ratio.above_of_seed, ratio.below_of_seed), strict=True):
        lost.append(whole[instance] - scale * (whole[instance] - sums(part, of_seed, len(keys))))
    left_out = ratio.without(totals, _setting_of_instances(units)[instance], *lost)
    variances = np.empty(len(runs))
    for group, members in rectangles(instance):
        variances[group] = jackknife_variance(left_out[members])
    return variances, runs


def _plain(name: str, values: pd.Series, units: Units, statistic: str) -> Scored:
    """A score without limits: a median has no jackknife, a share that is mostly 0 or 1 no t."""
    of_units, of_settings = _counted(units), blank(len(units.settings))
    for rows, group in ((of_units, units.unit), (of_settings, units.setting[units.unit])):
        rows.estimate[:] = values.astype(float).groupby(group).agg(statistic)
    of_settings.n[:] = sums(np.ones(units.cluster[-1] + 1), _setting_of_instances(units), len(of_settings.n))
    return Scored(name, of_units, of_settings)


def _counted(units: Units) -> Rows:
    """Blank rows of the units, with the number of their fits."""
    rows = blank(len(units.setting))
    rows.n[:] = np.bincount(units.unit)
    return rows


def _setting_of_instances(units: Units) -> Positions:
    return units.setting[np.unique(units.cluster, return_index=True)[1]]
