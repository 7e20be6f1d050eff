"""The README keeps its word: its code runs and prints what it shows, its commands run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from junitparser import JUnitXml

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip().removeprefix("python -m limeeval").split()
    for line in re.findall(r"^    python -m limeeval(?! check).*$", README, flags=re.MULTILINE)
]
ONCE = re.findall(r"^    (python explain.py|python -m limeeval check .*)$", README, flags=re.MULTILINE)
YAMLS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)]
TRAIN = """
import joblib, pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression as Model
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
table = pd.read_csv("customers.csv", index_col="customer")
encoded = ColumnTransformer([("text", OneHotEncoder(), ["contract"])], remainder="passthrough")
model = make_pipeline(encoded, Model())
joblib.dump(model.fit(table.drop(columns="churned"), table["churned"]), "model.joblib")
"""


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"[-+]?\d[\d,]*\.?\d*", text)]


def test_the_import_swap_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, flags=re.DOTALL).groups()
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert [re.sub(r"[-+\d.,%]+", "#", line) for line in printed.splitlines()[:2]] == [
        re.sub(r"[-+\d.,%]+", "#", line) for line in shown.splitlines()[:2]
    ]
    # Forests differ a little between versions of scikit-learn: the first reason and the sizes stay.
    assert printed.splitlines()[2].split("  ")[-1] == shown.splitlines()[2].split("  ")[-1]
    assert len(printed.splitlines()) == len(shown.splitlines())
    assert numbers(printed.splitlines()[2])[:2] == pytest.approx(numbers(shown.splitlines()[2])[:2], rel=0.3)
    assert "Two runs are expected to name" in printed


def test_commands_run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One after the other, each as shown: on fewer samples where that is all that would be waited for."""
    assert len(COMMANDS) >= 5
    cache = tmp_path_factory.mktemp("cache")
    for arguments in COMMANDS:
        assert "--config-dir" not in arguments, "placeholders belong in the text, not among the commands"
        alone = {"--help", "explain", "report"} & set(arguments)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "limeeval",
                *arguments,
                *([] if alone else ["lime.num_samples=[60,120]", "seeds=2"]),
            ],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a line in the test's folder, as a step of a job on GitHub, with the python of the tests."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


def steps_of(job: dict[str, object]) -> list[str]:
    """Commands of a job after what it is run with is installed."""
    own = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
    assert own[0] == "pip install -r requirements.txt"
    return own[1:]


def jobs() -> tuple[dict, dict]:
    """The one job of the example for GitHub, and that for GitLab."""
    (github,) = [one["jobs"] for one in YAMLS if "jobs" in one]
    (gitlab,) = [one["explanations"] for one in YAMLS if "explanations" in one]
    (job,) = github.values()
    return job, gitlab


def test_examples_of_builds_are_alike_and_keep_what_they_write() -> None:
    github, gitlab = jobs()
    assert steps_of(github) == steps_of(gitlab)
    upload = github["steps"][-1]
    assert (upload["if"], gitlab["artifacts"]["when"]) == ("always()", "always")
    assert upload["with"]["path"].split() == ["run/report.html", "gate.xml"]
    assert gitlab["artifacts"] == {"when": "always", "paths": ["run/report.html"], "reports": {"junit": "gate.xml"}}


def test_the_example_of_a_build_is_green_and_turns_red(tmp_path: Path, shell: Callable) -> None:
    """A stranger's table and pipeline, on fewer samples and seeds; then a model that no line describes."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd")).assign(
        contract=rng.choice(["monthly", "yearly"], 300), customer=[f"C{number}" for number in range(300)]
    )
    table["churned"] = np.where(table["a"] + table["b"] + rng.normal(size=300) > 0, "yes", "no")
    table.to_csv(tmp_path / "customers.csv", index=False)
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    (code,) = [one for one in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL) if "joblib.load" in one]
    fewer = code.replace("num_samples=5000, seeds=20", "num_samples=500, seeds=5")
    assert fewer != code
    (tmp_path / "explain.py").write_text(fewer, encoding="utf-8")

    steps = steps_of(jobs()[0])
    for line in ["python train.py", *ONCE, *steps]:
        done = shell(line)
        assert done.returncode == 0, (line, done.stderr, done.stdout)
    assert "0 of 4 checks failed (4 passed)." in done.stdout
    assert (tmp_path / "run" / "report.html").is_file()
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("### limeeval check: passed")

    without_page = re.sub("^study.report.*", "", fewer, flags=re.MULTILINE)
    (tmp_path / "explain.py").write_text(without_page, encoding="utf-8")
    worse = TRAIN.replace("linear_model import LogisticRegression as", "tree import ExtraTreeClassifier as")
    (tmp_path / "train.py").write_text(worse.replace("Model()", "Model(random_state=0)"), encoding="utf-8")
    *before, last = [shell(line) for line in steps]
    assert [one.returncode for one in before] == [0, 0]
    assert last.returncode == 1
    assert re.search(r"::error title=r2_fresh at most .*::fail: r2_fresh is worse by .*; most in rows C\d", last.stdout)
    (suite,) = JUnitXml.fromfile(str(tmp_path / "gate.xml"))
    assert suite.failures >= 2
    assert "### limeeval check: failed" in (tmp_path / "summary.md").read_text(encoding="utf-8")
