"""What a line misses, asked for on the command line: its files, its scores, its sentence."""

from pathlib import Path

import pandas as pd
import pytest

import limeeval

WORK = ["task=iris", "instances=2", "seeds=2", "lime.kernel_width_factor=0.5,1", "lime.num_samples=250,1000"]
FILES = ["nonlinearity.parquet", "terms.parquet"]


def test_a_run_says_why_a_line_misses_something(cli, tmp_path: Path) -> None:
    ran = cli(*WORK, "nonlinearity=true", "out=run")
    assert ran.code == 0
    said = " ".join(ran.out.split())
    assert "What lines miss: " in said
    assert "% because bins or categories hide it" in said
    assert "nonlinearity" not in next(line for line in ran.out.splitlines() if "limeeval explain" in line)
    study = limeeval.load(tmp_path / "run")
    assert all((tmp_path / "run" / name).is_file() for name in FILES)
    whole = study.scores[study.scores["instance"].isna()]
    for metric in ("r2_line", "nonlinear_gain", "pure_error"):
        rows = whole[whole["metric"] == metric]
        assert len(rows) == 4, "at every width and sample count"
        assert (rows.groupby("kernel_width_factor")["estimate"].nunique() == 1).all()
        assert rows["low"].notna().all()
    pd.testing.assert_frame_equal(study.scores, pd.read_parquet(tmp_path / "run" / "scores.parquet"))
    assert len(study.answers[0].cells) == 4
    assert cli("report", "run").code == 0
    assert cli(*WORK, "out=run").code == 0
    assert not any((tmp_path / "run" / name).exists() for name in FILES), "of an earlier run in the same folder"


def test_jobs_are_merged(cli, tmp_path: Path) -> None:
    work = [*WORK[:3], "lime.kernel_width_factor=[0.5,1]", "lime.num_samples=[250,1000]", "nonlinearity=true"]
    assert cli("-m", *work, "lime.num_features=2,3", "out=jobs").code == 0
    assert cli(*work, "lime.num_features=[2,3]", "out=one").code == 0
    one, jobs = (limeeval.load(tmp_path / name) for name in ("one", "jobs"))
    assert one.nonlinearity is not None
    assert one.terms is not None
    pd.testing.assert_frame_equal(one.nonlinearity, jobs.nonlinearity)
    pd.testing.assert_frame_equal(one.terms, jobs.terms)


def test_of_jobs_with_other_counts_the_largest_counts(cli, tmp_path: Path) -> None:
    assert cli("-m", *WORK, "nonlinearity=true", "out=jobs").code == 0
    scores = limeeval.load(tmp_path / "jobs").scores
    rows = scores[(scores["metric"] == "nonlinear_gain") & scores["instance"].isna()]
    assert len(rows) == len(rows[["kernel_width_factor", "num_samples"]].drop_duplicates()) == 4
    assert (rows.groupby("kernel_width_factor")["estimate"].nunique() == 1).all()


@pytest.mark.parametrize("arguments", [["nonlinearity=yes_please"], ["nonlinearity=1"]])
def test_it_is_true_or_false(cli, arguments: list[str]) -> None:
    ran = cli(*WORK, *arguments)
    assert ran.code == 2
    assert "nonlinearity must be true or false" in ran.message


def test_other_explainers_have_no_samples(cli) -> None:
    ran = cli(*WORK, "explainer=mine:fn", "trust=true", "nonlinearity=true")
    assert (ran.code, ran.message) == (2, "nonlinearity=true needs explainer=lime, which has samples, got mine:fn")
