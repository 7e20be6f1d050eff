"""A figure of a report: what it shows in words, its data as a table, and how it is drawn on axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 4.8, 3.6


class NotDrawn(ValueError):
    """What a figure needs is not in the rows: the rule, then what came."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure.

    Attributes:
        name: of its files, in lower case with underscores.
        title: the question that it answers, or what it shows, in a few words.
        caption: how to read it, in one to three sentences for people who do not know the field.
        alt: what somebody who cannot see it should know: what is drawn, and what comes out.
        table: what is drawn, one row a mark, with columns that people can read.
        draw: draws it on axes.
        width: in inches.
        height: in inches.
        marks: how many there are on it; beyond a thousand pages carry it as pixels.
        is_picture: whether it consists of photographs, which do not compress as drawings do.
    """

    name: str
    title: str
    caption: str
    alt: str
    table: pd.DataFrame
    draw: Callable[[Axes], None]
    width: float = WIDTH
    height: float = HEIGHT
    marks: int = 0
    is_picture: bool = False
