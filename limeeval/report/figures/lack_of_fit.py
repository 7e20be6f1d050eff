"""How much of the model does no line catch?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.names import shortened
from limeeval.report.answer.places import place_of, plain
from limeeval.report.answer.sentences import share
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.lines import legend_above, limits
from limeeval.report.drawing.style import DASHES, INK, MARKERS, MUTED, PAPER, SERIES
from limeeval.report.run import Run, own_rows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HALF = 0.5
"""Where lines miss more, an explanation is a summary rather than the model's logic."""
_PARTS = {"pure_error": "hidden by bins", "nonlinear_gain": "not linear, at least"}
_COLORS = (SERIES[5], SERIES[3])
_HATCHES = ("////", "xxxx")
_APART = 1.05
"""Lines are drawn this factor apart, so that one does not cover the other."""
_BEST, _OWN = "best possible line", "LIME's own lines"


@dataclass(frozen=True)
class _At:
    """What is known of a width, in multiples of LIME's: shares of the model's local variation.

    Attributes:
        width: 1 is LIME's.
        cell: of the largest number of samples there.
        best: what the best line misses.
        own: what the lines that were fitted miss.
        parts: of what the best line misses, by metric; empty where they were not asked for.
    """

    width: float
    cell: JudgedCell
    best: Score
    own: Score
    parts: Mapping[str, float]


def lack_of_fit(run: Run, answer: Answer) -> Figure:
    """What lines miss of how the model varies near an instance, on fresh samples, against kernel width.

    At the reference's other settings, of each width the largest number of samples. Below what the best line misses lie
    its parts, where richer models were asked for; these are measured on samples of their own.

    Raises:
        NotDrawn: fewer than two widths at which the lack of fit is known.
    """
    known = [at for at in _widths(own_rows(run.scores, answer.description), answer) if at.best.estimate is not None]
    if len(known) < 2:
        got = f"x{known[0].width:.3g} alone" if known else "none"
        raise NotDrawn(f"lack_of_fit needs two of LIME's kernel widths with lack of fit (two seeds or more), got {got}")

    def draw(axes: Axes) -> None:
        _draw_line(axes, known, lambda at: at.best, name=_BEST, number=0)
        _draw_line(axes, known, lambda at: at.own, name=_OWN, number=1)
        _draw_parts(axes, known)
        _dress(axes, known)

    return Figure(
        name="lack_of_fit",
        title="How much of the model does no line catch?",
        caption=_caption(known, answer),
        alt=_alt(known),
        table=_table(known),
        draw=draw,
        marks=12 * len(known),
    )


def _widths(scores: pd.DataFrame, answer: Answer) -> list[_At]:
    """The widths of the reference's other settings, the narrowest first."""
    largest: dict[float, JudgedCell] = {}
    for cell in answer.cells:
        width = cell.settings.get("kernel_width_factor")
        if width is None or cell.others != answer.reference.others:
            continue
        if width not in largest or (cell.samples or 0) > (largest[width].samples or 0):
            largest[width] = cell
    widths = sorted(largest)
    cells = [largest[width] for width in widths]
    return [
        _At(width, cell, cell.lack_of_fit, _missed(cell.fresh), parts)
        for width, cell, parts in zip(widths, cells, _parts(scores, cells), strict=True)
    ]


def _missed(r2: Score) -> Score:
    """What lines of some R2 miss; the upper limit of one is the lower limit of the other."""
    return Score(*(None if value is None else 1 - value for value in (r2.estimate, r2.high, r2.low)))


def _parts(scores: pd.DataFrame, cells: Sequence[JudgedCell]) -> list[dict[str, float]]:
    """The parts of each cell that are known: those that are nowhere above 0 are left out."""
    whole = scores[scores["instance"].isna() & scores["label"].isna() & scores["metric"].isin(_PARTS)]
    found: list[dict[str, float]] = [{} for _ in cells]
    places = place_of(whole, cells)
    for row, (metric, value) in enumerate(zip(whole["metric"], whole["estimate"], strict=True)):
        if row in places and plain(value) is not None:
            found[places[row]][str(metric)] = float(value)
    shown = [metric for metric in _PARTS if any(own.get(metric) for own in found)]
    return [{metric: own[metric] for metric in shown if metric in own} for own in found]


def _draw_parts(axes: Axes, known: Sequence[_At]) -> None:
    """Bands from 0 up, one on another."""
    x, bottom = [at.width for at in known], np.zeros(len(known))
    for (metric, name), color, hatch in zip(_PARTS.items(), _COLORS, _HATCHES, strict=True):
        own = np.array([at.parts.get(metric, np.nan) for at in known])
        if np.isnan(own).all():
            continue
        top = bottom + own
        band: dict[str, Any] = {"facecolor": "none", "edgecolor": color, "hatch": hatch, "linewidth": 1.0}
        axes.fill_between(x, bottom, top, **band, label=name, zorder=0.5)
        bottom = np.where(np.isnan(top), bottom, top)


