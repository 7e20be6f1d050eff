"""The same rows from any number of processes, in any order, and after whatever went wrong on the way."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.lime.neighborhood import BLOCK, Neighborhood
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store
from limeeval.sweep.tables import Sweep
from limeeval.sweep.work import work_of

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {
    "kernel_width_factor": [0.5, 1],
    "num_samples": [100, 600],
    "num_features": 2,
    "discretize_continuous": False,
    "sample_around_instance": True,
}
DATA = np.random.default_rng(0).normal(size=(200, 4))
FAR = 100.0
INSTANCES = np.vstack([DATA[:2], [[FAR, 0, 0, 0]]])
"""Samples are drawn around each instance, hence the last one alone has a first feature beyond FAR / 2."""
GIVEN_UP = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
"""joblib's own thread may stumble where its tasks are cancelled."""
FOREST = RandomForestClassifier(5, random_state=0, n_jobs=1).fit(DATA, DATA[:, 0] + DATA[:, 1] * DATA[:, 2] > 0)


def probabilities(rows: np.ndarray) -> np.ndarray:
    yes = 1 / (1 + np.exp(-np.clip(rows @ np.array([1.0, -2.0, 0.5, 0.0]), -30, 30)))
    return np.column_stack([1 - yes, yes])


class Scaled:
    """A model that is an object."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return probabilities(rows * self.scale)


def scaled(rows: np.ndarray, *, scale: float) -> np.ndarray:
    return probabilities(rows * scale)


def closure(scale: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda rows: probabilities(rows * scale)


class Counting:
    """A model that remembers how many rows it was given in each call."""

    def __init__(self, predict_fn: Callable[[np.ndarray], np.ndarray] = probabilities) -> None:
        self.predict_fn = predict_fn
        self.calls: list[int] = []

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.calls.append(len(rows))
        return self.predict_fn(rows)


def plan_of(predict_fn: Any = probabilities, *, seeds: tuple[int, ...] = (0, 7), **changed: Any) -> Plan:
    """Three instances, two seeds each; every neighborhood of 600 rows is a unit of its own."""
    return Plan(
        names=Names("made up", "logistic"),
        explainer=LimeTabularExplainer(DATA, discretize_continuous=False, sample_around_instance=True),
        instances=INSTANCES,
        ids=["a", "b", "far"],
        predict_fn=predict_fn,
        seeds=seeds,
        grid=grid_of(SETTINGS | changed),
        labels=Labels("classification", None, (1,)),
        batch_rows=750,
    )


def assert_equal(one: Sweep, other: Sweep) -> None:
    """The tables of two sweeps are the same bit by bit."""
    for table in ("attributions", "fits", "instances"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


def rows_of(frame: pd.DataFrame, query: str) -> pd.DataFrame:
    return frame.query(query).reset_index(drop=True)


# --- Any number of processes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "predict_fn",
    [
        probabilities,
        FOREST,
        FOREST.predict_proba,
        closure(0.5),
        lambda rows: probabilities(rows + 1),
        Scaled(2.0),
        Scaled(2.0).__call__,
        partial(scaled, scale=3.0),
    ],
    ids=["function", "estimator", "its method", "closure", "lambda", "object", "bound method", "partial"],
)
def test_two_processes_give_the_rows_of_one(predict_fn: Any) -> None:
    assert_equal(run_sweep(plan_of(predict_fn), n_jobs=2), run_sweep(plan_of(predict_fn)))


def test_all_cores_give_the_rows_of_one_and_tell_of_as_many() -> None:
    seen: list[int] = []
    sweep = run_sweep(plan_of(), n_jobs=-1, on_rows=seen.append)
    assert_equal(sweep, run_sweep(plan_of()))
    assert sum(seen) == sweep.rows_predicted == 3600


def test_the_order_of_units_changes_nothing() -> None:
    work = work_of(plan_of(FOREST))
    units = list(work.units())
    expected = {unit: work.run(unit).fits for unit in units}
    random.Random(0).shuffle(units)
    for unit in units:
        for found, fits in zip(work_of(plan_of(FOREST)).run(unit).fits, expected[unit], strict=True):
            np.testing.assert_array_equal(found.lines, fits.lines)
            np.testing.assert_array_equal(found.standard_errors, fits.standard_errors)
            np.testing.assert_array_equal(found.samples.gram, fits.samples.gram)
            for name, column in fits.measured.items():
                np.testing.assert_array_equal(found.measured[name], column)


def test_processes_share_a_store(tmp_path: Path) -> None:
    first = run_sweep(plan_of(), n_jobs=2, store=Store(tmp_path, "m"))
    assert (first.rows_predicted, first.rows_stored) == (3600, 0)
    again = run_sweep(plan_of(), n_jobs=2, store=Store(tmp_path, "m"))
    assert again.rows_stored == 3600
    assert again.rows_predicted <= 2 * 2 * BLOCK  # One check a process.
    assert_equal(first, again)
    changed = run_sweep(plan_of(closure(2.0)), n_jobs=2, store=Store(tmp_path, "m"))
    assert changed.rows_stored == 0
    assert_equal(changed, run_sweep(plan_of(closure(2.0))))


# --- What cannot be sent ---------------------------------------------------------------------------------------------


class Locked(Scaled):
    """A model that holds what no other process can be given."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.lock = threading.Lock()


