"""Thresholds made of a run."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import limeeval
from limeeval.check.init import MARGIN, first_thresholds
from limeeval.check.thresholds import thresholds_in, thresholds_of, thresholds_written
from limeeval.lime import LimeTabularExplainer


def study(seeds: int) -> limeeval.Study:
    rows = np.random.default_rng(0).normal(size=(200, 6))
    explainer = LimeTabularExplainer(rows, mode="regression", feature_names=list("abcdef"))
    factors = [0.5 * np.sqrt(6), 0.75 * np.sqrt(6)]

    def model(x):
        return x @ [3, 2, 1, 0.5, 0.2, 0] + np.sin(3 * x[:, 0])

    return limeeval.evaluate(explainer, rows[:3], model, seeds=seeds, num_samples=[250, 500], kernel_width=factors)


@pytest.fixture(scope="module")
def run() -> limeeval.Study:
    return study(4)


def test_the_run_passes_the_thresholds_that_were_made_of_it(run, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(first_thresholds(run), encoding="utf-8")
    asked = thresholds_in(tmp_path / "t.yaml")
    assert {one.metric for one in asked} <= {"jaccard", "r2_fresh"}
    assert {one.where["num_samples"] for one in asked} == {500}
    found = run.check(tmp_path / "t.yaml")
    assert (found.exit_code, len(found.verdicts)) == (0, len(asked))
    assert {one.status for one in found.verdicts} == {"pass"}


def test_its_comments_are_thresholds_once_there_is_a_baseline(run) -> None:
    entries = first_thresholds(run).split("\n\n", 1)[1]
    lines = [line.removeprefix("# ") for line in entries.splitlines() if line.startswith(("# -", "#   "))]
    asked = thresholds_of(yaml.safe_load("\n".join(lines)))
    assert [one.metric for one in asked] == ["jaccard", "r2_fresh"]
    assert all(one.no_worse_than_baseline > 0 for one in asked)
    assert run.check(asked, baseline=run).exit_code == 0


def test_with_a_baseline_they_are_thresholds_at_once(run) -> None:
    text = first_thresholds(run, has_baseline=True)
    asked = thresholds_written(text, source="t.yaml")
    margins = [one.no_worse_than_baseline for one in asked if one.no_worse_than_baseline is not None]
    assert len(margins) == 2
    assert min(margins) >= MARGIN
    found = run.check(asked, baseline=run)
    assert {one.status for one in found.verdicts} == {"pass"}
    assert not any(one.numbers.get("underpowered") for one in found.verdicts)
    assert "Uncomment" not in text
    assert "Uncomment" in first_thresholds(run)


def test_one_seed_makes_none() -> None:
    with pytest.raises(ValueError, match="thresholds are made of scores that have limits"):
        first_thresholds(study(1))
