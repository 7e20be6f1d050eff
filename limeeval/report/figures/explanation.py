"""Why did the model say so, and which of the reasons come again in every run?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.style import INK, MUTED, SERIES
from limeeval.report.one_instance import WHICH, chosen_of, explained_of, title_of
from limeeval.report.ranked import Ranked, instance_name, ranked_instances, short_id
from limeeval.report.reasons import ALL_UP_TO, Reasons, reasons_of
from limeeval.report.reliance import NAME, TOLD, reliance
from limeeval.report.run import Run
from limeeval.report.terminal.terminal import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

RAISES, LOWERS = SERIES[:2]
_FEWEST, _MOST = 8, 10
_LABEL, _LONG = 12, 80
_ROW = 0.37
_PALE = 0.25
_LOWER = 0.06
"""How far a bar is below its row's middle, its name being above."""


def explanation(run: Run, answer: Answer, *, which: int | str = "worst", values: bool = True) -> Figure:
    """The mean coefficients of an instance's reasons, how far single runs spread, and how many runs name each.

    It is drawn for the answer's reference cell, and of several labels for that with the lowest Jaccard@k.

    Args:
        run: whose rows these are.
        answer: whose task, model and explainer count.
        which: "worst", "median" or "best" by Jaccard@k, or the id of an explained row.
        values: whether names of features may give values of the instance away.

    Raises:
        ValueError: there is no such row.
        NotDrawn: there is no such instance among so few, or no run of it has all coefficients.
    """
    ranked = ranked_instances(run, answer)
    one = chosen_of(ranked, which)
    reasons = reasons_of(run, answer, [one], values=values)[0]
    if reasons is None:
        raise NotDrawn(f"explanation needs a run with all coefficients, got none of {short_id(one.row)}")
    shown = _shown(reasons)
    what = explained_of(one, answer, length=_LABEL)

    def draw(axes: Axes) -> None:
        _draw_bars(axes, reasons, shown)
        _write(axes, reasons, shown)
        axes.set(ylim=(0.6 - len(shown), 1.35), yticks=[])
        axes.set_xlabel(f"lowers {what}  ←  coefficient  →  raises {what}", wrap=True)
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=5)

    return Figure(
        name=f"explanation_{which if which in WHICH else one.instance}",
        title=title_of(one, which, ranked, answer),
        caption=_caption(one, reasons, shown, answer),
        alt=_alt(one, reasons, answer),
        table=_table(reasons, shown),
        draw=draw,
        height=0.95 + _ROW * len(shown),
        marks=4 * len(shown),
    )


def _shown(reasons: Reasons) -> list[int]:
    """The features on the figure: those that some run names, and as many large ones as there is room for."""
    named = int((reasons.named > 0).sum())
    order: list[int] = reasons.order[: min(max(named, _FEWEST), _MOST)].tolist()
    return order


def _draw_bars(axes: Axes, reasons: Reasons, shown: Sequence[int]) -> None:
    places = -np.arange(len(shown)) - _LOWER
    for place, feature in zip(places.tolist(), shown, strict=True):
        mean = float(reasons.mean[feature])
        color = LOWERS if mean < 0 else RAISES
        fill = color if reasons.is_sure[feature] else (color, _PALE)
        axes.barh(place, mean, height=0.34, color=fill, edgecolor=color, linewidth=1.0)
    axes.vlines(np.zeros(len(shown)), places - 0.24, places + 0.24, color=MUTED, linewidth=0.8, zorder=3)
    low, high = (end[list(shown)] for end in reasons.spread)
    middle, reach = low / 2 + high / 2, high / 2 - low / 2
    axes.errorbar(middle, places, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5, zorder=4)
    axes.grid(visible=False)


def _write(axes: Axes, reasons: Reasons, shown: Sequence[int]) -> None:
    """The names of the features above their bars, and how many runs name them."""
    from matplotlib.transforms import blended_transform_factory

    across = blended_transform_factory(axes.transAxes, axes.transData)
    size = axes.xaxis.get_ticklabels()[0].get_fontsize()
    head = f"among the first {reasons.k}{' in' if reasons.runs > 1 else ''}"
    axes.text(1.0, 1.0, head, transform=across, ha="right", va="center", size=size, color=MUTED)
    names = reasons.short_names(NAME)
    for place, feature in enumerate(shown):
        weight = "bold" if reasons.is_sure[feature] else "normal"
        color = INK if reasons.named[feature] else MUTED
        style: dict[str, Any] = {"transform": across, "va": "center", "size": size, "color": color}
        axes.text(0.0, 0.40 - place, names[feature], ha="left", **style)
        axes.text(1.0, 0.40 - place, _counted(reasons, feature), ha="right", weight=weight, **style)


def _counted(reasons: Reasons, feature: int) -> str:
    named = int(reasons.named[feature])
    if reasons.runs == 1:
        return "yes" if named else "no"
    return f"{named} of {reasons.runs}"


def _caption(one: Ranked, reasons: Reasons, shown: Sequence[int], answer: Answer) -> str:
    hidden = len(reasons.names) - len(shown)
    units = answer.description.feature_unit
    parts = [
        _how_drawn(reasons, shown),
        reliance(one, reasons, answer),
        f"Not shown: {hidden} more {shortened(units)}." if hidden else "",
    ]
    return " ".join(filter(None, parts))


def _how_drawn(reasons: Reasons, shown: Sequence[int]) -> str:
    if reasons.runs == 1:
        known = not np.isnan(reasons.standard_errors).all()
        return f"Bars: coefficients of one run{'; lines: two standard errors to either side' if known else ''}."
    spread = "lowest to the highest run" if reasons.runs <= ALL_UP_TO else "middle 95% of them"
    without = (
        f" Left out, for coefficients are missing: {counted(reasons.left_out, 'runs')}." if reasons.left_out else ""
    )
    zeros = " (0 in a run that leaves it out)" if (reasons.coefficients[:, list(shown)] == 0).any() else ""
    return f"Bars: mean coefficient over {reasons.runs} runs{zeros}; lines: the {spread}.{without}"


def _alt(one: Ranked, reasons: Reasons, answer: Answer) -> str:
    """The reasons in words, those named most often first."""
    names = reasons.short_names(NAME)
    first = [j for j in reasons.order[:TOLD].tolist() if reasons.named[j]]
    told = "; ".join(f"{names[j]} {reasons.mean[j]:+.2g} ({_counted(reasons, j)})" for j in first)
    return f"Coefficients of {instance_name(one, answer)}, with the number of runs that name each: {told or 'none'}."


def _table(reasons: Reasons, shown: Sequence[int]) -> pd.DataFrame:
    import pandas as pd

    own, names = list(shown), reasons.short_names(_LONG)
    low, high = reasons.spread
    return pd.DataFrame(
        {
            "feature": [names[j] for j in own],
            "mean coefficient": reasons.mean[own],
            "low": low[own],
            "high": high[own],
            "runs that name it": reasons.named[own],
            "of runs": reasons.runs,
        }
    )
