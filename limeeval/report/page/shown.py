"""A figure as a page shows it, and as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.inline import image_of, inline_svg, is_drawn
from limeeval.report.drawing.saved import saved
from limeeval.report.page.text_tables import TextTable, text_table

SHOWN, SCREEN, PAPER = ("svg", "png"), ("svg", "png", "pdf"), ("svg", "pdf")
"""Formats that a page needs, and those of files."""


@dataclass(frozen=True)
class Shown:
    """What a page carries of a figure.

    Attributes:
        name: of its files.
        title: its heading.
        caption: how to read it.
        alt: for those who do not see it.
        svg: the drawing; None for an image.
        image: the address of the image; None for a drawing.
        table: its data.
    """

    name: str
    title: str
    caption: str
    alt: str
    svg: str | None
    image: str | None
    table: TextTable

    @property
    def size(self) -> int:
        """Bytes that it adds to a page, about."""
        return len(self.svg or "") + len(self.image or "")


def shown(figure: Figure, *, name: str, is_paper: bool = False) -> tuple[Shown, dict[str, bytes]]:
    """A figure for a page, and its files by their endings.

    Args:
        figure: to draw.
        name: of its files, and of what is within the page.
        is_paper: whether the files are to fit a column of a paper: drawings only.
    """
    files = saved(figure, SHOWN if is_paper else SCREEN)
    svg = inline_svg(files["svg"], prefix=name, label=figure.alt) if is_drawn(figure) else None
    image = None if svg else image_of(files["png"])
    own = Shown(name, figure.title, figure.caption, figure.alt, svg, image, text_table(figure.table))
    return own, saved(figure, PAPER, is_paper=True) if is_paper else files


def without_drawing(figure: Shown) -> Shown:
    """The same without what takes up room."""
    return replace(figure, svg=None, image=None)


def within(figures: Sequence[Shown], room: int) -> list[Shown]:
    """The figures with their drawings as long as these fit into so many bytes together."""
    kept, taken = [], 0
    for figure in figures:
        taken += figure.size
        kept.append(figure if taken <= room else without_drawing(figure))
    return kept
