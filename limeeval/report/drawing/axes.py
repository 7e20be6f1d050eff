"""Figures on axes of one's own, as notebooks want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.style import drawn_in_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def on_axes(figure: Figure, axes: Axes | None) -> Axes:
    """Draws a figure on these axes; None: on new ones, of a figure by pyplot on white, with its title."""
    with drawn_in_style():
        if axes is None:
            import matplotlib.pyplot as plt

            size = (figure.width, figure.height)
            _, axes = plt.subplots(figsize=size, layout="constrained", facecolor="white")
            axes.set_title(figure.title, loc="left", pad=12, wrap=True)
        figure.draw(axes)
    return axes
