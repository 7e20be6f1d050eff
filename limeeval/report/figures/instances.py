"""For which instances do two runs name the same reasons, and for which not?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import two_decimals
from limeeval.report.drawing.figure import HEIGHT, Figure, NotDrawn
from limeeval.report.drawing.lines import legend_above, limits
from limeeval.report.drawing.style import INK, MARKERS, MUTED, PAPER, SERIES
from limeeval.report.ranked import Ranked, instance_name, ranked_instances, short_id
from limeeval.report.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 25
"""Instances that are drawn row by row; more are drawn as a curve."""
_NAMED = 3
_ID, _LONG = 12, 80
_ROW = 0.22
_DASHED: dict[str, Any] = {"linestyle": (0, (5, 4)), "linewidth": 1.2, "color": MUTED, "zorder": 1}


_ABOVE, _OPEN, _BELOW = "surely above", "open", "surely below"
_CLASSES = {
    _ABOVE: (SERIES[0], MARKERS[0], None),
    _OPEN: (MUTED, MARKERS[1], PAPER),
    _BELOW: (SERIES[1], MARKERS[2], None),
}
"""Instances by the target: colour, marker and its face."""


def instances(run: Run, answer: Answer) -> Figure:
    """How far two runs agree on each instance, with limits, the worst first, beside the target and the mean over all.

    It is drawn for the answer's reference cell; of several labels an instance has the lowest Jaccard@k.

    Raises:
        NotDrawn: fewer than two instances have a Jaccard.
    """
    ranked = ranked_instances(run, answer)
    known = [one for one in ranked if one.jaccard.estimate is not None]
    if len(known) < 2:
        raise NotDrawn(f"instances needs two instances of which runs can be compared, got {len(known)}")
    is_curve = len(known) > MOST

    def draw(axes: Axes) -> None:
        (_draw_curve if is_curve else _draw_rows)(axes, known, answer)
        legend_above(axes)

    return Figure(
        name="instances",
        title=f"For which {shortened(answer.description.unit)} do runs agree?",
        caption=_caption(known, len(ranked), answer),
        alt=_alt(known, answer),
        table=_table(ranked),
        draw=draw,
        height=HEIGHT if is_curve else 1.4 + _ROW * (len(known) + 1),
        marks=5 * (min(len(known), MOST) + 1),
    )


def is_steady(one: Ranked, answer: Answer) -> bool:
    """Whether the whole interval of Jaccard@k lies above the target."""
    return one.jaccard.low is not None and one.jaccard.low > answer.target.jaccard


def _class(one: Ranked, answer: Answer) -> str:
    if is_steady(one, answer):
        return _ABOVE
    return _BELOW if one.jaccard.high is not None and one.jaccard.high < answer.target.jaccard else _OPEN


def _draw_rows(axes: Axes, known: Sequence[Ranked], answer: Answer) -> None:
    """Instances below each other, then their mean."""
    place = {one.instance: -float(number) for number, one in enumerate(known)}
    for label, (color, marker, face) in _CLASSES.items():
        own = [one for one in known if _class(one, answer) == label]
        if own:
            places = [place[one.instance] for one in own]
            look = {"color": color, "marker": marker, "markerfacecolor": face}
            _draw_scores(axes, [one.jaccard for one in own], places, label=label, **look)
    mean = -len(known) - 0.3
    _draw_scores(axes, [answer.reference.jaccard], [mean], color=INK, marker="D")
    axes.axvline(answer.target.jaccard, **_DASHED)
    ids = [short_id(one.row, _ID) for one in known]
    axes.set_yticks([*place.values(), mean], [*ids, "mean"])
    axes.set(xlim=(-0.03, 1.03), ylim=(mean - 0.6, 0.6), xlabel=_scale(answer), ylabel="")
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


def _draw_scores(axes: Axes, scores: Sequence[Score], places: Sequence[float], **look: Any) -> None:
    values = [np.nan if score.estimate is None else score.estimate for score in scores]
    reach = np.array([limits(score) for score in scores]).T
    axes.errorbar(values, places, xerr=reach, linestyle="none", elinewidth=1.3, capsize=2.5, **look)


def _draw_curve(axes: Axes, known: Sequence[Ranked], answer: Answer) -> None:
    """All instances from the worst to the best, and what the worst few are called."""
    values, low, high = _columns(known)
    places = np.arange(1, len(known) + 1)
    axes.fill_between(places, low, high, color=SERIES[0], alpha=0.25, linewidth=0, step="mid")
    axes.plot(places, values, color=SERIES[0], drawstyle="steps-mid", label="each")
    mean = answer.reference.jaccard
    if mean.estimate is not None:
        axes.axhline(mean.estimate, color=INK, linewidth=1.2, label=f"mean {two_decimals(mean)}")
    axes.axhline(answer.target.jaccard, **_DASHED)
    told = ", ".join(short_id(one.row, _ID) for one in known[:_NAMED])
    arrow = {"arrowstyle": "-", "color": MUTED, "shrinkA": 0.0}
    style: dict[str, Any] = {"textcoords": "axes fraction", "arrowprops": arrow, "va": "bottom"}
    axes.annotate(f"worst: {told}", (1.0, float(values[0])), xytext=(0.08, 0.05), **style)
    unit = shortened(answer.description.unit)
    axes.set(ylim=(-0.03, 1.03), xlabel=f"{unit}, the least stable first", ylabel=_scale(answer))


def _columns(known: Sequence[Ranked]) -> tuple[Array, Array, Array]:
    """Estimates and limits (n,), nan for none."""
    scores = [one.jaccard for one in known]
    columns = ([score.estimate for score in scores], [score.low for score in scores], [score.high for score in scores])
    values, low, high = (np.array(column, dtype=float) for column in columns)
    return values, low, high


def _target(answer: Answer) -> str:
    return f"target {answer.target.jaccard:.2f}"


def _scale(answer: Answer) -> str:
    return f"agreement of two runs, Jaccard@{answer.description.k}"


def _caption(known: Sequence[Ranked], count: int, answer: Answer) -> str:
    k, chance = answer.description.k, answer.reference.chance
    scale = f"1: two runs name the same {k} reasons" if k > 1 else "1: two runs name the same first reason"
    bars = "Band" if len(known) > MOST else "Bars"
    parts = [
        f"; {(k - 1) / (k + 1):.2f}: {_but_one(k)}" if k > 1 else "",
        f"; unrelated runs: {chance:.2f}" if chance is not None else "",
        f". {bars}: 95% limits; dashed: the {_target(answer)}.",
        f" Surely above it: {_steady(known, answer)} of {len(known)}.",
        f" Not defined for {count - len(known)} more." if count > len(known) else "",
    ]
    return scale + "".join(parts)


def _but_one(k: int) -> str:
    """What two runs have in common that differ in one reason."""
    return "one of the two" if k == 2 else "all but one of them"


def _alt(known: Sequence[Ranked], answer: Answer) -> str:
    worst, best = known[0], known[-1]
    told = f"from {two_decimals(worst.jaccard)} ({instance_name(worst, answer)}) to {two_decimals(best.jaccard)}"
    mean = f"mean {two_decimals(answer.reference.jaccard)}, {_target(answer)}"
    return (
        f"Jaccard@{answer.description.k} of {len(known)} {shortened(answer.description.unit)}: {told}; {mean}; "
        f"{_steady(known, answer)} surely above it."
    )


def _steady(known: Sequence[Ranked], answer: Answer) -> int:
    return sum(is_steady(one, answer) for one in known)


def _table(ranked: Sequence[Ranked]) -> pd.DataFrame:
    import pandas as pd

    values, low, high = _columns(ranked)
    found: dict[str, Any] = {
        "row": [short_id(one.row, _LONG) if isinstance(one.row, str) else one.row for one in ranked]
    }
    if any(one.label_name is not None for one in ranked):
        found["label"] = [shortened(one.label_name or "", _LONG) for one in ranked]
    return pd.DataFrame({**found, "Jaccard": values, "low": low, "high": high})
