"""Agreement of every unit by every metric, and over all instances of a setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from limeeval.inference.clt import clt_limits
from limeeval.inference.interval import Interval
from limeeval.inference.population import population_interval
from limeeval.inference.pseudo_run import (
    Agreement,
    agreement,
    pseudo_run_interval,
    pseudo_run_interval_over_instances,
)
from limeeval.inference.spread import relative_spread_interval
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, agreement_metrics, similarities
from limeeval.report.scores.groups import Positions, rectangles
from limeeval.report.scores.runs import Runs
from limeeval.report.scores.scored import Rows, Scored, blank, put_limits
from limeeval.report.scores.units import Units

INTERVALS: Mapping[str, Callable[[Array], Interval]] = {"relative_spread": relative_spread_interval}
"""Intervals, by normal theory, of metrics that are no means over pairs of runs."""


class _Found(NamedTuple):
    """What is known of one metric: rows of all units, and their agreement, if it is a mean over pairs (U,)."""

    rows: Rows
    agreement: Agreement


class _Instances(NamedTuple):
    """Intervals and agreement of instances (g, m), their labels averaged."""

    interval: Interval
    agreement: Agreement


def agreement_scores(parts: Iterable[Runs], units: Units) -> list[Scored]:
    """Every agreement metric, scored."""
    metrics, count = agreement_metrics(), len(units.setting)
    found = {name: _Found(blank(count), _no_agreement(count)) for name in metrics}
    for runs in parts:
        for name, metric in metrics.items():
            _describe(found[name].rows, metric, runs)
        defined = {name: metric for name, metric in metrics.items() if runs.k or not metric.at_k}
        _score(found, defined, runs)
        _narrow(found, {name: metric for name, metric in defined.items() if metric.of_sets}, runs)
    return [Scored(name, one.rows, _over_instances(one, units)) for name, one in found.items()]


def _no_agreement(count: int) -> Agreement:
    return Agreement(*(np.full(count, np.nan) for _ in Agreement._fields))


def _describe(rows: Rows, metric: Metric, runs: Runs) -> None:
    _, count, d = runs.coefficients.shape
    rows.n[runs.units] = count
    if runs.k or not metric.at_k:
        rows.k[runs.units] = runs.k if metric.at_k else 0
        rows.chance[runs.units] = metric.chance(d, runs.k)


def _score(found: Mapping[str, _Found], metrics: Mapping[str, Metric], runs: Runs) -> None:
    """Estimates, and limits for which no standard errors are needed."""
    similar = similarities(metrics, runs.coefficients, runs.k)
    for name, metric in metrics.items():
        rows = found[name].rows
        if name in similar:
            own = agreement(similar[name])
            for column, values in zip(found[name].agreement, own, strict=True):
                column[runs.units] = values
            _put(rows, runs.units, pseudo_run_interval(own), "pseudo-run")
        elif name in INTERVALS:
            _put(rows, runs.units, INTERVALS[name](runs.coefficients), "normal theory")
        else:
            rows.estimate[runs.units] = metric.score(runs.coefficients, runs.k)


def _narrow(found: Mapping[str, _Found], metrics: Mapping[str, Metric], runs: Runs) -> None:
    """The limits that standard errors give, widened to hold the estimate; from a single run they would not cover."""
    if not runs.k or runs.coefficients.shape[1] < 2 or np.isnan(runs.standard_errors).all():
        return
    generator = np.random.default_rng(0)
    limits = clt_limits(metrics, runs.coefficients, runs.standard_errors, k=runs.k, generator=generator)
    for name, (low, high) in limits.items():
        there = ~np.isnan(low)
        estimate = found[name].rows.estimate[runs.units[there]]
        least = found[name].agreement.minimum[runs.units[there]]
        low, high = np.clip(low[there], least, estimate), np.maximum(high[there], estimate)
        _put(found[name].rows, runs.units[there], Interval(estimate, low, high, 0), "clt")


def _put(rows: Rows, at: Positions, interval: Interval, construction: str) -> None:
    rows.estimate[at] = interval.estimate
    put_limits(rows, at, interval, construction)


def _over_instances(found: _Found, units: Units) -> Rows:
    """The mean over the instances of each setting (S,) that have a score; labels of an instance are averaged first."""
    rows = blank(len(units.settings))
    for group in rectangles(units.setting):
        k = found.rows.k[group.members]
        rows.k[group.groups] = np.where((k == k[:, :1]).all(axis=-1), k[:, 0], 0)
        rows.chance[group.groups] = found.rows.chance[group.members].mean(axis=-1)
    for settings, instances in _instances(found, units):
        rows.n[settings] = instances.interval.n
        _put(rows, settings, *_for_these(instances))
        population = _for_their_like(instances)
        if population:
            rows.low_population[settings], rows.high_population[settings] = population.low, population.high
    return rows


def _instances(found: _Found, units: Units) -> Iterator[tuple[Positions, _Instances]]:
    """Settings (g,) of equally many instances that have a score, and what is known of these (g, m)."""
    known = np.flatnonzero(~np.isnan(found.rows.estimate))
    _, first, instance = np.unique(units.cluster[known], return_index=True, return_inverse=True)
    estimate, low, high = np.empty((3, len(first)))
    agreed = _no_agreement(len(first))
    for instances, members in rectangles(instance):
        own = known[members]
        for column, values in zip((estimate, low, high), found.rows, strict=False):
            column[instances] = values[own].mean(axis=-1)
        for column, values in zip(agreed, _of_labels(found.agreement, own), strict=True):
            column[instances] = values
    for settings, members in rectangles(units.setting[known[first]]):
        interval = Interval(estimate[members], low[members], high[members], members.shape[1])
        yield settings, _Instances(interval, Agreement(*(column[members] for column in agreed)))


def _of_labels(found: Agreement, members: Positions) -> Agreement:
    """Mean agreement of labels (g, L) of one instance. They share their seeds: the least they may cancel is nothing."""
    own = Agreement(*(column[members] for column in found))
    variance, extended = (np.square(np.sqrt(one).mean(axis=-1)) for one in (own.variance, own.extended_variance))
    means = Agreement(*(column.mean(axis=-1) for column in own))
    return means._replace(variance=variance, extended_variance=extended)


def _for_these(instances: _Instances) -> tuple[Interval, str]:
    """For these instances (g, m): their seeds are random."""
    if np.isnan(instances.agreement.mean).any():  # No mean over pairs. Limits that hold for each hold for the mean.
        estimate, low, high, m = instances.interval
        return Interval(estimate.mean(axis=-1), low.mean(axis=-1), high.mean(axis=-1), m), "normal theory"
    found = pseudo_run_interval_over_instances(instances.agreement)
    # Where all agree there is no spread to go by, but limits that hold for each instance hold for their mean.
    own = np.fmax(found.low, instances.interval.low.mean(axis=-1))
    low = np.where((found.estimate >= 1) & ~np.isnan(found.low), own, found.low)
    return found._replace(low=low), "jackknife over seeds"


def _for_their_like(instances: _Instances) -> Interval | None:
    """For instances like these; None if scores depend on the number of runs, which their spread says nothing of."""
    if np.isnan(instances.agreement.mean).any():
        return None
    return population_interval(instances.interval.estimate, minimum=instances.agreement.minimum.mean(axis=-1))
