"""The page that ``explain`` writes, of a table and of an image."""

from pathlib import Path

import pytest

from . import hostile
from .browser import DESKTOP, PHONE, TABLET, sheets

ROWS = {
    "table": ["task=german_credit", "lime.num_samples=500"],
    "image": ["task=digits", "model=forest", "lime.segmentation=grid", "lime.num_samples=300"],
    "hostile": [*hostile.ARGUMENTS, "lime.num_samples=300"],
    "number": ["task=diabetes", "lime.num_samples=300"],
}


@pytest.fixture(scope="package", params=ROWS)
def explanation(request: pytest.FixtureRequest, made) -> Path:
    folder = made(f"explain_{request.param}", "explain", *ROWS[request.param], prepare=hostile.write_hostile)
    return folder / "explanation.html"


@pytest.mark.parametrize("width", [PHONE, TABLET, DESKTOP])
def test_it_fits(width: int, explanation: Path, opened) -> None:
    page = opened(explanation, width=width)
    assert not page.overflow()
    assert not page.cut()
    assert not page.broken()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(scheme: str, explanation: Path, opened) -> None:
    page = opened(explanation, scheme=scheme)
    assert not page.violations()


def test_it_stands_alone_and_can_be_printed(explanation: Path, opened) -> None:
    page = opened(explanation)
    printed = sheets(page.pdf())
    assert printed[0].text.startswith("LIME explanation")
    assert all(sheet.text or sheet.images for sheet in printed)
    assert not page.references()
    assert not page.problems()
