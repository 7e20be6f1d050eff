"""What changed between two sides, as a figure: differences with their limits, beside both values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from limeeval.report.answer.names import shortened
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.style import INK, MUTED, PAPER, SERIES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SHOWN = {
    "same_set": "same reasons",
    "same_first": "same first reason",
    "jaccard": "overlap (Jaccard)",
    "sign_agreement": "same signs",
    "r2_reference": "fidelity (R2)",
}
_SIDE = 60


def differences_figure(table: pd.DataFrame, one: str, other: str) -> Figure:
    """The differences of the scores that people ask for first; filled marks are surely no noise.

    Args:
        table: of a comparison.
        one: what is compared with, in words.
        other: what is compared with it.

    Raises:
        NotDrawn: the comparison has none of these scores.
    """
    rows = table[table["metric"].isin(list(_SHOWN)) & table["difference"].notna()]
    if rows.empty:
        raise NotDrawn(f"differences needs one of {', '.join(_SHOWN)}, got {', '.join(table['metric'])}")
    rows = rows.sort_values("metric", key=lambda names: names.map(list(_SHOWN).index), kind="stable")
    shown = rows[["metric", "one", "other", "difference", "low", "high"]].reset_index(drop=True)
    names = [shortened(side, _SIDE) for side in (one, other)]
    return Figure(
        name="differences",
        title=f"What changes from {names[0]} to {names[1]}?",
        caption="Right of 0: better. Lines: 95% limits for these instances; filled: the limits leave 0 out.",
        alt="; ".join(
            f"{_SHOWN[metric]} {values}" for metric, values in zip(shown["metric"], _both(shown), strict=True)
        ),
        table=shown,
        draw=lambda axes: _draw(axes, shown),
        height=1.2 + 0.42 * len(shown),
        marks=3 * len(shown),
    )


def _both(rows: pd.DataFrame) -> list[str]:
    """Both values of each row."""
    return [f"{one:.2f} → {other:.2f}" for one, other in zip(rows["one"], rows["other"], strict=True)]


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    at = -np.arange(len(rows), dtype=float)
    difference, low, high = (rows[name].to_numpy(dtype=float) for name in ("difference", "low", "high"))
    sure = (low > 0) | (high < 0)
    colors = np.where(difference >= 0, SERIES[0], SERIES[1])
    axes.axvline(0, color=MUTED, linewidth=1)
    for place, value, ends, color, is_sure in zip(
        at, difference, zip(low, high, strict=True), colors, sure, strict=True
    ):
        axes.plot(ends, [place, place], color=color, linewidth=1.6)
        axes.plot([value], [place], "o", color=color, markerfacecolor=color if is_sure else PAPER)
    for place, words in zip(at, _both(rows), strict=True):
        axes.annotate(words, (1.02, place), xycoords=("axes fraction", "data"), va="center", color=INK)
    axes.set_yticks(at, [_SHOWN[name] for name in rows["metric"]])
    axes.set_ylim(at[-1] - 0.6, 0.6)
    axes.set_xlabel("difference")
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
