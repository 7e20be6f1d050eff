"""The command line, run in this process where that will do, else in one of its own; never on the user's own cache."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from limeeval.app import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """What was wrong: one line, and nothing else."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("limeeval: ")
        return lines[0].removeprefix("limeeval: ")


Cli = Callable[..., Ran]


@pytest.fixture
def drawn() -> bool:
    """Whether runs of ``cli`` write their reports, which takes seconds: tests that look at these override it."""
    return False


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's cache folder, in which predictions are kept by default."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cli(
    tmp_path: Path, cache: Path, drawn: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """``cli("task=iris", ...)`` is what ``python -m limeeval task=iris ...`` says in the test's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("HYDRA_FULL_ERROR", "")
    monkeypatch.setattr(sys, "path", list(sys.path))
    if not drawn:
        for name in ("write_report", "write_side_by_side"):
            monkeypatch.setattr(f"limeeval.study.report_files.{name}", lambda *_: None)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["limeeval", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exited:
            main()
        out, err = capfd.readouterr()
        code = exited.value.code
        assert isinstance(code, int)
        assert "Traceback" not in err
        return Ran(code, out, err)

    return run


def _can_be_interrupted() -> None:
    """Shells make what runs in the background ignore interrupts, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path: Path, cache: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts ``python -m limeeval ...`` in a process of its own, in the test's folder."""

    def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "limeeval", *arguments],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(cache), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            preexec_fn=_can_be_interrupted,
        )

    return started


@pytest.fixture
def process(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Ran]:
    """As ``cli``, in a process of its own."""

    def run(*arguments: str, **environment: str) -> Ran:
        with start(*arguments, **environment) as running:
            out, err = running.communicate(timeout=120)
        return Ran(running.returncode, out, err)

    return run


@pytest.fixture
def assert_equal_runs() -> Callable[..., None]:
    """Checks that two folders have the same rows, to the last bit."""

    def check(one: Path, other: Path, tables: Any = ("attributions", "fits", "instances", "scores")) -> None:
        for name in tables:
            first, second = (pd.read_parquet(folder / f"{name}.parquet") for folder in (one, other))
            pd.testing.assert_frame_equal(first, second, check_exact=True)

    return check


@pytest.fixture
def tiny() -> list[str]:
    """Two rows, two seeds, two widths and two counts, with or without -m."""
    return ["instances=2", "seeds=2", "lime.num_samples=[60,120]", "lime.kernel_width_factor=[0.5,1]"]
