from omegaconf import OmegaConf

from limeeval.app.arguments import line_of
from limeeval.app.swept import swept_values


def test_swept_keys_have_the_values_of_this_job() -> None:
    line = line_of(["-m", "task=iris,wine", "seeds=3", "lime.x=[1],[2]", "model.params.a=1,2"])
    config = OmegaConf.create({"task": {"name": "?"}, "lime": {"x": [2]}, "model": {"params": {"a": 1}}, "k": 7})
    hydra = OmegaConf.create({"runtime": {"choices": {"task": "wine"}}, "sweeper": {"params": {"k": "7,8"}}})
    assert swept_values(line, config, hydra) == {"task": "wine", "lime.x": [2], "model.params.a": 1, "k": 7}


def test_a_job_of_its_own_sweeps_over_nothing() -> None:
    hydra = OmegaConf.create({"runtime": {"choices": {}}, "sweeper": {"params": None}})
    assert swept_values(line_of(["seeds=3"]), OmegaConf.create({"seeds": 3}), hydra) == {}
