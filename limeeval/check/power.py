"""The smallest margin that a gate can keep: one that is surely seen when a score is worse by twice as much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from limeeval.check.baseline import Baseline, check_has
from limeeval.check.cells import Cell, cells_of, check_where
from limeeval.check.cells_in_words import in_words, telling
from limeeval.check.same_instances import seeds_of, sides_of
from limeeval.check.thresholds import Threshold
from limeeval.inference.paired import paired_difference

ALPHA = 0.01
"""How often a file of checks may fail where nothing is worse."""
DETECTED = 0.95
"""How often it is to fail where a score is worse by twice the margin."""


class Power(NamedTuple):
    """What one check can see.

    Attributes:
        threshold: what was asked.
        rows: which rows, in words.
        standard_error: of a difference from a run of as many seeds; nan below three.
        smallest: the smallest margin that is detected when exceeded twofold; nan below three seeds.
        problem: why nothing can be told, whatever the seeds; "" for none.
    """

    threshold: Threshold
    rows: str
    standard_error: float
    smallest: float
    problem: str = ""

    @property
    def is_underpowered(self) -> bool:
        """Whether the margin is smaller than that."""
        return is_underpowered(self.threshold.no_worse_than_baseline or 0.0, self.smallest)

    def __str__(self) -> str:
        margin = self.threshold.no_worse_than_baseline or 0.0
        if math.isnan(self.smallest):
            problem = self.problem or "fewer than three seeds tell no difference from noise"
            return f"{self.threshold.metric} ({self.rows}): {problem}"
        found = f"{self.threshold.metric} ({self.rows}): the smallest margin is {self.smallest:.3g}"
        return (
            f"{found}; underpowered: {margin:g} is smaller" if self.is_underpowered else f"{found}, within {margin:g}"
        )


def smallest_margin(standard_error: float, checks: int, *, df: float = math.inf) -> float:
    """The smallest margin that is detected with 95 % when exceeded twofold; at least 0, smaller is better.

    A check fails where one-sided p of no drop is below alpha / m, and a drop of 2 margin is found so with 95 % if
    2 margin >= (z_{1 - alpha/m} + z_0.95) SE. The estimate then exceeds the margin more often still. nan for a standard
    error of nan.

    Args:
        standard_error: of the difference, at least 0.
        checks: m, how many there are in the file; at least 1.
        df: degrees of freedom of the standard error: quantiles are Student's t.

    >>> round(smallest_margin(0.0167, 1), 3), round(smallest_margin(0.0167, 10), 3)
    (0.033, 0.04)
    """
    from scipy.special import ndtri, stdtrit

    levels = 1 - ALPHA / checks, DETECTED
    quantiles = [float(ndtri(level) if math.isinf(df) else stdtrit(df, level)) for level in levels]
    return sum(quantiles) * standard_error / 2


def is_underpowered(margin: float, smallest: float) -> bool:
    """Whether a margin is smaller than the smallest that is detected, or that is not known."""
    return not margin >= smallest


def powers_of(thresholds: Sequence[Threshold], baseline: Baseline) -> list[Power]:
    """What each check against a baseline will see in a run of as many other seeds of the same instances.

    Only thresholds with ``no_worse_than_baseline`` count; each is a check for every setting that it is about.

    Raises:
        ValueError: a threshold is about no row of the baseline, or a metric that it lacks.
    """
    metrics = {one.metric for one in thresholds if one.no_worse_than_baseline is not None}
    for metric in sorted(metrics):
        check_has(baseline, metric)
    found, cells = [], cells_of(baseline.panel, metrics)
    for threshold in thresholds:
        if threshold.no_worse_than_baseline is not None:
            check_where(threshold, own := cells[threshold.metric])
            names = telling(own)
            found += [(threshold, in_words(cell, names), cell) for cell in own if cell.is_of(threshold.where)]
    return [_power(threshold, words, cell, len(found)) for threshold, words, cell in found]


def _power(threshold: Threshold, words: str, cell: Cell, checks: int) -> Power:
    known = cell.instances.known
    if not len(known.weight):
        return Power(threshold, words, math.nan, math.nan)
    if problem := sides_of(cell, cell, threshold.metric).selection:
        return Power(threshold, words, math.nan, math.nan, problem)
    own = seeds_of(known, is_lime=cell.is_lime)
    difference = paired_difference(own, own, is_paired=False)
    smallest = smallest_margin(difference.standard_error, checks, df=difference.df)
    return Power(threshold, words, difference.standard_error, smallest)
