from pathlib import Path

import pytest

from limeeval.app.arguments import SUBCOMMANDS, line_of, split_subcommand


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_a_subcommand_is_the_first_word(name: str) -> None:
    assert split_subcommand([name, "a", "--b", "c=d"]) == (name, ["a", "--b", "c=d"])
    assert split_subcommand(["--config-dir", "ci", name, "a"]) == (name, ["--config-dir", "ci", "a"])


@pytest.mark.parametrize("arguments", [[], ["task=iris"], ["-m", "seeds=1,2"], ["--config-dir", "report"], ["~x"]])
def test_all_else_is_a_sweep(arguments: list[str]) -> None:
    assert split_subcommand(arguments) == (None, arguments)


def test_another_word_names_the_subcommands_and_the_nearest() -> None:
    with pytest.raises(ValueError, match="subcommands explain, report, check, rerun, got reprot; did you mean report"):
        split_subcommand(["reprot", "x=1"])
    with pytest.raises(ValueError, match=r"got zzz$"):
        split_subcommand(["zzz"])


def test_options_may_stand_anywhere_and_go_first() -> None:
    line = line_of(["task=iris", "-m", "seeds=1,2", "-cd", "ci", "~model.params.x"])
    assert line.arguments == ["--multirun", "--config-dir", "ci", "task=iris", "seeds=1,2", "~model.params.x"]
    assert line.is_multirun
    assert line.config_dir == Path("ci")


def test_values_of_options_may_be_joined_to_them() -> None:
    line = line_of(["--config-dir=a b", "--cfg", "job"])
    assert line.options == (("--config-dir", "a b"), ("--cfg", "job"))
    assert line.has("--cfg")
    assert not line.has("--help")
    assert line_of(["--config-dir", "a", "--config-dir", "b"]).config_dir == Path("b")
    assert line_of(["x=1"]).config_dir is None


def test_the_mode_is_a_key_too() -> None:
    assert line_of(["hydra.mode=MULTIRUN"]).is_multirun
    assert not line_of(["x=1"]).is_multirun


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["task=iris", "wine"], "arguments must be key=value, got wine$"),
        (["out=x", "report"], "got report; a subcommand comes first: python -m limeeval report"),
        (["--multi"], "no option --multi; did you mean --multirun"),
        (["-x"], "no option -x"),
        (["--help=3"], "no option --help=3"),
        (["--config-dir"], "--config-dir takes a value, got none"),
        (["--cfg", "jobs"], "--cfg must be one of job, hydra, all, got jobs"),
    ],
)
def test_what_cannot_be(arguments: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        line_of(arguments)


def test_a_line_for_elsewhere_has_an_absolute_folder() -> None:
    line = line_of(["-cd", "ci", "out=x"]).from_here()
    assert line.arguments == ["--config-dir", str(Path("ci").absolute()), "out=x"]
