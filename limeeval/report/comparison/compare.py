"""Two settings, two explainers or two runs, compared by every score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from limeeval.report.comparison.agreed import agreed_units
from limeeval.report.comparison.arguments import check_k, chosen_metrics
from limeeval.report.comparison.differences import difference_table
from limeeval.report.comparison.fidelity import KINDS, fidelity_measures
from limeeval.report.comparison.matched import Matched, matched
from limeeval.report.comparison.measures import (
    LOG_SD,
    LeftOut,
    Measured,
    agreement_measures,
    compared_metrics,
    log_sd_measure,
)
from limeeval.report.comparison.paired_comparison import PairedComparison
from limeeval.report.comparison.remarks import remarks_on
from limeeval.report.comparison.sentences import AGREEMENT, FIDELITY, Between
from limeeval.report.comparison.sides import By, Sides, sides_of
from limeeval.report.comparison.words import listed

HEADLINE = (AGREEMENT, "sign_agreement", LOG_SD, FIDELITY[0])
"""What is tested unless metrics are named: one score of each kind, for many more are near copies of the first."""


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
    noise that no ranking shows (not tested where more than a quarter of the coefficients have none, for the rest is a
    selection); and, from fits, ``r2_fresh`` and ``r2_reference``, pooled.

    Columns of ``.table``, one row a metric: ``metric``, ``k``; ``one``, ``other``, ``difference`` (other less one);
    ``low``, ``high`` (95 %, for these instances: seeds are random) and ``standard_error``; ``low_population``,
    ``high_population`` (for instances like these, from 5 on); ``effect_size`` (difference over its standard deviation
    over instances, Cohen's d_z); ``p`` (two-sided) and ``p_worse`` (one-sided: so much worse, or more), both with
    ``_holm``, adjusted for all tests (see ``metrics``); ``n`` (instances); ``seeds_one``, ``seeds_other`` (the fewest
    of an instance), ``paired_seeds`` (left out of both sides at once: see below); ``shared_samples`` (whether fits to
    the same samples are compared); ``rows_predicted_one``, ``rows_predicted_other`` (model rows of an explanation: the
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
        metrics: names of those to compare, all of which are tested: Holm's adjustment is for these. None for all, of
            which jaccard, sign_agreement, log_sd and r2_reference are tested (r2_fresh if there is no r2_reference);
            other rows are descriptions and no tests: their adjusted p is missing.

    Raises:
        ValueError: a side is not a single setting, there is nothing that both sides have, their features differ, there
            is a single seed, two instances of one name are never the same, a run has two fits, k is no whole number, or
            a metric does not exist.
    """
    check_k(k)
    chosen = chosen_metrics(metrics, [*compared_metrics(), LOG_SD, *(f"r2_{kind}" for kind in KINDS)])
    sides = sides_of(one, other, by=by, where=where)
    found = matched(sides.one.tables.attributions, sides.other.tables.attributions, k=_k(sides) if k is None else k)
    measured, lost = _measured(sides, found, chosen)
    tests = _tests(measured) if metrics is None else chosen
    return PairedComparison(
        table=difference_table(measured, sides, found, tests=tests),
        one=sides.one.name,
        other=sides.other.name,
        differs=sides.differs,
        only_in_one=found.only_in_one,
        only_in_other=found.only_in_other,
        remarks=tuple(remarks_on(measured, chosen, sides, found, lost)),
        between=_between(sides, found),
    )


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


def _measured(sides: Sides, found: Matched, chosen: Sequence[str]) -> tuple[list[Measured], LeftOut]:
    """What is chosen and known; and the coefficients of which ``log_sd`` says nothing."""
    metrics = {name: metric for name, metric in compared_metrics().items() if name in chosen}
    measured, lost = list(agreement_measures(found, metrics)), LeftOut(0, 0)
    if LOG_SD in chosen and sides.same_units:
        noise, lost = log_sd_measure(found)
        measured.append(noise)
    measured += fidelity_measures(sides.one.tables.fits, sides.other.tables.fits, found)
    measured = [one for one in measured if one.metric in chosen and len(one.left_out)]
    if not measured:
        raise ValueError(f"there must be something to compare, got no {listed(chosen, 5)} of both sides")
    return measured, lost


def _tests(measured: Sequence[Measured]) -> list[str]:
    """The headline scores; fidelity at each setting's own width where it is not known at one for all."""
    known = [one.metric for one in measured]
    fallback = [FIDELITY[1]] if FIDELITY[0] not in known else []
    return [name for name in known if name in (*HEADLINE, *fallback)]


def _between(sides: Sides, found: Matched) -> Between | None:
    """How far two explainers agree; None for one explainer, and where they have not two seeds in common."""
    metric = compared_metrics()[AGREEMENT]
    if "explainer" not in sides.differs or found.paired_seeds < 2:
        return None
    units = [unit for unit in agreed_units(found, metric) if np.isfinite(unit.found.mean)]
    if not units:
        return None
    of_instances: dict[Any, list[tuple[float, float]]] = {}
    for unit in units:
        of_instances.setdefault(unit.instance, []).append((float(unit.found.mean), unit.chance))
    estimate, chance = np.mean([np.mean(labels, axis=0) for labels in of_instances.values()], axis=0)
    ks = {unit.k for unit in units}
    return Between(AGREEMENT, ks.pop() if len(ks) == 1 else None, float(estimate), float(chance))
