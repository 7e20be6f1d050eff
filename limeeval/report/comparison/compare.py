"""Two settings, two explainers or two runs, compared by every score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from limeeval.metrics.catalogue import Metric, agreement_metrics
from limeeval.report.comparison.differences import difference_table
from limeeval.report.comparison.fidelity import KINDS, fidelity_measures
from limeeval.report.comparison.matched import Matched, matched
from limeeval.report.comparison.measures import LOG_SD, Measured, agreement_measures, log_sd_measure
from limeeval.report.comparison.paired_comparison import PairedComparison
from limeeval.report.comparison.sides import By, Sides, sides_of
from limeeval.report.comparison.words import listed, suggested


def compare(
    one: Any,
    other: Any = None,
    *,
    by: By | None = None,
    where: Mapping[str, Any] | None = None,
    k: int | None = None,
    metrics: Collection[str] | None = None,
) -> PairedComparison:
    """What differs between two settings, two explainers or two runs, instance by instance, and whether it is noise.

    ::

        limeeval.compare(study, by={"num_samples": (1000, 5000)})                # two settings of one study
        limeeval.compare(study, by="explainer", where={"num_samples": 5000})  # two explainers of one table
        limeeval.compare(limeeval.load("q3"), limeeval.load("q4"), where={"num_samples": 5000})      # two runs

    Every metric that is a mean over pairs of runs; ``log_sd``, the mean over features of the logarithm of the standard
    deviation of a coefficient over seeds, whose difference is the log ratio of standard deviations and sees changes in
    noise that no ranking shows; and, from fits, ``r2_fresh`` and ``r2_reference``, pooled.

    Columns of ``.table``, one row a metric: ``metric``, ``k``; ``one``, ``other``, ``difference`` (other less one);
    ``low``, ``high`` (95 %, for these instances: seeds are random) and ``standard_error``; ``low_population``,
    ``high_population`` (for instances like these, from 5 on); ``effect_size`` (difference over its standard deviation
    over instances, Cohen's d_z); ``p`` (two-sided) and ``p_worse`` (one-sided: so much worse, or more), both with
    ``_holm``, adjusted for all metrics of the call; ``n`` (instances); ``seeds_one``, ``seeds_other`` (the fewest of an
    instance), ``paired_seeds`` (left out of both sides at once: see below); ``shared_samples`` (whether fits to the
    same samples are compared); ``rows_predicted_one``, ``rows_predicted_other`` (model rows of an explanation: the
    cost). What is not defined is missing.

    Each side's seeds are left out in turn, an instance at a time, or all instances at once for what is not known to be
    LIME, where a seed may mean the same background or model for all. A seed that both sides have is left out of both at
    once, unless task or explainer are different, where variances add.

    Args:
        one: a study, a table of attributions as :func:`limeeval.score` takes it, or a pair of one and its fits.
        other: likewise, another run; None for the same as ``one``. Instances of two studies are matched by the user's
            names of the rows, those of tables by ``instance``.
        by: what tells the sides apart: {setting: (value of one, value of other)}; or a setting that has two values.
        where: what both sides have in common: {setting: value}; rows that do not have a setting are not asked for it.
        k: of metrics at k; None: what the study was scored at, else at most 5 and half of d.
        metrics: names of those to compare; None for all. Holm's adjustment is for these.

    Raises:
        ValueError: a side is not a single setting, there is nothing that both sides have, their features differ, there
            is a single seed, or a metric does not exist.
    """
    sides = sides_of(one, other, by=by, where=where)
    found = matched(sides.one.tables.attributions, sides.other.tables.attributions, k=_k(sides) if k is None else k)
    chosen = _chosen(metrics)
    measured, remarks = _measured(sides, found, chosen)
    return PairedComparison(
        table=difference_table(measured, sides, found),
        one=sides.one.name,
        other=sides.other.name,
        differs=sides.differs,
        only_in_one=found.only_in_one,
        only_in_other=found.only_in_other,
        remarks=tuple(remarks),
    )


def compared_metrics() -> dict[str, Metric]:
    """Metrics of agreement that can be compared: those that are means over pairs of runs."""
    return {name: metric for name, metric in agreement_metrics().items() if metric.of_sets or metric.of_pairs}


def _chosen(metrics: Collection[str] | None) -> list[str]:
    known = [*compared_metrics(), LOG_SD, *(f"r2_{kind}" for kind in KINDS)]
    if metrics is None:
        return known
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in names:
        if name not in known:
            raise ValueError(f"metrics must be among those that can be compared, got {name!r}{suggested(name, known)}")
    return [name for name in known if name in names]


def _k(sides: Sides) -> int | None:
    """The k of both runs.

    Raises:
        ValueError: they were scored at different k.
    """
    known = {side.k for side in (sides.one, sides.other)} - {None}
    if len(known) > 1:
        raise ValueError(
            f"k must be given where both sides were scored at another one, got {sides.one.k} and {sides.other.k}"
        )
    return known.pop() if known else None


def _measured(sides: Sides, found: Matched, chosen: Sequence[str]) -> tuple[list[Measured], list[str]]:
    """What is chosen and known; and what else there is to know."""
    remarks = []
    measured = list(
        agreement_measures(found, {name: one for name, one in compared_metrics().items() if name in chosen})
    )
    if LOG_SD in chosen and sides.same_units:
        own, still, total = log_sd_measure(found)
        measured.append(own)
        if still:
            remarks.append(f"{LOG_SD} leaves out {still} of {total} coefficients, for they do not vary on both sides")
    measured += fidelity_measures(sides.one.tables.fits, sides.other.tables.fits, found)
    measured = [one for one in measured if one.metric in chosen and len(one.left_out)]
    missing = [name for name in chosen if name not in {one.metric for one in measured}]
    if not measured:
        raise ValueError(f"there must be something to compare, got no {listed(missing, 5)} of both sides")
    remarks += [f"{name} is not there: {_reason(name, sides)}" for name in missing]
    for one in measured:
        if len(one.left_out) < len(found.instances):
            remarks.append(f"{one.metric} is known of {len(one.left_out)} of {len(found.instances)} instances")
    if sides.changed:
        remarks.append(f"{sides.changed} instances have other values in one run than in the other")
    for name, alone in (("one", found.only_in_one), ("other", found.only_in_other)):
        if alone:
            remarks.append(f"only in {name}, and left out: {listed(alone, 10)}")
    return measured, remarks


def _reason(metric: str, sides: Sides) -> str:
    if metric == LOG_SD:
        return "coefficients do not vary" if sides.same_units else "coefficients may have another unit on either side"
    return "the rows of both sides do not have what it needs"
