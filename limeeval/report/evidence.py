"""All that a report consists of, as files: the page, the same in short, figures and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.answer import Answer
from limeeval.report.instance_table import SCORED, instance_table
from limeeval.report.page.cautions import cautions_of
from limeeval.report.page.chapters import Chapter, chapters_of, headline_of
from limeeval.report.page.definitions import Definition, definitions
from limeeval.report.page.made import in_numbers, made_in_short
from limeeval.report.page.overview import names_of, overview
from limeeval.report.page.page import Page, Part, ShownChapter, html, markdown
from limeeval.report.page.plain_words import in_one_sentence
from limeeval.report.page.provenance import what_was_run
from limeeval.report.page.settings_table import settings_table
from limeeval.report.page.shown import Shown, shown, within
from limeeval.report.page.steps import measured_by, next_steps
from limeeval.report.page.text_tables import text_table
from limeeval.report.page.verdicts import verdicts_of
from limeeval.report.run import Run
from limeeval.report.terminal.terminal import what_was_run as title_lines

if TYPE_CHECKING:
    import pandas as pd

STYLES = ("screen", "paper")
_FORMULAS = tuple("=+-@\t\r")
_WHOLE = 4
"""Answers up to which each has all of its figures; of more the worst do, and the others have one."""
_ROOM = 1_400_000
"""Bytes of all drawings of a page."""


@dataclass(frozen=True)
class Options:
    """How a report is made.

    Attributes:
        values: whether values of instances may show; False leaves them, and pictures, out of every file.
        style: "screen", or "paper": drawings as wide as a column, and the settings as a LaTeX table.
    """

    values: bool = True
    style: str = "screen"


@dataclass(frozen=True)
class _Drawn:
    """A part of the page, and the files that belong to it."""

    part: Part
    files: Mapping[str, bytes]


def evidence(
    runs: Mapping[str, tuple[Run, Mapping[str, Any] | None]],
    options: Options,
    *,
    compared: Sequence[tuple[str, str]] = (),
) -> dict[str, bytes]:
    """The files of a report, by their path within its folder: the same bytes for the same rows.

    Args:
        runs: by name: the run, and ``provenance.json``, if there is one. Several stand beside one another.
        options: how it is made.
        compared: what changed between runs: a heading and sentences.
    """
    parts = list(_parts(runs))
    whole = _whole([answer for _, _, answer in parts])
    drawn = [
        _drawn(name, run, answer, options, anchor=anchor, is_whole=answer in whole)
        for anchor, (name, run, answer) in zip(_anchors([name for name, _, _ in parts]), parts, strict=True)
    ]
    files = {path: content for one in drawn for path, content in one.files.items()}
    page = _page(runs, _fitting([one.part for one in drawn]), compared)
    if page.overview is not None:
        answers = [answer for _, _, answer in parts]
        files["tables/overview.csv"] = _csv(overview(answers, [name for name, _, _ in parts]))
    return {"report.html": html(page).encode(), "report.md": markdown(page).encode(), **files}


def _parts(runs: Mapping[str, tuple[Run, Any]]) -> Iterator[tuple[str, Run, Answer]]:
    """Every answer of every run, with what tells it from the others."""
    for title, (run, _) in runs.items():
        names = names_of(run.answers)
        for name, answer in zip(names, run.answers, strict=True):
            alone = len(runs) == 1
            yield (name if alone else title if len(names) == 1 else f"{title} · {name}"), run, answer


def _anchors(names: Sequence[str]) -> list[str]:
    """Names that files and links may have, each once; none for a single part."""
    if len(names) == 1:
        return [""]
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "run"
        found.append(plain if plain not in found else f"{plain}-{len(found) + 1}")
    return found


def _whole(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that get all of their figures: all if they are few, else those on which runs agree least."""
    if len(answers) <= _WHOLE:
        return list(answers)
    return sorted(answers, key=lambda answer: answer.reference.jaccard.estimate or 0.0)[: _WHOLE - 1]


