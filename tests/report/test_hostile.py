"""Whatever names, numbers and shapes a run has: a page that is one, drawings that are well-formed, text within them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text

from limeeval.report.drawing.figure import Figure
from limeeval.report.drawing.style import COLUMN, drawn_in_style
from limeeval.report.evidence import evidence
from limeeval.report.figures.explanation import explanation
from limeeval.report.figures.instances import instances
from limeeval.report.figures.stability_and_fidelity import stability_and_fidelity
from limeeval.report.options import Options
from limeeval.report.page.chapters import chapters_of
from limeeval.report.ranked import Ranked, best_median_worst, ranked_instances, short_id
from limeeval.report.reasons import Reasons
from limeeval.study.study import Study

Made = Callable[..., Study]
TEXTS = {
    "markup": "</td></table><script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "\" onclick=\"alert(1)' x='`",
    "lines": "a\nb\r\nc\td\x0b\x0ce\u2028f\x85g",
    "control": "a\x00b\x01c\x1b[31md\x7fe\x9bf\ufffe\uffffg",
    "directions": "שלום مرحبا \u202ea\u2066b\u200e",
    "long": "\N{PILE OF POO}" + "x" * 300,
    "languages": "$x^2$ \\frac {{ 7*7 }} {% raw %} ]]> <!-- <![CDATA[ &lt; %s",
    "markdown": "# *a* `c` [d](http://e) | f ~~g~~ > h\n\n---\n1. <http://a.b> ![i](j)",
}
SETTINGS_OF_LIME = (
    "discretize_continuous",
    "discretizer",
    "sample_around_instance",
    "sampling_method",
    "distance_metric",
    "kernel_width",
    "kernel_width_factor",
    "num_samples",
    "num_features",
    "feature_selection",
)
LONE = {"br", "meta", "img", "use", "link"}


class Parsed(HTMLParser):
    """The tags and attributes of a page, and those that are closed in another order than they were opened in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.misplaced: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        self.misplaced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in LONE:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        if tag in LONE:
            return
        if not self._open or self._open.pop() != tag:
            self.misplaced.append(tag)


def coefficients(instances: int, seeds: int, features: int) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=features) + 0.3 * rng.normal(size=(seeds, features)) for _ in range(instances)]


def named(study_of: Made, text: str) -> tuple[Study, dict[str, Any]]:
    """A run in which everything that somebody else names is called by a text, and its provenance likewise."""
    study = study_of(
        coefficients(3, 3, 4),
        names=[f"{text} {j}" for j in range(4)],
        rows=[f"{text}{i}" for i in range(3)],
        values={text: [text] * 3},
        label_name=text,
        explained=text,
        unit=text,
    )
    own = {"task": text, "model": text, "explainer": text}
    tables = {
        table: getattr(study, table).assign(**{name: text for name in own if name in getattr(study, table)})
        for table in ("attributions", "fits", "instances")
    }
    described = replace(study.descriptions[0], **own, feature_unit=text, quality_metric=text, quality=0.5)
    study = replace(study, descriptions=[described], failures=(text,), remarks=(text,), **tables)
    provenance = {
        "command": text.replace("\x00", ""),  # No command line can hold it.
        "limeeval": text,
        "libraries": {text: text},
        "models": {text: {text: text}},
        "files_sha256": {text: text},
        "configuration": {text: {text: [text]}, "x": text},
        "jobs": [text],
        "missing": [text],
    }
    return study, provenance


def figures_of(study: Study) -> Iterator[Figure]:
    return (figure for chapter in chapters_of(study, study.answers[0]) for figure in chapter.figures)


def numbers_of(figure: Figure) -> np.ndarray:
    return figure.table.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)


def outside(figure: Figure, *, is_paper: bool = False) -> list[str]:
    """Texts that are not wholly on the figure, tick labels beyond the axes' ends left out, which are not drawn."""
    scale = min(COLUMN / figure.width, 1.0) if is_paper else 1.0
    with drawn_in_style(is_paper=is_paper):
        canvas = Canvas(figsize=(scale * figure.width, scale * figure.height), layout="constrained")
        renderer = FigureCanvasAgg(canvas).get_renderer()
        figure.draw(canvas.add_subplot())
        canvas.draw_without_rendering()
        texts = [text for axes in canvas.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)]
        texts += [text for axes in canvas.axes if axes.get_legend() for text in axes.get_legend().findobj(Text)]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts if text.get_text().strip()]
    width, height = canvas.bbox.width, canvas.bbox.height
    return [
        name
        for name, box in boxes
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1 or not np.isfinite(box.bounds).all()
    ]


