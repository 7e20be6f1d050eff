"""Every figure there is keeps the same promises, on every kind of run: found, not listed."""

import inspect
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure as Canvas

from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.drawing.style import drawn_in_style
from limeeval.report.figures.catalogue import figures
from limeeval.study.study import Study

RUNS = ("table_study", "hostile_study", "image_study")


def drawable(study: Study, name: str) -> Iterator[Figure]:
    """The figure with its defaults, and with each choice of an instance that it takes."""
    function = figures()[name]
    choices = ("worst", "median", "best") if "which" in inspect.signature(function).parameters else (None,)
    for which in choices:
        try:
            yield function(study, study.answers[0], **({} if which is None else {"which": which}))
        except NotDrawn:
            continue


def test_every_module_of_figures_has_its_figure() -> None:
    from pkgutil import iter_modules

    import limeeval.report.figures

    modules = {found.name for found in iter_modules(limeeval.report.figures.__path__)} - {"catalogue"}
    assert set(figures()) == modules
    assert {"same_reasons", "stability_and_fidelity", "instances", "explanation", "lack_of_fit"} <= modules


@pytest.mark.parametrize("name", figures())
def test_it_says_when_there_is_nothing_to_draw(name: str, request: pytest.FixtureRequest) -> None:
    drawn = [figure for run in RUNS for figure in drawable(request.getfixturevalue(run), name)]
    assert drawn or name == "agreement_between_explainers"  # Which these runs have not: see its own test.


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", figures())
def test_it_says_what_it_shows(name: str, run: str, request: pytest.FixtureRequest) -> None:
    for figure in drawable(request.getfixturevalue(run), name):
        for text in (figure.name, figure.title, figure.caption, figure.alt):
            assert text.strip() == text != ""
            assert "nan" not in text.split()
            assert "None" not in text
        assert len(figure.title) <= 110
        assert len(figure.caption) <= 700
        assert len(figure.table) >= 1
        assert figure.table.columns.is_unique
        assert not figure.table.isna().all(axis=None)
        assert figure.marks >= 1


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", figures())
def test_it_draws_on_the_axes_it_is_given_and_nowhere_else(name: str, run: str, request: pytest.FixtureRequest) -> None:
    import matplotlib.pyplot as plt

    for figure in drawable(request.getfixturevalue(run), name):
        with drawn_in_style():
            canvas = Canvas()
            axes = canvas.add_subplot()
            figure.draw(axes)
        assert axes.has_data() or axes.child_axes
        assert plt.get_fignums() == []


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("name", figures())
def test_the_same_rows_give_the_same_bytes(name: str, run: str, request: pytest.FixtureRequest) -> None:
    study = request.getfixturevalue(run)
    for one, other in zip(drawable(study, name), drawable(study, name), strict=True):
        files, again = saved(one, ["svg", "png", "pdf"]), saved(other, ["svg", "png", "pdf"])
        assert files == again
        assert ElementTree.fromstring(files["svg"]).tag.endswith("svg")
        assert files["png"].startswith(b"\x89PNG")
        assert files["pdf"].startswith(b"%PDF")


@pytest.mark.parametrize("name", figures())
def test_hostile_names_stay_text(name: str, hostile_study: Study) -> None:
    for figure in drawable(hostile_study, name):
        svg = saved(figure, ["svg"])["svg"]
        assert b"<script" not in svg
        assert not any("onclick" in element.attrib for element in ElementTree.fromstring(svg).iter())
