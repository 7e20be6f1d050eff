"""Chromium, and pages opened in it. Without it the tests are skipped; with LIMEEVAL_BROWSER_REQUIRED they fail."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from .browser import ARGUMENTS, DESKTOP, PHONE, Page, new_page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("playwright", "axe_playwright_python", "pypdf")
REQUIRED = "LIMEEVAL_BROWSER_REQUIRED"


def what_is_missing() -> str | None:
    """What keeps a browser from being started here."""
    packages = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if packages:
        return f"needs the Python packages {', '.join(packages)}"
    if not any(map(shutil.which, CHROMIUM)):
        return f"needs one of the programs {', '.join(CHROMIUM)}"
    return None


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A browser for the tests of this folder: while it runs, its event loop is that of the process."""
    missing = what_is_missing()
    if missing and os.environ.get(REQUIRED):
        pytest.fail(f"{missing}, as {REQUIRED} demands")
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def pages(chromium: Any) -> Mapping[bool, Page]:
    """A tab as on a phone, and one as on a desk: to open a new one for each test takes longer than most tests."""
    return {is_phone: new_page(chromium, is_phone=is_phone) for is_phone in (True, False)}


@pytest.fixture
def opened(pages: Mapping[bool, Page]) -> Callable[..., Page]:
    """``opened(path, width=360, scheme="dark")``, every fold open; what it opened before is gone."""

    def open_one(path: Path, *, width: int = DESKTOP, is_unfolded: bool = True, **window: Any) -> Page:
        page = pages[width <= PHONE]
        page.show(path, width=width, **window)
        if is_unfolded:
            page.unfold()
        return page

    return open_one


@pytest.fixture(scope="package")
def made(chromium: Any, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[..., Path]:
    """``made("name", "task=iris", ...)``: the folder of ``python -m limeeval task=iris ... out=name``.

    It is run but once, for all workers, in a folder to which ``prepare`` may write what it needs; where there is no
    browser it is not run at all.
    """
    own = tmp_path_factory.getbasetemp()
    home = (own if worker_id == "master" else own.parent) / "runs"
    home.mkdir(exist_ok=True)

    def make(name: str, *arguments: str, prepare: Callable[[Path], None] | None = None) -> Path:
        done = home / f"{name}.done"
        with FileLock(home / f"{name}.lock"):
            if not done.exists():
                if prepare:
                    prepare(home)
                _run(*arguments, f"out={name}", folder=home)
                done.touch()
        return home / name

    return make


def _run(*arguments: str, folder: Path) -> None:
    command = [sys.executable, "-m", "limeeval", *arguments]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert ran.returncode == 0, ran.stderr
