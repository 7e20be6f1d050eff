"""Runs that are ended from outside: the same command goes on from there, to the same files."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

WORK = ["task=iris", "instances=2", "seeds=3", "lime.num_samples=[60,250]", "batch_rows=250", "store=kept"]
BATCHES = 6
FILES = ["attributions.parquet", "fits.parquet", "instances.parquet", "scores.parquet"]
KILLER = """
import os, pathlib, signal, threading

replace, left, one_by_one = pathlib.Path.replace, [int(os.environ["KILLED_AT"])], threading.Lock()

def killed(self, target):
    with one_by_one:  # Else one thread may be killed by another between its count and its file.
        left[0] -= 1
        if not left[0]:
            if os.environ["HALF"] == "1":
                os.truncate(self, os.path.getsize(self) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

pathlib.Path.replace = killed
"""
"""Python imports it at its start: the process is killed at the n-th file, before that has its name."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")


def files_of(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]


def assert_whole(tmp_path: Path) -> None:
    """Every file that has its name can be read."""
    for path in tmp_path.rglob("*.npz"):
        with np.load(path) as kept:
            assert len(kept["outputs"]) == 250
    for path in tmp_path.rglob("*.parquet"):
        assert len(pd.read_parquet(path))
    for path in tmp_path.rglob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("killed_at", [1, 4, BATCHES + 1, BATCHES + 3, BATCHES + 5])
def test_a_run_that_is_killed_goes_on(killed_at: int, process, cli, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(KILLER, encoding="utf-8")
    half = str(killed_at % 2)
    died = process(*WORK, "out=run", PYTHONPATH=str(tmp_path), KILLED_AT=str(killed_at), HALF=half)
    assert died.code == -signal.SIGKILL
    assert len(list((tmp_path / "kept").rglob("*.npz"))) == min(killed_at - 1, BATCHES)
    assert_whole(tmp_path)
    assert cli("report", "run").message.startswith(
        "run must be the folder of a finished run, got a run that has not finished"
    )
    ran = cli(*WORK, "out=run")
    assert (ran.code, ran.err) == (0, "")
    if killed_at > 1:
        assert f"and {250 * min(killed_at - 1, BATCHES):,} from the store" in ran.out
    assert cli(*WORK, "out=clean", "store=null").code == 0
    assert files_of(tmp_path / "run") == files_of(tmp_path / "clean")
    assert list((tmp_path / "run").glob(".*.part")) == []


def test_a_run_that_is_killed_lets_go_of_its_folder(start, cli, assert_equal_runs, tmp_path: Path) -> None:
    """Wherever in its work it is, and with processes of its own."""
    work = ["task=german_credit", "instances=4", "seeds=5", "lime.num_samples=5000", "batch_rows=5000", "store=kept"]
    with start(*work, "out=run", "n_jobs=2") as running:
        while len(list((tmp_path / "kept").rglob("*.npz"))) < 3:
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    with FileLock(tmp_path / "run" / ".lock", blocking=False):
        pass
    assert not (tmp_path / "run" / "attributions.parquet").exists()
    ran = cli(*work, "out=run")
    assert ran.code == 0
    assert " from the store in" in " ".join(ran.out.split())
    assert cli(*work, "out=clean", "store=null").code == 0
    assert_equal_runs(tmp_path / "run", tmp_path / "clean")


def test_a_killed_run_over_an_older_one_is_no_finished_run(process, cli, tmp_path: Path) -> None:
    """Else the tables of two runs would pass for those of one."""
    (tmp_path / "sitecustomize.py").write_text(KILLER, encoding="utf-8")
    assert cli(*WORK, "out=run").code == 0
    newer = [*WORK, "lime.kernel_width_factor=0.7", "out=run"]
    died = process(*newer, PYTHONPATH=str(tmp_path), KILLED_AT="2", HALF="0")
    assert died.code == -signal.SIGKILL
    assert "got a run that has not finished: no summary.json" in cli("report", "run").message
    assert cli(*newer).code == 0
    assert cli("report", "run").code == 0


def test_an_interrupted_run_says_one_thing(start, tmp_path: Path) -> None:
    work = ["task=german_credit", "lime.num_samples=5000", "batch_rows=5000", "store=kept", "out=run"]
    with start(*work) as running:
        while not list((tmp_path / "kept").rglob("*.npz")):
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert err == "limeeval: interrupted; the same command goes on from here\n"
