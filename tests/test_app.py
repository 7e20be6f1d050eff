"""The command line as a user types it, each time in a process of its own unless only composition is tested."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from limeeval.app import _with_lists, configuration_folder

TINY = ["instances=2", "seeds=2", "lime.num_samples=60,120", "lime.kernel_width_factor=0.5,1"]
TASKS = sorted(path.stem for path in (configuration_folder() / "task").glob("*.yaml"))


def limeeval(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "limeeval", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.parametrize("task", TASKS)
def test_every_task_composes_and_runs(task: str, tmp_path: Path) -> None:
    done = limeeval(f"task={task}", "out=run", *TINY, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    fits = pd.read_parquet(tmp_path / "run" / "fits.parquet")
    attributions = pd.read_parquet(tmp_path / "run" / "attributions.parquet")
    instances = pd.read_parquet(tmp_path / "run" / "instances.parquet")
    assert len(fits) == 2 * 2 * 2 * 2
    assert set(fits["task"]) == set(attributions["task"]) == set(instances["task"]) == {task}
    assert attributions["coefficient"].notna().all()
    scores = pd.read_parquet(tmp_path / "run" / "scores.parquet")
    assert {"jaccard", "same_set", "r2", "r2_fresh", "ess"} <= set(scores["metric"])
    assert scores.groupby("metric").size().nunique() == 1
    assert len(instances) == 2
    assert "480 model rows predicted; a loop over LIME needs 1,440" in done.stdout
    table = re.findall(r"^ *x(\S+) +(\d+) +\d+% +(\d\.\d\d) +(\S+)", done.stdout, flags=re.MULTILINE)
    assert [(width, samples) for width, samples, _, _ in table] == [
        ("0.5", "60"),
        ("0.5", "120"),
        ("1", "60"),
        ("1", "120"),
    ]
    if task == "german_credit":
        assert "10 applicants" not in done.stdout
        assert "2 applicants · 2 seeds · label: bad" in done.stdout


def test_same_command_same_rows(tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert limeeval("task=iris", f"out={out}", *TINY, folder=tmp_path).returncode == 0
    for name in ("attributions", "fits", "instances"):
        one, two = (pd.read_parquet(tmp_path / out / f"{name}.parquet") for out in ("one", "two"))
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_an_absolute_width_replaces_the_default_factors(tmp_path: Path) -> None:
    done = limeeval(
        "task=iris", "out=run", "instances=1", "seeds=2", "lime.num_samples=60", "lime.kernel_width=3", folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    fits = pd.read_parquet(tmp_path / "run" / "fits.parquet")
    assert fits["kernel_width"].unique().tolist() == [3.0]
    assert fits["kernel_width_factor"].unique().tolist() == [2.0]


def test_model_is_a_group_for_any_task(tmp_path: Path) -> None:
    done = limeeval("task=wine", "model=boosting", "out=run", *TINY, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gradient boosting" in done.stdout


def test_a_users_own_task_is_found(tmp_path: Path) -> None:
    own = yaml.safe_load((configuration_folder() / "task" / "iris.yaml").read_text(encoding="utf-8"))
    (tmp_path / "mine" / "task").mkdir(parents=True)
    (tmp_path / "mine" / "task" / "flowers.yaml").write_text(
        yaml.safe_dump({**own, "name": "flowers"}), encoding="utf-8"
    )
    done = limeeval("--config-dir", "mine", "task=flowers", "out=run", *TINY, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("flowers ·")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lime.kernel_width=-1"], "kernel_width must be a number above 0, got -1"),
        (["lime.kernel_width=1", "lime.kernel_width_factor=1"], "state the same thing: give one"),
        (["lime.num_samples=0"], "lime.num_samples must be a whole number of at least 2, got 0"),
        (["seeds=0"], "seeds must be a whole number of at least 1, got 0"),
        (["instances=0"], "instances must be between 1 and"),
        (["metrics.k=20"], "metrics.k must be between 1 and 10, for 20 features of which 10 are named, got 20"),
        (["metrics.k=0"], "metrics.k must be between 1 and 10"),
        (["metrics.k=3", "lime.num_features=2,5"], "metrics.k must be between 1 and 2"),
        (["metrics=3"], "keys must be among metrics.k"),
        (["lime.labels=good", "lime.top_labels=1"], "lime.labels and lime.top_labels exclude each other"),
        (["task=diabetes", "lime.labels=good"], "regression has one output"),
        (["batch_rows=100"], "batch_rows must be a whole number of at least 250, got 100"),
        (["lime.labels=ugly"], "labels must be among 0 (bad), 1 (good), got 'ugly'"),
        (["task=nope"], "german_credit"),
        (["lime.kernel_widht=1"], "kernel_widht"),
        (["+lime.kernel_widht=1"], "got lime.kernel_widht"),
        (["seed=1"], "the key is seeds, got seed=1"),
        (["+seed=1"], "the key is seeds, got +seed=1"),
        (["+colour=1"], "got colour"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = limeeval("out=run", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_model_that_raises_exits_with_3(tmp_path: Path) -> None:
    (tmp_path / "brittle.py").write_text(
        "from sklearn.ensemble import RandomForestClassifier\n"
        "class Brittle(RandomForestClassifier):\n"
        "    def predict_proba(self, rows):\n"
        "        if len(rows) > 100: raise RuntimeError('out of memory')\n"
        "        return super().predict_proba(rows)\n",
        encoding="utf-8",
    )
    model = ["model.classification=brittle.Brittle", "model.params={random_state: 0}"]
    done = limeeval("task=iris", "out=run", *model, *TINY, folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "the model raised RuntimeError" in done.stderr
    assert "out of memory" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_shows_commands_worth_typing(tmp_path: Path) -> None:
    done = limeeval("--help", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("python -m limeeval") == 5
    assert "task: breast_cancer, diabetes, german_credit, iris, penguins, wine" in done.stdout


@pytest.mark.parametrize(
    "line",
    re.findall(
        r"^ +python -m limeeval(.*)$",
        (configuration_folder() / "config.yaml").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    ),
)
def test_commands_of_the_help_run(line: str, tmp_path: Path) -> None:
    small = ["lime.num_samples=60", "seeds=2"]
    done = limeeval(*line.split(), *small, folder=tmp_path)
    assert done.returncode == 0, done.stderr


def test_comma_lists_need_no_brackets() -> None:
    assert _with_lists(["lime.num_samples=1,2", "seeds=3,4", "task=a,b", "lime.labels='a,b'", "lime.x=[1,2]"]) == [
        "lime.num_samples=[1,2]",
        "seeds=[3,4]",
        "task=a,b",
        "lime.labels='a,b'",
        "lime.x=[1,2]",
    ]
    assert _with_lists(["instances=range(0,3)"]) == ["instances=range(0,3)"]
    assert _with_lists(["-m", "seeds=3,4"]) == ["-m", "seeds=3,4"]


def test_imports_are_quick_to_start() -> None:
    """What start-up pays for is checked by name, not by the clock."""
    code = "import sys, limeeval; print([m for m in ('numpy', 'pandas', 'sklearn', 'hydra') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
    code = "import sys, limeeval.app; print([m for m in ('pandas', 'sklearn', 'scipy', 'rich') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_what_is_explained_is_said(tmp_path: Path) -> None:
    done = limeeval("out=run", "lime.top_labels=2", *TINY, folder=tmp_path)
    assert "the 2 most likely classes" in done.stdout
    done = limeeval("task=iris", "out=run", *TINY, folder=tmp_path)
    assert "label: the predicted class" in done.stdout


def test_cells_without_a_fit_score_nothing(tmp_path: Path) -> None:
    """At such a width only copies of the instance have weight: no agreement, no R2, and a remark that says so."""
    small = ["lime.kernel_width_factor=0.005,1", "lime.num_samples=500", "instances=2", "seeds=2"]
    done = limeeval("out=run", *small, folder=tmp_path)
    assert re.search(r"x0\.005 +500 +0% +0\.00 +– +(–|-?\d\.\d\d) +! 1 effective samples", done.stdout)
    assert not pd.read_parquet(tmp_path / "run" / "fits.parquet").query("kernel_width_factor < 0.1")["is_fit"].any()


def test_one_seed_has_no_agreement(tmp_path: Path) -> None:
    done = limeeval("task=iris", "out=run", "seeds=1", "instances=2", "lime.num_samples=500", folder=tmp_path)
    assert re.search(r"x1 +500 +– +– +\d\.\d\d +–", done.stdout)


def test_a_data_function_that_raises_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def data():\n    return len(None)\n", encoding="utf-8")
    done = limeeval("task.data=mine.data", "out=run", folder=tmp_path)
    assert done.returncode == 2
    assert "'mine.data' raised TypeError" in done.stderr


def test_version(tmp_path: Path) -> None:
    assert limeeval("--version", folder=tmp_path).stdout.startswith("limeeval 0.")
