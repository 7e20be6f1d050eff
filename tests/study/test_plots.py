"""study.plot.<figure>(ax=None): every figure by its name, on the axes that one has."""

from collections.abc import Iterator
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

import limeeval
from limeeval.report.drawing.figure import NotDrawn
from limeeval.report.figures.catalogue import figures


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def study(notebook) -> limeeval.Study:
    return limeeval.evaluate(
        notebook.explainer, notebook.x[:3], notebook.forest, kernel_width=[1.0, 2.0], num_samples=[60, 120], seeds=3
    )


def test_every_figure_is_a_method(study: limeeval.Study) -> None:
    assert dir(study.plot) == sorted(figures())
    for name in dir(study.plot):
        plot = getattr(study.plot, name)
        assert plot.__doc__ == figures()[name].__doc__
        try:
            axes = plot()
        except NotDrawn:
            continue
        assert isinstance(axes, Axes)
        assert axes.get_title(loc="left")
    assert len(plt.get_fignums()) >= 5


def test_axes_of_ones_own_are_drawn_on(study: limeeval.Study) -> None:
    _, (left, right) = plt.subplots(1, 2)
    assert study.plot.same_reasons(ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert right.get_title(loc="left") == ""


def test_what_is_drawn_is_what_was_scored(study: limeeval.Study) -> None:
    axes = study.plot.same_reasons()
    drawn = sorted(
        value
        for line in axes.lines
        if len(line.get_xdata()) == 2 and line.get_marker() in "os^D"
        for value in line.get_ydata()
    )
    scores = study.scores
    own = scores[scores["instance"].isna() & (scores["metric"] == "same_set")]
    assert set(own["estimate"].round(9)) <= {round(value, 9) for value in drawn}


def test_options_of_a_figure_are_its_own(study: limeeval.Study) -> None:
    title = study.plot.explanation(which="best").get_title(loc="left")
    assert title != study.plot.explanation(which="worst").get_title(loc="left")
    with pytest.raises(ValueError, match="which must be worst, median, best or an explained row"):
        study.plot.explanation(which="nope")


def test_a_figure_that_does_not_exist(study: limeeval.Study) -> None:
    with pytest.raises(AttributeError, match="got 'same_reason'; did you mean same_reasons"):
        study.plot.same_reason()


def test_of_several_answers_one_is_chosen(study: limeeval.Study) -> None:
    second = replace(study.descriptions[0], model="other")
    tables = {
        name: pd.concat([getattr(study, name), getattr(study, name).assign(model="other")])
        for name in ("attributions", "fits", "instances")
    }
    both = replace(study, descriptions=[study.descriptions[0], second], **tables)
    with pytest.raises(ValueError, match="task, model and explainer must choose one answer, got 2 of these"):
        both.plot.same_reasons()
    assert both.plot.same_reasons(model="other").has_data()


def test_notebooks_show_the_answer_and_a_figure(study: limeeval.Study) -> None:
    html = study._repr_html_()
    assert html.startswith("<pre>study")
    assert html.count('<img src="data:image/png;base64,') == 1
    assert "<script" not in html
    assert plt.get_fignums() == []


def test_notebooks_show_what_changed(study: limeeval.Study) -> None:
    compared = study.compare(by={"num_samples": (60, 120)}, where={"kernel_width": 2.0})
    axes = compared.plot()
    assert axes.get_yticklabels()[0].get_text() == "same reasons"
    html = compared._repr_html_()
    assert repr(compared).splitlines()[0][:20] in html
    assert html.count("<img") == 1
    assert "<script" not in html
