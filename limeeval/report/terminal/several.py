"""Several answers, a line each: for runs over several tasks, models or explainers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from rich.text import Text

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import IDENTITY, JudgedCell
from limeeval.report.answer.names import fitted, shortened
from limeeval.report.answer.sentences import CLOSE_FROM, value
from limeeval.report.terminal.columns import aligned

_NAMING = (*IDENTITY, "k")
VERDICTS = {True: "yes", False: "not yet", None: "–"}
_OTHER_COLUMNS = 66


def merged_lines(answers: Sequence[Answer], *, width: int, room: int) -> list[Text]:
    """Title, header, a line for each answer, and a note: ``room`` lines at most, and no fewer than one answer.

    Answers not shown are counted in the title.
    """
    shown = answers[: max(room - 3, 1)]
    left_out = f"  ({len(answers) - len(shown)} more: scores.parquet)" if len(shown) < len(answers) else ""
    title = Text(f"Do two runs agree, and what does a line carry?{left_out}", style="bold")
    title.truncate(width, overflow="ellipsis")
    named = _telling_names(answers)
    first = ["run", "stable", "Jaccard@k [95 %]", "R2", "a line is", "set", "judged at"]
    header, *lines = aligned([first, *(_row(answer, named, width) for answer in shown)], width=width, left=1)
    header.stylize("dim")
    return [title, header, *lines, _note(answers, width)]


def _telling_names(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The fewest of task, model, explainer and k that tell the answers apart; all if none do."""
    for count in range(1, len(_NAMING)):
        for names in combinations(_NAMING, count):
            if len({tuple(getattr(answer.description, name) for name in names) for answer in answers}) == len(answers):
                return names
    return _NAMING


def _row(answer: Answer, named: Sequence[str], width: int) -> list[str]:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    found = {name: getattr(answer.description, name) for name in named}
    names = [f"k = {value}" if name == "k" else str(value) for name, value in found.items()]
    return [
        ", ".join(fitted(names, max(width - _OTHER_COLUMNS, 8), between=2)),
        VERDICTS[cell.stable],
        value(cell.jaccard),
        "–" if r2 is None else f"{r2:.2f}",
        _reading(r2, cell),
        _setting(answer),
        "" if cell.is_default else cell.name and shortened(cell.name, 30),
    ]


def _reading(r2: float | None, cell: JudgedCell) -> str:
    if r2 is None or cell.supported is False:
        return "–" if r2 is None else "! weak"
    if r2 <= 0:
        return "nothing"
    return "close" if r2 >= CLOSE_FROM else "main part" if r2 >= WEAK_BELOW else "a summary"


def _setting(answer: Answer) -> str:
    """The setting to use, or what it would need, or that there is none."""
    if answer.chosen is not None:
        return _short(answer.chosen)
    need, best = answer.need, answer.best
    if need is None or best is None or best.samples is None:
        return "none"
    if need.prefers_seeds(seeds=answer.description.seeds, num_samples=best.samples):
        return f"~{need.seeds} seeds"
    return f">{need.beyond:,} samples" if need.samples is None else f"~{need.samples:,} samples"


def _short(cell: JudgedCell) -> str:
    factor, samples = cell.settings.get("kernel_width_factor"), cell.samples
    parts = [*([] if factor is None else [f"x{factor:.3g}"]), *([] if samples is None else [f"{samples:,}"])]
    return ", ".join(parts) or "as it is"


def _note(answers: Sequence[Answer], width: int) -> Text:
    k = sorted({answer.description.k for answer in answers})
    ks = f"k = {k[0]}" if len(k) == 1 else f"k from {k[0]} to {k[-1]}"
    chances = sorted(answer.reference.chance for answer in answers if answer.reference.chance is not None)
    span = "–".join(dict.fromkeys(f"{chance:.2f}" for chance in (chances[0], chances[-1]))) if chances else ""
    by_chance = f"; by chance Jaccard is {span}" if span else ""
    where = (
        "at LIME's defaults" if all(answer.reference.is_default for answer in answers) else "nearest LIME's defaults"
    )
    note = Text(f"Judged {where}; {ks}{by_chance}.", style="dim")
    note.truncate(width, overflow="ellipsis")
    return note
