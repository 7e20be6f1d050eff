"""Whether the model says of the same instances what it said when the baseline was made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from limeeval.check.same_instances import Sides

_SAME = 1e-6
"""Answers that differ by less, relative to the larger one, are those of other batches."""
_NOTHING = 1e-12

Explained = tuple[str, str, str]
"""A task, what the user calls an instance of it, and a label."""


class Answers(NamedTuple):
    """Of a label of an instance: of the baseline, and of the run."""

    before: float
    now: float

    @property
    def differ(self) -> bool:
        """Whether they are others."""
        return not math.isclose(self.before, self.now, rel_tol=_SAME, abs_tol=_NOTHING)


def answers_of(task: str, sides: Sides) -> Iterator[tuple[Explained, Answers]]:
    """What both sides say of the labels that both explain, as far as it is known."""
    every = zip(
        sides.names, sides.before.labels, sides.before.answers, sides.now.labels, sides.now.answers, strict=True
    )
    for name, labels, before, others, now in every:
        if before is not None and now is not None and labels == others:
            for label, one, other in zip(labels.split(","), before.split(","), now.split(","), strict=False):
                yield (task, str(name), label), Answers(float(one), float(other))


def changed_answers(known: Mapping[Explained, Answers]) -> Iterator[str]:
    """How many instances the model says something else of, by how much at most, and of which; nothing for none.

    >>> list(changed_answers({("loans", "C7", "1"): Answers(0.42, 0.73), ("loans", "C8", "1"): Answers(0.5, 0.5)}))
    ["the model's answers changed since the baseline for 1 of 2 rows, by 0.31 at most (C7: 0.42 -> 0.73)"]
    """
    changed = {what: own for what, own in known.items() if own.differ}
    if changed:
        most = max(changed, key=lambda what: abs(changed[what].now - changed[what].before))
        before, now = changed[most]
        tasks = {task for task, *_ in known}
        of = f"task {most[0]}, {most[1]}" if len(tasks) > 1 else most[1]
        yield (
            f"the model's answers changed since the baseline for {_rows(changed)} of {_rows(known)} rows, "
            f"by {abs(now - before):.3g} at most ({of}: {_told_apart(before, now)})"
        )


def _told_apart(before: float, now: float) -> str:
    """Both in as few digits as tell them apart, three or more."""
    texts = ([f"{value:.{digits}g}" for value in (before, now)] for digits in range(3, 13))
    return " -> ".join(next((own for own in texts if own[0] != own[1]), [f"{before:.3g}", f"{now:.3g}"]))


def _rows(explained: Iterable[Explained]) -> int:
    return len({(task, name) for task, name, _ in explained})
