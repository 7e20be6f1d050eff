"""The files of a report: all there, the numbers of the rows, and the same bytes for the same rows."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.report.evidence import evidence
from limeeval.report.options import Options
from limeeval.study.study import Study

HOSTILE = '<script>alert(1)</script> "quotes" \N{GRINNING FACE} ' + "x" * 300


class Cells(HTMLParser):
    """The cells of all tables, the tags and the attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in ("td", "th"):
            self.cells.append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.cells[-1] += data


def parsed(page: bytes) -> Cells:
    parser = Cells()
    parser.feed(page.decode())
    return parser


def report_of(study: Study, **options: Any) -> dict[str, bytes]:
    return evidence({"run": (study, None)}, Options(**options))


@pytest.fixture(scope="module")
def report(table_study: Study) -> dict[str, bytes]:
    return report_of(table_study)


def test_everything_is_there(report: dict[str, bytes]) -> None:
    names = set(report)
    assert {"report.html", "report.md", "tables/all_settings.csv", "tables/all_instances.csv"} <= names
    figures = {name.rpartition(".")[0] for name in names if name.startswith("figures/")}
    assert {"figures/same_reasons", "figures/stability_and_fidelity", "figures/instances"} <= figures
    assert {f"figures/explanation_{which}" for which in ("worst", "median", "best")} <= figures
    for figure in figures:
        assert {f"{figure}.{ending}" for ending in ("svg", "png", "pdf")} <= names
        assert f"{figure.replace('figures', 'tables')}.csv" in names


def test_the_page_stands_alone(report: dict[str, bytes]) -> None:
    found = parsed(report["report.html"])
    assert "script" not in found.tags
    assert "link" not in found.tags
    for name, value in found.attributes:
        if name in ("src", "href", "xlink:href"):
            assert (value or "").startswith(("#", "data:image/png"))
        assert not name.startswith("on")
    assert len(report["report.html"]) < 2_000_000
    assert found.tags.count("figure") == found.tags.count("figcaption") >= 6


def test_numbers_on_the_page_are_those_of_the_rows(report: dict[str, bytes], table_study: Study) -> None:
    scores = table_study.scores
    own = scores[scores["instance"].isna() & (scores["metric"] == "jaccard")]
    settings = pd.read_csv(io.BytesIO(report["tables/all_settings.csv"]))
    k = table_study.descriptions[0].k
    assert settings[f"Jaccard@{k}"].tolist() == pytest.approx(own["estimate"].tolist(), abs=0, rel=1e-12)
    assert settings["low"].tolist() == pytest.approx(own["low"].tolist(), rel=1e-12)
    cells = parsed(report["report.html"]).cells
    for metric in ("jaccard", "same_set", "r2_reference"):
        for value in scores.loc[scores["instance"].isna() & (scores["metric"] == metric), "estimate"]:
            assert f"{value:.3f}" in cells
    sentence = report["report.html"].decode()
    cell = table_study.answers[0].reference
    assert f"in {cell.same_set.estimate:.0%} of cases" in sentence


def test_the_same_rows_give_the_same_bytes(report: dict[str, bytes], table_study: Study) -> None:
    again = report_of(replace(table_study, attributions=table_study.attributions.copy()))
    assert {name for name in report if report[name] != again[name]} == set()


def test_hostile_names_are_text_everywhere(hostile_study: Study) -> None:
    description = replace(hostile_study.descriptions[0], task=HOSTILE, model=HOSTILE)
    tables = {
        name: getattr(hostile_study, name).assign(task=HOSTILE, model=HOSTILE)
        for name in ("attributions", "fits", "instances")
    }
    files = report_of(replace(hostile_study, descriptions=[description], **tables))
    found = parsed(files["report.html"])
    assert "script" not in found.tags
    assert not any(name.startswith("on") for name, _ in found.attributes)
    assert "&lt;script&gt;" in files["report.html"].decode()
    markdown = files["report.md"].decode()
    assert "<script>" not in markdown.replace("\\<script\\>", "")
    assert all(line.count("|") - line.count("\\|") in (0, *range(4, 12)) for line in markdown.splitlines())