@pytest.fixture(scope="module")
def plain(table_study: Study) -> Parsed:
    return Parsed(evidence({"run": (table_study, None)}, Options())["report.html"].decode())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_names_are_text_wherever_they_stand(text: str, study_of: Made, plain: Parsed) -> None:
    study, provenance = named(study_of, text)
    files = evidence({"run": (study, provenance)}, Options())
    page = Parsed(files["report.html"].decode())
    assert page.tags <= plain.tags | {"strong", "br"}
    assert page.attributes <= plain.attributes
    assert page.misplaced == []
    assert all(link.startswith(("#", "data:image/png")) for link in page.links)
    for name, content in files.items():
        if name.endswith(".svg"):
            assert ElementTree.fromstring(content).tag.endswith("svg")
    check_markdown(files["report.md"].decode())


def check_markdown(text: str) -> None:
    """It renders as tables whose rows have as many cells as their header, and as nothing that names could have made."""
    lines = text.splitlines()
    ruled = [number for number, line in enumerate(lines) if re.fullmatch(r"\|( --- \|)+", line)]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    kinds = [token.type for token in tokens] + [own.type for token in tokens for own in token.children or ()]
    assert kinds.count("table_open") == len(ruled) >= 2
    assert not {"html_block", "html_inline", "link_open", "image", "s_open", "em_open", "hr"} & set(kinds)
    for number in ruled:
        table = lines[number - 1 : lines.index("", number) if "" in lines[number:] else None]
        assert len({len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table}) == 1


@pytest.mark.parametrize(
    "units",
    [
        [np.zeros((3, 4))] * 2,
        [np.ones((3, 4))] * 2,
        [np.full((3, 4), np.nan)] * 2,
        [1e150 * own for own in coefficients(2, 3, 4)],
        [1e-310 * own for own in coefficients(2, 3, 4)],
        [np.where(np.eye(3, 4, dtype=bool), np.nan, 1.0), *coefficients(1, 2, 4)],
        coefficients(1, 3, 4),
        coefficients(3, 1, 4),
        coefficients(30, 2, 3),
        coefficients(2, 3, 60),
    ],
    ids=["zero", "equal", "nan", "huge", "tiny", "ragged", "one", "one seed", "many", "wide"],
)
def test_figures_show_what_is_finite_or_nothing(units: list[Any], study_of: Made) -> None:
    for figure in figures_of(study_of(units)):
        assert not np.isinf(numbers_of(figure)).any()
        assert not {"nan", "inf", "None"} & set(re.findall(r"\w+", f"{figure.title} {figure.caption} {figure.alt}"))


def test_means_of_the_largest_numbers_are_finite() -> None:
    largest = np.finfo(float).max
    reasons = Reasons(["a", "b"], np.array([[largest, 1.0], [largest, 3.0]]), np.full((2, 2), np.nan), k=1)
    assert reasons.mean.tolist() == [largest, 2.0]


def test_an_explainer_without_fits_has_a_report(study_of: Made) -> None:
    study = study_of(coefficients(3, 3, 4))
    study = replace(
        study,
        attributions=study.attributions.drop(columns=list(SETTINGS_OF_LIME)).assign(explainer="other"),
        fits=study.fits[["task", "model", "instance", "label", "seed"]].assign(explainer="other", model_prediction=0.2),
        descriptions=[replace(study.descriptions[0], explainer="other")],
    )
    assert "the model's variation" not in explanation(study, study.answers[0]).caption
    files = evidence({"run": (study, None)}, Options())
    assert Parsed(files["report.html"].decode()).misplaced == []
    check_markdown(files["report.md"].decode())


def test_ids_that_begin_alike_are_told_apart(study_of: Made) -> None:
    ids = [f"customer-2024-{number:06d}" for number in range(4)]
    study = study_of(coefficients(4, 3, 4), rows=ids)
    figure = instances(study, study.answers[0])
    with drawn_in_style():
        axes = Canvas().add_subplot()
        figure.draw(axes)
    ticks = [label.get_text() for label in axes.get_yticklabels()[:-1]]
    assert sorted(ticks) == [f"custo…{number:06d}" for number in range(4)]
    assert len({explanation(study, study.answers[0], which=row).title.partition(":")[0] for row in ids}) == 4


