"""Drawings within a page: its colours, its font, and nothing that reaches beyond them."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.axes import Axes

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.inline import image_of, inline_svg, is_drawn
from limeeval.report.drawing.saved import saved
from limeeval.report.drawing.style import INK, SERIES

NAME = '<b onload="x">&amp; \N{GRINNING FACE} שלום</b>'


def draw(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1], color=SERIES[1], marker="o")
    axes.set_xticks([0, 1], [NAME, "b"])
    axes.text(0.5, 0.5, "$x^2$", color=INK)


def figure(marks: int = 2, *, is_picture: bool = False) -> Figure:
    return Figure("a", "b", "c", "d", pd.DataFrame({"x": [0, 1]}), draw, marks=marks, is_picture=is_picture)


@pytest.fixture(scope="module")
def svg() -> str:
    return inline_svg(saved(figure(), ["svg"])["svg"], prefix="one", label='what "it" says')


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(html: str) -> _Seen:
    parser = _Seen()
    parser.feed(html)
    return parser


def test_colours_are_the_pages_own(svg: str) -> None:
    assert "var(--series-1)" in svg
    assert SERIES[1] not in svg
    assert INK not in svg
    assert "var(--font)" in svg
    assert "DejaVu" not in svg


def test_names_within_are_its_own_and_lead_somewhere(svg: str) -> None:
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) > 5
    assert all(name.startswith("one-") for name in ids)
    asked = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert asked
    assert asked <= set(ids)


def test_names_of_users_are_text_and_mathematics_is_none(svg: str) -> None:
    found = seen(svg)
    assert NAME in found.text
    assert "$x^2$" in found.text
    assert found.tags <= {"svg", "g", "path", "use", "text", "defs", "clippath", "rect", "tspan"}
    assert not any(name.startswith("on") for name, _ in found.attributes)


def test_nothing_reaches_the_rest_of_the_page(svg: str) -> None:
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert 'role="img"' in svg
    assert 'aria-label="what &quot;it&quot; says"' in svg


@pytest.mark.parametrize(
    ("marks", "is_picture", "expected"), [(1000, False, True), (1001, False, False), (1, True, False)]
)
def test_many_marks_and_photographs_are_pixels(marks: int, is_picture: bool, expected: bool) -> None:
    assert is_drawn(figure(marks, is_picture=is_picture)) is expected


def test_pixels_are_an_address_of_their_own() -> None:
    assert image_of(b"\x89PNG").startswith("data:image/png;base64,")


def test_drawings_of_a_paper_are_as_wide_as_a_column() -> None:
    svg = saved(figure(), ["svg"], is_paper=True)["svg"].decode()
    (width,) = re.findall(r'width="([\d.]+)pt"', svg)
    assert float(width) == pytest.approx(3.35 * 72)
