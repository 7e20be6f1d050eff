"""Every yaml of conf/ as Hydra composes it: found, not listed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from limeeval.sweep.grid import defaults_of, grid_of, seeds_of
from limeeval.tasks import ImageTask, load_task

CONF = Path(__file__).parents[1] / "conf"
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in ("task", "model")}
NETWORKS = sorted(
    path.stem for path in (CONF / "model").glob("*.yaml") if "network:" in path.read_text(encoding="utf-8")
)
IMAGES = sorted(path.stem for path in (CONF / "task").glob("*.yaml") if "modality" in path.read_text(encoding="utf-8"))
WITH_EXTRAS = {"mnist_cnn": "mlxtend", "imagenet": "efficientnet_lite_pytorch"}
MODALITIES = sorted(path.stem for path in (CONF / "modality").glob("*.yaml"))
EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))
FLOORS = {"AUC": 0.75, "accuracy": 0.93, "R2": 0.25}


def composed(*overrides: str, config_dir: Path | None = None, with_hydra: bool = False) -> Any:
    search = [] if config_dir is None else [f"hydra.searchpath=[{config_dir.as_uri()}]"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config", overrides=[*overrides, *search], return_hydra_config=with_hydra)
    return config if with_hydra else OmegaConf.to_container(config)


@pytest.mark.parametrize("task", [task for task in CHOICES["task"] if task not in IMAGES])
@pytest.mark.parametrize("model", [model for model in CHOICES["model"] if model not in NETWORKS])
def test_every_model_learns_every_task(task: str, model: str) -> None:
    """Warnings are errors here: convergence is reached."""
    settings = composed(f"task={task}", f"model={model}")
    one, again = (load_task(**settings["task"], model=settings["model"]) for _ in range(2))
    assert one.quality > FLOORS[one.quality_metric]
    rows = one.data.iloc[one.test]
    np.testing.assert_array_equal(one.predict_fn(rows), again.predict_fn(rows))


@pytest.mark.parametrize("model", [model for model in CHOICES["model"] if model not in NETWORKS])
def test_every_model_learns_digits(model: str) -> None:
    settings = composed(
        "task=digits", f"model={model}", *(["model.params.n_estimators=10"] if model == "boosting" else [])
    )
    task = load_task(**settings["task"], model=settings["model"])
    assert task.quality > 0.8
    assert task.predict_fn(task.images[:3]).shape == (3, 10)


@pytest.mark.parametrize("task", IMAGES)
def test_tasks_of_images_have_their_settings(task: str) -> None:
    settings = composed(f"task={task}")
    assert settings["lime"] == composed("modality=image")["lime"]
    assert (settings["model"].get("network") is None) == (task == "digits")
    if task in WITH_EXTRAS:
        return
    assert isinstance(load_task(**settings["task"], model=settings["model"]), ImageTask)


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_modality_is_a_grid_that_can_be_run(modality: str) -> None:
    lime = composed(f"modality={modality}")["lime"]
    assert lime.keys() - {"labels", "top_labels"} == defaults_of(lime).keys()
    found = grid_of({key: value for key, value in lime.items() if key in defaults_of(lime)})
    assert found.size >= 2


def test_numbers_are_predicted_in_the_targets_unit() -> None:
    for model in (model for model in CHOICES["model"] if model not in NETWORKS):
        settings = composed("task=diabetes", f"model={model}")
        task = load_task(**settings["task"], model=settings["model"])
        predicted = task.predict_fn(task.data.iloc[task.test])
        assert predicted.mean() == pytest.approx(task.target.iloc[task.test].mean(), rel=0.1)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_an_experiment_is_a_grid_that_can_be_run(experiment: str) -> None:
    settings = composed(f"experiment={experiment}")
    assert settings.keys() == composed().keys()
    lime = {key: value for key, value in settings["lime"].items() if key not in ("labels", "top_labels")}
    assert grid_of(lime).size >= 1
    assert len(seeds_of(settings["seeds"])) >= 2


def test_the_quick_experiment() -> None:
    settings = composed("experiment=quick")
    assert (settings["instances"], settings["seeds"]) == (5, 5)
    assert settings["lime"]["kernel_width_factor"] == [0.5, 1]
    assert settings["lime"]["num_samples"] == [500, 2000]
    assert composed("experiment=quick", "seeds=3")["seeds"] == 3


def test_an_experiment_of_ones_own_may_change_anything(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(
        "# @package _global_\n"
        "defaults: [{override /task: diabetes}, {override /model: svm}]\n"
        "seeds: 3\nlime: {num_samples: 70}\nmodel: {params: {C: 2}}\ntarget: {jaccard: 0.8}\n",
        encoding="utf-8",
    )
    settings = composed("experiment=mine", config_dir=tmp_path)
    assert (settings["task"]["name"], settings["model"]["name"]) == ("diabetes", "support vector machine")
    assert settings["model"]["params"]["C"] == 2
    assert (settings["seeds"], settings["lime"]["num_samples"], settings["target"]["jaccard"]) == (3, 70, 0.8)
    assert composed("experiment=mine", "model=forest", config_dir=tmp_path)["model"]["name"] == "random forest"


def test_tasks_and_models_of_ones_own_are_found(tmp_path: Path) -> None:
    for group, text in (("task", "name: mine\ndata: my.data\n"), ("model", "name: my model\n")):
        (tmp_path / group).mkdir()
        (tmp_path / group / "mine.yaml").write_text(text, encoding="utf-8")
    settings = composed("task=mine", "model=mine", config_dir=tmp_path)
    assert settings["task"] == {"name": "mine", "data": "my.data"}
    assert settings["model"] == {"name": "my model"}


@pytest.mark.parametrize("override", ["out=mine", "hydra.run.dir=mine"])
def test_one_folder_is_both_of_hydras(override: str) -> None:
    config = composed(override, with_hydra=True)
    assert config.hydra.run.dir == config.hydra.sweep.dir == "mine"


def test_lines_that_help_shows_fit_a_terminal() -> None:
    lines = (CONF / "config.yaml").read_text(encoding="utf-8").splitlines()
    lime = [line for name in MODALITIES for line in (CONF / "modality" / f"{name}.yaml").read_text().splitlines()]
    shown = lines[lines.index("") : lines.index("hydra:")]
    template = [line.removeprefix(" " * 6) for line in lines[lines.index("hydra:") :]]
    assert max(map(len, shown + template + lime)) <= 80
