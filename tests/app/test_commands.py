"""Commands that a user types, and what they answer."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from limeeval.app import configuration_folder

CONF = configuration_folder()
TASKS = sorted(path.stem for path in (CONF / "task").glob("*.yaml") if "modality" not in path.read_text())
MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml") if "network" not in path.read_text())
COMMANDS = re.findall(r"^ +python -m limeeval(.*)$", (CONF / "config.yaml").read_text(encoding="utf-8"), re.MULTILINE)


def paragraphs(text: str) -> list[list[str]]:
    return [part.splitlines() for part in text.strip().split("\n\n")]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_runs(task: str, cli, tiny, tmp_path: Path) -> None:
    ran = cli(f"task={task}", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{task} · ")
    assert "\n2 " in ran.out
    assert "480 rows to predict" in ran.out
    assert "Cost    480 model rows predicted in" in ran.out
    assert "a loop over LIME: 1,440." in ran.out
    rows = {name: pd.read_parquet(tmp_path / "run" / f"{name}.parquet") for name in ("fits", "scores", "instances")}
    attributions = pd.read_parquet(tmp_path / "run" / "attributions.parquet")
    assert len(rows["fits"]) == 2 * 2 * 2 * 2
    assert attributions["coefficient"].notna().all()
    assert {*rows["fits"]["task"], *attributions["task"], *rows["scores"]["task"], *rows["instances"]["task"]} == {task}
    assert {"jaccard", "same_set", "r2", "r2_fresh", "ess"} <= set(rows["scores"]["metric"])
    table = re.findall(r"^ *x(\S+) +(\d+) +\d+% +(\d\.\d\d) ", ran.out, flags=re.MULTILINE)
    assert [(width, samples) for width, samples, _ in table] == [
        ("0.5", "60"),
        ("0.5", "120"),
        ("1", "60"),
        ("1", "120"),
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("task", ["wine", "diabetes"])
def test_every_model_runs(task: str, model: str, cli, tiny) -> None:
    ran = cli(f"task={task}", f"model={model}", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    name = re.search(r"^name: ([^#\n]*\w)", (CONF / "model" / f"{model}.yaml").read_text(encoding="utf-8"))[1]
    assert f"{task} · {name} (" in ran.out.splitlines()[0]


def test_the_default_answer(process, cli, tmp_path: Path) -> None:
    """Its parts, its size, and that the two commands at its end run."""
    ran = process()
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    lines = ran.out.splitlines()
    assert re.fullmatch(r"german_credit · random forest \(AUC 0\.\d\d held out\)", lines[0])
    assert lines[1] == "10 applicants · 10 seeds · label: bad · top 4 of 20 features"
    assert re.fullmatch(r"500,000 rows to predict · about \d+ s · 4 MiB of predictions kept", lines[2])
    assert len(lines) - 1 <= 30
    assert max(len(line) for line in lines if "python -m" not in line and not line.startswith("Page")) <= 80
    _, table, sentences = paragraphs(ran.out)
    assert table[0] == "Do two runs of LIME name the same 4 reasons?  (by chance: Jaccard 0.12)"
    assert sum("<- LIME's defaults" in line for line in table) == 1
    assert any("effective samples" in line for line in table)
    labels = [line.split()[0] for line in sentences if not line.startswith(" ")]
    assert labels == ["Stable?", "Faithful?", "Set", "Cost", "Page", "Next"]
    assert "500,000 model rows predicted in" in ran.out
    assert "a loop over LIME: 2,500,000." in ran.out
    (folder,) = (tmp_path / "outputs").glob("*/*")
    assert f"Page    {Path(folder) / 'report.html'}" in lines
    commands = re.findall(r"python -m limeeval (.*)", ran.out)
    assert len(commands) == 2
    for command in commands:
        small = [] if command.startswith("explain") else ["seeds=2", "instances=2", "lime.num_samples=60", "store=null"]
        assert cli(*shlex.split(command), *small).code == 0


def test_help_names_commands_and_choices(process) -> None:
    ran = process("--help")
    assert (ran.code, ran.err) == (0, "")
    assert len(COMMANDS) == ran.out.count("python -m limeeval") == 6
    assert "task: breast_cancer, diabetes, digits, german_credit, imagenet, iris, mnist_cnn" in ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_help_run(command: str, cli) -> None:
    assert cli(*command.split(), "lime.num_samples=[60]", "seeds=2").code == 0


def test_version_and_flags_of_hydra(cli, process, tmp_path: Path) -> None:
    assert cli("--version").out.startswith("limeeval 0.")
    shown = process("--cfg", "job", "seeds=3", "-p", "lime")
    assert shown.code == 0
    assert "num_samples:" in shown.out
    assert "rows" not in shown.out
    assert process("task=wine", "--info", "defaults").code == 0
    assert list(tmp_path.iterdir()) == []


def test_an_absolute_width_replaces_the_default_factors(cli, tmp_path: Path) -> None:
    assert cli("task=iris", "out=run", "instances=1", "seeds=2", "lime.num_samples=60", "lime.kernel_width=3").code == 0
    fits = pd.read_parquet(tmp_path / "run" / "fits.parquet")
    assert fits["kernel_width"].unique().tolist() == [3.0]
    assert fits["kernel_width_factor"].unique().tolist() == [2.0]


def test_what_is_explained_is_said(cli, tiny) -> None:
    assert "· the 2 most likely classes ·" in cli("out=run", "lime.top_labels=2", *tiny).out
    assert "· label: the predicted class ·" in cli("task=iris", "out=run", *tiny).out
    assert "· label: virginica, setosa ·" in cli("task=iris", "out=run", "lime.labels=virginica,setosa", *tiny).out


def test_cells_without_a_fit_score_nothing(cli, tmp_path: Path) -> None:
    """At such a width only copies of the instance have weight: no agreement, no R2, and a remark that says so."""
    small = ["lime.kernel_width_factor=0.005,1", "lime.num_samples=500", "instances=2", "seeds=2"]
    ran = cli("out=run", *small)
    assert re.search(r"^x0\.005 +500 +0% +0\.00 +(–|-?\d\.\d\d) +! (1 effective|no fit)", ran.out, flags=re.MULTILINE)
    assert not pd.read_parquet(tmp_path / "run" / "fits.parquet").query("kernel_width_factor < 0.1")["is_fit"].any()


def test_one_seed_has_no_agreement(cli) -> None:
    ran = cli("task=iris", "out=run", "seeds=1", "instances=2", "lime.num_samples=500")
    assert "2 flowers · 1 seed ·" in ran.out
    assert re.search(r"^ *x1 +500 +-?\d\.\d\d$", ran.out, flags=re.MULTILINE)
    assert "Stable?    Not known" in ran.out
    assert ran.out.splitlines()[-1].endswith("seeds=10")


def test_a_dry_run_writes_nothing(cli, cache: Path, tmp_path: Path) -> None:
    ran = cli("dry_run=true", "task=iris", "seeds=1000", "instances=45", "lime.num_samples=100000", "store_limit=0.01")
    assert (ran.code, ran.err) == (0, "")
    assert "4,500,000,000 rows to predict" in ran.out
    assert "GiB of predictions are over store_limit and not kept" in " ".join(ran.out.split())
    assert re.search(r"Cheaper: .*seeds=5.* takes about \d+ (s|min)\.", ran.out)
    assert "Cost" not in ran.out
    assert [*tmp_path.iterdir(), *cache.iterdir()] == []


def test_a_dry_run_leaves_the_store_alone(cli, tiny, tmp_path: Path) -> None:
    """Though the sweep itself would drop old predictions to make room."""
    assert cli("task=iris", "store=kept", "out=run", *tiny).code == 0
    kept = sorted((tmp_path / "kept").rglob("*.npz"))
    full = [f"store_limit={4100 / 2**30:.9f}", "store=kept", "task=wine", *tiny]
    assert cli("dry_run=true", *full).code == 0
    assert sorted((tmp_path / "kept").rglob("*.npz")) == kept != []
    assert cli("out=other", *full).code == 0
    assert not kept[0].exists()


def test_an_experiment_in_seconds(cli) -> None:
    ran = cli("experiment=quick", "task=iris", "instances=2")
    assert "2 flowers · 5 seeds" in ran.out
    assert "20,000 model rows predicted" in ran.out
