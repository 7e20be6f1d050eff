"""What was run, as a page tells it: every fact that the rows and the record have, and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import limeeval
from limeeval.app import main
from limeeval.lime import LimeTabularExplainer
from limeeval.report.page.provenance import LIMITS, Group, what_was_run
from limeeval.study.folder import provenance_in
from limeeval.study.study import Study

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
FOREST = RandomForestClassifier(5, random_state=0).fit(X, X[:, 0] > 0)
EXPLAINER = LimeTabularExplainer(X, random_state=0)
TINY = ["instances=2", "seeds=[3,4,5]", "lime.num_samples=[60,120]", "lime.kernel_width_factor=1", "store=null"]


def evaluated(**settings) -> Study:
    return limeeval.evaluate(EXPLAINER, X[:2], FOREST, **{"seeds": 2, "num_samples": 60, **settings})


@pytest.fixture(scope="module")
def study() -> Study:
    return evaluated()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of the command line: one of one job, and one of three of which one cannot be run."""
    where = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        patch.setenv("XDG_CACHE_HOME", str(where / "cache"))
        patch.setenv("GIT_CEILING_DIRECTORIES", str(where.parent))
        for arguments in (["task=iris", "out=one"], ["-m", "task=wine,iris,breast_cancer", "metrics.k=5", "out=jobs"]):
            patch.setattr("sys.argv", ["limeeval", *arguments, *TINY])
            with pytest.raises(SystemExit):
                main()
    return where


def told(folder: Path) -> list[Group]:
    return what_was_run(limeeval.load(folder), provenance_in(folder))


def items(groups: list[Group], title: str) -> dict[str, tuple[str, ...]]:
    (group,) = [group for group in groups if group.title == title]
    return dict(group.items)


def test_a_run_of_the_command_line(folder: Path) -> None:
    groups = told(folder / "one")
    record = json.loads((folder / "one" / "provenance.json").read_text(encoding="utf-8"))
    asked = items(groups, "What was run")
    assert asked["task"] == ("iris",)
    assert asked["model"] == ("random forest",)
    assert asked["model's quality, on rows held out"][0].startswith("accuracy 0.9")
    rows = limeeval.load(folder / "one").instances["row"].tolist()
    assert asked["instances"] == ("2 of 45 flowers", f"rows: {rows[0]}, {rows[1]}")
    assert asked["how instances were chosen"][0].startswith("2 drawn at random, with a fixed seed")
    assert asked["seeds"] == ("3: 3 to 5",)
    assert asked["explained"] == ("label: the predicted class",)
    assert asked["features"] == ("4 features, of which the top 2 are compared",)
    assert asked["settings tried"] == ("2", "num_samples: 60, 120")
    assert "kernel_width_factor: 1" in asked["settings that all of them share"]
    assert "discretize_continuous: true" in asked["settings that all of them share"]
    assert asked["model rows"][0] == "720 predicted"
    assert asked["model rows"][1:] == (
        "0 from the store of predictions",
        "1,080 for a loop that explains setting by setting",
    )
    assert float(asked["seconds"][0]) >= 0
    assert items(groups, "Command") == {"as it was typed": (record["command"],)}
    versions = items(groups, "Versions")
    assert versions["limeeval"] == (limeeval.__version__,)
    assert versions["git commit"] == ("not in a git checkout",)
    assert versions["started"][0].endswith(" UTC")
    assert f"numpy {np.__version__}" in versions["libraries"]
    (identity,) = record["models"].values()
    assert items(groups, "Data and model (SHA-256)")["data"] == (identity["data_sha256"][:12], identity["data_sha256"])
    assert items(groups, "Data and model (SHA-256)")["model id"][1] == identity["model_id"]
    digests = items(groups, "Files (SHA-256)")
    assert {name: lines[1] for name, lines in digests.items()} == record["files_sha256"]
    assert "num_samples=[60, 120]" in items(groups, "Configuration")["lime"]
    assert "params.random_state=0" in items(groups, "Configuration")["model"]
    assert "seeds=[3, 4, 5]" in items(groups, "Configuration")["run"]
    assert items(groups, "Warnings, and what is missing") == {"warnings": ("none",), "missing": ("nothing",)}
    assert items(groups, "Known limits") == {"": LIMITS}
    assert groups == told(folder / "one")


