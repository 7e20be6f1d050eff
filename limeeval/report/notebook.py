"""What notebooks show: an answer, and the figure that says it at a glance. No script."""

from __future__ import annotations

from html import escape

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.inline import image_of
from limeeval.report.drawing.saved import saved


def shown_in_notebook(text: str, figure: Figure | None) -> str:
    """An answer as it stands on a terminal, above a figure, if there is one: on white, whatever is around it."""
    above = f"<pre>{escape(text)}</pre>"
    if figure is None:
        return above
    address, alt = image_of(saved(figure, ["png"])["png"]), escape(figure.alt, quote=True)
    return f'{above}<img src="{address}" alt="{alt}" style="max-width: 100%; width: {figure.width:.1f}in">'
