"""Verdicts on a run that is held against a baseline: is a score worse by more than the margin, and is that no noise?

The quantity is the score over the baseline's own instances; only seeds are random. On the same samples the difference
on this panel is exact. On others the variances of both sides add up, and a score fails where the drop exceeds the
margin and would be rare had nothing changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.check.answers import changed_answers
from limeeval.check.baseline import Baseline, baseline_of, check_has
from limeeval.check.cells import cells_of
from limeeval.check.compared import Found, compared
from limeeval.check.drop_in_words import sentence
from limeeval.check.panel import panel_metrics
from limeeval.check.power import ALPHA, is_underpowered, smallest_margin
from limeeval.check.same_features import Features, check_features
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict
from limeeval.inference.multiple import holm
from limeeval.report.comparison.words import suggested
from limeeval.report.run import Run

if TYPE_CHECKING:
    import pandas as pd


class Regressions(NamedTuple):
    """Verdicts, and what to list beside them: that the model's answers changed, if they did."""

    verdicts: list[Verdict]
    changes: list[str]


def regression_verdicts(
    thresholds: Sequence[Threshold], run: Run, baseline: Baseline, *, unpaired: bool = False
) -> list[Verdict]:
    """One verdict for every setting of every threshold with ``no_worse_than_baseline``; others are left out.

    On the same samples (equal digests of what every seed drew, for every instance) it fails where the drop exceeds the
    margin. On others it fails where the drop exceeds the margin and one-sided p of no drop is below 1 %, adjusted for
    all that were tested (Holm, 1979); a drop that exceeds the margin and may be noise is inconclusive, and so is what
    rests on fewer than three seeds. A setting of the baseline that the run lacks is missing, and so is a score that the
    run does not have of an instance of the baseline. Where rows may be missing, a setting that neither has is missing.

    The model, its name, data and versions may be others: see :func:`limeeval.check.origin.what_changed`.

    Args:
        thresholds: of the whole file.
        run: what is judged.
        baseline: what it is held against.
        unpaired: whether the run may explain other instances than the baseline. Scores for instances like these are
            then compared, as two independent means (Welch, 1947).

    Raises:
        ValueError: a metric without standard errors, a threshold that no row of either is about and none may be
            missing, or settings, an explainer, features or instances that the baseline does not have.
    """
    asked = [one for one in thresholds if one.no_worse_than_baseline is not None]
    return regressions(asked, run, baseline, unpaired=unpaired).verdicts if asked else []


def regressions(
    thresholds: Sequence[Threshold], run: Run, baseline: Baseline, *, unpaired: bool = False
) -> Regressions:
    """The same of thresholds that all compare, and what else changed."""
    _check_metrics(thresholds, run, baseline)
    now = baseline_of(run, metrics={one.metric for one in thresholds})
    known = now.features, baseline.features
    found = list(_found(thresholds, now.panel, baseline.panel, known, unpaired=unpaired))
    answers = {what: own for one in found for what, own in one.answers.items()}
    return Regressions(_verdicts(found), list(changed_answers(answers)))


def verdicts_between(
    thresholds: Sequence[Threshold], now: pd.DataFrame, before: pd.DataFrame, *, unpaired: bool = False
) -> list[Verdict]:
    """The verdicts alone, of the panels of both sides: see :func:`limeeval.check.panel.panel_of`."""
    return _verdicts(list(_found(thresholds, now, before, ({}, {}), unpaired=unpaired)))


def _found(
    thresholds: Sequence[Threshold],
    now: pd.DataFrame,
    before: pd.DataFrame,
    features: tuple[Features, Features],
    *,
    unpaired: bool,
) -> Iterator[Found]:
    metrics = {one.metric for one in thresholds}
    cells, others = cells_of(now, metrics), cells_of(before, metrics)
    for own in thresholds:
        here, there = cells[own.metric], others[own.metric]
        check_features(own, here, there, features)
        yield from compared(own, here, there, unpaired=unpaired)


def _verdicts(found: Sequence[Found]) -> list[Verdict]:
    tests = np.array([one.p for one in found])
    adjusted = holm(tests)
    checks = int((~np.isnan(tests)).sum())
    return [_verdict(one, float(p), checks) for one, p in zip(found, adjusted, strict=True)]


def _check_metrics(thresholds: Sequence[Threshold], run: Run, baseline: Baseline) -> None:
    known = panel_metrics(run.fits)
    for name in dict.fromkeys(one.metric for one in thresholds):
        if name not in known:
            raise ValueError(
                f"no_worse_than_baseline takes a metric with a standard error over seeds, got {name}"
                f"{suggested(name, known)}"
            )
        check_has(baseline, name)


def _verdict(found: Found, p: float, checks: int) -> Verdict:
    """What came of it; p is adjusted for all checks that were tested."""
    smallest = smallest_margin(found.standard_error, max(checks, 1), df=found.df) if not math.isnan(p) else math.nan
    is_weak = not math.isnan(p) and is_underpowered(found.margin, smallest)
    status = _status(found, p)
    said = sentence(found, status, p=p, checks=checks, smallest=smallest)
    numbers = {
        "estimate": found.now,
        "baseline": found.before,
        "difference": found.now - found.before,
        "drop": found.drop,
        "margin": found.margin,
        "standard_error": found.standard_error,
        "p": found.p,
        "p_holm": p,
        "smallest_margin": smallest,
    }
    known = {name: float(value) if math.isfinite(value) else None for name, value in numbers.items()}
    more = {"instances": found.instances, "checks": checks, "same_samples": found.is_exact, "underpowered": is_weak}
    worst = [{"row": row, "drop": drop} for row, drop in found.worst]
    return Verdict(found.threshold, status, found.rows, said, {**known, **more, "worst": worst})


def _status(found: Found, p: float) -> str:
    if found.is_missing or (math.isnan(found.drop) and not found.problem):
        return MISSING
    if found.problem:
        return INCONCLUSIVE
    if not found.exceeds:
        return PASS
    return FAIL if found.is_exact or p < ALPHA else INCONCLUSIVE
