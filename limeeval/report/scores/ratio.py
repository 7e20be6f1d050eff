"""Ratios of sums over fits, for units and over all instances of a setting, with limits by the jackknife.

Leaving one seed out of both sums gives the jackknife over seeds, leaving an instance out that over instances.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from limeeval.inference.interval import Interval, positive
from limeeval.inference.jackknife import jackknife_interval, jackknife_interval_over_instances, jackknife_variance
from limeeval.inference.population import population_jackknife_interval
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions, rectangles, sums
from limeeval.report.scores.scored import Rows, blank, put_limits
from limeeval.report.scores.units import Units

SEEDS = "jackknife over seeds"
"""What is left out in turn: the construction of limits."""


class _Totals(NamedTuple):
    """Both sums of a ratio, over the fits of units or of settings."""

    above: Array
    below: Array


class Ratio(NamedTuple):
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


def of_units(ratio: Ratio, units: Units, *, construction: str = SEEDS) -> Rows:
    """Of all fits of each unit; ``construction`` says what was left out in turn."""
    rows = counted_rows(units)
    totals = _Totals(*(sums(part, units.unit, len(rows.n)) for part in ratio[:2]))
    rows.estimate[:] = ratio.score(*totals, out_of=totals.below)
    left_out = ratio.without(totals, units.unit, ratio.above_of_seed, ratio.below_of_seed)
    for group, members in rectangles(units.unit):
        put_limits(
            rows, group, ratio.within_range(jackknife_interval(rows.estimate[group], left_out[members])), construction
        )
    return rows


def of_settings(ratio: Ratio, units: Units, *, construction: str = SEEDS) -> Rows:
    """Over all fits of each setting, with limits for these instances and for instances like these."""
    rows = blank(len(units.settings))
    cluster = units.cluster[units.unit]
    setting = setting_of_instances(units)
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
        put_limits(rows, group, ratio.within_range(these), construction)
        like_these = ratio.within_range(population_jackknife_interval(estimate, left_out[members]))
        rows.low_population[group], rows.high_population[group] = like_these.low, like_these.high
    return rows


def _variances(ratio: Ratio, totals: _Totals, of_instances: Sequence[Array], units: Units) -> tuple[Array, Positions]:
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
    left_out = ratio.without(totals, setting_of_instances(units)[instance], *lost)
    variances = np.empty(len(runs))
    for group, members in rectangles(instance):
        variances[group] = jackknife_variance(left_out[members])
    return variances, runs


def counted_rows(units: Units) -> Rows:
    """Blank rows of the units, with the number of their fits."""
    rows = blank(len(units.setting))
    rows.n[:] = np.bincount(units.unit)
    return rows


def setting_of_instances(units: Units) -> Positions:
    """Number of the setting of each instance and setting, in the order of ``units.cluster``."""
    return units.setting[np.unique(units.cluster, return_index=True)[1]]
