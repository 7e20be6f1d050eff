"""What lines miss: the numbers of the scores on the axes, their parts, what is cut off, and when nothing is drawn."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from limeeval.report.answer.answer import answer_of
from limeeval.report.description import Description, Target
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.drawing.style import PAPER
from limeeval.report.figures.lack_of_fit import lack_of_fit

RUN = Description(
    task="t",
    model="m",
    explainer="lime",
    unit="<b>$x$</b>\n" * 99,
    instances=3,
    seeds=6,
    explained="label: 1",
    features=8,
    k=3,
    rows_predicted=0,
    rows_stored=0,
    rows_of_a_loop=0,
    seconds=1.0,
)
NO_RUNS = pd.DataFrame({"task": [], "model": [], "explainer": []})
INSTANCES = pd.DataFrame({"task": "t", "model": "m", "instance": [0, 1, 2], "row": [5, 6, 7], "label": 1})


def cell(
    factor: float | None,
    lack: float | None,
    fresh: float | None,
    *,
    samples: int = 5000,
    supported: float = 1.0,
    explainer: str = "lime",
    parts: tuple[float, float] | None = None,
    **others: Any,
) -> list[dict[str, Any]]:
    """Scores of one setting, with limits 0.02 to either side."""
    settings = {"task": "t", "model": "m", "explainer": explainer, "kernel_width": factor}
    settings |= {"kernel_width_factor": factor, "num_samples": samples, **others}
    values = {"lack_of_fit": lack, "r2_fresh": fresh, "jaccard": 0.8, "supported": supported}
    values |= {} if parts is None else {"r2_line": 0.4, "pure_error": parts[0], "nonlinear_gain": parts[1]}
    return [{**settings, **score(metric, value)} for metric, value in values.items()]


def score(metric: str, estimate: float | None) -> dict[str, Any]:
    value = np.nan if estimate is None else estimate
    limits = {"estimate": value, "low": value - 0.02, "high": value + 0.02}
    others = dict.fromkeys(["low_population", "high_population", "chance"], np.nan)
    return {"metric": metric, "k": 3, **limits, **others, "interval": "t", "n": 3, "instance": None, "label": None}


def figure_of(*cells: list[dict[str, Any]]) -> Figure:
    scores = pd.DataFrame([row for rows in cells for row in rows]).astype({"instance": "Int64", "label": "Int64"})
    answer = answer_of(scores, INSTANCES, NO_RUNS, RUN, Target())
    run: Any = SimpleNamespace(scores=scores)
    return lack_of_fit(run, answer)


def drawn(figure: Figure) -> Axes:
    axes = Canvas().add_subplot()
    figure.draw(axes)
    return axes


def heights(axes: Axes) -> dict[str, list[float]]:
    """What each named line shows."""
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.lines if str(line.get_label())[0] != "_"}


def test_numbers_are_the_scores_at_the_largest_sample_count() -> None:
    figure = figure_of(
        cell(1.0, 0.6, 0.38), cell(0.5, 0.55, 0.30), cell(1.0, 0.1, 0.1, samples=250), cell(2.0, 0.62, 0.37)
    )
    table = figure.table
    assert table["width"].tolist() == [0.5, 1.0, 2.0]
    assert table["samples"].tolist() == [5000] * 3
    assert table["best possible line misses"].tolist() == [0.55, 0.6, 0.62]
    assert table["best possible line, low"].tolist() == pytest.approx([0.53, 0.58, 0.6])
    assert table["LIME's own lines miss"].tolist() == pytest.approx([0.7, 0.62, 0.63])
    # The upper limit of R2 is the lower limit of what is missed.
    assert table["LIME's own lines, low"].tolist() == pytest.approx([0.68, 0.6, 0.61])
    assert table["LIME's own lines, high"].tolist() == pytest.approx([0.72, 0.64, 0.65])
    axes = drawn(figure)
    assert heights(axes) == {
        "best possible line": pytest.approx([0.55, 0.6, 0.62]),
        "LIME's own lines": pytest.approx([0.7, 0.62, 0.63]),
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == ["x0.5", "x1\nLIME's", "x2"]
    assert (axes.get_xscale(), axes.get_ylim()) == ("log", (0, 1))
    assert "At LIME's kernel width the best possible line misses 60%" in figure.caption
    assert "LIME's own lines miss 62%" in figure.caption
    assert "as a summary" in figure.caption
    assert figure.alt == (
        "What lines miss, against kernel width. The best possible line misses 55% (x0.5) to 62% (x2); "
        "LIME's own lines miss 62% at x1."
    )


def test_other_settings_are_those_of_the_reference() -> None:
    own = [cell(factor, 0.6, 0.4, discretize_continuous=True) for factor in (0.5, 1.0)]
    others = [cell(factor, 0.2, 0.8, discretize_continuous=False) for factor in (0.5, 1.0, 2.0)]
    assert figure_of(*others, *own).table["best possible line misses"].tolist() == [0.6, 0.6]


def test_parts_lie_on_one_another() -> None:
    figure = figure_of(cell(0.5, 0.5, 0.4, parts=(0.3, 0.05)), cell(1.0, 0.6, 0.4, parts=(0.4, 0.1)))
    assert figure.table["hidden by bins"].tolist() == [0.3, 0.4]
    assert figure.table["not linear, at least"].tolist() == [0.05, 0.1]
    bands = [band for band in drawn(figure).collections if band.get_label() in figure.table]
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in bands]
    lows = [band.get_paths()[0].vertices[:, 1].min() for band in bands]
    assert (tops, lows) == (pytest.approx([0.4, 0.5]), pytest.approx([0.0, 0.3]))
    assert "40% is hidden within bins and categories and at least 10% is not linear" in figure.caption


def test_parts_that_are_nowhere_are_left_out() -> None:
    figure = figure_of(cell(0.5, 0.5, 0.4, parts=(0.0, 0.05)), cell(1.0, 0.6, 0.4, parts=(0.0, 0.1)))
    assert "hidden by bins" not in figure.table
    assert "bins" not in figure.caption
    assert "at least 10% is not linear" in figure.caption


def test_beyond_the_axis_marks_stand_at_its_end_with_their_number() -> None:
    figure = figure_of(cell(0.5, 0.5, -0.37), cell(1.0, 0.6, 0.4))
    assert figure.table["LIME's own lines miss"].tolist() == pytest.approx([1.37, 0.6])
    axes = drawn(figure)
    assert heights(axes)["LIME's own lines"] == pytest.approx([1.0, 0.6])
    assert [text.get_text() for text in axes.texts] == ["137%"]
    assert "Above 100%" in figure.caption


def test_unsupported_widths_are_hollow() -> None:
    figure = figure_of(cell(0.5, 0.5, 0.4, supported=0.2), cell(1.0, 0.6, 0.4))
    hollow = [line for line in drawn(figure).lines if line.get_markerfacecolor() == PAPER]
    assert [list(line.get_ydata()) for line in hollow] == [[0.5], [0.6]]
    assert [float(line.get_xdata()[0]) for line in hollow] == pytest.approx([0.5, 0.5], rel=0.03)
    assert "Hollow" in figure.caption
    usual = figure_of(cell(0.5, 0.5, 0.4), cell(1.0, 0.6, 0.4))
    assert "Hollow" not in usual.caption


def test_what_lines_carry_well_is_called_so() -> None:
    figure = figure_of(cell(0.5, 0.002, 0.99), cell(1.0, 0.1, 0.8))
    assert "a line says most of it" in figure.caption
    assert "summary" not in figure.caption
    assert "less than 1%" in figure.alt


def test_missing_values_leave_gaps() -> None:
    figure = figure_of(cell(0.5, 0.5, None), cell(1.0, 0.6, 0.4), cell(2.0, None, 0.4))
    assert figure.table["width"].tolist() == [0.5, 1.0]
    assert np.isnan(heights(drawn(figure))["LIME's own lines"][0])


def test_hostile_units_are_short_text() -> None:
    figure = figure_of(cell(0.5, 0.5, 0.4), cell(1.0, 0.6, 0.4))
    assert len(figure.caption) < 500
    assert figure.caption.isprintable()
    assert {name: bool(file) for name, file in saved(figure, ["svg", "png", "pdf"]).items()} == {
        "svg": True,
        "png": True,
        "pdf": True,
    }


@pytest.mark.parametrize(
    ("cells", "got"),
    [
        ([cell(1.0, 0.5, 0.4), cell(1.0, 0.5, 0.4, samples=250)], "got x1 alone"),
        ([cell(1.0, None, 0.4), cell(2.0, None, 0.4)], "got none"),
        ([cell(None, 0.5, 0.4)], "got none"),
    ],
    ids=["one width", "one seed", "no widths"],
)
def test_not_drawn(cells: list[list[dict[str, Any]]], got: str) -> None:
    with pytest.raises(NotDrawn, match=got):
        figure_of(*cells)
