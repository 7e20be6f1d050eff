"""A metric over all instances of each setting, from what is known of every unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from limeeval.inference.interval import Interval
from limeeval.inference.population import population_interval
from limeeval.inference.pseudo_run import Agreement
from limeeval.report.scores.groups import Positions, rectangles
from limeeval.report.scores.scored import Rows, blank, put_interval
from limeeval.report.scores.units import Units


class Found(NamedTuple):
    """What is known of one metric: rows of all units, and their agreement, if it is a mean over pairs (U,)."""

    rows: Rows
    agreement: Agreement


class Instances(NamedTuple):
    """Intervals and agreement of instances (g, m), their labels averaged."""

    interval: Interval
    agreement: Agreement


def no_agreement(count: int) -> Agreement:
    """Of so many units, nan: to be filled."""
    return Agreement(*(np.full(count, np.nan) for _ in Agreement._fields))


def over_instances(found: Found, units: Units, for_these: Callable[[Instances], tuple[Interval, str]]) -> Rows:
    """The mean over the instances of each setting (S,) that have a score; labels of an instance are averaged first.

    ``for_these`` gives the interval (g,) for these instances and how it was made.
    """
    rows = blank(len(units.settings))
    for group in rectangles(units.setting):
        k = found.rows.k[group.members]
        rows.k[group.groups] = np.where((k == k[:, :1]).all(axis=-1), k[:, 0], 0)
        rows.chance[group.groups] = found.rows.chance[group.members].mean(axis=-1)
    for settings, instances in instances_of(found, units):
        rows.n[settings] = instances.interval.n
        put_interval(rows, settings, *for_these(instances))
        population = _for_their_like(instances)
        if population:
            rows.low_population[settings], rows.high_population[settings] = population.low, population.high
    return rows


def instances_of(found: Found, units: Units) -> Iterator[tuple[Positions, Instances]]:
    """Settings (g,) of equally many instances that have a score, and what is known of these (g, m)."""
    known = np.flatnonzero(~np.isnan(found.rows.estimate))
    _, first, instance = np.unique(units.cluster[known], return_index=True, return_inverse=True)
    estimate, low, high = np.empty((3, len(first)))
    agreed = no_agreement(len(first))
    for instances, members in rectangles(instance):
        own = known[members]
        for column, values in zip((estimate, low, high), found.rows, strict=False):
            column[instances] = values[own].mean(axis=-1)
        for column, values in zip(agreed, _of_labels(found.agreement, own), strict=True):
            column[instances] = values
    for settings, members in rectangles(units.setting[known[first]]):
        interval = Interval(estimate[members], low[members], high[members], members.shape[1])
        yield settings, Instances(interval, Agreement(*(column[members] for column in agreed)))


def _of_labels(found: Agreement, members: Positions) -> Agreement:
    """Mean agreement of labels (g, L) of one instance. They share their seeds: the least they may cancel is nothing."""
    own = Agreement(*(column[members] for column in found))
    variance, extended = (np.square(np.sqrt(one).mean(axis=-1)) for one in (own.variance, own.extended_variance))
    means = Agreement(*(column.mean(axis=-1) for column in own))
    return means._replace(variance=variance, extended_variance=extended)


def _for_their_like(instances: Instances) -> Interval | None:
    """For instances like these; None if scores depend on the number of runs, which their spread says nothing of."""
    if np.isnan(instances.agreement.mean).any():
        return None
    return population_interval(instances.interval.estimate, minimum=instances.agreement.minimum.mean(axis=-1))