class Broken(Scaled):
    """A model that can be sent, but not received."""

    def __setstate__(self, state: Any) -> None:
        raise RuntimeError("no device")


def test_a_model_that_cannot_be_sent_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"n_jobs must be 1 .* got Locked"):
        run_sweep(plan_of(Locked()), n_jobs=2)
    assert_equal(run_sweep(plan_of(Locked())), run_sweep(plan_of()))
    with (tmp_path / "file").open("w") as file:
        model = Counting()
        model.file = file  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match=r"n_jobs must be 1 .* got Counting"):
            run_sweep(plan_of(model), n_jobs=2)


def test_a_model_that_cannot_be_received_is_named() -> None:
    with pytest.raises(ValueError, match=r"n_jobs must be 1 .* got Broken.*no device"):
        run_sweep(plan_of(Broken(1.0)), n_jobs=2)


# --- Models that fail ------------------------------------------------------------------------------------------------


def failing_far(rows: np.ndarray) -> np.ndarray:
    if (rows[:, 0] > FAR / 2).any():
        raise OverflowError("beyond the sensor's range")
    return probabilities(rows)


def nan_far(rows: np.ndarray) -> np.ndarray:
    return np.where(rows[:, :1] > FAR / 2, np.nan, probabilities(rows))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(("model", "said"), [(failing_far, "OverflowError"), (nan_far, "NaN")])
def test_a_unit_that_fails_is_left_out_and_named(model: Any, said: str, n_jobs: int) -> None:
    full, sweep = run_sweep(plan_of()), run_sweep(plan_of(model), n_jobs=n_jobs)
    assert sweep.failures
    assert all(said in failure and "100" in failure for failure in sweep.failures)
    assert sweep.rows_predicted == 4 * 600
    for table in ("attributions", "fits", "instances"):
        expected = rows_of(getattr(full, table), "instance < 2")
        pd.testing.assert_frame_equal(getattr(sweep, table), expected, check_exact=True)


@pytest.mark.parametrize(("model", "batch_rows"), [(failing_far, 20_000), (failing_far, 1200), (nan_far, 1200)])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_instance_that_fails_takes_no_others_with_it(model: Any, batch_rows: int, n_jobs: int) -> None:
    """Where its samples share no model call with those of others, or all of them share one."""
    full = run_sweep(replace(plan_of(), batch_rows=batch_rows))
    sweep = run_sweep(replace(plan_of(model), batch_rows=batch_rows), n_jobs=n_jobs)
    assert sweep.failures
    expected = rows_of(full.attributions, "instance < 2")
    pd.testing.assert_frame_equal(sweep.attributions, expected, rtol=1e-9)


def test_the_next_run_repeats_only_what_failed(tmp_path: Path) -> None:
    run_sweep(plan_of(failing_far), store=Store(tmp_path, "m"))
    model = Counting()
    sweep = run_sweep(plan_of(model), store=Store(tmp_path, "m"))
    assert_equal(sweep, run_sweep(plan_of()))
    assert sweep.rows_stored == 4 * 600
    assert sorted(model.calls)[1:] == [600, 600]
    assert min(model.calls) < 2 * BLOCK  # The check.


def test_the_seeds_that_finished_are_kept() -> None:
    """One of an instance's three neighborhoods fails: fidelity is measured on what is left."""
    domain = plan_of().explainer.domain(INSTANCES[1])
    lost = domain.decode(Neighborhood(domain, 7, 600).draw(0, 600))

    def once(rows: np.ndarray) -> np.ndarray:
        if np.array_equal(rows, lost):
            raise RuntimeError("lost the connection")
        return probabilities(rows)

    seeds = (0, 7, 9)
    sweep, full = run_sweep(plan_of(once, seeds=seeds)), run_sweep(plan_of(seeds=seeds))
    missing = "instance == 1 and seed == 7"
    assert rows_of(sweep.fits, missing).empty
    pd.testing.assert_frame_equal(sweep.attributions, rows_of(full.attributions, f"not ({missing})"), check_exact=True)
    for seeds_left, others in (((0, 9), "instance == 1"), ((0, 7, 9), "instance != 1")):
        expected = rows_of(run_sweep(plan_of(seeds=seeds_left)).fits, others)
        pd.testing.assert_frame_equal(rows_of(sweep.fits, others), expected, check_exact=True)


