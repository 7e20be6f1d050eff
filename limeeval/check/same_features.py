"""Whether both sides explain by the same features: scores of others are other scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from limeeval.check.cells import Cell
from limeeval.check.thresholds import Threshold
from limeeval.report.comparison.words import first_of

Features = Mapping[str, Sequence[str]]
"""Names by task."""


def check_features(
    threshold: Threshold, now: Sequence[Cell], before: Sequence[Cell], known: tuple[Features, Features]
) -> None:
    """Checks that every task that a threshold is about has features of the same names, in any order, on both sides.

    Args:
        threshold: what is compared.
        now: cells of its metric, of the run.
        before: of the baseline.
        known: names of features of the run, and of the baseline, as far as they are known.

    Raises:
        ValueError: a task has others.
    """
    meant = [
        {str(cell.settings.get("task")) for cell in cells if cell.is_of(threshold.where)} for cells in (now, before)
    ]
    for task in sorted(set.intersection(*meant) & set(known[0]) & set(known[1])):
        said = [*_only(known[1][task], known[0][task], "not in the run"), *_only(known[0][task], known[1][task], "new")]
        if said:
            raise ValueError(
                f"{threshold.title}: the run must have the features of the baseline, got other ones of {task}: "
                f"{'; '.join(said)}; make the baseline anew"
            )


def _only(names: Sequence[str], others: Sequence[str], what: str) -> Iterator[str]:
    """Which of some names are not among others."""
    own = [name for name in names if name not in set(others)]
    if len(own) == 1:
        yield f"feature {own[0]} is {what}"
    elif own:
        yield f"features {first_of(own)} are {what}"
