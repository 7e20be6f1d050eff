"""Agreement of every unit by every metric, and over all instances of a setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from limeeval.inference.clt import clt_limits
from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import agreement, pseudo_run_interval, pseudo_run_interval_over_instances
from limeeval.inference.spread import relative_spread_interval
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, agreement_metrics, similarities
from limeeval.report.scores.instances import Found, Instances, no_agreement, over_instances
from limeeval.report.scores.runs import Runs
from limeeval.report.scores.scored import Rows, Scored, blank, put_interval
from limeeval.report.scores.units import Units

INTERVALS: Mapping[str, Callable[[Array], Interval]] = {"relative_spread": relative_spread_interval}
"""Intervals, by normal theory, of metrics that are no means over pairs of runs."""


def agreement_scores(parts: Iterable[Runs], units: Units) -> list[Scored]:
    """Every agreement metric, scored."""
    metrics, count = agreement_metrics(), len(units.setting)
    found = {name: Found(blank(count), no_agreement(count)) for name in metrics}
    for runs in parts:
        for name, metric in metrics.items():
            _describe(found[name].rows, metric, runs)
        defined = {name: metric for name, metric in metrics.items() if runs.k or not metric.at_k}
        _score(found, defined, runs)
        _narrow(found, {name: metric for name, metric in defined.items() if metric.of_sets}, runs)
    return [Scored(name, one.rows, over_instances(one, units, _for_these)) for name, one in found.items()]


def _describe(rows: Rows, metric: Metric, runs: Runs) -> None:
    _, count, d = runs.coefficients.shape
    rows.n[runs.units] = count
    if runs.k or not metric.at_k:
        rows.k[runs.units] = runs.k if metric.at_k else 0
        rows.chance[runs.units] = metric.chance(d, runs.k)


def _score(found: Mapping[str, Found], metrics: Mapping[str, Metric], runs: Runs) -> None:
    """Estimates, and limits for which no standard errors are needed."""
    similar = similarities(metrics, runs.coefficients, runs.k)
    for name, metric in metrics.items():
        rows = found[name].rows
        if name in similar:
            own = agreement(similar[name])
            for column, values in zip(found[name].agreement, own, strict=True):
                column[runs.units] = values
            put_interval(rows, runs.units, pseudo_run_interval(own), "pseudo-run")
        elif name in INTERVALS:
            put_interval(rows, runs.units, INTERVALS[name](runs.coefficients), "normal theory")
        else:
            rows.estimate[runs.units] = metric.score(runs.coefficients, runs.k)


def _narrow(found: Mapping[str, Found], metrics: Mapping[str, Metric], runs: Runs) -> None:
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
        put_interval(found[name].rows, runs.units[there], Interval(estimate, low, high, 0), "clt")


def _for_these(instances: Instances) -> tuple[Interval, str]:
    """For these instances (g, m): their seeds are random."""
    if np.isnan(instances.agreement.mean).any():  # No mean over pairs. Limits that hold for each hold for the mean.
        estimate, low, high, m = instances.interval
        return Interval(estimate.mean(axis=-1), low.mean(axis=-1), high.mean(axis=-1), m), "normal theory"
    found = pseudo_run_interval_over_instances(instances.agreement)
    # Where all agree there is no spread to go by, but limits that hold for each instance hold for their mean.
    own = np.fmax(found.low, instances.interval.low.mean(axis=-1))
    low = np.where((found.estimate >= 1) & ~np.isnan(found.low), own, found.low)
    return found._replace(low=low), "jackknife over seeds"
