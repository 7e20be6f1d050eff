"""The cells of a grid as lines of text: how often runs agree in each, and how faithful a line is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from limeeval.metrics.pixel_maps import TOP_SHARE
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import SEGMENTATION, JudgedCell
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import share, span, two_decimals, value, weakness
from limeeval.report.scores.instances import LIME
from limeeval.report.terminal.columns import GAP, aligned, packed
from limeeval.report.terminal.telling import most_telling

_OTHERS = 12
_SEGMENTATION = (20, 12, 10)
"""Columns that names of segmentations may have: fewer where there is no room."""


class _Column(NamedTuple):
    """A header, what is below it, and whether the column may go where there is no room for all."""

    header: str
    values: list[str]
    is_spare: bool = False


def cell_lines(answer: Answer, *, width: int, room: int) -> list[Text]:
    """Title, header, the most telling cells, and notes: ``room`` lines at most, and no fewer than one cell.

    Cells not shown are counted in the header, or below where other settings take up its room.
    """
    cells, is_counted_below = answer.cells, bool(answer.swept)
    room -= 2
    is_too_large = len(cells) > room - len(_notes(answer, width))
    most = _left_out(len(cells)) if is_too_large and is_counted_below else ""
    shown = most_telling(answer, room - len(_notes(answer, width, most)))
    left_out = _left_out(len(cells) - len(shown))
    marks = _Column("" if is_counted_below else left_out, [", ".join(_marks(cell, answer)) for cell in shown])
    table = zip(*([column.header, *column.values] for column in _fitting(answer, shown, marks, width)), strict=True)
    header, *rows = aligned([list(row) for row in table], width=width, left=int(_has_segmentations(answer)))
    header.stylize("dim")
    for row, cell in zip(rows, shown, strict=True):
        row.stylize("bold" if cell in (answer.reference, answer.chosen) else "")
        row.stylize("yellow" if cell.supported is False else "")
    notes = _notes(answer, width, left_out if is_counted_below else "")
    return [_title(answer, width), header, *rows, *notes]


def _left_out(count: int) -> str:
    return f"({count} more: scores.parquet)" if count else ""


def _title(answer: Answer, width: int) -> Text:
    k, name = answer.description.k, answer.description.explainer
    of_whom = "LIME" if name == LIME else shortened(name)
    reasons = "first reason" if k == 1 else f"{k} reasons"
    chance = span(cell.chance for cell in answer.cells)
    if answer.description.seeds < 2:
        title = Text(f"One run of {of_whom} in each setting", style="bold")
    else:
        title = Text(f"Do two runs of {of_whom} name the same {reasons}?", style="bold")
        title.append(f"  (by chance: Jaccard {chance})" if chance else "", style="not bold")
    title.truncate(width, overflow="ellipsis")
    return title


def _fitting(answer: Answer, shown: Sequence[JudgedCell], marks: _Column, width: int) -> list[_Column]:
    """The columns, with names of segmentations and without spare columns as far as there is room."""
    for length in _SEGMENTATION:
        columns = [*_columns(answer, shown, length), marks]
        if _taken(columns) <= width:
            break
    while _taken(columns) > width and any(column.is_spare for column in columns):
        columns.remove(next(column for column in columns if column.is_spare))
    return columns


def _taken(columns: Sequence[_Column]) -> int:
    """Width of the columns that have something to say."""
    sizes = [max(map(cell_len, [column.header, *column.values])) for column in columns if any(column.values)]
    return sum(sizes) + len(GAP) * (len(sizes) - 1)


def _columns(answer: Answer, shown: Sequence[JudgedCell], length: int) -> Iterator[_Column]:
    """What is known of the cells; columns of what is known of none are empty."""
    k, is_short = answer.description.k, _has_segmentations(answer)
    if is_short:
        yield _Column("segments", [shortened(cell.segmentation or "", length) for cell in shown])
    factors = [cell.settings.get("kernel_width_factor") for cell in shown]
    yield _Column("width", ["" if factor is None else f"x{factor:.3g}" for factor in factors])
    yield _Column("samples", ["" if cell.samples is None else f"{cell.samples:,}" for cell in shown])
    yield _Column(f"same {k}", _known(answer, "same_set", [share(cell.same_set) for cell in shown]), is_short)
    yield _Column(f"Jaccard@{k} [95 %]", _known(answer, "jaccard", [value(cell.jaccard) for cell in shown]))
    fresh = _known(answer, "fresh", [two_decimals(cell.fresh) for cell in shown])
    yield _Column("R2" if is_short else "fresh R2", fresh)
    if not any(fresh):
        yield _Column("R2", _known(answer, "own", [two_decimals(cell.own) for cell in shown]))
    yield _Column("IoU", _known(answer, "pixel_iou", [two_decimals(cell.pixel_iou) for cell in shown]))
    spearman = [two_decimals(cell.pixel_spearman) for cell in shown]
    yield _Column("rank", _known(answer, "pixel_spearman", spearman), is_short)
    others = [i for i, name in enumerate(answer.swept) if name != SEGMENTATION]
    named, *values = (", ".join(own[i] for i in others) for own in (answer.swept, *(cell.others for cell in shown)))
    yield _Column(shortened(named, _OTHERS), [shortened(text, _OTHERS) for text in values])


def _has_segmentations(answer: Answer) -> bool:
    return SEGMENTATION in answer.swept


def _known(answer: Answer, name: str, values: list[str]) -> list[str]:
    """The values of a score if it is defined in any cell: columns without any are left out."""
    is_known = any(getattr(cell, name).estimate is not None for cell in answer.cells)
    return values if is_known else [""] * len(values)


def _marks(cell: JudgedCell, answer: Answer) -> list[str]:
    """Marks at the end of the line, in short where other settings or other marks take up its room."""
    is_short, is_shortest = bool(answer.swept), _has_segmentations(answer)
    marks = []
    if cell.supported is False:
        found = weakness(cell, answer.description, is_short=True)
        found = found.removesuffix("s").removesuffix(" sample") if cell.is_default or is_short else found
        marks.append("! weak" if is_shortest else f"! {found}")
    if cell.is_default:
        marks.append("<- LIME" if is_shortest else "<- LIME's" if marks or is_short else "<- LIME's defaults")
    if cell == answer.chosen and len(answer.cells) > 1:
        marks.append("<- set")
    return marks


def _notes(answer: Answer, width: int, left_out: str = "") -> list[Text]:
    """What the columns are and what is left out, on as few lines as there is room on."""
    notes = [Text(line, style="dim") for line in packed([*_explained(answer, left_out)], width)]
    for note in notes:
        note.truncate(width, overflow="ellipsis")
    return notes


def _explained(answer: Answer, left_out: str) -> Iterator[str]:
    cells, is_short = answer.cells, _has_segmentations(answer)
    if any(cell.settings.get("kernel_width_factor") is not None for cell in cells):
        yield "x1: LIME's width."
    if any(cell.fresh.estimate is not None for cell in cells):
        samples = "other seeds' samples" if answer.description.seeds > 1 else "samples left out"
        yield f"{'R2' if is_short else 'Fresh R2'}: on {samples}."
    elif any(cell.own.estimate is not None for cell in cells):
        yield "R2: on each fit's own samples."
    if not is_short and any(cell.supported is False for cell in cells):
        yield "!: not to be trusted."
    if left_out:
        yield left_out
    chance = answer.reference.pixel_chance
    if chance is not None and any(cell.pixel_iou.estimate is not None for cell in cells):
        yield f"IoU (top {TOP_SHARE:.0%}), rank: of pixels, with other segmentations; by chance {chance:.2f}, 0."
