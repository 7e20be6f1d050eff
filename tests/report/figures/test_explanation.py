"""One explanation: what is drawn is what the runs say, and no value shows that should not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer
from matplotlib.figure import Figure as Canvas

from limeeval import Study
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.drawing.style import SERIES
from limeeval.report.figures.explanation import explanation

Made = Callable[..., Study]
RUNS = [[4.0, -3.0, 1.0, 0.0], [4.2, -2.0, 0.5, 0.0], [4.4, -1.0, 3.0, 0.0], [4.0, -2.0, 0.3, 0.2]]
ALIKE = [[4.0, 3.0, 1.0, 0.0]] * 4
NAMES = ["age > 41.00", "purpose=car", "amount <= 10.00", "telephone=none"]
VALUES = {"age": [50], "purpose": ["car"], "amount": [5], "telephone": ["none"]}


def drawn(study: Study, **options: Any) -> Figure:
    return explanation(study, study.answers[0], **options)


def axes_of(figure: Figure) -> Axes:
    axes = Canvas().add_subplot()
    figure.draw(axes)
    return axes


def bars_of(axes: Axes) -> list[Any]:
    return [bar for one in axes.containers if isinstance(one, BarContainer) for bar in one]


def test_the_table_holds_means_ends_and_the_number_of_runs_that_name_each(study_of: Made) -> None:
    table = drawn(study_of([RUNS], names=NAMES)).table
    assert table["feature"].tolist() == ["age > 41.00", "purpose=car", "amount <= 10.00", "telephone=none"]
    assert table["mean coefficient"].tolist() == pytest.approx([4.15, -2.0, 1.2, 0.05])
    assert table["low"].tolist() == pytest.approx([4.0, -3.0, 0.3, 0.0])
    assert table["high"].tolist() == pytest.approx([4.4, -1.0, 3.0, 0.2])
    assert table["runs that name it"].tolist() == [4, 3, 1, 0]
    assert table["of runs"].tolist() == [4] * 4


def test_bars_and_lines_are_those_of_the_table(study_of: Made) -> None:
    figure = drawn(study_of([RUNS], names=NAMES))
    axes, table = axes_of(figure), figure.table
    assert [bar.get_width() for bar in bars_of(axes)] == pytest.approx(table["mean coefficient"].tolist())
    lines = axes.collections[-1]
    assert isinstance(lines, LineCollection)
    ends = np.array([np.asarray(segment)[:, 0] for segment in lines.get_segments()])
    assert ends == pytest.approx(table[["low", "high"]].to_numpy())
    texts = [text.get_text() for text in axes.texts]
    assert texts == [
        "among the first 2 in",
        *[part for row in zip(NAMES, ["4 of 4", "3 of 4", "1 of 4", "0 of 4"], strict=True) for part in row],
    ]


def test_blue_raises_orange_lowers_and_only_sure_reasons_are_filled(study_of: Made) -> None:
    bars = bars_of(axes_of(drawn(study_of([RUNS], names=NAMES))))
    assert [bar.get_edgecolor() for bar in bars] == [to_rgba(SERIES[n]) for n in (0, 1, 0, 0)]
    assert [bar.get_facecolor()[3] == 1 for bar in bars] == [True, False, False, False]


def test_the_caption_says_what_to_rely_on(study_of: Made) -> None:
    caption = drawn(study_of([RUNS], names=NAMES)).caption
    assert (
        "Named again: age > 41.00 (named in every run). Changes with the seed: purpose=car, amount <= 10.00." in caption
    )
    assert caption.startswith(
        "Bars: mean coefficient over 4 runs (0 in a run that leaves it out); lines: the lowest to"
    )
    assert "summary" not in caption


def test_a_reason_whose_sign_changes_is_not_sure(study_of: Made) -> None:
    figure = drawn(study_of([[[4.0, 3.0, 0.0], [4.0, -3.0, 0.0], [4.0, 3.0, 0.0]]]))
    assert figure.table["runs that name it"].tolist() == [3, 3, 0]
    assert "Named again: feature 0 (named in every run). Changes with the seed: feature 1." in figure.caption


def test_nine_of_ten_runs_are_enough(study_of: Made) -> None:
    runs = [[4.0, 3.0, 1.0]] * 9 + [[4.0, 1.0, 3.0]]
    caption = drawn(study_of([runs])).caption
    assert (
        "Named again: feature 0, feature 1 (named in at least 90% of runs). Changes with the seed: feature 2."
        in caption
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"r2": 0.3},
            "Named again: feature 0, feature 1 (named in every run). Read it as a summary: a line follows 30%",
        ),
        ({"r2": -0.1}, "Not to be relied on: a line says nothing of the model here. Named again: feature 0, feature 1"),
        ({"supported": False}, "Not to be relied on: too few samples count at this width. Named again: feature 0"),
    ],
)
def test_steady_reasons_of_a_poor_line_are_not_praised(study_of: Made, options: dict[str, Any], expected: str) -> None:
    assert expected in drawn(study_of([ALIKE], **options)).caption


def test_of_many_runs_the_middle_is_shown(study_of: Made) -> None:
    runs = [[float(run), 0.0, 0.0] for run in range(1, 42)]
    figure = drawn(study_of([runs], k=1))
    assert figure.table[["low", "high"]].to_numpy()[0].tolist() == pytest.approx([2.0, 40.0])
    assert "over 41 runs (0 in a run that leaves it out); lines: the middle 95% of them." in figure.caption


def test_a_single_run_shows_standard_errors_and_promises_nothing(study_of: Made) -> None:
    figure = drawn(study_of([RUNS[:1]], errors=0.5))
    assert figure.table[["low", "high"]].to_numpy()[0].tolist() == pytest.approx([3.0, 5.0])
    assert "not known" in figure.caption
    assert "two standard errors" in figure.caption
    axes = axes_of(figure)
    assert [text.get_text() for text in axes.texts][0::2] == ["among the first 2", "yes", "yes", "no", "no"]
    assert {bar.get_facecolor()[3] for bar in bars_of(axes)} == {0.25}


def test_runs_that_name_nothing_say_so(study_of: Made) -> None:
    assert "No run names a reason" in drawn(study_of([[[0.0, 0.0, 0.0]] * 3])).caption


def test_which_chooses_by_jaccard_or_by_row(study_of: Made) -> None:
    study = study_of([ALIKE, RUNS, ALIKE[:3] + RUNS[2:3]], rows=[7, "b", "<i>"])
    titles = {which: drawn(study, which=which).title for which in ("worst", "median", "best", 7, "7", "b")}
    assert titles == {
        "worst": "Least stable of 3: applicant b, why does the model give “bad” 0.25?",
        "median": "Median of 3: applicant <i>, why does the model give “bad” 0.25?",
        "best": "Most stable of 3: applicant 7, why does the model give “bad” 0.25?",
        7: "Applicant 7: why does the model give “bad” 0.25?",
        "7": "Applicant 7: why does the model give “bad” 0.25?",
        "b": "Applicant b: why does the model give “bad” 0.25?",
    }
    assert [drawn(study, which=which).name for which in ("worst", "<i>")] == ["explanation_worst", "explanation_2"]


def test_a_prediction_is_no_class(study_of: Made) -> None:
    study = study_of([RUNS], label_name=None, explained="predicted value")
    assert drawn(study, which=100).title == "Applicant 100: why does the model predict 0.25?"
    assert axes_of(drawn(study)).get_xlabel() == "lowers the prediction  ←  coefficient  →  raises the prediction"
    assert "give class 0 0.25?" in drawn(study_of([RUNS], label_name=None)).title


def test_without_values_no_condition_shows_anywhere(study_of: Made) -> None:
    figure = drawn(study_of([RUNS], names=NAMES, values=VALUES), values=False)
    assert figure.table["feature"].tolist() == list(VALUES)
    shown = " ".join([figure.title, figure.caption, figure.alt, *[text.get_text() for text in axes_of(figure).texts]])
    assert not any(sign in shown for sign in ("=", ">", "<", "41", "car", "none"))


def test_of_hundreds_of_features_the_first_are_shown(study_of: Made) -> None:
    rng = np.random.default_rng(0)
    figure = drawn(study_of([rng.normal(size=(5, 300))], k=20))
    assert len(figure.table) == len(bars_of(axes_of(figure))) == 10
    assert "Not shown: 290 more features." in figure.caption
    assert figure.table["runs that name it"].is_monotonic_decreasing


def test_runs_without_all_coefficients_do_not_count(study_of: Made) -> None:
    gap = [[np.nan, 1.0, 0.0, 0.0], *RUNS]
    figure = drawn(study_of([gap]))
    assert figure.table["of runs"].tolist() == [4] * 4
    assert "Left out, for coefficients are missing: 1 run." in figure.caption
    with pytest.raises(NotDrawn, match="none of 100"):
        drawn(study_of([gap[:1] * 3]))


def test_what_is_not_there_is_not_drawn(study_of: Made) -> None:
    study = study_of([RUNS])
    with pytest.raises(NotDrawn, match="the median explanation needs more instances with a Jaccard, got 1"):
        drawn(study, which="median")
    with pytest.raises(ValueError, match=r"which must be worst, median, best or an explained row \(100\), got 5"):
        drawn(study, which=5)


def test_hostile_names_are_text(study_of: Made) -> None:
    names = ["<script>$x$</script>", "a\nb\r\tc\u202e", "😀" * 200, "\\frac{'\"&}%_^#"]
    study = study_of([RUNS], names=names, rows=["<b>\n" + "r" * 300], label_name="$\\alpha$\n<" + "l" * 300)
    figure = drawn(study)
    assert all(name.isprintable() and len(name) <= 80 for name in figure.table["feature"])
    assert len(figure.title) < 110
    texts = [text.get_text() for text in axes_of(figure).texts]
    assert "<script>$x$</script>" in texts
    assert all(text.isprintable() and len(text) < 60 for text in texts)
    files = saved(figure, ["svg", "png", "pdf"])
    assert b"<script>" not in files["svg"]
