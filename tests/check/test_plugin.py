"""The fixture that a project's own tests use."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import limeeval
from limeeval.check.plugin import _checked as limeeval_checked


def test_a_test_fails_with_the_table(run_of) -> None:
    run = run_of({"estimate": 0.6, "low": 0.5, "high": 0.7})
    assert limeeval_checked(run, [{"metric": "jaccard", "at_least": 0.4}]).exit_code == 0
    with pytest.raises(pytest.fail.Exception, match=r"✗ fail .*jaccard at least 0.9"):
        limeeval_checked(run, [{"metric": "jaccard", "at_least": 0.9}])
    with pytest.raises(ValueError, match="did you mean jaccard"):
        limeeval_checked(run, [{"metric": "jacard", "at_least": 0.9}])


def test_a_folder_is_judged_by_the_scores_that_were_saved(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    data = np.random.default_rng(0).normal(size=(40, 3))
    explained = lambda X, predict_fn, seed: X * [3, 2, 1] + np.random.default_rng(seed).normal(size=3)  # noqa: E731
    limeeval.evaluate(explained, data[:4], lambda x: x.sum(axis=1), seeds=4, k=1).save(folder)
    asked = [{"metric": "jaccard", "at_least": 0.0}, {"metric": "jaccard", "no_worse_than_baseline": 0.01}]
    found = limeeval_checked(folder, asked, baseline=folder)
    assert [one.status for one in found.verdicts] == ["pass", "pass"]
    scores = pd.read_parquet(folder / "scores.parquet")
    lower = scores.assign(low=scores["low"] - 9, high=scores["high"] - 9)
    lower.to_parquet(folder / "scores.parquet")
    with pytest.raises(pytest.fail.Exception, match="jaccard at least 0"):
        limeeval_checked(str(folder), asked[:1])
    (folder / "scores.parquet").unlink()
    assert limeeval_checked(folder, asked[:1]).exit_code == 0


def test_pytest_finds_the_fixture(limeeval_check) -> None:
    with pytest.raises(ValueError, match="must be the folder of a finished run"):
        limeeval_check("nowhere", [{"metric": "jaccard", "at_least": 0.9}])


def test_the_plugin_costs_other_projects_nothing() -> None:
    code = "import sys, limeeval.check.plugin; print(*{'numpy', 'pandas', 'sklearn', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