def test_several_jobs(folder: Path) -> None:
    groups = told(folder / "jobs")
    common = items(groups, "What all 2 runs have in common")
    assert common["model"] == ("random forest",)
    assert common["seeds"] == ("3: 3 to 5",)
    assert common["how instances were chosen"][0].startswith("2 drawn at random")
    for task, d in (("breast_cancer", 30), ("wine", 13)):
        own = items(groups, f"What was run: {task}, random forest")
        assert own["task"] == (task,)
        assert own["features"] == (f"{d} features, of which the top 5 are compared",)
        assert not set(own) & set(common)
    commands = items(groups, "Command")
    assert commands["as it was typed"][0].startswith(
        "python -m limeeval --multirun task=wine,iris,breast_cancer metrics.k=5 "
    )
    assert commands["wine, random forest"][0].startswith("python -m limeeval task=wine ")
    assert "started" in items(groups, "Versions")
    assert items(groups, "Versions")["jobs"] == ("2 of one command: 0, 2",)
    identities = items(groups, "Data and model (SHA-256)")
    assert {"breast_cancer / random forest: data", "wine / random forest: model"} <= set(identities)


def test_jobs_without_rows_are_missing(folder: Path) -> None:
    (missing,) = items(told(folder / "jobs"), "Warnings, and what is missing")["missing"]
    assert missing.startswith("job 1 failed with exit code 2 (metrics.k must be between 1 and 3")


def test_a_study_from_python(study: Study, tmp_path: Path) -> None:
    groups = what_was_run(study, None)
    assert items(groups, "Command") == {"none": ("made in Python, with limeeval.evaluate",)}
    assert items(groups, "Versions") == {
        "limeeval": (
            "that of the rows is not recorded",
            f"{limeeval.__version__} (scores and this page)",
        )
    }
    assert items(groups, "What was run")["how instances were chosen"] == ("not recorded",)
    assert items(groups, "What was run")["model's quality, on rows held out"] == ("not measured",)
    assert items(groups, "What was run")["settings tried"] == ("1",)
    assert items(groups, "Data and model (SHA-256)") == {"data and model": ("not recorded",)}
    assert items(groups, "Known limits") == {"": LIMITS}
    assert not {"Files (SHA-256)", "Configuration"} & {group.title for group in groups}
    study.save(tmp_path)
    saved = told(tmp_path)
    assert items(saved, "Command") == items(groups, "Command")
    assert items(saved, "Versions")["limeeval"] == (limeeval.__version__,)
    assert set(items(saved, "Files (SHA-256)")) == {path.name for path in tmp_path.glob("*.parquet")}


def test_a_function_has_its_own_settings() -> None:
    def shifted(rows, predict_fn, seed, shift=0):
        return rows + seed * shift

    study = limeeval.evaluate(shifted, X[:2], FOREST, seeds=[1, 9], shift=[0, 0.5])
    asked = items(what_was_run(study, None), "What was run")
    assert asked["explainer"] == ("shifted",)
    assert asked["settings tried"] == ("2", "shift: 0, 0.5")
    assert asked["seeds"] == ("2: 1, 9",)
    assert "LIME" not in asked["called as faithful as any if"][0]


def test_warnings_and_failures_are_each_one_line_once(study: Study) -> None:
    from dataclasses import replace

    told = replace(study, remarks=["the model\nchanged"], failures=["seed 3: the model raised"])
    record = {"remarks": ["the model changed", "another"], "missing": ["seed 3: the model raised"]}
    assert items(what_was_run(told, record), "Warnings, and what is missing") == {
        "warnings": ("the model changed", "another"),
        "missing": ("seed 3: the model raised",),
    }


def test_limits_are_those_of_the_version_that_made_the_scores(study: Study) -> None:
    recorded = {"known_limits": ["It was raining."], "limeeval": limeeval.__version__}
    assert items(what_was_run(study, recorded), "Known limits") == {"": ("It was raining.",)}
    assert items(what_was_run(study, {**recorded, "limeeval": "0.0.1"}), "Known limits") == {"": LIMITS}


def test_names_of_others_are_text_on_one_line() -> None:
    study = evaluated(task="<b>$x$\n\u202e\x1b" + 300 * "n")
    asked = items(what_was_run(study, None), "What was run")
    assert asked["task"][0].startswith("<b>$x$ ")
    assert len(asked["task"][0]) <= 80
    assert asked["task"][0].isprintable()


def test_very_many_rows_are_counted() -> None:
    study = limeeval.evaluate(lambda x, f, seed: x + 0 * seed, X, FOREST, seeds=2)
    count, rows = items(what_was_run(study, None), "What was run")["instances"]
    assert count == "60 rows"
    assert rows.startswith("rows: 0, 1, 2, ")
    assert rows.endswith(", 39 and 20 more")


def test_no_value_of_an_instance_is_told(study: Study) -> None:
    values = study.instances.filter(like="value_").to_numpy().ravel()
    text = " ".join(line for group in what_was_run(study, None) for _, lines in group.items for line in lines)
    assert len(values) == 10
    assert not [value for value in values if f"{value:.3f}" in text]
