"""Markdown, for a file or for the summary of a job on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from limeeval.check.outputs.legend import legend
from limeeval.check.outputs.marks import marked
from limeeval.check.verdict import Verdict

if TYPE_CHECKING:
    from limeeval.check.check import Checked

LIMIT = 1024 * 1024
"""Bytes that GitHub takes of the summary of a step."""
_SIGNS = re.compile(r"[\\`*_{}\[\]#|~@$]")
_CUT = "… and {:,} more, left out for want of room"


def markdown(checked: Checked, *, room: int = LIMIT) -> str:
    """A heading, the sentence, a table of all checks, what its words mean, and the remarks.

    They are of at most ``room`` bytes in UTF-8. Where they would be more, the last rows of the table are left out, and
    that is said; nothing where there is no room at all.
    """
    head = [f"### limeeval check: {'failed' if checked.failed else 'passed'}", "", escaped(checked.summary), ""]
    head += ["| | check | where | what came |", "| --- | --- | --- | --- |"]
    rows = [_row(one) for one in checked.verdicts]
    notes = [line for meaning in legend(checked.verdicts) for line in ("", escaped(meaning))]
    notes += [line for remark in checked.remarks for line in ("", f"Note: {escaped(remark)}")]
    return _cut(head, rows, notes, room)


def refusal(message: str, *, room: int = LIMIT) -> str:
    """The same where nothing was judged: a heading, and why."""
    text = _joined(["### limeeval check: nothing was judged", "", escaped(message)])
    return text if len(text.encode("utf-8", "replace")) <= room else ""


def escaped(text: str) -> str:
    """Text on one line that Markdown and HTML take for nothing else."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SIGNS.sub(r"\\\g<0>", line)


def _row(verdict: Verdict) -> str:
    state = escaped(marked(verdict))
    cells = [f"**{state}**" if verdict.is_red else state]
    cells += [escaped(text) for text in (verdict.threshold.short, verdict.rows, verdict.sentence)]
    return f"| {' | '.join(cells)} |"


def _cut(head: list[str], rows: list[str], notes: list[str], room: int) -> str:
    whole = _joined([*head, *rows, *notes])
    if len(whole.encode()) <= room:
        return whole
    left = room - len(_joined([*head, "", _CUT.format(len(rows))]).encode())
    kept = list(_fitting(rows, left))
    cut = _joined([*head, *kept, "", _CUT.format(len(rows) - len(kept))])
    return cut if len(cut.encode()) <= room else ""


def _fitting(rows: list[str], left: int) -> Iterator[str]:
    for row in rows:
        left -= len(row.encode()) + 1
        if left < 0:
            return
        yield row


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