def test_one_seed_that_finished_has_no_fresh_samples() -> None:
    def once(rows: np.ndarray, calls: list[int] = []) -> np.ndarray:  # noqa: B006
        calls.append(len(rows))
        if len(calls) == 1:
            raise RuntimeError("still loading")
        return probabilities(rows)

    fits = run_sweep(plan_of(once)).fits
    assert rows_of(fits, "instance == 0")[["r2_fresh", "r2_reference"]].isna().all(axis=None)
    assert rows_of(fits, "instance == 1")[["r2_fresh", "r2_reference"]].notna().all(axis=None)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_model_that_always_fails_is_an_error(n_jobs: int) -> None:
    def failing(rows: np.ndarray) -> np.ndarray:
        raise OSError("no such file")

    with pytest.raises(ModelError, match=r"OSError.*no such file"):
        run_sweep(plan_of(failing), n_jobs=n_jobs)


@GIVEN_UP
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_outputs_that_do_not_fit_are_an_error(n_jobs: int) -> None:
    def undefined(rows: np.ndarray) -> np.ndarray:
        return np.full((len(rows), 2), np.nan)

    with pytest.raises(ValueError, match="finite"):
        run_sweep(plan_of(undefined), n_jobs=n_jobs)


def test_a_killed_process_is_said_in_words() -> None:
    """Out of memory, most often: a message that says so, and what may help."""
    parent = os.getpid()

    def dying(rows: np.ndarray) -> np.ndarray:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return probabilities(rows)

    with pytest.raises(ModelError, match="n_jobs"):
        run_sweep(plan_of(dying), n_jobs=2)
    assert len(run_sweep(plan_of(), n_jobs=2).fits) == 3 * 2 * 4  # New processes have taken their place.


# --- What reaches the user -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_warnings_reach_the_user_once(n_jobs: int) -> None:
    def warning(rows: np.ndarray) -> np.ndarray:
        warnings.warn("an old format", UserWarning, stacklevel=1)
        return probabilities(rows)

    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("default")
        run_sweep(plan_of(warning), n_jobs=n_jobs)
    assert [str(one.message) for one in given] == ["an old format"]


@GIVEN_UP
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_no_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[int] = []

    def interrupted(rows: int) -> None:
        seen.append(len(list(tmp_path.glob("limeeval-*"))))
        raise error

    with pytest.raises(error):
        run_sweep(plan_of(), n_jobs=2, on_rows=interrupted)
    gc.collect()
    assert seen == [1]
    assert not list(tmp_path.glob("limeeval-*"))


# --- Killed and run again --------------------------------------------------------------------------------------------

KILLED = """
import sys, time
from pathlib import Path
import numpy as np
from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.sweep.grid import grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store

data = np.random.default_rng(0).normal(size=(100, 4))
settings = dict.fromkeys(("kernel_width", "kernel_width_factor")) | {settings!r}

def slow(rows):
    time.sleep(0.03)
    yes = 1 / (1 + np.exp(-rows[:, 0] - rows[:, 1] * rows[:, 2]))
    return np.column_stack([1 - yes, yes])

plan = Plan(
    Names("made up", "slow"), LimeTabularExplainer(data), data[:10], list(range(10)), slow, list(range(4)),
    grid_of(settings), Labels("classification", None, (1,)), batch_rows=750,
)
n_jobs, root = int(sys.argv[1]), Path(sys.argv[2])
print("begin", flush=True)
sweep = run_sweep(plan, n_jobs=n_jobs, store=Store(root, "slow") if n_jobs else None)
for name in ("attributions", "fits", "instances"):
    getattr(sweep, name).to_pickle(root / f"{{name}}.pickle")
print(sweep.rows_stored, sweep.rows_predicted, sweep.remarks)
""".format(settings={key: value for key, value in SETTINGS.items() if not key.startswith("kernel")})


def begun(root: Path, n_jobs: int) -> subprocess.Popen[str]:
    """A sweep of 24,000 rows in a process of its own, which has just begun."""
    root.mkdir(exist_ok=True)
    arguments = [sys.executable, "-c", KILLED, str(n_jobs), str(root)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_killed_run_is_taken_up_again(tmp_path: Path, n_jobs: int) -> None:
    moments = random.Random(n_jobs)
    for batches in (1, 10, 20):
        process = begun(tmp_path / "killed", n_jobs)
        while len(list((tmp_path / "killed").rglob("*.npz"))) < batches:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        os.killpg(process.pid, signal.SIGTERM)  # Its processes, which would go on.
        assert process.communicate(timeout=30)[0] == ""
    stored = len(list((tmp_path / "killed").rglob("*.npz")))
    assert 20 <= stored <= 40
    said = begun(tmp_path / "killed", n_jobs).communicate(timeout=60)[0]
    assert said.startswith(f"{600 * stored} ")
    assert said.endswith("[]\n")
    begun(tmp_path / "whole", n_jobs).communicate(timeout=60)
    for name in ("attributions", "fits", "instances"):
        resumed, whole = (pd.read_pickle(tmp_path / run / f"{name}.pickle") for run in ("killed", "whole"))
        pd.testing.assert_frame_equal(resumed, whole, check_exact=True)