def test_cells_are_no_formulas_to_spreadsheets(table_study: Study) -> None:
    instances = table_study.instances.assign(row=["=1+1", "+2", "-3", "@x", "plain"])
    files = report_of(replace(table_study, instances=instances))
    table = pd.read_csv(io.BytesIO(files["tables/all_instances.csv"]), dtype=str)
    assert set(table["row"]) == {"'=1+1", "'+2", "'-3", "'@x", "plain"}


def test_without_values_there_are_none(table_study: Study) -> None:
    secret = 123456.789
    values = {column: secret for column in table_study.instances if str(column).startswith("value_")}
    assert values
    study = replace(table_study, instances=table_study.instances.assign(**values))
    shown, hidden = report_of(study), report_of(study, values=False)
    assert any(b"123456" in content for name, content in shown.items() if name.endswith(".csv"))
    for name, content in hidden.items():
        if not name.endswith((".png", ".pdf")):
            assert b"123456" not in content
            assert not re.search(rb"[a-g] (&lt;=|&gt;|<=|>) -?\d", content), name


def test_pictures_are_values(image_study: Study) -> None:
    shown, hidden = report_of(image_study), report_of(image_study, values=False)
    assert b"<img" in shown["report.html"]
    assert any("pictures" in name for name in shown)
    assert b"<img" not in hidden["report.html"]
    assert not any("pictures" in name for name in hidden)


def test_a_paper_gets_drawings_and_a_table(table_study: Study) -> None:
    files = report_of(table_study, style="paper")
    assert not any(name.endswith(".png") for name in files)
    table = files["tables/all_settings.tex"].decode()
    assert "\\toprule" in table
    assert "Jaccard@" in table
    assert len(re.findall(r"\\\\\n", table)) == 1 + len(table_study.answers[0].cells)
    assert b"/FontType 42" in files["figures/same_reasons.pdf"] or b"/CIDFontType2" in files["figures/same_reasons.pdf"]


def test_several_answers_stand_beside_one_another(table_study: Study) -> None:
    second = replace(table_study.descriptions[0], model="other")
    tables = {
        name: pd.concat([getattr(table_study, name), getattr(table_study, name).assign(model="other")])
        for name in ("attributions", "fits", "instances")
    }
    files = report_of(replace(table_study, descriptions=[table_study.descriptions[0], second], **tables))
    overview = pd.read_csv(io.BytesIO(files["tables/overview.csv"]))
    assert overview["run"].tolist() == ["predict", "other"] or overview["run"].nunique() == 2
    assert overview["Jaccard@k"].nunique() == 1
    names = {name for name in files if name.startswith("figures/")}
    assert len({name for name in names if "same_reasons.svg" in name}) == 2
    assert files["report.html"].decode().count('<details class="part"') == 2


def test_runs_stand_side_by_side(table_study: Study) -> None:
    compared = [("From a to b", "nothing changed <b>")]
    files = evidence({"a": (table_study, None), "b": (table_study, None)}, Options(), compared=compared)
    page = files["report.html"].decode()
    assert pd.read_csv(io.BytesIO(files["tables/overview.csv"]))["run"].tolist() == ["a", "b"]
    assert "nothing changed &lt;b&gt;" in page


def test_a_single_seed_has_a_report(table_study: Study) -> None:
    one = table_study.attributions["seed"] == table_study.attributions["seed"].min()
    fits = table_study.fits[table_study.fits["seed"] == table_study.fits["seed"].min()]
    description = replace(table_study.descriptions[0], seeds=1)
    study = replace(table_study, attributions=table_study.attributions[one], fits=fits, descriptions=[description])
    page = report_of(study)["report.html"].decode()
    assert "Not known" in page
    assert "two seeds" in page


def test_what_failed_and_what_is_missing_is_said(table_study: Study) -> None:
    study = replace(table_study, failures=["row 3, seed 1: the model raised <ValueError>"])
    page = report_of(study)["report.html"].decode()
    assert "This run is not complete" in page
    assert "the model raised &lt;ValueError&gt;" in page


def test_the_summary_and_the_page_agree(report: dict[str, bytes], table_study: Study) -> None:
    answer = json.loads(json.dumps(table_study.answers[0].to_dict(), default=str))
    markdown = report["report.md"].decode()
    assert f"{answer['reference']['same_set']['estimate']:.0%} of cases" in markdown.replace("\\", "")
    assert not np.isnan(answer["reference"]["jaccard"]["estimate"])
