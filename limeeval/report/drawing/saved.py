"""Figures as files: the same bytes for the same figure."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.style import COLUMN, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def saved(figure: Figure, formats: Sequence[str], *, is_paper: bool = False) -> dict[str, bytes]:
    """The figure in each format, of ``svg``, ``png`` and ``pdf``; drawn once.

    Args:
        figure: to draw.
        formats: names.
        is_paper: whether it is for a column of a paper: narrower, in smaller type.
    """
    with drawn_in_style(is_paper=is_paper):
        canvas = _canvas(figure, width=min(COLUMN, figure.width) if is_paper else figure.width)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # What it found holds for all formats.
        files = {name: _bytes(canvas, name) for name in formats}
    del canvas
    gc.collect()  # What is drawn refers to itself, and is large: several would be there at once.
    if figure.is_picture and "png" in files:
        files["png"] = _in_fewer_colors(files["png"])
    return files


def _canvas(figure: Figure, *, width: float) -> Canvas:
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, figure.height * width / figure.width), layout="constrained")
    figure.draw(canvas.add_subplot())
    return canvas


def _bytes(canvas: Canvas, name: str) -> bytes:
    file = BytesIO()
    canvas.savefig(file, format=name, metadata=_UNDATED[name], facecolor="white" if name == "png" else "none")
    return file.getvalue()


def _in_fewer_colors(png: bytes) -> bytes:
    """The same in 256 colours, half as large: photographs of superpixels lose nothing that can be seen."""
    from PIL import Image

    file = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
    return file.getvalue()
