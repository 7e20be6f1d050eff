"""Annotations that GitHub shows beside a job and a change, from lines that a step prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limeeval.check.outputs.marks import state, title
from limeeval.check.verdict import FAIL, MISSING, Verdict

MOST = 10
"""Of each kind GitHub shows so many of one step."""


def annotation_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Lines to be printed: an error for each check that fails the build, a warning for each that only warns."""
    warned = [one for one in verdicts if not one.is_red and one.status in (FAIL, MISSING) and not _is_allowed(one)]
    return [*_lines("error", [one for one in verdicts if one.is_red]), *_lines("warning", warned)]


def refusal_line(message: str) -> str:
    """A line that says why nothing was judged."""
    return f"::error title=limeeval check%3A nothing was judged::{_message(message)}"


def _is_allowed(verdict: Verdict) -> bool:
    return verdict.status == MISSING and verdict.threshold.allow_missing


def _lines(kind: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    shown = verdicts if len(verdicts) <= MOST else verdicts[: MOST - 1]
    for one in shown:
        yield f"::{kind} title={_property(title(one))}::{_message(f'{state(one)}: {one.sentence}')}"
    if hidden := len(verdicts) - len(shown):
        yield f"::{kind} title=limeeval check::{hidden} more: see the table of this step"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
