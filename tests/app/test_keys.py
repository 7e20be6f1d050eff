import re
from pathlib import Path

import pytest

from limeeval.app import configuration_folder
from limeeval.app.arguments import line_of
from limeeval.app.keys import FREE, SLIPS, choices_of, known_keys, prepared
from limeeval.report.nearest import nearest

CONF = configuration_folder()


def for_hydra(*arguments: str) -> list[str]:
    return prepared(line_of(arguments), CONF).arguments


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's folder with a task that has a key of its own."""
    (tmp_path / "task" / "credit").mkdir(parents=True)
    (tmp_path / "task" / "credit" / "loans.yaml").write_text("name: x\npaths: [a, b]\n", encoding="utf-8")
    (tmp_path / "task" / "broken.yaml").write_text("name: [", encoding="utf-8")
    return tmp_path


def test_every_key_of_the_configuration_and_of_its_yamls_is_known() -> None:
    keys = known_keys(CONF)
    for key in ("lime", "lime.num_samples", "seeds", "target.jaccard", "task.split_seed", "model.params", "task"):
        assert key in keys
    for key in ("lime.", "num_samples", "defaults", "model.parameters", "task.model", "hydrate", "model.paramss"):
        assert key not in keys
    for free in FREE:
        assert f"{free}.anything.at.all" in keys


def test_choices_of_a_user_are_counted(own: Path) -> None:
    assert {"iris", "credit/loans", "broken"} <= set(choices_of("task", [own, CONF]))
    assert choices_of("nothing", [CONF]) == []
    line = line_of(["-cd", str(own), "task=credit/loans", "task.paths=[c,d]"])
    assert prepared(line, CONF).overrides == ("task=credit/loans", "++task.paths=[c,d]")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lime.num_samples=1,2", "++lime.num_samples=[1,2]"),
        ("+lime.num_samples=3", "++lime.num_samples=3"),
        ("+experiment=quick", "experiment=quick"),
        ("experiment=null", "experiment=null"),
        ("model.params.max_depth=3", "++model.params.max_depth=3"),
        ("~model.params.n_jobs", "~model.params.n_jobs"),
        ("task.split_seed=3", "++task.split_seed=3"),
        ("lime={num_samples: 5}", "lime={num_samples: 5}"),
        ("hydra.job.chdir=true", "hydra.job.chdir=true"),
        ("+hydra.job.env_set.X=1", "+hydra.job.env_set.X=1"),
        ("model.params.layers=[3,4]", "++model.params.layers=[3,4]"),
    ],
)
def test_arguments_are_written_as_hydra_wants_them(typed: str, expected: str) -> None:
    assert for_hydra(typed) == [expected]


@pytest.mark.parametrize("sign", ["", "+", "++", "~"])
def test_a_misspelt_key_is_the_same_mistake_with_any_sign(sign: str) -> None:
    with pytest.raises(ValueError, match=r"^no key lime.kernel_widht; did you mean lime.kernel_width\?$"):
        for_hydra(f"{sign}lime.kernel_widht=1")


@pytest.mark.parametrize(("slip", "key"), SLIPS.items())
def test_slips_are_told_the_key(slip: str, key: str) -> None:
    assert key in known_keys(CONF)
    for argument in (f"{slip}=1", f"+{slip}=1"):
        with pytest.raises(ValueError, match=re.escape(f"the key is {key}, got {argument}")):
            for_hydra(argument)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["colour=1"], "no key colour; python -m limeeval --help lists the keys"),
        (["kernel_width=1"], r"no key kernel_width; did you mean lime.kernel_width\?"),
        (["samples=1"], r"did you mean lime.num_samples\?"),
        (["lime.k=1"], r"no key lime.k; did you mean metrics.k"),
        (["task.split_sed=1"], r"did you mean task.split_seed\?"),
        (["lime={num_sample: 1}"], r"no key lime.num_sample; did you mean lime.num_samples\?"),
        (["task@other=iris"], "no key task@other"),
        (["task=nope"], r"task must be one of .*german_credit, .*wine, got nope"),
        (["task=wien"], r"got wien; did you mean wine\?"),
        (["-m", "task=iris,nope"], "got nope"),
        (["model=null"], "model must be one of .*, got null"),
        (["task=3"], "got 3"),
        (["task={name: x}"], "task must be one of"),
        (["task=iris,wine"], "^task takes one value; several: -m task=iris,wine$"),
        (["task=[iris, wine]"], "^task takes one value; several: -m task=iris,wine$"),
        (["metrics.k=2,3"], "^metrics.k takes one value; several: -m metrics.k=2,3$"),
        (["-m", "metrics.k=[2,3]"], "^metrics.k takes one value; several: -m metrics.k=2,3$"),
        (["task.split_seed=1,2"], "^task.split_seed takes one value; several: -m task.split_seed=1,2$"),
        (["n_jobs=range(1,3)"], "^n_jobs takes one value; several: -m n_jobs=VALUE,VALUE$"),
        (["-m", "out=a,b"], "out takes one folder"),
        (["lime.num_samples=range(100,300,100)"], "needs -m; without it, give the values with commas between them"),
        (["-m", "hydra.sweep.dir=a,b"], "keys of hydra take one value"),
        (["metrics=3"], "metrics has keys of its own, as metrics.k=VALUE, got metrics=3"),
        (["lime=null"], "lime has keys of its own"),
        (["~lime.labels"], r"only parameters of a model can be taken away, as ~model.params.NAME, got ~lime.labels"),
        (["~task"], "only parameters of a model"),
        (["--config-dir", "nowhere", "task=iris"], "--config-dir must be a folder, got nowhere"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        for_hydra(*arguments)
    assert "\n" not in str(caught.value)


def test_multirun_sweeps_over_anything() -> None:
    arguments = ["--multirun", "task=iris,wine", "metrics.k=2,3", "seeds=range(1,3)", "lime.labels=[a],[b]"]
    assert for_hydra(*arguments) == [*arguments[:-1], f"++{arguments[-1]}"]
    mappings = for_hydra("--multirun", "lime.segmentation={algorithm:slic},{algorithm:grid}")
    assert mappings[1] == "++lime.segmentation=[{algorithm:slic}],[{algorithm:grid}]"


def test_a_configuration_of_ones_own_has_keys_of_its_own() -> None:
    assert for_hydra("--config-name", "mine", "anything=1") == ["--config-name", "mine", "anything=1"]


def test_near_names() -> None:
    known = ["lime.kernel_width", "lime.kernel_width_factor", "seeds", "metrics.k"]
    assert nearest("lime.kernel_widht", known) == ["lime.kernel_width"]
    assert nearest("KERNEL_WIDTH", known) == ["lime.kernel_width"]
    assert nearest("k", known) == ["metrics.k"]
    assert nearest("colour", known) == []
    assert nearest("x", []) == []
    assert nearest("ab", ["abc", "abd", "abe", "abf"]) == ["abc", "abd", "abe"]
