"""Which figures a page shows of one answer, in which order, and what introduces them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from limeeval.report.answer.answer import Answer
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.figures.catalogue import figures
from limeeval.report.run import Run

EACH = ("worst", "median", "best")


@dataclass(frozen=True)
class Chapter:
    """A heading, a sentence or two, and figures.

    Attributes:
        title: the heading.
        lead: what to look for.
        figures: in the order in which they stand.
        folded: more of them, which take up much room, behind a fold.
    """

    title: str
    lead: str
    figures: Sequence[Figure]
    folded: Sequence[Figure] = ()


@dataclass(frozen=True)
class _Asked:
    figure: str
    options: Mapping[str, Any] = field(default_factory=dict)


def chapters_of(run: Run, answer: Answer, *, values: bool = True) -> list[Chapter]:
    """The chapters for which the rows hold something."""
    found = [
        _chapter(title, lead, list(_drawable(run, answer, asked)))
        for title, lead, asked in _contents(is_of_images=_has_pictures(run), values=values)
    ]
    return [chapter for chapter in found if chapter.figures]


def _has_pictures(run: Run) -> bool:
    return run.pictures is not None and bool(run.pictures.thumbnails)


def _chapter(title: str, lead: str, figures: Sequence[Figure]) -> Chapter:
    """The chapter, in which all pictures but the first are folded."""
    folded = [figure for figure in figures if figure.is_picture][1:]
    return Chapter(title, lead, [figure for figure in figures if figure not in folded], folded)


def headline_of(run: Run, answer: Answer) -> Figure | None:
    """The one figure to show where there is room for one; None where the rows hold none."""
    asked = [_Asked("same_reasons"), _Asked("instances"), _Asked("lack_of_fit")]
    return next(_drawable(run, answer, asked), None)


def _contents(*, is_of_images: bool, values: bool) -> Iterator[tuple[str, str, list[_Asked]]]:
    yield (
        "Samples and settings",
        "Each explanation was repeated with other random seeds, each of which makes LIME draw other samples. If LIME "
        "is stable, the repeats name the same reasons.",
        [_Asked("same_reasons"), _Asked("stability_and_fidelity")],
    )
    drawn = "pictures" if is_of_images and values else "explanation"
    yield (
        "The worst, the median and the best",
        "A mean hides rows: some explanations come again in every run where others do not. A coefficient of 0.1 says "
        "that this fact raises the model's output by 0.1 on LIME's line.",
        [_Asked("instances"), *(_Asked(drawn, {"which": which, "values": values}) for which in EACH)],
    )
    yield (
        "Would other choices say the same?",
        "Each tile compares runs of two choices; those on the diagonal compare a choice with itself and show what the "
        "seed alone changes.",
        [_Asked(f"agreement_between_{what}") for what in ("settings", "segmentations", "explainers")],
    )
    yield (
        "What a straight line cannot say",
        "LIME replaces the model by a straight line near each row. More samples do not bring back what a line misses; "
        "other features to explain with might.",
        [_Asked("lack_of_fit")],
    )


def _drawable(run: Run, answer: Answer, asked: Sequence[_Asked]) -> Iterator[Figure]:
    """The figures that can be drawn, each instance's once."""
    known = figures()
    drawn: set[str] = set()
    for one in asked:
        try:
            figure = known[one.figure](run, answer, **one.options)
        except NotDrawn:
            continue
        if figure.title not in drawn:
            drawn.add(figure.title)
            yield replace(figure, name="_".join([one.figure, *([one.options["which"]] if one.options else [])]))
