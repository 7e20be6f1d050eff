"""What a page says of single instances: which surely agree too little, how far lines follow them, which are flat."""

from __future__ import annotations

from dataclasses import dataclass

from limeeval.report.answer.answer import Answer
from limeeval.report.ranked import Ranked, ranked_instances
from limeeval.report.run import Run
from limeeval.report.slight import slight_effects


@dataclass(frozen=True)
class Facts:
    """Facts of the instances of an answer, in its reference cell.

    Attributes:
        below: those whose runs surely agree less than the target asks for, the worst first.
        undecided: how many are neither that nor surely above it.
        lowest: the one that a line follows least; None if fidelity is not known of two.
        highest: the one that a line follows most.
        slight: for how many no reason moves the output.
    """

    below: tuple[Ranked, ...] = ()
    undecided: int = 0
    lowest: Ranked | None = None
    highest: Ranked | None = None
    slight: int = 0


def facts_of(run: Run, answer: Answer) -> Facts:
    """The facts of a run's instances."""
    ranked = ranked_instances(run, answer)
    target = answer.target.jaccard
    below = tuple(one for one in ranked if one.jaccard.high is not None and one.jaccard.high < target)
    undecided = answer.steadiness.instances - answer.steadiness.steady - len(below)
    followed = sorted((one for one in ranked if one.fidelity.estimate is not None), key=_fidelity)
    lowest, highest = (followed[0], followed[-1]) if len(followed) > 1 else (None, None)
    return Facts(below, max(undecided, 0), lowest, highest, slight_effects(run, answer))


def _fidelity(one: Ranked) -> float:
    return one.fidelity.estimate or 0.0
