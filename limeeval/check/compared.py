"""One threshold held against a baseline, setting by setting: how far a score dropped, and how sure that is.

The quantity is the score over the baseline's own instances; only seeds are random. On the same samples the difference
on this panel is exact. On others the variances of both sides add up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from limeeval.check.answers import Answers, Explained, answers_of
from limeeval.check.cells import Cell, check_where, matched_cells
from limeeval.check.cells_in_words import difference_of_settings, in_words, telling
from limeeval.check.same_instances import OtherInstances, Sides, population_of, sides_of
from limeeval.check.thresholds import Threshold
from limeeval.inference.paired import Difference, paired_difference
from limeeval.inference.population import FEWEST_INSTANCES
from limeeval.report.comparison.measures import LOG_SD
from limeeval.report.comparison.words import counted, named

ROUNDING = 1e-9
"""By how much a drop must exceed the margin: the last digits of a machine are no regression."""
_WORST = 3


class Found(NamedTuple):
    """One setting of a threshold, on both sides.

    Attributes:
        threshold: what was asked.
        rows: which rows, in words.
        now: the score of the run.
        before: that of the baseline.
        drop: by how much it is worse, in the metric's own unit; below 0 where it is better.
        instances: how many it is of: those of the baseline.
        standard_error: of the drop; 0 on the same samples, nan where there is none.
        df: its degrees of freedom.
        p: one-sided, of no drop; nan where nothing was tested.
        is_exact: whether the same samples were drawn.
        worst: instances that dropped most, with their drops.
        problem: why there is no verdict on these rows; "" for none.
        is_missing: whether that is because the rows are not there.
        notes: what else there is to know.
        answers: of the model on both sides, as far as they are known; none of other instances.
    """

    threshold: Threshold
    rows: str
    now: float = math.nan
    before: float = math.nan
    drop: float = math.nan
    instances: int = 0
    standard_error: float = math.nan
    df: float = math.nan
    p: float = math.nan
    is_exact: bool = False
    worst: tuple[tuple[str, float], ...] = ()
    problem: str = ""
    is_missing: bool = False
    notes: tuple[str, ...] = ()
    answers: Mapping[Explained, Answers] = MappingProxyType({})

    @property
    def margin(self) -> float:
        """How large a drop may be."""
        return float(self.threshold.no_worse_than_baseline or 0.0)

    @property
    def exceeds(self) -> bool:
        """Whether the drop is larger."""
        return self.drop > self.margin + ROUNDING


def compared(threshold: Threshold, now: Sequence[Cell], before: Sequence[Cell], *, unpaired: bool) -> Iterator[Found]:
    """What comes of a threshold for every setting that it is about, in cells of its metric of the run and the baseline.

    Where neither has a setting like these it is missing, if rows may be missing.

    Raises:
        ValueError: no row is of these settings and none may be missing, or the baseline has other settings or
            instances.
    """
    check_where(threshold, [*now, *before])
    matched = matched_cells(now, before, threshold.where)
    names = telling([*now, *before])
    if matched.only_now:
        alone = matched.only_now[0]
        what = difference_of_settings(alone, before)
        raise ValueError(
            f"{threshold.title}: the baseline must have the same settings and explainer, got other ones in the run "
            f"({in_words(alone, names)}): {what}; choose rows by where, or make the baseline anew"
        )
    for cell, other in matched.pairs:
        yield _compared(threshold, in_words(cell, names), cell, other, unpaired=unpaired)
    for other in matched.only_before:
        yield Found(threshold, in_words(other, names), problem="the run has no rows of these settings", is_missing=True)
    if not matched.pairs and not matched.only_before:
        problem = "neither the run nor the baseline has rows like these"
        yield Found(threshold, named(threshold.where), problem=problem, is_missing=True)


def _compared(threshold: Threshold, rows: str, now: Cell, before: Cell, *, unpaired: bool) -> Found:
    try:
        sides = sides_of(now, before, threshold.metric)
    except OtherInstances as error:
        if not unpaired:
            raise ValueError(
                f"{threshold.title}: the run must explain the instances of the baseline, got other ones: {error}; "
                "--unpaired compares instances like these, or make the baseline anew"
            ) from error
        return _of_populations(Found(threshold, rows), now, before)
    answers = dict(answers_of(str(before.settings.get("task")), sides))
    found = Found(threshold, rows, notes=_notes(sides, now, before), answers=answers)
    gone = sides.undefined
    if gone:
        of = f"{gone} of {counted(len(sides.names), 'instance')}"
        return found._replace(
            problem=f"{threshold.metric} is undefined for {of} of the baseline", is_missing=True, notes=()
        )
    found = _of_panel(found, sides)
    return found._replace(p=math.nan, problem=sides.selection) if sides.selection else found


def _of_panel(found: Found, sides: Sides) -> Found:
    """The drop on the instances of the baseline."""
    now, before = sides.seeds
    sign = sign_of(found.threshold)
    drops = sign * (sides.before.estimate - sides.now.estimate)
    order = np.argsort(-drops * sides.before.weight, kind="stable")[:_WORST]
    found = found._replace(
        now=now.estimate,
        before=before.estimate,
        drop=sign * (before.estimate - now.estimate),
        instances=len(sides.names),
        worst=tuple((sides.names[at], float(drops[at])) for at in order if drops[at] > ROUNDING),
    )
    if sides.share_samples:
        return found._replace(is_exact=True, standard_error=0.0)
    tested = paired_difference(before, now, is_paired=False)
    return _with_test(found, tested, problem="it takes three seeds an instance to tell a drop from noise")


def _of_populations(found: Found, now: Cell, before: Cell) -> Found:
    """The drop for instances like these."""
    fewest = min(len(cell.instances.known.weight) for cell in (now, before))
    if fewest < 2:
        return found._replace(
            problem="the run or the baseline has it of fewer than two instances", is_missing=fewest == 0
        )
    one, other = population_of(before.instances), population_of(now.instances)
    found = found._replace(
        now=other.estimate,
        before=one.estimate,
        drop=sign_of(found.threshold) * (one.estimate - other.estimate),
        instances=fewest,
        notes=("other instances: compared as two samples of instances like these",),
    )
    if fewest < FEWEST_INSTANCES:
        return found._replace(problem=f"it takes {FEWEST_INSTANCES} instances to speak of others like them")
    tested = paired_difference(one, other, is_paired=False)
    if tested.standard_error == 0:
        return found._replace(problem="the instances show no spread to tell a drop from chance")
    return _with_test(found, tested, problem="their spread is not known")


def _with_test(found: Found, tested: Difference, *, problem: str) -> Found:
    if math.isnan(tested.p):
        return found._replace(problem=problem)
    p = tested.p_below if sign_of(found.threshold) > 0 else 1 - tested.p_below
    return found._replace(p=p, standard_error=tested.standard_error, df=tested.df)


def sign_of(threshold: Threshold) -> int:
    """1 where a larger score is better, else -1."""
    return -1 if threshold.metric == LOG_SD else 1


def _notes(sides: Sides, now: Cell, before: Cell) -> tuple[str, ...]:
    models = [cell.settings.get("model") for cell in (now, before)]
    features = "features" if now.settings.get("segmentation") is None else "superpixels"
    said = {
        f"the model is {models[0]}, in the baseline {models[1]}": models[0] != models[1],
        f"{counted(sides.other_values, 'instance')} with other values": sides.other_values > 0,
        f"{counted(sides.other_labels, 'instance')} with another label explained": sides.other_labels > 0,
        f"{counted(sides.other_counts, 'instance')} with another number of {features}": sides.other_counts > 0,
    }
    return tuple(text for text, is_so in said.items() if is_so)
