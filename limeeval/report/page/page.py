"""One page for everybody: the answer, the figures behind it, what was run, and what the numbers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.answer import Answer
from limeeval.report.page.definitions import Definition
from limeeval.report.page.provenance import Group
from limeeval.report.page.shown import Shown
from limeeval.report.page.text_tables import TextTable
from limeeval.report.page.verdicts import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment


_MOST, _ROWS = 6, 12
"""Answers, and settings of each, of the short form."""


@dataclass(frozen=True)
class ShownChapter:
    """A heading, what to look for, and figures, some of them behind a fold."""

    title: str
    lead: str
    figures: Sequence[Shown]
    folded: Sequence[Shown] = ()

    @property
    def all_figures(self) -> list[Shown]:
        """Those behind the fold as well."""
        return [*self.figures, *self.folded]


@dataclass(frozen=True)
class Part:
    """What a page says of one task, model and explainer.

    Attributes:
        anchor: its name within the page.
        name: what tells it from the others.
        ran: what was run, in a line or two.
        sentence: the answer in one.
        verdicts: the three questions, answered.
        cautions: what not to trust.
        measured_by: what counts as stable and as faithful.
        next: why to run them, and commands to run next.
        settings: every setting.
        instances: every instance.
        chapters: the figures.
        answer: all of it as data.
    """

    anchor: str
    name: str
    ran: Sequence[str]
    sentence: str
    verdicts: Sequence[Verdict]
    cautions: Sequence[str]
    measured_by: str
    next: Sequence[tuple[str, str]]
    settings: TextTable
    instances: TextTable
    chapters: Sequence[ShownChapter]
    answer: Answer


@dataclass(frozen=True)
class Page:
    """All that a page says.

    Attributes:
        title: of the page.
        parts: one for each answer.
        overview: the answers beside one another; None for one.
        compared: runs in pairs: a name, and what changed in words; empty for one run.
        provenance: of each run, by name, what was run.
        definitions: of every number.
        cost: what the model was given, in a sentence.
        version: of limeeval.
        is_complete: whether nothing failed.
        made: when, of which model and data, and how instances were chosen; of a single run.
    """

    title: str
    parts: Sequence[Part]
    overview: TextTable | None
    compared: Sequence[tuple[str, str]]
    provenance: Mapping[str, Sequence[Group]]
    definitions: Sequence[Definition]
    cost: str
    version: str
    is_complete: bool
    made: Sequence[str]


def html(page: Page) -> str:
    """The page, whole: no script, nothing loaded from elsewhere; every name is escaped."""
    return _rendered("report.html.jinja", page)


def markdown(page: Page) -> str:
    """The same in short, for a comment on a pull request."""
    return _rendered("report.md.jinja", page)


def _rendered(template: str, page: Page) -> str:
    return _environment().get_template(template).render(page=page, most=_MOST, rows=_ROWS)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["drawing"] = Markup  # Ours: names within were escaped as it was drawn.
    environment.filters["typed"] = _typed
    environment.filters["cell"] = _cell
    environment.filters["quoted"] = _quoted
    return environment


def _typed(command: str) -> str:
    """A command as it will be pasted: signs that do not show, and those that turn text around, are seen."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in command)


def _cell(value: Any) -> str:
    """Text for a cell of a Markdown table, as text: no markup, no line of its own."""
    line = " ".join(str(value).split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~$!@&" else sign for sign in line)


def _quoted(text: str) -> str:
    """Lines of text as they are, in Markdown."""
    return "\n".join(f"    {line}" for line in text.splitlines())
