"""Scores of settings against the number of samples, a line for each of the other settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.names import shortened
from limeeval.report.drawing.style import DASHES, INK, MARKERS, MUTED, PAPER, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = len(SERIES)
_NAME = 26
_APART = 1.05
"""Lines are drawn this factor apart, so that their error bars do not cover one another."""


@dataclass(frozen=True)
class Line:
    """Settings that differ in their number of samples alone, the smallest first.

    Attributes:
        name: what they have in common, in a few words.
        cells: the settings.
        number: of its colour and marker.
    """

    name: str
    cells: tuple[JudgedCell, ...]
    number: int


@dataclass(frozen=True)
class Lines:
    """Lines and what tells them apart, such as "kernel width"."""

    title: str
    lines: tuple[Line, ...]

    @property
    def cells(self) -> list[JudgedCell]:
        """The settings of all lines."""
        return [cell for line in self.lines for cell in line.cells]


def lines_of(cells: Sequence[JudgedCell], answer: Answer, *, most: int = MOST) -> Lines:
    """The lines of some cells of an answer: the widths, at most so many, those nearest to the reference's.

    Where settings beside width and samples were swept, such as segmentations, these instead, at the reference's width.
    """
    width = answer.reference.settings.get("kernel_width_factor")

    def far(cell: JudgedCell) -> float:
        factor = cell.settings.get("kernel_width_factor")
        return abs(math.log(factor / width)) if factor and width else 0.0

    others = {cell.others for cell in cells}
    nearest = min(map(far, cells))
    ladders: dict[str, list[JudgedCell]] = {}
    for cell in cells:
        if len(others) == 1 or far(cell) == nearest:
            ladders.setdefault(str({**cell.settings, "num_samples": None}), []).append(cell)
    kept = sorted(ladders.values(), key=lambda own: (far(own[0]), own[0].others != answer.reference.others))[:most]
    chosen = [own for own in ladders.values() if own in kept]
    named = _width if len(others) == 1 else _others
    lines = [
        Line(named(own[0]), tuple(sorted(own, key=lambda cell: cell.samples or 0)), number)
        for number, own in enumerate(chosen)
    ]
    return Lines("kernel width" if len(others) == 1 else ", ".join(answer.swept), tuple(lines))


def _width(cell: JudgedCell) -> str:
    factor = cell.settings.get("kernel_width_factor")
    if factor is None:
        return shortened(cell.name or "as it is", _NAME)
    return f"x{factor:.3g} (LIME's)" if factor == 1 and cell.is_lime else f"x{factor:.3g}"


def _others(cell: JudgedCell) -> str:
    return shortened(", ".join(filter(None, cell.others)) or "as it is", _NAME)


def over_samples(lines: Lines) -> bool:
    """Whether there are several numbers of samples to draw lines over."""
    return len({cell.samples for cell in lines.cells}) > 1


def draw_lines(
    axes: Axes,
    lines: Lines,
    score: Callable[[JudgedCell], Score],
    *,
    label: str,
    level: float | None = None,
    percent: bool = False,
) -> None:
    """Draws a score with its limits: over the number of samples, or of a single one setting below setting.

    Hollow marks are of settings that rest on too few effective samples.

    Args:
        axes: to draw on.
        lines: settings.
        score: what is drawn of each.
        label: of the score's axis.
        level: to reach, dashed.
        percent: whether scores are shares, 0..1.
    """
    is_upright = over_samples(lines)
    if is_upright:
        _draw_over_samples(axes, lines, score)
        axes.set(xlabel="samples per explanation", ylabel=label)
    else:
        _draw_below_each_other(axes, lines, score)
        axes.set(xlabel=label, ylabel="")
    if level is not None:
        dashed: dict[str, Any] = {"linestyle": (0, (5, 4)), "linewidth": 1.2, "color": MUTED, "zorder": 1}
        axes.axhline(level, **dashed) if is_upright else axes.axvline(level, **dashed)
    if percent:
        from matplotlib.ticker import PercentFormatter

        (axes.yaxis if is_upright else axes.xaxis).set_major_formatter(PercentFormatter(1.0, decimals=0))


def _draw_over_samples(axes: Axes, lines: Lines, score: Callable[[JudgedCell], Score]) -> None:
    counts = sorted({cell.samples for cell in lines.cells if cell.samples})
    axes.set_xscale("log")
    for place, line in enumerate(lines.lines):
        shift = _APART ** (place - (len(lines.lines) - 1) / 2)
        x = np.array([(cell.samples or np.nan) * shift for cell in line.cells])
        _draw_marks(axes, x, line, score, is_upright=True)
    ticks = counts if len(counts) <= 6 else counts[:: -(-len(counts) // 6)]
    axes.set_xticks(ticks, [f"{count:,}" for count in ticks])
    axes.minorticks_off()
    legend_above(axes, title=shortened(lines.title, 3 * _NAME))


def _draw_below_each_other(axes: Axes, lines: Lines, score: Callable[[JudgedCell], Score]) -> None:
    shown = lines.lines
    for place, line in enumerate(shown):
        _draw_marks(axes, np.full(len(line.cells), float(-place)), line, score, is_upright=False)
    axes.set_yticks([-float(place) for place in range(len(shown))], [line.name for line in shown])
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


def _draw_marks(axes: Axes, at: Array, line: Line, score: Callable[[JudgedCell], Score], *, is_upright: bool) -> None:
    scores = [score(cell) for cell in line.cells]
    values = np.array([np.nan if one.estimate is None else one.estimate for one in scores])
    reach = np.array([limits(one) for one in scores]).T
    color, marker = SERIES[line.number], MARKERS[line.number]
    x, y = (at, values) if is_upright else (values, at)
    reach_y, reach_x = (reach, None) if is_upright else (None, reach)
    axes.errorbar(x, y, reach_y, reach_x, fmt="none", ecolor=color, elinewidth=1.3, capsize=2.5, alpha=0.8)
    axes.plot(x, y, color=color, linestyle=DASHES[line.number], marker=marker, label=line.name)
    weak = np.array([cell.supported is False for cell in line.cells])
    axes.plot(x[weak], y[weak], color=color, linestyle="none", marker=marker, markerfacecolor=PAPER, zorder=4)


def limits(score: Score) -> tuple[float, float]:
    """How far the limits are below and above the estimate; nan for none."""
    if score.estimate is None or score.low is None or score.high is None:
        return np.nan, np.nan
    return max(score.estimate - score.low, 0.0), max(score.high - score.estimate, 0.0)


def legend_above(axes: Axes, *, title: str | None = None) -> None:
    """A legend above the axes, in up to three columns; none for a single entry."""
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) < 2:
        return
    legend = axes.legend(
        handles,
        labels,
        title=title,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=min(len(handles), 3 if max(map(len, labels)) < 16 else 2),
        alignment="left",
        borderaxespad=0.0,
        columnspacing=1.2,
        handlelength=2.4,
    )
    legend.get_title().set_color(INK)