def _drawn(name: str, run: Run, answer: Answer, options: Options, *, anchor: str, is_whole: bool) -> _Drawn:
    chapters = chapters_of(run, answer, values=options.values) if is_whole else _headline(run, answer)
    settings, instances = settings_table(answer), instance_table(run, answer, values=options.values)
    at = f"{anchor}-" if anchor else ""
    files = {f"tables/{at}all_settings.csv": _csv(settings), f"tables/{at}all_instances.csv": _csv(instances)}
    if options.style == "paper":
        files[f"tables/{at}all_settings.tex"] = _latex(settings, answer)
    found = []
    for chapter in chapters:
        figures = []
        for figure in chapter.figures:
            own, drawings = shown(figure, name=f"{at}{figure.name}", is_paper=options.style == "paper")
            figures.append(own)
            files |= {f"figures/{own.name}.{ending}": drawing for ending, drawing in drawings.items()}
            files[f"tables/{own.name}.csv"] = _csv(figure.table)
        found.append(ShownChapter(chapter.title, chapter.lead, figures))
    part = Part(
        anchor=anchor or "answer",
        name=name,
        ran=title_lines(answer.description, width=200).plain.splitlines(),
        sentence=in_one_sentence(answer),
        verdicts=verdicts_of(answer),
        cautions=cautions_of(answer, run.failures),
        measured_by=measured_by(answer),
        next=next_steps(answer),
        settings=text_table(settings),
        instances=text_table(instances[list(SCORED)].astype({"row": str})),
        chapters=found,
        answer=answer,
    )
    return _Drawn(part, files)


def _headline(run: Run, answer: Answer) -> list[Chapter]:
    figure = headline_of(run, answer)
    return [] if figure is None else [Chapter("In one figure", "All figures: run report on this alone.", [figure])]


def _fitting(parts: Sequence[Part]) -> list[Part]:
    """The parts with as many drawings as a page has room for."""
    from dataclasses import replace

    every = [figure for part in parts for chapter in part.chapters for figure in chapter.figures]
    kept: dict[int, Shown] = {id(old): new for old, new in zip(every, within(every, _ROOM), strict=True)}
    return [
        replace(
            part,
            chapters=[replace(own, figures=[kept[id(figure)] for figure in own.figures]) for own in part.chapters],
        )
        for part in parts
    ]


def _page(
    runs: Mapping[str, tuple[Run, Mapping[str, Any] | None]],
    parts: Sequence[Part],
    compared: Sequence[tuple[str, str]],
) -> Page:
    import limeeval

    answers = [part.answer for part in parts]
    beside = overview(answers, [part.name for part in parts]) if len(parts) > 1 else None
    return Page(
        title="Can these explanations be trusted?",
        parts=parts,
        overview=None if beside is None else text_table(beside, most=len(beside)),
        compared=compared,
        provenance={name: what_was_run(run, provenance) for name, (run, provenance) in runs.items()},
        definitions=_definitions([run for run, _ in runs.values()]),
        cost=" ".join(in_numbers(run) for run, _ in runs.values()) if len(runs) == 1 else "",
        version=limeeval.__version__,
        is_complete=not any(run.failures for run, _ in runs.values()),
        made=made_in_short(next(iter(runs.values()))[1]) if len(runs) == 1 else (),
    )


def _definitions(runs: Sequence[Run]) -> list[Definition]:
    """Of every number in any of the runs; chance levels are those of the first that has it."""
    found = {one.name: one for run in reversed(runs) for one in definitions(run)}
    return sorted(found.values(), key=lambda one: not one.is_headline)


def _csv(table: pd.DataFrame) -> bytes:
    """The table, with text that a spreadsheet would take for a formula behind an apostrophe."""
    safe = table.map(lambda value: f"'{value}" if isinstance(value, str) and value[:1] in _FORMULAS else value)
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _latex(table: pd.DataFrame, answer: Answer) -> bytes:
    """The table of settings for a paper; names are escaped, and it needs the package booktabs."""
    shown = table.rename(columns=str)
    styled = shown.style.hide(axis="index").format(precision=3, na_rep="--", escape="latex", thousands=",")
    styled = styled.format_index(escape="latex", axis="columns")
    caption = f"Jaccard@{answer.description.k} with 95\\% limits for these instances, and fidelity on fresh samples."
    text: str = styled.to_latex(hrules=True, caption=caption, label="tab:limeeval", position_float="centering")
    return text.encode()
