"""Every check sees the fault that it is there for, and none in a page without it."""

from pathlib import Path

import pytest

from .browser import DESKTOP, PHONE, SHEET, Figure, Page, Sheet, sheets

SOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sound</title>
<style>
:root { color-scheme: light dark; }
body { color: #111; background: #fff; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } }
</style></head>
<body><main><h1>Sound</h1><p>All is <a href="#end">well</a>.</p>
<details><summary>Fold</summary><p>folded words</p></details>
<img alt="dot" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">
<div style="overflow-x: auto" tabindex="0"><p style="width: 2000px">Scrolls by itself.</p></div>
<svg role="img" aria-label="figure" width="100" height="30">
<clipPath id="clip"><rect width="50" height="30"/></clipPath>
<rect width="100" height="30" fill="#9cf" clip-path="url(#clip)"/><text x="5" y="20">label</text></svg>
<p id="end">%s</p></main></body></html>
"""


@pytest.fixture
def page(tmp_path: Path, opened):
    """A page without faults, but for what is put into it, unfolded."""

    def with_fault(fault: str = "", **window) -> Page:
        path = tmp_path / "a page.html"
        path.write_text(SOUND % fault, encoding="utf-8")
        return opened(path, **window)

    return with_fault


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_with_a_sound_page(width: int, scheme: str, page) -> None:
    sound = page(width=width, scheme=scheme)
    assert not sound.overflow()
    assert not sound.cut()
    assert not sound.broken()
    assert not sound.overlaps()
    assert not sound.faint()
    assert not sound.references()
    assert not sound.violations()
    assert not sound.problems()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("<script>console.error('broken')</script>", ["console error: broken"]),
        ("<script>missing()</script>", ["uncaught exception: missing is not defined"]),
        ("<script>alert('hello')</script>", ["dialog: hello"]),
        ("<script>console.log('fine')</script>", []),
        ("<img alt='' src='https://example.org/a.png'>", ["request of https://example.org/a.png"]),
        ("<p style='height: 9000px'></p><img alt='' loading='lazy' src='https://example.org/a'>", ["request of"]),
        ("<details><img alt='' loading='lazy' src='https://example.org/a'></details>", ["request of"]),
        ("<style>@import 'other.css';</style>", ["request of file:///"]),
        ("<style>@font-face { font-family: F; src: url(https://example.org/f) } p { font-family: F }</style>", ["f"]),
        ("<script>fetch('https://example.org/')</script>", ["request of"]),
        ("<script>location = 'https://example.org/'</script>", ["request of"]),
        ("<iframe title='other' src='https://example.org/'></iframe>", ["request of"]),
        ("<style>@media print { p { background: url(https://example.org/a) } }</style>", ["request of"]),
        ("<style>@media (max-width: 400px) { p { background: url(https://example.org/a) } }</style>", []),
    ],
)
def test_problems(fault: str, told: list[str], page) -> None:
    faulty = page(fault)
    faulty.pdf()
    problems = [line for line in faulty.problems() if "Failed to load" not in line and "CORS" not in line]
    assert len(problems) >= len(told)
    assert bool(problems) == bool(told)
    for expected in told:
        assert any(expected in line for line in problems)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("display: block; width: 1300px", ["the document is", "to 1"]),
        ("white-space: pre; display: block; width: 110vw", ["the document is", "<b"]),
        ("display: block; margin-left: -50px; width: 40px", ["-42 to -2 px"]),
        ("display: block; width: 100%", []),
    ],
)
def test_overflow(width: int, style: str, told: list[str], page) -> None:
    found = page(f"<b style='{style}'>wide</b>", width=width).overflow()
    assert len(found) == len(told)
    for expected, line in zip(told, found, strict=True):
        assert expected in line


def test_a_page_that_is_not_made_for_phones_overflows_them(tmp_path: Path, opened) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><title>old</title><p>text", encoding="utf-8")
    assert opened(path, width=PHONE).overflow()[0] == "the document is 980 px wide, the window 360"
    assert not opened(path, width=DESKTOP).overflow()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            "<b style='display: block; width: 50px; overflow: hidden; white-space: nowrap'>does not fit in</b>",
            "cut off",
        ),
        ("<b style='display: block; height: 5px; overflow: clip'>does not fit in</b>", "cut off"),
        (
            "<style>body { overflow-x: hidden }</style><b style='display: block; width: 3000px'>wide</b>",
            "cut off: <body",
        ),
        ("<svg width='50' height='30'><text x='5' y='20'>a name too long</text></svg>", "figure: a name too long"),
        (
            "<svg width='50' height='30'><g id='text_1'><path d='M0 0H70V9Z'/></g></svg>",
            "20 px beyond its figure: <path",
        ),
    ],
)
def test_cut(fault: str, told: str, page) -> None:
    (line,) = page(fault).cut()
    assert told in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<p style='width: 20px; overflow-wrap: anywhere'>meaning</p>", ['"meaning" in <p style']),
        ("<p style='width: 20px; overflow-wrap: anywhere'>a b c d e f g</p>", []),
        ("<p style='width: 20px'>meaning</p>", []),
        ("<p style='width: 99px; overflow-wrap: anywhere'>" + "x" * 300 + "</p>", []),
    ],
)
def test_broken(text: str, told: list[str], page) -> None:
    found = page(text).broken()
    assert len(found) == len(told)
    for expected, line in zip(told, found, strict=True):
        assert line.startswith(expected)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("<text x='5' y='20'>one</text><text x='15' y='22'>two</text>", ['"one" and "two"']),
        ("<text x='5' y='20'>one</text><text x='50' y='20'>two</text>", []),
        ("<text x='5' y='20'>one</text><text x='5' y='38'>two</text>", []),
        (
            "<text transform='rotate(-90 20 40)' x='20' y='40'>one</text><text x='10' y='20'>two</text>",
            ['"one" and "two"'],
        ),
        ("<text transform='rotate(45 20 20)' x='20' y='20'>one</text><text x='20' y='40'>two</text>", []),
    ],
)
def test_overlaps(labels: str, told: list[str], page) -> None:
    assert page(f"<svg width='100' height='50'>{labels}</svg>").overlaps() == told


@pytest.mark.parametrize(
    ("drawing", "scheme", "told"),
    [
        ("<text x='5' y='20'>label</text>", "light", []),
        ("<text x='5' y='20'>label</text>", "dark", ['1.1: "label", 0,0,0 on 17,17,17']),
        ("<text x='5' y='20' fill='#ccc'>label</text>", "light", ['1.6: "label", 204,204,204 on 255,255,255']),
        ("<text x='5' y='20' fill='currentColor'>label</text>", "dark", []),
        ("<rect width='90' height='40' fill='#fff'/><text x='5' y='20'>label</text>", "dark", []),
        (
            "<rect width='90' height='40' fill='#222'/><text x='5' y='20'>label</text>",
            "light",
            ['1.3: "label", 0,0,0 on 34,34,34'],
        ),
    ],
)
def test_faint(drawing: str, scheme: str, told: list[str], page) -> None:
    assert page(f"<svg width='100' height='50'>{drawing}</svg>", scheme=scheme).faint() == told


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("<a href='#nowhere'>there</a>", "nothing in the page has the id nowhere"),
        ("<b aria-labelledby='nowhere'>it</b>", "nothing in the page has the id nowhere"),
        ("<svg><use href='#nowhere'/></svg>", "nothing in the page has the id nowhere"),
        (
            "<svg><clipPath id='clip'><rect width='9' height='9'/></clipPath></svg>",
            "2 elements that differ have the id clip",
        ),
    ],
)
def test_references(fault: str, told: str, page) -> None:
    assert page(fault).references() == [told]


@pytest.mark.parametrize(
    ("fault", "scheme", "told"),
    [
        ("<b style='color: #ccc'>pale</b>", "light", "color-contrast (serious) at"),
        ("<b style='color: #222'>dark on dark</b>", "dark", "color-contrast (serious) at"),
        ("<details><b style='color: #ccc'>pale</b></details>", "light", "color-contrast (serious) at"),
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "light", "image-alt (critical) at"),
        ("<svg role='img'><rect width='9' height='9'/></svg>", "light", "svg-img-alt (serious) at"),
        ("<input>", "light", "label (critical) at"),
    ],
)
def test_violations(fault: str, scheme: str, told: str, page) -> None:
    (line,) = page(fault, scheme=scheme).violations()
    assert line.startswith(told)
    assert "Fix any of the following" in line


def test_lesser_violations_are_passed_over(page) -> None:
    assert not page("<h4>Skips a level</h4>").violations()


def test_figures(page) -> None:
    sound = page(
        "<img alt='gone' src='data:image/gif;base64,AAAA'><svg><title>empty</title></svg><svg aria-hidden='true'/>"
    )
    assert sound.figures() == [
        Figure("dot", 1, 1),
        Figure("figure", 100, 30),
        Figure("gone", 0, 0),
        Figure("empty", 0, 0),
    ]


def test_text_and_count(page) -> None:
    sound = page("a\n  &lt;b&gt; <b>c</b>")
    assert sound.text().endswith("label a <b> c")
    assert (sound.count("b"), sound.count("u")) == (1, 0)
    assert sound.ink() == "rgb(17, 17, 17)"


def test_print_is_laid_out_as_such(page) -> None:
    wide = "<style>@media print { h1 { width: 800px } }</style>"
    assert page(wide, width=SHEET, is_print=True).overflow()
    assert not page(wide, width=SHEET).overflow()


def test_pdf(page) -> None:
    fault = "<p style='break-before: page'>next sheet</p><style>@media print { h1 { display: none } }</style>"
    pdf = page(fault).pdf()
    assert pdf.startswith(b"%PDF-")
    first, second = sheets(pdf)
    assert first.text.startswith("All is well.")
    assert first.images == 1
    assert second == Sheet("next sheet", images=0)


def test_folds_are_opened(page) -> None:
    folds = "<details><p>inner <b>one</b></p><details><b>two</b></details></details>"
    assert page(folds).tab.locator("b:visible").count() == 2
    assert page(folds, is_unfolded=False).tab.locator("b:visible").count() == 0


def test_what_was_opened_before_is_forgotten(page) -> None:
    assert page("<script>missing()</script>", scheme="dark").problems()
    assert not page(is_unfolded=False).problems()


def test_screenshot(page, tmp_path: Path) -> None:
    from PIL import Image

    page("<b style='display: block; height: 3000px'></b>", width=PHONE).screenshot(tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.width == PHONE
        assert picture.height > 3000
