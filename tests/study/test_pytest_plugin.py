"""The fixture that a project's own tests use."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import limeeval
from limeeval.study.files import digest_of
from limeeval.study.pytest_plugin import _checked as limeeval_checked

ASKED = [{"metric": "jaccard", "at_least": 0.0}, {"metric": "jaccard", "no_worse_than_baseline": 0.01}]


@pytest.fixture(scope="module")
def study() -> limeeval.Study:
    data = np.random.default_rng(0).normal(size=(40, 3))
    explained = lambda X, predict_fn, seed: X * [3, 2, 1] + np.random.default_rng(seed).normal(size=3)  # noqa: E731
    return limeeval.evaluate(explained, data[:4], lambda x: x.sum(axis=1), seeds=4, k=1)


@pytest.fixture
def folder(study: limeeval.Study, tmp_path: Path) -> Path:
    study.save(tmp_path / "run")
    return tmp_path / "run"


def vouch(folder: Path, name: str) -> None:
    """Has the provenance describe a file as it is."""
    known = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    known["files_sha256"][name] = digest_of(folder / name)
    (folder / "provenance.json").write_text(json.dumps(known), encoding="utf-8")


def test_a_test_fails_with_the_table(study: limeeval.Study) -> None:
    assert limeeval_checked(study, ASKED[:1]).exit_code == 0
    with pytest.raises(pytest.fail.Exception, match=r"✗ fail .*jaccard at least 1.1"):
        limeeval_checked(study, [{"metric": "jaccard", "at_least": 1.1}])
    with pytest.raises(ValueError, match="did you mean jaccard"):
        limeeval_checked(study, [{"metric": "jacard", "at_least": 0.9}])


def test_a_folder_is_judged_by_the_scores_that_were_saved(folder: Path) -> None:
    found = limeeval_checked(folder, ASKED, baseline=folder)
    assert [one.status for one in found.verdicts] == ["pass", "pass"]
    scores = pd.read_parquet(folder / "scores.parquet")
    lower = scores.assign(**{name: scores[name] - 9 for name in ("estimate", "low", "high")})
    lower.to_parquet(folder / "scores.parquet")
    with pytest.raises(ValueError, match=r"must be as the run wrote it, got scores.parquet changed since: python -m"):
        limeeval_checked(str(folder), ASKED[:1])
    vouch(folder, "scores.parquet")
    with pytest.raises(pytest.fail.Exception, match="jaccard at least 0"):
        limeeval_checked(str(folder), ASKED[:1])


def test_scores_that_were_not_saved_are_made_of_the_rows_that_were(folder: Path) -> None:
    (folder / "scores.parquet").unlink()
    assert limeeval_checked(folder, ASKED, baseline=folder).exit_code == 0
    fits = pd.read_parquet(folder / "fits.parquet")
    fits.to_parquet(folder / "fits.parquet", compression="none")
    with pytest.raises(ValueError, match=r"got fits.parquet changed since: run it again"):
        limeeval_checked(folder, ASKED[:1])


def test_a_baseline_is_a_folder_for_a_study_too(study: limeeval.Study, folder: Path) -> None:
    assert study.check(ASKED, baseline=folder).exit_code == 0
    assert study.check(ASKED, baseline=str(folder)).exit_code == 0


def test_pytest_finds_the_fixture(limeeval_check) -> None:
    with pytest.raises(ValueError, match="must be the folder of a finished run"):
        limeeval_check("nowhere", [{"metric": "jaccard", "at_least": 0.9}])


def test_the_plugin_costs_other_projects_nothing() -> None:
    code = "import sys, limeeval.study.pytest_plugin; print(*{'numpy', 'pandas', 'sklearn', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
