"""The world around a run: pipes, encodings, narrow terminals, odd paths, other runs."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


def test_a_reader_that_goes_away_does_not_end_the_run(start, tiny, tmp_path: Path) -> None:
    with start("task=iris", "out=run", *tiny) as running:
        assert running.stdout.readline().startswith("iris · ")
        running.stdout.close()
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == ""
    assert len(pd.read_parquet(tmp_path / "run" / "fits.parquet")) == 16
    with start("--help") as helping:
        helping.stdout.close()
        assert helping.wait(timeout=60) == 0
        assert helping.stderr.read() == ""


def test_an_encoding_that_lacks_signs_and_a_narrow_terminal(process, tiny) -> None:
    ran = process("task=iris", "out=run", *tiny, PYTHONIOENCODING="ascii", COLUMNS="60", LC_ALL="C")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("iris ? random forest")
    lines = [line for line in ran.out.splitlines() if "python -m" not in line and not line.startswith("Page")]
    assert max(map(len, lines)) <= 60


def test_colours_are_for_terminals(cli, tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in cli("task=iris", "out=run", *tiny).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in cli("task=iris", "out=run", *tiny).out


def test_paths_with_spaces_and_letters(cli, tiny, tmp_path: Path) -> None:
    ran = cli("task=iris", "out=a b/Größe neu", "store=lager ö", *tiny)
    assert (ran.code, ran.err) == (0, "")
    folder = tmp_path / "a b" / "Größe neu"
    assert f"Page    {Path(folder) / 'report.html'}" in ran.out.splitlines()
    assert list((tmp_path / "lager ö").rglob("*.npz"))
    assert "'store=lager ö'" in ran.out
    assert cli("report", str(folder)).code == 0
    assert cli("rerun", str(folder), "out=again").code == 0


def test_the_current_folder_may_be_the_runs(cli, tiny, tmp_path: Path) -> None:
    assert cli("task=iris", "out=.", *tiny).code == 0
    assert (tmp_path / "scores.parquet").is_file()
    assert cli("report", ".").code == 0


def test_two_runs_at_once_share_a_store(start, tiny, assert_equal_runs, tmp_path: Path) -> None:
    both = [start("task=iris", "store=kept", *tiny) for _ in range(2)]
    for one in both:
        with one:
            _, err = one.communicate(timeout=60)
        assert (one.returncode, err) == (0, "")
    first, second = (tmp_path / "outputs").glob("*/*")
    assert_equal_runs(first, second)


def test_many_jobs_over_several_keys(cli, tmp_path: Path) -> None:
    small = ["instances=1", "lime.num_samples=60", "lime.kernel_width_factor=1", "out=run"]
    ran = cli("-m", "task=iris,wine", "model=forest,logistic", "seeds=[0,1],[2,3],[4,5]", *small)
    assert (ran.code, ran.err) == (0, "")
    fits = pd.read_parquet(tmp_path / "run" / "fits.parquet")
    assert len(fits) == 2 * 2 * 6
    assert not fits.duplicated(["task", "model", "instance", "seed"]).any()


@pytest.mark.parametrize(
    ("module", "heavy"),
    [("limeeval", ("numpy", "pandas", "sklearn", "hydra")), ("limeeval.app", ("pandas", "sklearn", "scipy", "rich"))],
)
def test_imports_are_quick_to_start(module: str, heavy: tuple[str, ...]) -> None:
    """What start-up pays for is checked by name, not by the clock."""
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
