"""Real errors of Hydra, OmegaConf and yaml, from the files that raise them."""

import re
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from limeeval.app import configuration_folder
from limeeval.app.arguments import line_of
from limeeval.app.messages import configuration_errors, one_line
from limeeval.app.settings import check_settings
from limeeval.app.sources import sources_of

CONF = configuration_folder()
HEADER = "# @package _global_\n"


def complaint(folder: Path, *arguments: str) -> str:
    """What is said of arguments with ``folder`` as the user's; empty if all is well."""
    line = line_of(["--config-dir", str(folder), *arguments])
    sources = sources_of(line, CONF)
    search = f"hydra.searchpath=[{folder.as_uri()}]"
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            settings = OmegaConf.to_container(compose("config", overrides=[*arguments, search]), resolve=True)
        check_settings(settings, sources)
    except configuration_errors() as error:
        return one_line(error, sources)
    return ""


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1,\nb: 2", "FILE, line 2: expected ',' or ']', but got '<stream end>'"),
        ("seeds: 2\nseeds: 3\n", "FILE, line 2: found duplicate key seeds"),
        (HEADER.encode() + b"out: M\xfcller\n", "FILE must be UTF-8, got a byte that is not"),
        (HEADER + "seeds: ${nothing}\n", "FILE: seeds: Interpolation key 'nothing' not found"),
        (HEADER + "seeds: ${nothing:1}\n", "FILE: seeds: Unsupported interpolation type nothing"),
        (HEADER + "seeds: ${oc.env:NO_SUCH_THING}\n", "FILE: seeds: .*Environment variable 'NO_SUCH_THING' not found"),
        (HEADER + "seeds: ${open\n", "FILE: seeds: no viable alternative"),
        (HEADER + "- 1\n", "In FILE: .*Cannot merge DictConfig with ListConfig"),
        (HEADER + "defaults: {task: iris}\n", "Invalid defaults list in FILE, defaults must be a list"),
        (HEADER + "defaults: [3]\n", "FILE: Unsupported type in defaults : int"),
        (HEADER + "defaults:\n  - task: 3\n", "FILE: Unsupported item value in defaults : int"),
        (HEADER + "defaults: [nothing]\n", "In FILE: Could not load 'experiment/nothing'"),
        (HEADER + "defaults: [override /tsk: iris]\n", "In FILE: Could not override 'tsk'. No match in the defaults"),
        (HEADER + "defaults:\n  - override /task: wien\n", r"task must .*, got wien \(in FILE\); did you mean wine\?"),
        (HEADER + "lime: {kernel_widht: 1}\n", r"no key lime.kernel_widht \(in FILE\); did you mean lime.kernel_width"),
        (HEADER + "colour: 1\n", r"no key colour \(in FILE\)"),
        (HEADER + "metrics: 3\n", r"metrics must have keys of its own, got 3 \(in FILE\)"),
        ("seeds: 3\n", "FILE must begin with the line '# @package _global_'"),
    ],
)
def test_an_experiment_with_an_error_is_one_line_that_names_it(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, "experiment/mine", text)
    write(tmp_path, "experiment/another", HEADER + "seeds: ${nothing}\nlime: {kernel_widht: 3}\n")
    said = complaint(tmp_path, "experiment=mine")
    assert "\n" not in said
    assert re.match(message, said.replace(str(path), "FILE")), said


@pytest.mark.parametrize(
    ("group", "text", "message"),
    [
        ("task", "data: a.b\n", "the configuration must have the keys task.name, got none"),
        ("task", "name: x\ndata: a.b\ncolour: 3\n", r"no key task.colour \(in FILE\)"),
        ("model", "name: x\nclasification: a.b\n", r"no key model.clasification \(in FILE\); did you mean model.class"),
    ],
)
def test_tasks_and_models_of_ones_own(group: str, text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, f"{group}/mine", text)
    said = complaint(tmp_path, f"{group}=mine")
    assert "\n" not in said
    assert re.match(message, said.replace(str(path), "FILE")), said


def test_what_is_well_is_not_complained_of(tmp_path: Path) -> None:
    write(tmp_path, "experiment/mine", HEADER + "defaults: [override /task: wine]\nseeds: 3\nlime: {num_samples: 70}\n")
    assert complaint(tmp_path, "experiment=mine", "++model.params.max_depth=3") == ""
    assert complaint(tmp_path) == ""


def test_what_was_typed_is_named_before_any_file(tmp_path: Path) -> None:
    write(tmp_path, "experiment/mine", HEADER + "seeds: ${nothing}\n")
    assert complaint(tmp_path, "instances=${nothing}").startswith("instances=${nothing}: instances: Interpolation key")


@pytest.mark.parametrize("argument", ["colour=1", "+seeds=1", "task=nope", "seeds=[", "a b", "hydra.nothing=1"])
def test_advice_of_hydras_does_not_come_through(argument: str) -> None:
    """These are refused before Hydra sees them; should one get there, it is one line all the same."""
    with initialize_config_dir(str(CONF), version_base="1.3"), pytest.raises(configuration_errors()) as caught:
        compose("config", overrides=[argument])
    said = one_line(caught.value)
    assert said
    for advice in ("\n", "http", "prefix", "To append", "Search path", "Config search path"):
        assert advice not in said


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing") as caught:
        (tmp_path / "nothing").read_text(encoding="utf-8")
    assert one_line(caught.value) == f"{tmp_path / 'nothing'}: No such file or directory"
    assert one_line(ValueError("seeds must be 1")) == "seeds must be 1"