def test_an_id_fits_into_its_length() -> None:
    from rich.cells import cell_len

    for row in ("a" * 50, "你好" * 20, "\N{GRINNING FACE}" * 30, "a\nb" * 20, 10**30):
        assert all(cell_len(short_id(row, length)) <= length for length in range(1, 30))
        assert short_id(row, 200) == " ".join(str(row).split())


def test_features_whose_names_are_alike_when_cut_are_numbered(study_of: Made) -> None:
    names = [f"{'a' * 100}{j}" for j in range(5)]
    study = study_of(coefficients(3, 3, 5), names=names)
    figure = explanation(study, study.answers[0])
    assert sorted(name.partition(" ")[0] for name in figure.table["feature"]) == ["0", "1", "2", "3", "4"]
    study = study_of(coefficients(3, 3, 5), names=["same"] * 4 + ["other"])
    figure = explanation(study, study.answers[0])
    assert set(figure.table["feature"]) == {"0 same", "1 same", "2 same", "3 same", "other"}


@pytest.mark.parametrize(
    ("lows", "best"), [([0.7, 0.9, 0.8], 1), ([0.9, 0.7, 0.8], 2), ([0.9, None, None], 2), ([0.9, 0.8, 0.8], 2)]
)
def test_of_instances_that_tie_the_surest_is_the_best(lows: list[float | None], best: int) -> None:
    from limeeval.report.answer.cells import Score

    tied = [Ranked(i, i, 0, None, None, Score(), Score(1.0, low, 1.0), Score()) for i, low in enumerate(lows)]
    found = {name: one.instance for name, one in best_median_worst(tied).items()}
    assert found["worst"] == 0
    assert found["best"] == best
    assert sorted(found.values()) == [0, 1, 2]
    below = replace(tied[0], instance=9, jaccard=Score(0.5, 0.95, 1.0))
    assert best_median_worst([below, *tied])["worst"].instance == 9


def test_the_surest_of_those_that_tie_is_drawn_as_the_best(study_of: Made) -> None:
    close, clear = [[4.0, 3.0, 2.9, 0.0]] * 4, [[4.0, 3.0, 1.0, 0.0]] * 4
    study = study_of([close, clear, close], errors=0.2)
    ranked = ranked_instances(study, study.answers[0])
    assert [one.jaccard.estimate for one in ranked] == [1.0] * 3
    assert explanation(study, study.answers[0], which="best").title.startswith("Most stable of 3: applicant 101")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"r2": 0.95}, "A line follows 95% of the model's variation here."),
        ({"r2": 0.999}, "A line follows over 99% of the model's variation here."),
        ({"r2": 0.001}, "Read it as a summary: a line follows under 1% of the model's variation here."),
        ({"r2": -3.0}, "A line follows none of the model's variation here."),
        ({"r2": 0.3, "supported": False}, "A line follows 30% of the model's variation here."),
        ({"r2": np.nan}, "How much of the model a line follows here is not known."),
    ],
)
def test_captions_say_how_much_of_the_model_a_line_follows(
    options: dict[str, Any], expected: str, study_of: Made
) -> None:
    for seeds in (1, 3):
        study = study_of(coefficients(2, seeds, 4), **options)
        assert explanation(study, study.answers[0]).caption.count(expected) == 1


@pytest.mark.parametrize("is_paper", [False, True], ids=["screen", "paper"])
def test_long_names_stay_within_the_figure(is_paper: bool, study_of: Made) -> None:
    study = study_of(
        coefficients(5, 3, 6),
        names=[f"{'wide name ' * 9}<= {j}" for j in range(6)],
        rows=["W" * 50 + str(i) for i in range(5)],
        label_name="W" * 60,
        unit="W" * 60 + "s",
    )
    swept = {
        table: pd.concat(
            [getattr(study, table).assign(**{"wide_name_" * 9: value * 40}) for value in "AB"], ignore_index=True
        )
        for table in ("attributions", "fits")
    }
    study = replace(study, **swept)
    drawn = [plot(study, study.answers[0]) for plot in (instances, explanation, stability_and_fidelity)]
    assert {figure.name: outside(figure, is_paper=is_paper) for figure in drawn} == {
        "instances": [],
        "explanation_worst": [],
        "stability_and_fidelity": [],
    }
