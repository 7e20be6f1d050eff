"""Tasks as the yamls of conf/ describe them, and a cache folder of the tests' own."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from limeeval.tasks import load_task

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """The user's cache folder, in which networks are kept."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder / "limeeval" / "models"


@pytest.fixture(scope="session")
def settings():
    """Overrides -> what Hydra composes of them: the mapping ``task`` and the mapping ``model``."""

    def composed(*overrides):
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return OmegaConf.to_container(compose("config", overrides=list(overrides)))

    return composed


@pytest.fixture(scope="module")
def load(settings):
    """Overrides -> the task of these; the same object each time."""
    loaded = {}

    def task(*overrides):
        if overrides not in loaded:
            composed = settings(*overrides)
            loaded[overrides] = load_task(**composed["task"], model=composed["model"])
        return loaded[overrides]

    return task
