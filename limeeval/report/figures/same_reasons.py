"""Do more samples make two runs name the same reasons?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import share
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.lines import draw_lines, lines_of, over_samples
from limeeval.report.drawing.settings import named_settings
from limeeval.report.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def same_reasons(run: Run, answer: Answer) -> Figure:
    """How often two runs name the same k reasons, against the number of samples, a line for each kernel width.

    The target cannot be met below the dashed line: see :func:`least_same`.

    Raises:
        NotDrawn: agreement is defined for fewer than two settings.
    """
    cells = [cell for cell in answer.cells if cell.same_set.estimate is not None]
    if len(cells) < 2:
        raise NotDrawn(f"same_reasons needs two settings of which runs can be compared, got {len(cells)}")
    k = answer.description.k
    least = least_same(answer.target.jaccard, k)
    lines = lines_of(cells, answer)

    def draw(axes: Axes) -> None:
        label = f"pairs of runs with the same {k}" if k > 1 else "pairs of runs with the same first"
        draw_lines(axes, lines, lambda cell: cell.same_set, label=label, level=least, percent=True)
        (axes.set_ylim if over_samples(lines) else axes.set_xlim)(-0.03, 1.03)

    return Figure(
        name="same_reasons",
        title=f"How often do two runs name the same {_reasons(k)}?",
        caption=_caption(answer, cells, least),
        alt=_alt(cells, k),
        table=_table(cells, k),
        draw=draw,
        marks=4 * len(cells),
    )


def least_same(jaccard: float, k: int) -> float | None:
    """Share of pairs of runs that must name the same k features if the mean Jaccard@k is to reach a level.

    Pairs that differ have a Jaccard of at most (k - 1) / (k + 1), one feature exchanged: J <= s + (1 - s) (k-1)/(k+1).
    None where a level can be reached by pairs that all differ.

    >>> round(least_same(0.9, k=4), 9)
    0.75
    """
    one_exchanged = (k - 1) / (k + 1)
    return None if jaccard <= one_exchanged else (jaccard - one_exchanged) / (1 - one_exchanged)


def _reasons(k: int) -> str:
    return "first reason" if k == 1 else f"{k} reasons"


def _caption(answer: Answer, cells: Sequence[JudgedCell], least: float | None) -> str:
    k = answer.description.k
    unit = shortened(answer.description.unit)
    parts = [f"Mean over {answer.description.instances} {unit}; whiskers: 95% limits."]
    if least is not None:
        target = f"an overlap (Jaccard) of {answer.target.jaccard:.2f}"
        parts.append(f"Dashed: for {target}, at least {least:.0%} of pairs must name the same {_reasons(k)}.")
    if any(cell.supported is False for cell in cells):
        parts.append("Hollow marks: too few samples count in this setting.")
    return " ".join(parts)


def _alt(cells: Sequence[JudgedCell], k: int) -> str:
    best = max(cells, key=lambda cell: cell.same_set.estimate or 0.0)
    worst = min(cells, key=lambda cell: cell.same_set.estimate or 0.0)
    return (
        f"Share of pairs of runs that name the same {_reasons(k)}: from {share(worst.same_set)} ({worst.name}) "
        f"to {share(best.same_set)} ({best.name})."
    )


def _table(cells: Sequence[JudgedCell], k: int) -> pd.DataFrame:
    import pandas as pd

    scores = [cell.same_set for cell in cells]
    found = named_settings(cells)
    found[f"same {k}"] = [score.estimate for score in scores]
    found["low"], found["high"] = [score.low for score in scores], [score.high for score in scores]
    return pd.DataFrame(found)
