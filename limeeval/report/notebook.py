"""What notebooks show: an answer, and the figure that says it at a glance. No script."""

from __future__ import annotations

from html import escape

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.inline import image_of
from limeeval.report.drawing.saved import saved
from limeeval.report.page.chapters import headline_of
from limeeval.report.run import Run


def fragment(text: str, run: Run) -> str:
    """The answer as it stands on a terminal, above the headline figure of the first answer, if there is one."""
    return f"<pre>{escape(text)}</pre>{_image(headline_of(run, run.answers[0]))}"


def _image(figure: Figure | None) -> str:
    """On white, whatever the notebook's colours are."""
    if figure is None:
        return ""
    address = image_of(saved(figure, ["png"])["png"])
    alt = escape(figure.alt, quote=True)
    return f'<img src="{address}" alt="{alt}" style="max-width: 100%; width: {figure.width:.1f}in">'
