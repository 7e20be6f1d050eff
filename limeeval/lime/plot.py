"""An explanation as a matplotlib figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.explanation import Explanation
from limeeval.lime.wording import headline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RAISES, LOWERS = "#0072b2", "#d55e00"
_NAME_WIDTH = 48


def bar_figure(explanation: Explanation, label: int, **figure_arguments: Any) -> Figure:
    """Horizontal bars, the largest coefficient on top, with two standard errors either side."""
    import matplotlib.pyplot as plt

    line = explanation.surrogates[label]
    names = [_shortened(explanation.feature_names[j]) for j in line.features]
    places = np.arange(len(names))[::-1]
    options = {"figsize": (8.0, 1.4 + 0.38 * len(names)), "layout": "constrained", **figure_arguments}
    figure = plt.figure(**options)
    axes = figure.add_subplot()
    colors = np.where(line.coefficients >= 0, RAISES, LOWERS)
    errors = 2 * np.nan_to_num(line.standard_errors)
    axes.barh(places, line.coefficients, xerr=errors, color=colors.tolist(), capsize=3, error_kw={"elinewidth": 1.2})
    axes.axvline(0, color="0.3", linewidth=0.8)
    axes.set_yticks(places, names, parse_math=False)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("coefficient, with two standard errors")
    title = headline(explanation, label)
    axes.set_title(title[0].upper() + title[1:], fontsize="medium", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
