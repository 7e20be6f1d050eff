"""Maps of agreement: numbers read back from the axes, what is marked, and names that others chose."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from limeeval.report.drawing.heat import (
    APART,
    COLORS,
    Heat,
    apart_sentence,
    distinct,
    draw_heat,
    heat_of,
    height_of,
    legible_on,
    pairs_table,
    span,
)
from limeeval.report.drawing.style import drawn_in_style

HOSTILE = ["<b>$x$</b>\n", 'a "quoted"\r\n name', "שלום", "🍷" * 20, "n" * 300, "n" * 300]


def pairs(rows: list[tuple[int, int, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["one", "other", "estimate", "high"])
    return table.assign(low=table["estimate"] - 0.1, chance=0.2)


THREE = [(0, 0, 0.9, 0.95), (0, 1, 0.5, 0.6), (0, 2, 0.8, 0.89), (1, 1, 0.7, 0.8), (1, 2, 0.65, 0.75), (2, 2, 0.99, 1)]


def drawn(heat: Heat, label: str = "") -> Canvas:
    with drawn_in_style():
        canvas = Canvas(figsize=(4.8, height_of(heat)), layout="constrained")
        draw_heat(canvas.add_subplot(), heat, label=label)
        canvas.savefig(BytesIO(), format="svg")
    return canvas


def numbers(canvas: Canvas) -> dict[tuple[int, int], str]:
    """What is written in each cell."""
    (axes,) = canvas.axes
    size = len(axes.get_xticks())
    inside = [text for text in axes.texts if text.get_position()[0] < size]
    return {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in inside}


def test_known_map() -> None:
    heat = heat_of(pairs(THREE), ["a", "b", "c"])
    assert heat.values.tolist() == [[0.9, 0.5, 0.8], [0.5, 0.7, 0.65], [0.8, 0.65, 0.99]]
    assert (heat.itself.tolist(), heat.between.tolist()) == ([0.9, 0.7, 0.99], [0.5, 0.8, 0.65])
    assert heat.chance == pytest.approx(0.2)
    # Below both of their own: 0.6 < 0.7 and 0.89 < 0.9, but not 0.75, which is above 0.7.
    assert heat.apart.tolist() == [[False, True, True], [True, False, False], [True, False, False]]
    assert "2 of 3 pairs" in apart_sentence(heat)


def test_pairs_may_come_in_either_order_and_be_missing() -> None:
    heat = heat_of(pairs([(0, 0, 0.9, 0.9), (1, 0, 0.4, np.nan)]), ["a", "b"])
    assert heat.values[0, 1] == heat.values[1, 0] == 0.4
    assert np.isnan(heat.values[1, 1])
    assert heat.itself.tolist() == [0.9]
    assert not heat.apart.any()
    assert APART not in apart_sentence(heat)


def test_every_number_stands_in_its_cell() -> None:
    canvas = drawn(heat_of(pairs(THREE), ["a", "b", "c"]), label="letters")
    (axes,) = canvas.axes
    assert numbers(canvas) == {
        (0, 0): "0.90", (1, 0): "0.50", (1, 1): "0.70", (2, 0): "0.80", (2, 1): "0.65", (2, 2): "0.99"
    }  # fmt: skip
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    frames = [patch.get_xy() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert frames == [(0, 0), (1, 1), (2, 2)]
    marked = {(int(y), int(x)) for line in axes.lines for x, y in line.get_xydata()}
    assert marked == {(1, 0), (2, 0)}
    assert axes.get_xlabel() == "letters"


def test_what_is_not_known_is_a_dash_without_a_frame() -> None:
    canvas = drawn(heat_of(pairs([(0, 0, 0.9, 0.9)]), ["a", "b"]))
    assert numbers(canvas) == {(0, 0): "0.90", (1, 0): "–", (1, 1): "–"}
    assert len(canvas.axes[0].patches) == 1


@pytest.mark.parametrize(("value", "written"), [(1.0, "1.0"), (0.994, ".99"), (0.05, ".05"), (0.0, ".00")])
def test_narrow_cells_have_short_numbers(value: float, written: str) -> None:
    m = 12
    rows = [(one, other, value, value) for one in range(m) for other in range(one, m)]
    shown = numbers(drawn(heat_of(pairs(rows), [f"setting {at}" for at in range(m)])))
    assert set(shown.values()) == {written}


@pytest.mark.parametrize("color", [*sns.color_palette(COLORS, 9), (1, 1, 1), (0, 0, 0)])
def test_numbers_are_legible_on_every_color(color: tuple[float, ...]) -> None:
    ink = 0.0 if legible_on(color) == "#000000" else 1.0
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    darker, lighter = sorted([ink, luminance])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_colors_darken_from_chance_to_one() -> None:
    canvas = drawn(heat_of(pairs(THREE), ["a", "b", "c"]))
    (mesh,) = canvas.axes[0].collections
    assert mesh.get_clim() == pytest.approx((0.2, 1.0))
    assert mesh.get_cmap().name == COLORS
    lightness = mesh.to_rgba(np.linspace(0.2, 1, 20))[:, :3] @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(lightness) < 0).all()


def test_names_are_short_and_distinct() -> None:
    assert distinct(["plain", "x\n", "x", ""]) == ("plain", "2 x", "3 x", "4")
    found = distinct(HOSTILE)
    assert len(set(found)) == len(HOSTILE)
    assert all(len(name) <= 26 and name.isprintable() for name in found)


def test_hostile_names_are_text() -> None:
    m = len(HOSTILE)
    rows = [(one, other, 0.5, 0.6) for one in range(m) for other in range(one, m)]
    heat = heat_of(pairs(rows), HOSTILE)
    (axes,) = drawn(heat, label="a label " * 20).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(heat.names)
    assert axes.get_window_extent().width > 100
    assert all(len(line) <= 62 for line in axes.get_xlabel().splitlines())


def test_more_things_want_more_room() -> None:
    def heat(m: int) -> Heat:
        return heat_of(pairs([(at, at, 0.5, 0.6) for at in range(m)]), [f"setting {at}" for at in range(m)])

    assert 2.4 <= height_of(heat(2)) <= height_of(heat(6)) < height_of(heat(12)) <= 6.0


def test_table_has_a_row_for_every_pair() -> None:
    table = pairs_table(pairs(THREE), ["a", "b", "c"], "letter")
    assert table.columns.tolist() == ["letter", "other letter", "Jaccard", "low", "high", "by chance"]
    assert table.iloc[1].tolist() == ["a", "b", 0.5, 0.4, 0.6, 0.2]
    assert len(table) == len(THREE)


def test_span() -> None:
    assert span(np.array([0.4, 0.123])) == "0.12 to 0.40"
    assert span(np.array([0.4, 0.401])) == "0.40"
    assert span(np.array([])) == "not known"
