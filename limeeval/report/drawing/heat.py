"""Maps of how far the runs of several things agree: each with itself on the diagonal, framed, and pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.report.answer.names import shortened
from limeeval.report.drawing.figure import WIDTH
from limeeval.report.drawing.style import INK, PAPER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLORS = "crest"
"""From light green, the chance level, to dark blue, 1: lightness alone tells them apart."""
APART = "▼"
"""The mark of pairs that are apart."""
_NAME = 26
_POINTS = 72
_SIGN, _LINE = 5.6, 21.0
"""Points that a sign of a name is wide, and a row at least high."""
_WANTED = 190.0
"""Points that a map of few things is high."""
_NARROW = 25.0
"""Points below which a cell has no room for the zero before the point."""
_WIDEST = 62
"""Signs of a line below the map."""
_MANY = 4
"""Things from which on there is room to say above the map how it is read."""
_KEY = ("darker: more in common", "framed: with itself, another seed", f"{APART} less than either with itself")


@dataclass(frozen=True, eq=False)
class Heat:
    """Similarity of m things.

    Attributes:
        names: of the things (m,), short and distinct.
        values: similarity (m, m), 0..1, symmetric; nan where it is not known.
        apart: which pairs (m, m) have less in common than either has with itself: their upper limit lies below both.
        chance: similarity of unrelated runs.
    """

    names: tuple[str, ...]
    values: Array
    apart: NDArray[np.bool_]
    chance: float

    @property
    def between(self) -> Array:
        """The values of pairs of different things, those that are known."""
        own = self.values[np.tril_indices(len(self.names), -1)]
        return own[~np.isnan(own)]

    @property
    def itself(self) -> Array:
        """The known values of things with themselves."""
        own = np.diag(self.values)
        return own[~np.isnan(own)]


def heat_of(pairs: pd.DataFrame, names: Sequence[str]) -> Heat:
    """The map of some pairs.

    Args:
        pairs: one row a pair, a thing with itself included: ``one`` and ``other`` (positions in names), ``estimate``,
            ``high`` (upper limit, may be missing), ``chance``.
        names: as others gave them.
    """
    m = len(names)
    values, high = np.full((2, m, m), np.nan)
    one, other = (pairs[side].to_numpy(dtype=int) for side in ("one", "other"))
    for whole, column in ((values, "estimate"), (high, "high")):
        whole[one, other] = whole[other, one] = pairs[column].to_numpy(dtype=float, na_value=np.nan)
    itself = np.diag(values)
    apart = high < np.minimum(itself[:, None], itself)
    return Heat(distinct(names), values, apart, float(np.nanmean(pairs["chance"].to_numpy(dtype=float))))


def distinct(names: Sequence[str], length: int = _NAME) -> tuple[str, ...]:
    """Names made fit for one line; those that would be equal, or empty, with their number before them.

    >>> distinct(["a", "b\\n", "b"])
    ('a', '2 b', '3 b')
    """
    short = [shortened(name, length) for name in names]
    clear = [bool(name) and short.count(name) == 1 for name in short]
    return tuple(
        name if is_clear else shortened(f"{number} {name}", length)
        for number, (name, is_clear) in enumerate(zip(short, clear, strict=True), start=1)
    )


def height_of(heat: Heat) -> float:
    """Inches that the map wants."""
    below = _SIGN * _longest(heat) if _is_upright(heat) else _LINE
    return float(np.clip((len(heat.names) * _cell_height(heat) + below + 25) / _POINTS, 2.4, 6.0))


def draw_heat(axes: Axes, heat: Heat, *, label: str = "") -> None:
    """Draws the lower half of the map, the numbers on it.

    Args:
        axes: to draw on.
        heat: the map.
        label: below it: what the names are made of.
    """
    import seaborn as sns

    m = len(heat.names)
    upright = _is_upright(heat)
    hidden = np.triu(np.ones((m, m), dtype=bool), 1) | np.isnan(heat.values)
    sns.heatmap(
        heat.values,
        mask=hidden,
        vmin=min(heat.chance, 0.99),
        vmax=1.0,
        cmap=COLORS,
        cbar=False,
        linewidths=1.0,
        linecolor=PAPER,
        xticklabels=heat.names,
        yticklabels=heat.names,
        ax=axes,
    )
    (mesh,) = axes.collections
    marks: dict[str, list[tuple[float, float]]] = {}
    for row, column in zip(*np.tril_indices(m), strict=True):
        color = INK if hidden[row, column] else legible_on(mesh.to_rgba(heat.values[row, column]))
        _write(axes, heat, int(row), int(column), color)
        if heat.apart[row, column]:
            marks.setdefault(color, []).append((column + 0.5, row + 0.5 - _above(heat)))
    for color, places in marks.items():
        axes.plot(*zip(*places, strict=True), "v", markersize=_font_size(0.4), markeredgewidth=0, color=color)
    for at in np.flatnonzero(~np.isnan(np.diag(heat.values))):
        _frame(axes, int(at))
    if m >= _MANY:
        key = _KEY if heat.apart.any() else _KEY[:-1]
        axes.text(m, 0.1, "\n".join(key), ha="right", va="top", color=INK, size=_font_size(0.85))
    axes.grid(visible=False)
    axes.tick_params(axis="x", rotation=90 if upright else 0, length=0, labelcolor=INK)
    axes.tick_params(axis="y", rotation=0, length=0, labelcolor=INK)
    axes.set_xlabel(fill(label, _WIDEST), x=1.0, ha="right", size="small")
    axes.set_ylabel("")


def _write(axes: Axes, heat: Heat, row: int, column: int, color: str) -> None:
    """The number of a pair in its cell, a dash for none, a little lower under a mark."""
    is_narrow = _cell_width(heat) < _NARROW
    number = axes.text(
        column + 0.5,
        row + (0.56 if heat.apart[row, column] else 0.5),
        _number(heat.values[row, column], is_narrow),
        ha="center",
        va="center",
        color=color,
        size=_font_size(0.8 if is_narrow else 0.9),
    )
    number.set_in_layout(False)  # It lies within: there is nothing to measure.


def _font_size(share: float) -> float:
    """Points, of the size that is set for all text."""
    from matplotlib import rcParams

    return share * float(rcParams["font.size"])


def _number(value: float, is_narrow: bool) -> str:
    if np.isnan(value):
        return "–"
    if not is_narrow:
        return f"{value:.2f}"
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def legible_on(color: Any) -> str:
    """Black or white, whichever stands out more against a color (r, g, b, ...), each 0..1 (WCAG 2, contrast ratio)."""
    channels = np.asarray(color[:3], dtype=float)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _above(heat: Heat) -> float:
    """How far a mark is above the middle of its cell, in rows."""
    return min(0.36, 11 / _cell_height(heat))


def _cell_height(heat: Heat) -> float:
    return max(_LINE, _WANTED / len(heat.names))


def _frame(axes: Axes, at: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((at, at), 1, 1, fill=False, edgecolor=INK, linewidth=1.6, clip_on=False, zorder=3))


def _longest(heat: Heat) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, heat.names))


def _is_upright(heat: Heat) -> bool:
    """Whether names below the map have to stand, for they are wider than their cells."""
    return _SIGN * _longest(heat) > _cell_width(heat)


def _cell_width(heat: Heat) -> float:
    return (WIDTH * _POINTS - _SIGN * _longest(heat) - 15) / len(heat.names)


def pairs_table(pairs: pd.DataFrame, names: Sequence[str], thing: str, *, score: str = "Jaccard") -> pd.DataFrame:
    """What is drawn, in columns that people can read: one row a pair, with its limits."""
    import pandas as pd

    columns: dict[str, Any] = {
        thing: [names[at] for at in pairs["one"]],
        f"other {thing}": [names[at] for at in pairs["other"]],
        score: pairs["estimate"].to_list(),
        "low": pairs["low"].to_list(),
        "high": pairs["high"].to_list(),
        "by chance": pairs["chance"].to_list(),
    }
    return pd.DataFrame(columns)


def apart_sentence(heat: Heat) -> str:
    """How the marks are read."""
    many = int(np.tril(heat.apart, -1).sum())
    if not many:
        return "As far as can be told, the choice matters no more than the seed."
    counted = f" ({many} of {len(heat.between)} pairs)" if len(heat.between) > 1 else ""
    return f"{APART} the choice matters: for certain less in common than either has with itself{counted}."


def span(values: Array) -> str:
    """The lowest and the highest of some values: "0.12 to 0.40"."""
    ends = [f"{end:.2f}" for end in (values.min(), values.max())] if len(values) else ["not known"]
    return " to ".join(dict.fromkeys(ends))
