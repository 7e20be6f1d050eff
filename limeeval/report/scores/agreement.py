"""Agreement of every unit by every metric, and over all instances of a setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.clt import clt_limits
from limeeval.inference.concordance import kendall_w_agreement, kendall_w_interval
from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import (
    Agreement,
    agreement,
    pseudo_run_interval,
    pseudo_run_interval_over_instances,
)
from limeeval.inference.spread import relative_spread_interval
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, agreement_metrics, similarities
from limeeval.report.scores.instances import Found, Instances, is_shared, no_agreement, over_instances
from limeeval.report.scores.runs import Runs
from limeeval.report.scores.scored import Construction, Rows, Scored, blank, put_interval
from limeeval.report.scores.units import Units


class Limits(NamedTuple):
    """How the interval of a metric without similarities of pairs is made (of coefficients), and what it is called.

    Over instances, and for instances like these, it is made as that of any mean over pairs of runs, if the metric is
    one for as many runs as there are: then ``agreement`` (of coefficients) gives what the runs say about it. Else it is
    the mean of the instances' own: limits that hold for each hold for the mean. For instances like these there is none.
    """

    interval: Callable[[Array], Interval]
    construction: str
    agreement: Callable[[Array], Agreement] | None = None


INTERVALS: Mapping[str, Limits] = {
    "relative_spread": Limits(relative_spread_interval, "normal theory"),
    "kendall_w": Limits(kendall_w_interval, "pseudo-run", kendall_w_agreement),
}
"""By metric."""


def agreement_scores(parts: Iterable[Runs], units: Units) -> list[Scored]:
    """Every agreement metric, scored."""
    metrics, count = agreement_metrics(), len(units.setting)
    found = {name: Found(blank(count), no_agreement(count)) for name in metrics}
    for runs in parts:
        for name, metric in metrics.items():
            _describe(found[name].rows, metric, runs)
        defined = {name: metric for name, metric in metrics.items() if runs.k or not metric.at_k}
        _score(found, defined, runs, _never_changes(runs, units))
        _narrow(found, {name: metric for name, metric in defined.items() if metric.of_sets}, runs)
    return [_scored(name, metrics[name], one, units) for name, one in found.items()]


def _scored(name: str, metric: Metric, found: Found, units: Units) -> Scored:
    """Of units and over them, in the metric's own unit."""
    construction = INTERVALS[name].construction if name in INTERVALS else ""
    means = over_instances(found, units, partial(_for_these, construction=construction))
    return Scored(name, _in_unit(found.rows, metric.scale), _in_unit(means, metric.scale))


def _in_unit(rows: Rows, scale: float) -> Rows:
    values = ("estimate", "low", "high", "low_population", "high_population")
    return rows._replace(**{name: scale * getattr(rows, name) for name in values})


def _describe(rows: Rows, metric: Metric, runs: Runs) -> None:
    _, count, d = runs.coefficients.shape
    rows.n[runs.units] = count
    if runs.k or not metric.at_k:
        rows.k[runs.units] = runs.k if metric.at_k else 0
        rows.chance[runs.units] = metric.chance(d, runs.k, count)


def _never_changes(runs: Runs, units: Units) -> NDArray[np.bool_]:
    """Units (u,) of another explainer than LIME that gives the same coefficients for every seed: nothing is random."""
    of_others = is_shared(units.settings)[units.setting[runs.units]]
    return np.asarray(of_others & (runs.coefficients == runs.coefficients[:, :1]).all(axis=(1, 2)))


def _score(found: Mapping[str, Found], metrics: Mapping[str, Metric], runs: Runs, fixed: NDArray[np.bool_]) -> None:
    """Estimates, and limits for which no standard errors are needed; ``fixed`` units (u,) are what they are."""
    agreed = _agreements(metrics, runs)
    for name, metric in metrics.items():
        rows = found[name].rows
        if name in agreed:
            own = agreed[name]
            own = own._replace(
                extended_mean=np.where(fixed, own.mean, own.extended_mean),
                extended_variance=np.where(fixed, 0.0, own.extended_variance),
            )
            for column, values in zip(found[name].agreement, own, strict=True):
                column[runs.units] = values
            put_interval(rows, runs.units, pseudo_run_interval(own), "pseudo-run")
        elif name in INTERVALS:
            put_interval(rows, runs.units, INTERVALS[name].interval(runs.coefficients), INTERVALS[name].construction)
        else:
            rows.estimate[runs.units] = metric.score(runs.coefficients, runs.k, runs.standard_errors)


def _agreements(metrics: Mapping[str, Metric], runs: Runs) -> dict[str, Agreement]:
    """What runs say about each metric that is a mean over pairs of them, for as many runs at least."""
    similar = similarities(metrics, runs.coefficients, runs.k, runs.standard_errors)
    found = {name: agreement(own) for name, own in similar.items()}
    of_many = {name: limits.agreement for name, limits in INTERVALS.items() if name in metrics and limits.agreement}
    return found | {name: of(runs.coefficients) for name, of in of_many.items()}


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


def _for_these(instances: Instances, *, construction: str) -> tuple[Interval, Construction]:
    """For these instances (g, m): their seeds are random. ``construction`` is that of no means over pairs, if any."""
    if np.isnan(instances.agreement.mean).any():  # No mean over pairs.
        estimate, low, high, m = instances.interval
        return Interval(estimate.mean(axis=-1), low.mean(axis=-1), high.mean(axis=-1), m), construction
    if instances.interval.n == 1:
        estimate, low, high = (column[:, 0] for column in instances.interval[:3])
        return Interval(estimate, low, high, 1), instances.construction
    found = pseudo_run_interval_over_instances(instances.agreement)
    # Where all agree there is no spread to go by, but limits that hold for each instance hold for their mean.
    own = np.fmax(found.low, instances.interval.low.mean(axis=-1))
    low = np.where((found.estimate >= 1) & ~np.isnan(found.low), own, found.low)
    return found._replace(low=low), "jackknife over seeds"
