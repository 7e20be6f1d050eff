"""Agreement of every instance: the numbers of the scores, on the axes, with what the mean hides in plain sight."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure as Canvas

from limeeval import Study
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.figures.instances import MOST, instances

Made = Callable[..., Study]
ALIKE = [[4.0, 3.0, 1.0, 0.0]] * 3
THIRDS = [[4.0, 3.0, 1.0, 0.0], [4.0, 1.0, 3.0, 0.0], [4.0, 1.0, 0.0, 3.0]]  # Every pair shares 1 of 3.
ONE_DIFFERS = [[4.0, 3.0, 1.0, 0.0], [4.0, 3.0, 0.0, 1.0], [4.0, 1.0, 3.0, 0.0]]
STEADY = [[4.0, 3.0, 1.0, 0.0]] * 60


def drawn(study: Study) -> Figure:
    return instances(study, study.answers[0])


def axes_of(figure: Figure) -> Axes:
    axes = Canvas().add_subplot()
    figure.draw(axes)
    return axes


def marks_of(axes: Axes) -> dict[float, float]:
    """Jaccard by place."""
    found = {}
    for one in axes.containers:
        assert isinstance(one, ErrorbarContainer)
        found.update(zip(one.lines[0].get_ydata(), one.lines[0].get_xdata(), strict=True))
    return dict(sorted(found.items(), reverse=True))


def many(study_of: Made, count: int) -> Study:
    rng = np.random.default_rng(0)
    return study_of([rng.normal(size=(4, 6)) for _ in range(count)])


def test_rows_are_drawn_the_worst_first_and_the_mean_below(study_of: Made) -> None:
    study = study_of([ALIKE, THIRDS, ONE_DIFFERS])
    figure = drawn(study)
    assert figure.table["row"].tolist() == [101, 102, 100]
    assert figure.table["Jaccard"].tolist() == pytest.approx([1 / 3, 5 / 9, 1.0])
    axes = axes_of(figure)
    assert list(marks_of(axes).values()) == pytest.approx([1 / 3, 5 / 9, 1.0, 17 / 27])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["101", "102", "100", "mean"]


def test_limits_and_target_are_drawn_as_scored(study_of: Made) -> None:
    study = study_of([ALIKE, THIRDS, ONE_DIFFERS], target=0.8)
    figure = drawn(study)
    scores = study.scores[study.scores["metric"] == "jaccard"].set_index("instance")
    assert figure.table["low"].tolist() == scores.loc[[1, 2, 0], "low"].tolist()
    axes = axes_of(figure)
    ends = {tuple(np.round(segment[:, 0], 9)) for one in axes.containers for segment in one.lines[2][0].get_segments()}
    own = figure.table[["low", "high"]].to_numpy().round(9).tolist()
    assert {tuple(pair) for pair in own} < ends
    assert [0.8, 0.8] in [list(line.get_xdata()) for line in axes.lines if line.is_dashed()]


def test_steady_instances_are_told_apart_and_counted(study_of: Made) -> None:
    figure = drawn(study_of([THIRDS, STEADY, STEADY], target=0.8))
    assert "dashed: the target 0.80. Surely above it: 2 of 3." in figure.caption
    axes = axes_of(figure)
    _, labels = axes.get_legend_handles_labels()
    assert labels == ["surely above", "open"]
    markers = [one.lines[0].get_marker() for one in axes.containers]
    assert markers == ["o", "s", "D"]


def test_instances_that_surely_agree_too_little_are_told_apart(study_of: Made) -> None:
    often = [[4.0, 3.0, 0.0, 0.0], [0.0, 0.0, 4.0, 3.0]] * 10
    axes = axes_of(drawn(study_of([often, ALIKE], target=0.9)))
    assert axes.get_legend_handles_labels()[1] == ["open", "surely below"]


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (1, "1: two runs name the same first reason; unrelated runs: 0.25."),
        (2, "1: two runs name the same 2 reasons; 0.33: one of the two; unrelated runs: 0.39."),
        (3, "1: two runs name the same 3 reasons; 0.50: all but one of them; unrelated runs: 0.62."),
    ],
)
def test_the_caption_explains_the_scale(study_of: Made, k: int, expected: str) -> None:
    assert drawn(study_of([ALIKE, THIRDS], k=k)).caption.startswith(expected)


def test_many_instances_are_a_curve_that_names_the_worst(study_of: Made) -> None:
    figure = drawn(many(study_of, MOST + 1))
    axes = axes_of(figure)
    curve = next(line for line in axes.lines if line.get_label() == "each")
    assert list(curve.get_ydata()) == figure.table["Jaccard"].tolist()
    assert figure.table["Jaccard"].is_monotonic_increasing
    worst = ", ".join(str(row) for row in figure.table["row"][:3])
    assert [text.get_text() for text in axes.texts] == [f"worst: {worst}"]
    mean = next(line for line in axes.lines if str(line.get_label()).startswith("mean"))
    assert mean.get_ydata()[0] == pytest.approx(figure.table["Jaccard"].mean())
    assert len(marks_of(axes_of(drawn(many(study_of, MOST))))) == MOST + 1


def test_instances_without_a_score_are_counted(study_of: Made) -> None:
    missing = [[4.0, np.nan, 1.0, 0.0]] * 3
    figure = drawn(study_of([missing, ALIKE, THIRDS]))
    assert figure.caption.endswith("of 2. Not defined for 1 more.")
    assert figure.table["Jaccard"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("runs", "count"), [([ALIKE[:1], THIRDS[:1]], 0), ([THIRDS], 1)])
def test_fewer_than_two_instances_are_not_drawn(study_of: Made, runs: Any, count: int) -> None:
    with pytest.raises(NotDrawn, match=f"two instances of which runs can be compared, got {count}"):
        drawn(study_of(runs))


def test_hostile_ids_are_text(study_of: Made) -> None:
    rows = ["<script>$x$\n", "\u202e😀" * 100, "r" * 300]
    figure = drawn(study_of([ALIKE, THIRDS, ONE_DIFFERS], rows=rows, unit="<b>\n" + "u" * 300, label_name="$x$\n"))
    texts = [label.get_text() for label in axes_of(figure).get_yticklabels()]
    assert all(text.isprintable() and len(text) <= 12 for text in texts)
    assert all(len(text) < 200 and text.isprintable() for text in (figure.title, figure.caption, figure.alt))
    assert figure.table["row"].map(len).max() <= 80
    assert b"<script>" not in saved(figure, ["svg", "png", "pdf"])["svg"]
