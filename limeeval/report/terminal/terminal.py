"""The answer on the terminal: at most 30 lines, those that say what was run and what it cost included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import fitted, shortened
from limeeval.report.description import Description
from limeeval.report.scores.instances import LIME
from limeeval.report.terminal.cell_lines import cell_lines
from limeeval.report.terminal.several import merged_lines

if TYPE_CHECKING:
    from rich.console import Console

LINES = 30
PAGE = "report.html"
COLUMNS = 80
_WIDEST = 100
_LABEL, _SHORT_LABEL = 11, 8


def what_was_run(description: Description, *, width: int = COLUMNS) -> Text:
    """Two lines: data, model and its quality; then instances, seeds, and what is explained by how many features."""
    quality = ""
    if description.quality is not None:
        quality = f" ({shortened(description.quality_metric or 'quality')} {description.quality:.2f} held out)"
    data = [description.task, description.model]
    data += [] if description.explainer == LIME else [description.explainer]
    data = fitted(data, width - cell_len(quality))
    data[1] += quality
    counts = [counted(description.instances, description.unit), counted(description.seeds, "seeds")]
    most = description.most_features
    count = f"{description.features}" if most in (None, description.features) else f"{description.features}–{most}"
    features = f"top {description.k} of {count} {shortened(description.feature_unit)}"
    run = fitted([*counts, description.explained, features], width)
    return Text("\n".join(" · ".join(parts) for parts in (data, run)))


def print_run(console: Console, answers: Sequence[Answer], *, folder: str | None = None) -> None:
    """Prints what was run, where that is one thing, and the answers; arguments as of ``print_answer``."""
    if len(answers) == 1:
        console.print(what_was_run(answers[0].description, width=min(console.width, COLUMNS)))
    print_answer(console, answers, folder=folder)


def print_answer(console: Console, answers: Sequence[Answer], *, folder: str | None = None) -> None:
    """Prints one answer, or a line for each of several.

    With the lines of ``what_was_run``, which come before one answer and not before several, these are at most 30 on a
    console of 80 columns. None is wider than the console except for commands and paths, which would not paste in parts.

    Args:
        console: where to; colours on a terminal only.
        answers: at least one.
        folder: where the page and the tables are, to be named.
    """
    width = min(console.width, _WIDEST)
    one = answers[0] if len(answers) == 1 else None
    lines = _of_one(one, console, width, folder) if one else _of_many(answers, console, width, folder)
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def counted(count: int, unit: str) -> str:
    """A count with its unit: "1 seed", "10 seeds"."""
    return f"{count:,} {shortened(unit).removesuffix('s') if count == 1 else shortened(unit)}"


def cost(descriptions: Sequence[Description], *, rows: str = "model rows") -> str:
    """What the model was given and what came from the store, beside what a loop over LIME would need."""
    predicted, stored, loop = (
        sum(getattr(description, name) for description in descriptions)
        for name in ("rows_predicted", "rows_stored", "rows_of_a_loop")
    )
    took = _time(sum(description.seconds for description in descriptions))
    from_store = f" and {stored:,} from the store" if stored else ""
    beside = f"; a loop over LIME: {loop:,}" if loop > predicted else ""
    return f"{predicted:,} {rows} predicted{from_store} in {took}{beside}."


def _of_one(answer: Answer, console: Console, width: int, folder: str | None) -> Iterator[Text]:
    said = [
        *_labelled("Stable?", answer.stable, console, width, verdict=_STYLES[answer.reference.stable]),
        *_labelled("Faithful?", answer.faithful, console, width),
        *(_labelled("Pixels", answer.pixels, console, width) if answer.pixels else ()),
        *_labelled("Set", answer.set, console, width),
    ]
    end = list(_end(answer.next, cost_of([answer]), console, width, folder))
    above = what_was_run(answer.description).plain.count("\n") + 1
    room = LINES - above - 1 - 1 - len(said) - sum(_height(line, width) for line in end)
    yield Text()
    yield from cell_lines(answer, width=width, room=room)
    yield Text()
    yield from said
    yield from end


def cost_of(answers: Sequence[Answer]) -> str:
    """What all answers together took: see :func:`cost`."""
    is_of_images = all(answer.reference.is_of_images for answer in answers)
    descriptions = [answer.description for answer in answers]
    return cost(descriptions, rows="masked images" if is_of_images else "model rows")


_STYLES = {True: "green", False: "yellow", None: "yellow"}


def _of_many(answers: Sequence[Answer], console: Console, width: int, folder: str | None) -> Iterator[Text]:
    stable = sum(answer.reference.stable is True for answer in answers)
    above = f"{answers[0].target.jaccard:.2f}"
    verdict = f"{stable} of {len(answers)}, where the whole interval of Jaccard lies above {above}."
    said = list(_labelled("Stable?", verdict, console, width))
    worst = min(answers, key=lambda answer: (answer.reference.jaccard.estimate is None, _agreement(answer)))
    end = list(_end(worst.next, cost_of(answers), console, width, folder))
    room = LINES - 2 - len(said) - sum(_height(line, width) for line in end)
    yield Text()
    yield from merged_lines(answers, width=width, room=room)
    yield Text()
    yield from said
    yield from end


def _agreement(answer: Answer) -> float:
    return answer.reference.jaccard.estimate or 0.0


def _end(commands: Sequence[str], cost: str, console: Console, width: int, folder: str | None) -> Iterator[Text]:
    yield from _labelled("Cost", cost, console, width, indent=_SHORT_LABEL)
    if folder is not None:
        yield Text.assemble(("Page".ljust(_SHORT_LABEL), "bold"), str(Path(folder) / PAGE))
    for i, command in enumerate(commands):
        yield Text.assemble((("" if i else "Next").ljust(_SHORT_LABEL), "bold"), command)


def _labelled(
    label: str, sentence: str, console: Console, width: int, *, indent: int = _LABEL, verdict: str = ""
) -> Iterator[Text]:
    """The sentence in lines beside its label; what comes before its first full stop, the verdict, in a style."""
    text = Text(sentence)
    text.stylize(verdict, 0, sentence.index(".") if verdict else 0)
    for i, line in enumerate(text.wrap(console, max(width - indent, 20))):
        line.rstrip()
        yield Text.assemble((("" if i else label).ljust(indent), "bold"), line)


def _height(line: Text, width: int) -> int:
    return max(-(-cell_len(line.plain) // width), 1)


def _time(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
