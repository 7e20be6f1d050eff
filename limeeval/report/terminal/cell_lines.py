"""The cells of a grid as lines of text: how often runs agree in each, and how faithful a line is."""

from __future__ import annotations

from rich.text import Text

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import LIME, JudgedCell
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import share, two_decimals, value, weakness
from limeeval.report.terminal.columns import aligned
from limeeval.report.terminal.telling import most_telling

_OTHERS = 12


def cell_lines(answer: Answer, *, width: int, room: int) -> list[Text]:
    """Title, header, the most telling cells, and notes: ``room`` lines at most, and no fewer than one cell.

    Cells not shown are counted in the header, or below where other settings take up its room.
    """
    notes, cells = _notes(answer, width), answer.cells
    room -= 2 + len(notes)
    shown = most_telling(answer, room - (len(cells) > room and bool(answer.swept)))
    left_out = f"({len(cells) - len(shown)} more: scores.parquet)" if len(shown) < len(cells) else ""
    header, *rows = aligned(
        [[*_header(answer), "" if answer.swept else left_out], *(_row(cell, answer) for cell in shown)], width=width
    )
    header.stylize("dim")
    for row, cell in zip(rows, shown, strict=True):
        row.stylize("bold" if cell in (answer.reference, answer.chosen) else "")
        row.stylize("yellow" if cell.supported is False else "")
    uncounted = [Text(left_out, style="dim")] if answer.swept and left_out else []
    return [_title(answer, width), header, *rows, *uncounted, *notes]


def _title(answer: Answer, width: int) -> Text:
    k, name = answer.description.k, answer.description.explainer
    of_whom = "LIME" if name == LIME else shortened(name)
    reasons = "first reason" if k == 1 else f"{k} reasons"
    chance = answer.reference.chance
    if answer.description.seeds < 2:
        title = Text(f"One run of {of_whom} in each setting", style="bold")
    else:
        title = Text(f"Do two runs of {of_whom} name the same {reasons}?", style="bold")
        title.append("" if chance is None else f"  (by chance: Jaccard {chance:.2f})", style="not bold")
    title.truncate(width, overflow="ellipsis")
    return title


def _header(answer: Answer) -> list[str]:
    k = answer.description.k
    return [
        "width",
        "samples",
        f"same {k}",
        f"Jaccard@{k} [95 %]",
        "fresh R2",
        "R2",
        shortened(", ".join(answer.swept), _OTHERS),
    ]


def _row(cell: JudgedCell, answer: Answer) -> list[str]:
    factor = cell.settings.get("kernel_width_factor")
    return [
        "" if factor is None else f"x{factor:.3g}",
        "" if cell.samples is None else f"{cell.samples:,}",
        share(cell.same_set) if _any(answer, "same_set") else "",
        value(cell.jaccard) if _any(answer, "jaccard") else "",
        two_decimals(cell.fresh) if _any(answer, "fresh") else "",
        two_decimals(cell.own) if not _any(answer, "fresh") and _any(answer, "own") else "",
        shortened(", ".join(cell.others), _OTHERS),
        ", ".join(_marks(cell, answer)),
    ]


def _any(answer: Answer, name: str) -> bool:
    """Whether a score is defined in any cell: columns without any are left out."""
    return any(getattr(cell, name).estimate is not None for cell in answer.cells)


def _marks(cell: JudgedCell, answer: Answer) -> list[str]:
    """Marks at the end of the line, in short where other settings or other marks take up its room."""
    is_short = bool(answer.swept)
    marks = []
    if cell.supported is False:
        found = weakness(cell, answer.description, is_short=True)
        marks.append(f"! {found.removesuffix('s').removesuffix(' sample') if cell.is_default or is_short else found}")
    if cell.is_default:
        marks.append("<- LIME's" if marks or is_short else "<- LIME's defaults")
    if cell == answer.chosen and len(answer.cells) > 1:
        marks.append("<- set")
    return marks


def _notes(answer: Answer, width: int) -> list[Text]:
    cells, parts = answer.cells, []
    if any(cell.settings.get("kernel_width_factor") is not None for cell in cells):
        parts.append("x1: LIME's width.")
    if _any(answer, "fresh"):
        samples = "other seeds' samples" if answer.description.seeds > 1 else "samples left out"
        parts.append(f"Fresh R2: on {samples}.")
    elif _any(answer, "own"):
        parts.append("R2: on each fit's own samples.")
    if any(cell.supported is False for cell in cells):
        parts.append("!: not to be trusted.")
    lines = [Text(" ".join(parts), style="dim")] if parts else []
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines
