"""Scores that are means over runs: of every unit, and over all instances of a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from limeeval.inference.interval import Interval, logit_limits, positive
from limeeval.inference.jackknife import jackknife_interval, jackknife_interval_over_instances, jackknife_variance
from limeeval.inference.population import population_jackknife_interval
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import rectangles
from limeeval.report.scores.scored import Rows, Scored, blank, put_interval
from limeeval.report.scores.units import Units

Scale = Callable[[Interval], Interval]
_CONSTRUCTION = "jackknife over seeds"


def unbounded(interval: Interval) -> Interval:
    """The interval of what may be any number: as it is."""
    return interval


def correlation(interval: Interval) -> Interval:
    """The interval of something in -1..1, its margin taken over to the logit."""
    limits = logit_limits(interval.estimate, interval.high - interval.estimate, minimum=-1.0)
    return interval._replace(low=limits[0], high=limits[1])


class Measured(NamedTuple):
    """What was measured of each run.

    Attributes:
        values: of the runs (n,), in the order of the units' rows; nan where a run has none.
        scale: what keeps limits in the range: :func:`unbounded`, :func:`correlation` or
            :func:`~limeeval.inference.interval.positive`.
        chance: of each unit (U,); None for no such level.
        k: of each unit; 0 where it does not count.
    """

    values: Array
    scale: Scale = positive
    chance: Array | None = None
    k: int = 0


def mean_scores(measured: Mapping[str, Measured], units: Units) -> list[Scored]:
    """The mean over the runs of each unit that have a value, and over the instances of each setting that have one.

    Limits leave each seed out in turn, Student's t; over instances they are for these, and for instances like these.
    ``n`` counts what the mean is of: runs, or instances. Labels of an instance share its seeds and are averaged first.
    nan where there is nothing to average; limits are nan for a single run, and equal to an estimate that never changes.
    """
    return [Scored(name, *_scored(one, units)) for name, one in measured.items()]


def _scored(measured: Measured, units: Units) -> tuple[Rows, Rows]:
    of_units, of_settings = blank(len(units.setting)), blank(len(units.settings))
    variances = np.full(len(units.setting), np.nan)
    known = np.flatnonzero(~np.isnan(measured.values))
    for group, members in rectangles(units.unit[known]):
        values = measured.values[known[members]]
        left_out = _without_each(values)
        variances[group], of_units.n[group] = jackknife_variance(left_out), values.shape[1]
        interval = jackknife_interval(values.mean(axis=-1), left_out)
        put_interval(of_units, group, measured.scale(interval), _CONSTRUCTION)
    of_units.k[:] = of_settings.k[:] = measured.k
    if measured.chance is not None:
        of_units.chance[:] = measured.chance
    _fill_settings(of_settings, of_units, variances, measured.scale, units)
    return of_units, of_settings


def _fill_settings(rows: Rows, of_units: Rows, variances: Array, scale: Scale, units: Units) -> None:
    known = np.flatnonzero(~np.isnan(of_units.estimate))
    _, first, instance = np.unique(units.cluster[known], return_index=True, return_inverse=True)
    mean, spread, chance = np.empty((3, len(first)))
    runs = np.empty(len(first), dtype=np.intp)
    for group, members in rectangles(instance):
        own = known[members]
        mean[group], chance[group] = of_units.estimate[own].mean(axis=-1), of_units.chance[own].mean(axis=-1)
        # Labels of one instance share their seeds: the least that they may cancel is nothing.
        spread[group] = np.square(np.sqrt(variances[own]).mean(axis=-1))
        runs[group] = of_units.n[own].min(axis=-1)
    for group, members in rectangles(units.setting[known[first]]):
        m, estimate = members.shape[1], mean[members].mean(axis=-1)
        rows.n[group], rows.chance[group] = m, chance[members].mean(axis=-1)
        these = jackknife_interval_over_instances(estimate, spread[members] / m**2, runs[members])
        put_interval(rows, group, scale(these), _CONSTRUCTION)
        like_these = scale(population_jackknife_interval(estimate, _without_each(mean[members])))
        rows.low_population[group], rows.high_population[group] = like_these.low, like_these.high


def _without_each(values: Array) -> Array:
    """Means (..., R) without each of the values (..., R); of a single one, 0."""
    rest = max(values.shape[-1] - 1, 1)
    without: Array = (values.sum(axis=-1, keepdims=True) - values) / rest
    return without
