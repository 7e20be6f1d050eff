"""The page of a run, in a real browser: of a table, of images, of several jobs, and of names that are no good."""

from pathlib import Path

import pytest

from . import hostile
from .browser import DESKTOP, PHONE, SHEET, SHEET_HEIGHT, TABLET, sheets

SMALL = ("instances=3", "seeds=3", "lime.num_samples=[60,200]")
WIDTHS = "lime.kernel_width_factor=[0.5,1]"
RUNS = {
    "table": ["task=german_credit", WIDTHS, *SMALL],
    "image": ["task=digits", "model=forest", "lime.segmentation=slic,grid", *SMALL],
    "merged": ["-m", "task=iris,diabetes", WIDTHS, *SMALL],
    "hostile": [*hostile.ARGUMENTS, WIDTHS, *SMALL],
}
MOST_BYTES = 2_000_000


@pytest.fixture(scope="package", params=RUNS)
def report(request: pytest.FixtureRequest, made) -> Path:
    return made(request.param, *RUNS[request.param], prepare=hostile.write_hostile) / "report.html"


@pytest.mark.parametrize(("width", "is_print"), [(PHONE, False), (TABLET, False), (DESKTOP, False), (SHEET, True)])
def test_it_fits(width: int, is_print: bool, report: Path, opened) -> None:
    page = opened(report, width=width, is_print=is_print)
    assert not page.overflow()
    assert not page.cut()
    assert not page.broken()
    assert not page.overlaps()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(scheme: str, report: Path, opened) -> None:
    page = opened(report, scheme=scheme)
    assert not page.violations()
    assert not page.faint()


def test_every_figure_is_there_in_words_and_numbers_too(report: Path, opened) -> None:
    page = opened(report, width=TABLET)
    figures = page.figures()
    assert len(figures) >= 3
    for figure in figures:
        assert min(figure.width, figure.height) >= 100, figure
        assert len(figure.name) >= 20, figure
    assert page.count("figure") == page.count("figure:has(details table)")
    assert page.count("table:has(th):has(td)") == page.count("table")


def test_it_can_be_printed(report: Path, opened) -> None:
    page = opened(report, is_unfolded=False)
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF-")
    printed = sheets(pdf)
    assert all(sheet.text or sheet.images for sheet in printed)
    for words in ("Stable", "Faithful", "python -m limeeval"):
        assert words in " ".join(sheet.text for sheet in printed)
    assert not page.problems()


def test_paper_is_white_and_no_figure_is_cut_by_its_edge(report: Path, opened) -> None:
    inks = {opened(report, width=SHEET, is_print=True, scheme=scheme).ink() for scheme in ("light", "dark")}
    assert len(inks) == 1
    page = opened(report, width=SHEET, is_print=True)
    assert all(figure.height < 0.8 * SHEET_HEIGHT for figure in page.figures())


def test_it_stands_alone(report: Path, opened) -> None:
    page = opened(report)
    assert not page.references()
    assert not page.count("link[href]:not([href^='data:']), script[src], iframe, object, embed")
    assert not page.problems()
    assert report.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("report", ["hostile"], indirect=True)
def test_names_are_shown_as_they_are(report: Path, opened) -> None:
    page = opened(report)
    text = page.text().replace(hostile.OVERRIDE, "")
    for name in hostile.NAMES:
        plain = " ".join(name.replace(hostile.OVERRIDE, "").split())
        assert (plain if len(plain) <= 60 else plain[:20]) in text  # Long ones may be shortened.
    assert not page.count("u, s, img[src='x']")
    assert not page.problems()
