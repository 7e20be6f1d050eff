"""Which settings are both stable and faithful?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import two_decimals, value
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.heat import COLORS, legible_on
from limeeval.report.drawing.lines import Lines, lines_of
from limeeval.report.drawing.settings import named_settings
from limeeval.report.drawing.style import INK, SERIES
from limeeval.report.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_ROWS = 12
_ROW = 0.52
_TITLE = 20


def stability_and_fidelity(run: Run, answer: Answer) -> Figure:
    """Jaccard@k (as a colour, and the upper number) and fidelity (the lower one) over width and number of samples.

    Raises:
        NotDrawn: fewer than two settings have a Jaccard.
    """
    cells = [cell for cell in answer.cells if cell.jaccard.estimate is not None]
    if len(cells) < 2:
        raise NotDrawn(f"stability_and_fidelity needs two settings with a Jaccard, got {len(cells)}")
    lines = lines_of(cells, answer, most=_MOST_ROWS)
    counts = sorted({cell.samples or 0 for cell in lines.cells})

    def draw(axes: Axes) -> None:
        _draw_tiles(axes, lines, counts)
        for row, line in enumerate(lines.lines):
            for cell in line.cells:
                column = counts.index(cell.samples or 0)
                _write(axes, row, column, cell)
                _mark(axes, row, column, cell, answer)
        axes.set_xlabel("samples per explanation" if counts != [0] else "")
        axes.set_ylabel(shortened(lines.title, _TITLE), wrap=True)

    return Figure(
        name="stability_and_fidelity",
        title="Which settings are stable, and which are faithful?",
        caption=_caption(answer, lines),
        alt=_alt(cells),
        table=_table(answer.cells),
        draw=draw,
        height=1.3 + _ROW * max(len(lines.lines), 3),
        marks=len(lines.cells),
    )


def _draw_tiles(axes: Axes, lines: Lines, counts: Sequence[int]) -> None:
    import seaborn as sns

    levels = np.full((len(lines.lines), len(counts)), np.nan)
    for row, line in enumerate(lines.lines):
        for cell in line.cells:
            levels[row, counts.index(cell.samples or 0)] = cell.jaccard.estimate
    sns.heatmap(
        levels,
        vmin=0,
        vmax=1,
        cmap=COLORS,
        xticklabels=[f"{count:,}" if count else "" for count in counts],
        yticklabels=[line.name for line in lines.lines],
        cbar_kws={"label": "overlap of two runs (Jaccard)"},
        ax=axes,
    )
    axes.tick_params(length=0)
    axes.tick_params(axis="y", rotation=0)


def _write(axes: Axes, row: int, column: int, cell: JudgedCell) -> None:
    """Both numbers on the tile."""
    (mesh,) = axes.collections
    color = mesh.to_rgba(np.asarray(cell.jaccard.estimate, dtype=float))
    mark = "! " if cell.supported is False else "✓ " if cell.stable else ""
    fidelity = "" if cell.fidelity.estimate is None else f"\nR2 {two_decimals(cell.fidelity)}"
    numbers = axes.text(
        column + 0.5,
        row + 0.5,
        f"{mark}{two_decimals(cell.jaccard)}{fidelity}",
        ha="center",
        va="center",
        color=legible_on(color),
        size="small",
    )
    numbers.set_in_layout(False)  # They lie within: there is nothing to measure.


def _mark(axes: Axes, row: int, column: int, cell: JudgedCell, answer: Answer) -> None:
    """A frame around LIME's defaults and around the setting to use."""
    from matplotlib.patches import Rectangle

    for is_it, color in ((cell == answer.chosen, SERIES[1]), (cell == answer.reference, INK)):
        if is_it:
            axes.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=color, linewidth=2.2, clip_on=False))


def _caption(answer: Answer, lines: Lines) -> str:
    parts = [
        f"Upper number: how far the reasons of two runs overlap (1: the same; target {answer.target.jaccard:.2f})."
    ]
    if any(cell.fidelity.estimate is not None for cell in lines.cells):
        at = next((cell.fidelity_at for cell in lines.cells if cell.fidelity_at is not None), None)
        where = (
            " at its own width" if at is None else " at LIME's width for all" if at == 1 else f" at x{at:.3g} for all"
        )
        parts.append(f"R2: how much of the model the line carries (1: all), judged{where}.")
    framed = "LIME's defaults" if answer.reference.is_default else "the setting that the verdict is about"
    if answer.chosen in lines.cells and answer.chosen != answer.reference:
        framed += "; in orange: the setting to use"
    elif answer.chosen == answer.reference:
        framed += ", which is the setting to use"
    parts.append(f"Framed: {framed}.")
    is_stable = any(cell.stable and cell.supported is not False for cell in lines.cells)
    parts.append("✓: surely above the target." if is_stable else "No tile is surely above the target.")
    if any(cell.supported is False for cell in lines.cells):
        parts.append("!: too few samples count, not to be trusted.")
    return " ".join(parts)


def _alt(cells: Sequence[JudgedCell]) -> str:
    best = max(cells, key=lambda cell: cell.jaccard.estimate or 0.0)
    worst = min(cells, key=lambda cell: cell.jaccard.estimate or 0.0)
    return (
        f"A tile for each setting. Most stable: {best.name}, Jaccard {value(best.jaccard)}, fidelity R2 "
        f"{two_decimals(best.fidelity)}. Least stable: {worst.name}, Jaccard {value(worst.jaccard)}."
    )


def _table(cells: Sequence[JudgedCell]) -> pd.DataFrame:
    import pandas as pd

    found = named_settings(cells)
    for name, scores in (
        ("Jaccard", [cell.jaccard for cell in cells]),
        ("fidelity", [cell.fidelity for cell in cells]),
    ):
        found[name] = [score.estimate for score in scores]
        found[f"{name} low"], found[f"{name} high"] = [s.low for s in scores], [s.high for s in scores]
    found["supported"] = [cell.supported for cell in cells]
    return pd.DataFrame(found)
