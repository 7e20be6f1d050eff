"""How often the gate fails where nothing is worse, and where a score is worse by twice the margin: by simulation.

The simulation is that of the committed study, of which its README shows larger numbers.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from limeeval.check.power import smallest_margin

FOLDER = Path(__file__).parents[2] / "experiments" / "false_alarms"
TABLES = ("alarms", "detection", "reruns", "noise")
BOUND = 0.01


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    """The study's script; the path and threads that it sets are put back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")
        yield import_module("false_alarms")


def at_most(count: int, families: int, probability: float) -> bool:
    """Whether so many would not be rare at this probability: a binomial test at 0.1 %."""
    from scipy.stats import binom

    return bool(binom.sf(count - 1, families, probability) > 0.001)


def test_the_bound_of_a_simulation_is_an_honest_one() -> None:
    assert at_most(10, 1000, 0.01)
    assert not at_most(22, 1000, 0.01)
    assert not at_most(60, 1000, 0.03)


def test_identical_code_with_other_seeds_fails_in_at_most_one_of_a_hundred_files(study: ModuleType) -> None:
    count = 500
    drops = study.families.alarms(study.Shape(10, 20), count, stream=1)
    assert at_most(int((drops > 0).sum()), count, BOUND)
    assert (drops > 0.04).sum() <= BOUND * count


@pytest.mark.parametrize(("instances", "seeds", "margin"), [(20, 40, 0.02), (10, 20, 0.04)])
def test_a_drop_of_twice_the_margin_is_found(instances: int, seeds: int, margin: float, study: ModuleType) -> None:
    count = 300
    found = study.families.detected(study.Shape(instances, seeds), margin, count)
    assert found.drop == pytest.approx(2 * margin, abs=0.003)
    assert smallest_margin(found.standard_error, study.CHECKS) < margin  # Else nothing is promised.
    assert at_most(count - found.found, count, 0.05)


def test_a_tenth_fewer_samples_are_seen_by_noise_and_not_by_jaccard(study: ModuleType) -> None:
    found = study.noise.found(study.noise.simulated(study.Shape(20, 40), 40)).set_index("metric")
    assert found.loc["log_sd", "drop"] == pytest.approx(np.log(1 / 0.9) / 2, abs=0.01)
    assert found.loc["log_sd", "red"] > 0.9
    assert found.loc["jaccard", "red"] < 0.3


def test_real_runs_of_other_seeds_are_not_red(study: ModuleType) -> None:
    """Few of them, of a task that is quick; each also beside itself, where nothing but the same rows is seen."""
    source = study.reruns.SOURCES[1]
    panels = study.reruns.panels(study.reruns.pool(source, 40), source, 10, 4)
    assert [study.reruns.red(now, before) for now in panels for before in panels] == [[]] * 16


def test_the_readme_shows_its_tables(study: ModuleType) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, table in study.tables({name: pd.read_csv(FOLDER / f"{name}.csv") for name in TABLES}).items():
        assert table in readme, name
        assert f"    python experiments/false_alarms/false_alarms.py --only {name}\n" in readme
