"""Several answers, a line each: for runs over several tasks, models or explainers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from rich.cells import cell_len
from rich.text import Text

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import IDENTITY, SEGMENTATION, JudgedCell
from limeeval.report.answer.names import fitted, shortened
from limeeval.report.answer.sentences import CLOSE_FROM, span, value
from limeeval.report.terminal.columns import GAP, aligned, packed

_NAMING = (*IDENTITY, "k")
VERDICTS = {True: "yes", False: "no", None: "–"}
_HEADER = ("stable", "Jaccard@k [95 %]", "R2", "line is", "IoU", "set")
_SHORTEST = 8
_SEGMENTATION = 10


def merged_lines(answers: Sequence[Answer], *, width: int, room: int) -> list[Text]:
    """Title, header, a line for each answer, and notes: ``room`` lines at most, and no fewer than one answer.

    Answers not shown are counted in the title.
    """
    notes = _notes(answers, width)
    shown = answers[: max(room - 2 - len(notes), 1)]
    left_out = f"  ({len(answers) - len(shown)} more: scores.parquet)" if len(shown) < len(answers) else ""
    title = Text(f"Do two runs agree, and what does a line carry?{left_out}", style="bold")
    title.truncate(width, overflow="ellipsis")
    said = [_said(answer) for answer in shown]
    known = [column for column in zip(_HEADER, *said, strict=True) if any(column[1:])]
    taken = sum(len(GAP) + max(map(cell_len, column)) for column in known)
    names = _names(shown, telling_names(answers), max(width - taken, _SHORTEST))
    rows = [[name, *own] for name, own in zip(names, said, strict=True)]
    header, *lines = aligned([["run", *_HEADER], *rows], width=width, left=1)
    header.stylize("dim")
    return [title, header, *lines, *notes]


def telling_names(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The fewest of task, model, explainer and k that tell the answers apart; all if none do."""
    for count in range(1, len(_NAMING)):
        for names in combinations(_NAMING, count):
            if len({tuple(getattr(answer.description, name) for name in names) for answer in answers}) == len(answers):
                return names
    return _NAMING


def _names(answers: Sequence[Answer], named: Sequence[str], room: int) -> list[str]:
    """What tells each answer apart, in so many columns."""
    found = [[(name, getattr(answer.description, name)) for name in named] for answer in answers]
    parts = [[f"k = {value}" if name == "k" else str(value) for name, value in own] for own in found]
    return [", ".join(fitted(own, room, between=2)) for own in parts]


def _said(answer: Answer) -> list[str]:
    """What a line says beside the name, in the order of the header."""
    cell = answer.reference
    r2 = cell.fidelity.estimate
    return [
        VERDICTS[cell.stable],
        value(cell.jaccard),
        "–" if r2 is None else f"{r2:.2f}",
        reading(r2, cell),
        "" if cell.pixel_iou.estimate is None else f"{cell.pixel_iou.estimate:.2f}",
        _setting(answer),
    ]


def reading(r2: float | None, cell: JudgedCell) -> str:
    """What a line of this fidelity may be read as, in a word; a dash where it is not known."""
    if r2 is None or cell.supported is False:
        return "–" if r2 is None else "! weak"
    if r2 <= 0:
        return "nothing"
    return "close" if r2 >= CLOSE_FROM else "partial" if r2 >= WEAK_BELOW else "summary"


def _setting(answer: Answer) -> str:
    """The setting to use, or what it would need, or that there is none."""
    if answer.chosen is not None:
        return _short(answer.chosen, has_segmentations=SEGMENTATION in answer.swept)
    need, best = answer.need, answer.best
    if need is None or best is None or best.samples is None:
        return "none"
    if need.prefers_seeds(seeds=answer.description.seeds, num_samples=best.samples):
        return f"~{need.seeds:,} seeds"
    if need.only_seeds:
        return f">{answer.description.seeds:,} seeds"
    return f">{need.beyond:,}" if need.samples is None else f"~{need.samples:,}"


def _short(cell: JudgedCell, *, has_segmentations: bool) -> str:
    factor, samples = cell.settings.get("kernel_width_factor"), cell.samples
    segmentation = [shortened(cell.segmentation or "", _SEGMENTATION)] if has_segmentations else []
    parts = [
        *segmentation,
        *([] if factor is None else [f"x{factor:.3g}"]),
        *([] if samples is None else [f"{samples:,}"]),
    ]
    return " ".join(parts) or "as it is"


def _notes(answers: Sequence[Answer], width: int) -> list[Text]:
    """Where the answers were judged, and by what, on as few lines as there is room on."""
    cells = [answer.reference for answer in answers]
    k = sorted({answer.description.k for answer in answers})
    ks = f"k = {k[0]}" if len(k) == 1 else f"k from {k[0]} to {k[-1]}"
    chance = span(cell.chance for cell in cells)
    by_chance = f"; by chance Jaccard is {chance}" if chance else ""
    parts = [f"Judged {_where(answers)}.", f"{ks}{by_chance}."]
    pixels = next((cell.pixel_chance for cell in cells if cell.pixel_iou.estimate is not None), None)
    parts += [] if pixels is None else [f"IoU: of top pixels, with other segmentations; by chance {pixels:.2f}."]
    lines = packed(parts, width)
    notes = [Text(line, style="dim") for line in lines]
    for note in notes:
        note.truncate(width, overflow="ellipsis")
    return notes


def _where(answers: Sequence[Answer]) -> str:
    lime = [answer.reference for answer in answers if answer.reference.is_lime]
    if not lime:
        return "at the first setting of each"
    where = (
        "at LIME's defaults" if all(cell.is_default for cell in lime) else "at LIME's defaults or the nearest setting"
    )
    return where if len(lime) == len(answers) else f"{where}, others at their first"