def _draw_line(axes: Axes, known: Sequence[_At], score: Callable[[_At], Score], *, name: str, number: int) -> None:
    """One kind of line over the widths, hollow where too few samples count; beyond 1 at the edge, with its number."""
    x = np.array([at.width for at in known]) * _APART ** (number - 0.5)
    values = np.array([_value(score(at)) for at in known])
    reach = np.array([limits(score(at)) for at in known]).T
    weak = np.array([at.cell.supported is False for at in known])
    color, marker = SERIES[number], MARKERS[number]
    within = np.where(values > 1, np.nan, values)
    axes.errorbar(x, within, reach, fmt="none", ecolor=color, elinewidth=1.3, capsize=2.5, alpha=0.8)
    y = np.minimum(values, 1.0)
    axes.plot(x, y, color=color, linestyle=DASHES[number], marker=marker, label=name, clip_on=False, zorder=3)
    if weak.any():  # A line of no points would lie in the corner of the figure.
        axes.plot(x[weak], y[weak], marker, color=color, markerfacecolor=PAPER, clip_on=False, zorder=4)
    for width, value in zip(x[values > 1], values[values > 1], strict=True):
        axes.annotate(f"{value:.0%}", (width, 1.0), (7, -4), textcoords="offset points", ha="left", va="top", color=INK)


def _value(score: Score) -> float:
    return math.nan if score.estimate is None else score.estimate


def _dress(axes: Axes, known: Sequence[_At]) -> None:
    from matplotlib.ticker import PercentFormatter

    widths = [at.width for at in known]
    axes.axhline(HALF, linestyle=(0, (5, 4)), linewidth=1.2, color=MUTED, zorder=1)
    axes.set_xscale("log")
    axes.set_xticks(widths, [f"x{width:.3g}" + ("\nLIME's" if width == 1 else "") for width in widths])
    axes.minorticks_off()
    axes.set_xlim(widths[0] / 1.2, widths[-1] * 1.2)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, HALF, 0.75, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set(xlabel="kernel width, times LIME's", ylabel="missed of the model's variation")
    legend_above(axes)


def _caption(known: Sequence[_At], answer: Answer) -> str:
    at = _told(known)
    unit = shortened(answer.description.unit)
    parts = [
        f"{_where(at)} the best possible line misses {_share(at.best)} of how the model's output varies near "
        f"these {unit}, LIME's own lines miss {_share(at.own)}; more samples can at best close that gap.",
        "Each width is judged by itself.",
    ]
    parts.append(
        "Above half (dashed), read an explanation as a summary, not as the model's logic."
        if max(_value(one.best) for one in known) > HALF
        else "That is below half (dashed) at every width: a line says most of it."
    )
    if at.parts:
        named = {"pure_error": "{} is hidden within bins and categories", "nonlinear_gain": "at least {} is not linear"}
        said = (named[metric].format(f"{value:.0%}") for metric, value in at.parts.items())
        parts.append(f"Of all variation {' and '.join(said)}; what remains below the line may be either.")
    if any(_value(one.own) > 1 for one in known):
        parts.append("Above 100%, where the axis ends, a line is worse than none.")
    if any(one.cell.supported is False for one in known):
        parts.append("Hollow marks: too few samples count at this width.")
    return " ".join(parts)


def _share(score: Score) -> str:
    return "less than 1%" if score.estimate is not None and 0 < score.estimate < 0.005 else share(score)


def _told(known: Sequence[_At]) -> _At:
    """The width that words are about: the nearest to LIME's."""
    return min(known, key=lambda at: abs(math.log(at.width)))


def _where(at: _At) -> str:
    return "At LIME's kernel width" if at.width == 1 else f"At {at.width:.3g} times LIME's kernel width"


def _alt(known: Sequence[_At]) -> str:
    at = _told(known)
    ends = [end(known, key=lambda one: _value(one.best)) for end in (min, max)]
    span = " to ".join(f"{_share(one.best)} (x{one.width:.3g})" for one in ends)
    own = f"LIME's own lines miss {_share(at.own)} at x{at.width:.3g}"
    return f"What lines miss, against kernel width. The best possible line misses {span}; {own}."


def _table(known: Sequence[_At]) -> pd.DataFrame:
    import pandas as pd

    found: dict[str, list[object]] = {
        "width": [at.width for at in known],
        "samples": [at.cell.samples for at in known],
    }
    for name, scores in ((_BEST, [at.best for at in known]), (_OWN, [at.own for at in known])):
        found[f"{name} misses" if name == _BEST else f"{name} miss"] = [score.estimate for score in scores]
        found[f"{name}, low"] = [score.low for score in scores]
        found[f"{name}, high"] = [score.high for score in scores]
    for metric, name in _PARTS.items():
        if any(metric in at.parts for at in known):
            found[name] = [at.parts.get(metric) for at in known]
    return pd.DataFrame({**found, "supported": [at.cell.supported for at in known]})
