"""What not to trust: the sentences of a page that a careful reader would ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import instances_of, share
from limeeval.report.comparison.words import counted

_SURE_FIRST = 0.8
_FEW_INSTANCES = 5
_FEW_SEEDS = 5


def cautions_of(answer: Answer, failures: Sequence[str] = ()) -> list[str]:
    """What not to rely on in this run, the most urgent first; the last one holds for every run."""
    return [
        *_missing(failures),
        *_instances(answer),
        *_later_reasons(answer),
        *_line(answer),
        *_widths(answer),
        *_small(answer),
        "Agreement is not truth: runs can agree on a reason that the model does not follow. Stable and faithful are "
        "two questions, and neither says that the model is right.",
    ]


def _missing(failures: Sequence[str]) -> Iterator[str]:
    if failures:
        yield f"This run is not complete: {counted(len(failures), 'part')} of it failed (see what was run)."


def _instances(answer: Answer) -> Iterator[str]:
    level = answer.target.jaccard
    worst = [one for one in answer.steadiness.worst if one.jaccard < level]
    if worst:
        kind = instances_of(answer.reference, answer.description).removesuffix("s")
        rows = ", ".join(f"{shortened(str(one.row))} ({one.jaccard:.2f})" for one in worst)
        yield (
            f"A single explanation of the {kind}s that change most: {rows}; in brackets how far two runs overlap, 1 "
            "being the same reasons."
        )


def _later_reasons(answer: Answer) -> Iterator[str]:
    cell, k = answer.reference, answer.description.k
    first, same = cell.same_first.estimate, cell.same_set.estimate
    if k > 1 and first is not None and same is not None and first >= _SURE_FIRST > same:
        agreed = f"two runs agree on the first in {share(cell.same_first)}, on all {k} in {share(cell.same_set)}"
        yield f"The later reasons: {agreed} of cases."


def _line(answer: Answer) -> Iterator[str]:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if r2 is not None and cell.supported is not False and r2 < WEAK_BELOW:
        missed = min(max(1 - r2, 0.0), 1.0)
        yield (
            f"The coefficients as the model's arithmetic: {missed:.0%} of what the model does nearby is not on the "
            "line. They say what matters here on the whole, not what would happen if a value changed."
        )


def _widths(answer: Answer) -> Iterator[str]:
    weak = [cell for cell in answer.cells if cell.supported is False]
    if len(weak) == len(answer.cells):
        yield "Any setting here: none leaves enough samples that count. Use larger widths or more samples."
    elif weak:
        yield f"Settings marked with !: {len(weak)} of {len(answer.cells)} leave too few samples that count."


def _small(answer: Answer) -> Iterator[str]:
    description = answer.description
    if description.instances < _FEW_INSTANCES:
        unit = shortened(description.unit)
        yield f"Other rows than these: {description.instances} {unit} say little about the rest of the data."
    if 1 < description.seeds < _FEW_SEEDS:
        yield f"The limits: {description.seeds} seeds are few, and limits from few seeds are rough."
