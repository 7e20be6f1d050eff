"""What not to trust: the sentences of a page that a careful reader would ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import two_decimals
from limeeval.report.comparison.words import counted
from limeeval.report.page.facts import Facts
from limeeval.report.page.plain_words import percent
from limeeval.report.page.units import one_of, unit_of
from limeeval.report.slight import SLIGHT

_SURE_FIRST = 0.8
_FEW_INSTANCES = 5
_FEW_SEEDS = 5
_NEARLY_ALL = 0.9


def cautions_of(answer: Answer, facts: Facts, *, failures: Sequence[str] = ()) -> list[str]:
    """What not to rely on in this run, the most urgent first; the last one holds for every run.

    Args:
        answer: of the run.
        facts: of its instances.
        failures: what did not finish.
    """
    return [
        *_missing(failures),
        *_pixels(answer),
        *_instances(answer, facts),
        *_later_reasons(answer),
        *_line(answer),
        *_slight(answer, facts.slight),
        *_near(answer),
        *_widths(answer),
        *_small(answer),
        "Agreement as truth: runs can agree on a reason that the model does not follow, and neither stable nor "
        "faithful says that the model is right.",
    ]


def _missing(failures: Sequence[str]) -> Iterator[str]:
    if failures:
        yield f"This run is not complete: {counted(len(failures), 'part')} of it failed (see what was run)."


def _pixels(answer: Answer) -> Iterator[str]:
    if answer.pixels is not None and "paints another picture" in answer.pixels:
        cell = answer.reference
        yield (
            "One heat map as what the model looks at: another way to cut the image, just as good, points at other "
            f"pixels (overlap {two_decimals(cell.pixel_iou)}; by chance {cell.pixel_chance or 0.0:.2f}; the same cut "
            f"with another seed {two_decimals(cell.pixel_iou_same)})."
        )


def _instances(answer: Answer, facts: Facts) -> Iterator[str]:
    steady = answer.steadiness
    open_ones = steady.instances - steady.steady
    worst = [one for one in steady.worst if one.jaccard < answer.target.jaccard]
    if open_ones and worst:
        rows = ", ".join(f"{shortened(str(one.row))} ({one.jaccard:.2f})" for one in worst)
        below = f"for {len(facts.below)} of {steady.instances} {unit_of(answer)} runs surely agree too little"
        open_too = f", for {facts.undecided} it is not decided" if facts.undecided else ""
        yield f"A single run: {below}{open_too}. Two runs overlap least for {one_of(answer)} {rows}."


def _later_reasons(answer: Answer) -> Iterator[str]:
    cell, k = answer.reference, answer.description.k
    first, same = cell.same_first.estimate, cell.same_set.estimate
    if k > 1 and first is not None and same is not None and first >= _SURE_FIRST > same:
        yield (
            "The later reasons of one run: quote only those that many runs name "
            f"(two runs agree on the first in {percent(first)} of cases, on all {k} in {percent(same)})."
        )


def _line(answer: Answer) -> Iterator[str]:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if r2 is not None and cell.supported is not False and r2 < WEAK_BELOW:
        missed = min(max(1 - r2, 0.0), 1.0)
        yield (
            "The coefficients as a forecast of what would happen if a value changed: "
            f"{percent(missed)} of how the model's output varies is not on the line."
        )


def _slight(answer: Answer, slight: int) -> Iterator[str]:
    if slight:
        yield (
            "Fidelity where there is little to follow: no reason moves the output by "
            f"{SLIGHT} for {slight} of {answer.description.instances} {unit_of(answer)}, and a line that follows that "
            "follows next to nothing."
        )


def _near(answer: Answer) -> Iterator[str]:
    cell = answer.reference
    if cell.ess and cell.samples and not cell.is_of_images and cell.ess > _NEARLY_ALL * cell.samples:
        yield (
            f"The word local: {cell.samples:,} samples are worth {cell.ess:,.0f} equal ones at this kernel width, "
            "which hardly favours those near by; they come from all over the data."
        )


def _widths(answer: Answer) -> Iterator[str]:
    weak = [cell for cell in answer.cells if cell.supported is False]
    if len(weak) == len(answer.cells):
        yield "Any setting here: none leaves enough samples that count. Use larger widths or more samples."
    elif weak:
        yield (
            f"Settings marked with !: {len(weak)} of {len(answer.cells)} have fewer samples that count than ten for "
            "each feature, a rule of thumb."
        )


def _small(answer: Answer) -> Iterator[str]:
    description = answer.description
    if description.instances < _FEW_INSTANCES:
        counts = f"{description.instances:,} {unit_of(answer) if description.instances > 1 else one_of(answer)}"
        yield f"These results for other {unit_of(answer)}: {counts} cannot stand for the rest of the data."
    if 1 < description.seeds < _FEW_SEEDS:
        yield f"The limits: {description.seeds} seeds are few, and limits from few seeds are rough."
