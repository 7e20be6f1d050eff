"""The gate: a run, held against thresholds, and against a baseline where one is given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.check.asked import check_asked
from limeeval.check.floors import floor_verdicts
from limeeval.check.scores import Scores, scores_of
from limeeval.check.thresholds import Threshold, thresholds_from
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict
from limeeval.report.comparison.words import counted

if TYPE_CHECKING:
    from limeeval.check.baseline import Baseline
    from limeeval.report.run import Run

    Load = Callable[[Path], Run]
    """Reads a run's folder."""

_MOST = 3
_ORDER = (FAIL, MISSING, INCONCLUSIVE, PASS)


@dataclass(frozen=True, eq=False, repr=False)
class Checked:
    """What came of every threshold. Its repr is the table that the command line prints.

    Attributes:
        verdicts: those that fail first, then by status, in the order of the thresholds.
        remarks: what changed since the baseline, and what else there is to know.
    """

    verdicts: Sequence[Verdict]
    remarks: Sequence[str] = ()

    @property
    def failed(self) -> list[Verdict]:
        """The verdicts that fail a build."""
        return [one for one in self.verdicts if one.is_red]

    @property
    def exit_code(self) -> int:
        """0, or 1 if any threshold failed."""
        return 1 if self.failed else 0

    @property
    def summary(self) -> str:
        """In a sentence: how many failed, and what became worse, by how much, for which rows."""
        count = {status: sum(one.status == status and not one.is_red for one in self.verdicts) for status in _ORDER}
        words = {
            PASS: "passed",
            INCONCLUSIVE: "inconclusive",
            MISSING: "missing but allowed",
            FAIL: "failed as a warning",
        }
        others = ", ".join(f"{count[status]:,} {word}" for status, word in words.items() if count[status])
        said = (
            f"{len(self.failed):,} of {counted(len(self.verdicts), 'check')} failed{f' ({others})' if others else ''}"
        )
        if not self.failed:
            return f"{said}."
        first = next((one for one in self.failed if one.threshold.no_worse_than_baseline is not None), self.failed[0])
        return f"{said}: {first.threshold.short}, {first.rows}: {first.sentence}."

    def __repr__(self) -> str:
        from limeeval.check.outputs.terminal import plain_table

        return plain_table(self)


def check(
    run: Run, thresholds: Any, *, baseline: Any = None, unpaired: bool = False, load: Load | None = None
) -> Checked:
    """Holds a run against thresholds.

    A threshold is about the rows that its ``where`` names. A column that there is not is an error. So are values that
    no row has, each or together, of the run or, where scores are compared, of the baseline: nothing would be judged.
    With ``allow_missing`` such rows are missing instead, and pass. Rows that the baseline has and the run lacks are
    missing, and so is a metric that the run does not have.

    Args:
        run: a study, or what a folder holds.
        thresholds: path of a yaml, or a list of mappings or of :class:`~limeeval.check.thresholds.Threshold`.
        baseline: what ``no_worse_than_baseline`` compares with: a run, or the path of a run's folder or of a saved
            baseline.
        unpaired: whether the baseline may have explained other instances.
        load: reads the folder of a run; None where the baseline is no folder.

    Raises:
        ValueError: a threshold that means nothing here, a run of which units failed or rows are there twice, no
            baseline where one is needed, or one that cannot be compared with. Never a verdict then.
    """
    asked = thresholds_from(thresholds)
    check_whole(run)
    if unpaired and baseline is None:
        raise ValueError("unpaired is about a baseline, got none")
    scores = scores_of(run.scores)
    for one in asked:
        check_asked(one, scores)
    before = None if baseline is None else _baseline(baseline, asked, load)
    verdicts = [verdict for one in asked for verdict in _floors(one, scores, run)]
    compared, changes = _compared(asked, run, before, unpaired=unpaired)
    verdicts += compared
    remarks = [*run.remarks, *_remarks(asked, run, before), *changes, *_underpowered(verdicts)]
    return Checked(sorted(verdicts, key=lambda one: (not one.is_red, _ORDER.index(one.status))), tuple(remarks))


def _floors(threshold: Threshold, scores: Scores, run: Run) -> list[Verdict]:
    if threshold.at_least is None and threshold.at_most is None:
        return []
    return floor_verdicts(threshold, scores, lambda: run.instances)


def _compared(
    asked: Sequence[Threshold], run: Run, before: Baseline | None, *, unpaired: bool
) -> tuple[list[Verdict], list[str]]:
    """Verdicts of comparisons, and what changed; without a baseline they are missing, where that is allowed."""
    comparing = [one for one in asked if one.no_worse_than_baseline is not None]
    if not comparing:
        return [], []
    if before is not None:
        from limeeval.check.regression import regressions

        found = regressions(comparing, run, before, unpaired=unpaired)
        return found.verdicts, found.changes
    if needed := [one for one in comparing if not one.allow_missing]:
        raise ValueError(f"no_worse_than_baseline needs a baseline (or allow_missing), got none for {needed[0].title}")
    return [Verdict(one, MISSING, "all rows", "there is no baseline to compare with") for one in comparing], []


def _remarks(asked: Sequence[Threshold], run: Run, before: Baseline | None) -> Iterator[str]:
    if before is None:
        return
    from limeeval.check.origin import origin_of, what_changed

    if not compared_metrics(asked):
        yield "no threshold compares with the baseline: none has no_worse_than_baseline"
    yield from what_changed(origin_of(getattr(run, "provenance", None)), before.origin)


def _underpowered(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Which thresholds have margins that these seeds and instances are too few for, if any have."""
    weak: dict[str, list[float]] = {}
    for one in verdicts:
        if one.numbers.get("underpowered"):
            weak.setdefault(one.threshold.title, []).append(one.numbers["smallest_margin"])
    if weak:
        said = [f"{title} needs {max(smallest):.2g} or more" for title, smallest in weak.items()]
        more = f"; and {len(said) - _MOST} more" if len(said) > _MOST else ""
        yield (
            "underpowered: a score may be worse by twice the margin and pass. With these seeds and instances the "
            f"margin of {'; that of '.join(said[:_MOST])}{more}"
        )


def _baseline(given: Any, asked: Sequence[Threshold], load: Load | None) -> Baseline:
    """What was given as a baseline, a run, or what stands at a path."""
    from limeeval.check.baseline import Baseline, baseline_at, baseline_of

    if isinstance(given, Baseline):
        return given
    metrics = compared_metrics(asked)
    if not isinstance(given, (str, os.PathLike)):
        check_whole(given)
        return baseline_of(given, metrics=metrics)

    def whole(folder: Path) -> Run:
        if load is None:
            raise ValueError(f"baseline must be a run or a file, got the folder {folder}")
        run = load(folder)
        check_whole(run)
        return run

    return baseline_at(given, load=whole, metrics=metrics)


def compared_metrics(asked: Sequence[Threshold]) -> list[str]:
    """Metrics that thresholds compare with a baseline."""
    return list(dict.fromkeys(one.metric for one in asked if one.no_worse_than_baseline is not None))


def check_whole(run: Run) -> None:
    """Checks that nothing of a run failed: what is left would be a selection.

    Raises:
        ValueError: something did.
    """
    if run.failures:
        some = "; ".join(list(run.failures)[:_MOST]) + ("; ..." if len(run.failures) > _MOST else "")
        failed = counted(len(run.failures), "failure")
        raise ValueError(f"a run must be whole to be checked, got one with {failed}: {some}")
