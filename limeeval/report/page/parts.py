"""What a page says of one answer, drawn, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from limeeval.report.answer.answer import Answer
from limeeval.report.drawing.figure import Figure
from limeeval.report.instance_table import SCORED, instance_table
from limeeval.report.options import Options
from limeeval.report.page.cautions import cautions_of
from limeeval.report.page.chapters import Chapter, chapters_of, headline_of
from limeeval.report.page.facts import facts_of
from limeeval.report.page.page import Part, ShownChapter
from limeeval.report.page.plain_words import in_one_sentence
from limeeval.report.page.settings_table import settings_table
from limeeval.report.page.shown import Shown, shown, within
from limeeval.report.page.steps import measured_by, next_steps
from limeeval.report.page.text_tables import text_table
from limeeval.report.page.verdicts import verdicts_of
from limeeval.report.run import Run
from limeeval.report.table_files import csv_of, latex_of
from limeeval.report.terminal.terminal import what_was_run

_WIDE = 200
"""Columns of the lines that say what was run: a page breaks them itself."""


class DrawnPart(NamedTuple):
    """A part of a page, and its files by their path."""

    part: Part
    files: Mapping[str, bytes]


def drawn_part(name: str, run: Run, answer: Answer, options: Options, *, anchor: str, is_whole: bool) -> DrawnPart:
    """The part of an answer.

    Args:
        name: what tells it from others.
        run: whose rows these are.
        answer: what it is about.
        options: of the report.
        anchor: what the names of its files begin with; empty for the only part.
        is_whole: whether it has all of its figures, or one.
    """
    at = f"{anchor}-" if anchor else ""
    settings, instances = settings_table(answer), instance_table(run, answer, values=options.values)
    files = {f"tables/{at}all_settings.csv": csv_of(settings), f"tables/{at}all_instances.csv": csv_of(instances)}
    if options.is_paper:
        files[f"tables/{at}all_settings.tex"] = latex_of(settings, k=answer.description.k)
    chapters = chapters_of(run, answer, values=options.values) if is_whole else _in_one_figure(run, answer)
    facts = facts_of(run, answer)
    drawn = []
    for chapter in chapters:
        (figures, own), (folded, more) = (_drawn(some, at, options) for some in (chapter.figures, chapter.folded))
        drawn.append(ShownChapter(chapter.title, chapter.lead, figures, folded))
        files |= {**own, **more}
    part = Part(
        anchor=anchor or "answer",
        name=name,
        ran=_what_was_run(answer),
        sentence=in_one_sentence(answer, facts),
        verdicts=verdicts_of(answer, facts),
        cautions=cautions_of(answer, facts, failures=run.failures),
        measured_by=measured_by(answer),
        next=next_steps(answer),
        settings=text_table(settings),
        instances=text_table(instances[list(SCORED)].astype({"row": str})),
        chapters=drawn,
        answer=answer,
    )
    return DrawnPart(part, files)


def _what_was_run(answer: Answer) -> list[str]:
    """The lines of the terminal, where a label is known to be what is explained."""
    lines = what_was_run(answer.description, width=_WIDE).plain.splitlines()
    return [line.replace(" · label: ", " · explained: label ") for line in lines]


def fitting(parts: Sequence[Part], room: int) -> list[Part]:
    """The parts with as many drawings as there is room for, in bytes; the others are in files alone."""
    every = [figure for part in parts for chapter in part.chapters for figure in chapter.all_figures]
    kept = {id(old): new for old, new in zip(every, within(every, room), strict=True)}
    return [replace(part, chapters=[_with(chapter, kept) for chapter in part.chapters]) for part in parts]


def _drawn(figures: Sequence[Figure], at: str, options: Options) -> tuple[list[Shown], dict[str, bytes]]:
    found: list[Shown] = []
    files: dict[str, bytes] = {}
    for figure in figures:
        own, drawings = shown(figure, name=f"{at}{figure.name}", is_paper=options.is_paper)
        found.append(own)
        files |= {f"figures/{own.name}.{ending}": drawing for ending, drawing in drawings.items()}
        files[f"tables/{own.name}.csv"] = csv_of(figure.table)
    return found, files


def _in_one_figure(run: Run, answer: Answer) -> list[Chapter]:
    figure = headline_of(run, answer)
    lead = "Among many, only the least stable have all figures; a report on this alone has them."
    return [] if figure is None else [Chapter("In one figure", lead, [figure])]


def _with(chapter: ShownChapter, kept: Mapping[int, Shown]) -> ShownChapter:
    figures, folded = ([kept[id(figure)] for figure in some] for some in (chapter.figures, chapter.folded))
    return replace(chapter, figures=figures, folded=folded)
