"""What users bring: tasks, experiments and explainers of their own."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import yaml

from limeeval.app import configuration_folder

MINE = """
import numpy as np

def fn(X, predict_fn, seed, num_samples=10):
    noise = np.random.default_rng(seed).normal(size=X.shape)
    return predict_fn(X)[:, :1] + np.arange(X.shape[1]) + noise / num_samples

class Ones:
    def __call__(self, X, predict_fn, seed):
        return np.ones(X.shape)

def raises(X, predict_fn, seed):
    if seed == 1:
        raise ZeroDivisionError("no\\nreason")
    return np.ones(X.shape)

def short(X, predict_fn, seed):
    return np.ones(3)
"""


@pytest.fixture
def mine(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Name of a module in the user's folder, another one for each test."""
    name = f"mine_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(MINE, encoding="utf-8")
    return name


def test_a_task_and_an_experiment_of_ones_own(cli, tmp_path: Path) -> None:
    own = yaml.safe_load((configuration_folder() / "task" / "iris.yaml").read_text(encoding="utf-8"))
    folder = tmp_path / "of mine"
    for group in ("task", "experiment"):
        (folder / group).mkdir(parents=True)
    (folder / "task" / "flowers.yaml").write_text(yaml.safe_dump({**own, "name": "flowers"}), encoding="utf-8")
    (folder / "experiment" / "small.yaml").write_text(
        "# @package _global_\ndefaults: [{override /task: flowers}, {override /model: logistic}]\n"
        "instances: 2\nseeds: 3\nlime: {num_samples: 70, kernel_width_factor: [1, 2]}\nout: here\n",
        encoding="utf-8",
    )
    ran = cli("--config-dir", "of mine", "experiment=small")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("flowers · logistic regression (")
    assert len(pd.read_parquet(tmp_path / "here" / "fits.parquet")) == 2 * 3 * 2
    assert "flowers" in cli("--help", "--config-dir", "of mine").out
    assert cli("rerun", "here", "seeds=2", "out=again").code == 0


def test_any_explainer_has_every_score(cli, mine: str, tiny, tmp_path: Path) -> None:
    ran = cli("-m", "task=iris", f"explainer=lime,{mine}:fn", "trust=true", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    assert "4 calls of fn" in ran.out
    scores = pd.read_parquet(tmp_path / "run" / "scores.parquet")
    assert set(scores["explainer"]) == {"lime", "fn"}
    own = scores.query("explainer == 'fn' and instance.isna()")
    assert {"jaccard", "same_set", "spearman", "relative_spread"} <= set(own["metric"])
    assert sorted(own["num_samples"].unique()) == [60, 120]
    assert (own.query("metric == 'jaccard'")["estimate"] == 1).all()
    attributions = pd.read_parquet(tmp_path / "run" / "attributions.parquet").query("explainer == 'fn'")
    assert len(attributions) == 2 * 2 * 2 * 4
    commands = re.findall(r"python -m limeeval (.*)", cli("report", "run/1").out)
    assert len(commands) == 1
    for command in commands:
        assert cli(*shlex.split(command), "store=null").code == 0


def test_an_explainer_alone_may_be_a_class(cli, mine: str, tiny) -> None:
    ran = cli("task=iris", f"explainer={mine}:Ones", "trust=true", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("iris · random forest (accuracy 0.98 held out) · Ones")


def test_an_explainer_that_fails(cli, mine: str, tiny, tmp_path: Path) -> None:
    ran = cli("task=iris", f"explainer={mine}:raises", "trust=true", "out=run", *tiny)
    assert ran.code == 3
    assert ran.message == "the explainer raises raised ZeroDivisionError with seed 1: no reason"
    assert pd.read_parquet(tmp_path / "run" / "fits.parquet")["seed"].unique().tolist() == [0]
    ran = cli("task=iris", f"explainer={mine}:short", "trust=true", "out=other", *tiny)
    assert ran.code == 2
    assert ran.message.startswith("explainer must return coefficients of shape (2, features)")
    assert not list((tmp_path / "other").glob("*.parquet"))


def test_explain_is_about_lime(cli, mine: str) -> None:
    ran = cli("explain", "task=iris", f"explainer={mine}:fn", "trust=true")
    assert (ran.code, ran.message) == (2, f"explain is about LIME, got explainer={mine}:fn")
