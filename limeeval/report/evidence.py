"""All that a report consists of, as files: the page, the same in short, figures and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from limeeval.report.answer.answer import Answer
from limeeval.report.options import Options
from limeeval.report.page.definitions import Definition, definitions
from limeeval.report.page.made import in_numbers, made_in_short
from limeeval.report.page.overview import names_of, overview
from limeeval.report.page.page import Page, Part, html, markdown
from limeeval.report.page.parts import drawn_part, fitting
from limeeval.report.page.provenance import what_was_run
from limeeval.report.page.text_tables import text_table
from limeeval.report.run import Run
from limeeval.report.table_files import csv_of

Runs = Mapping[str, tuple[Run, Mapping[str, Any] | None]]
_WHOLE = 4
"""Answers up to which each has all of its figures; of more the worst do, and the others have one."""
_ROOM = 1_400_000
"""Bytes of all drawings of a page."""
_ANCHOR = 40


def evidence(runs: Runs, options: Options, *, compared: Sequence[tuple[str, str]] = ()) -> dict[str, bytes]:
    """The files of a report, by their path within its folder: the same bytes for the same rows.

    Args:
        runs: by name: the run, and ``provenance.json``, if there is one. Several stand beside one another.
        options: how it is made.
        compared: what changed between runs: a heading and sentences.
    """
    answers = list(_answers(runs))
    names = [name for name, _, _ in answers]
    whole = _whole([answer for _, _, answer in answers])
    drawn = [
        drawn_part(name, run, answer, options, anchor=anchor, is_whole=answer in whole)
        for anchor, (name, run, answer) in zip(_anchors(names), answers, strict=True)
    ]
    files = {path: content for one in drawn for path, content in one.files.items()}
    if len(answers) > 1:
        files["tables/overview.csv"] = csv_of(overview([answer for _, _, answer in answers], names))
    page = _page(runs, fitting([one.part for one in drawn], _ROOM), compared)
    return {"report.html": _encoded(html(page)), "report.md": _encoded(markdown(page)), **files}


def _answers(runs: Runs) -> Iterator[tuple[str, Run, Answer]]:
    """Every answer of every run, with what tells it from the others."""
    for title, (run, _) in runs.items():
        names = names_of(run.answers)
        for name, answer in zip(names, run.answers, strict=True):
            is_alone = len(runs) == 1
            yield (name if is_alone else title if len(names) == 1 else f"{title} · {name}"), run, answer


def _anchors(names: Sequence[str]) -> list[str]:
    """Names that files and links may have, each once; none for a single part."""
    if len(names) == 1:
        return [""]
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_ANCHOR] or "run"
        numbered = (f"{plain}-{number}" for number in range(2, len(names) + 2))
        found.append(next(anchor for anchor in (plain, *numbered) if anchor not in found))
    return found


def _whole(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that get all of their figures: all if they are few, else those on which runs agree least."""
    if len(answers) <= _WHOLE:
        return list(answers)
    return sorted(answers, key=lambda answer: answer.reference.jaccard.estimate or 0.0)[: _WHOLE - 1]


def _page(runs: Runs, parts: Sequence[Part], compared: Sequence[tuple[str, str]]) -> Page:
    import limeeval

    beside = overview([part.answer for part in parts], [part.name for part in parts]) if len(parts) > 1 else None
    (first, provenance), *others = runs.values()
    return Page(
        title="Can these explanations be trusted?",
        parts=parts,
        overview=None if beside is None else text_table(beside, most=len(beside)),
        compared=compared,
        provenance={name: what_was_run(run, known) for name, (run, known) in runs.items()},
        definitions=_definitions([run for run, _ in runs.values()]),
        cost="" if others else in_numbers(first),
        version=limeeval.__version__,
        is_complete=not any(run.failures for run, _ in runs.values()),
        made=() if others else made_in_short(provenance),
    )


def _definitions(runs: Sequence[Run]) -> list[Definition]:
    """Of every number in any of the runs; chance levels are those of the first that has it."""
    found = {one.name: one for run in reversed(runs) for one in definitions(run)}
    return sorted(found.values(), key=lambda one: not one.is_headline)


def _encoded(text: str) -> bytes:
    """UTF-8, with a question mark for what is no text at all."""
    return text.encode(errors="replace")
