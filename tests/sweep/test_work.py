"""Units of work: neighborhoods and batches that the grid alone decides, and fits that equal LIME run cell by cell."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha1
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.neighborhood import BLOCK
from limeeval.sweep.columns import is_measured
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store
from limeeval.sweep.work import work_of

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {"kernel_width_factor": [0.5, 1], "num_samples": 600, "num_features": 2}
DATA = np.random.default_rng(0).normal(size=(200, 4))
THREE = Labels("classification", None, (2, 0))
DEFAULT_WIDTH = 0.75 * np.sqrt(DATA.shape[1])


def probabilities(rows: np.ndarray) -> np.ndarray:
    scores = np.exp(np.column_stack([rows[:, 0], rows[:, 0] * rows[:, -1], -rows[:, -1]]))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def plan_of(
    predict_fn: Any = probabilities,
    *,
    labels: Labels = THREE,
    data: np.ndarray = DATA,
    seeds: Sequence[int] = (0, 7),
    batch_rows: int = 20_000,
    **changed: Any,
) -> Plan:
    return Plan(
        names=Names("made up", "softmax"),
        explainer=LimeTabularExplainer(data, mode=labels.mode),
        instances=data[:3],
        ids=["a", "b", "c"],
        predict_fn=predict_fn,
        seeds=list(seeds),
        grid=grid_of(SETTINGS | changed),
        labels=labels,
        batch_rows=batch_rows,
    )


# --- Units and batches -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("num_samples", [60, 250, 1000, 25_000])
@pytest.mark.parametrize("batch_rows", [100, 250, 600, 20_000])
def test_units_cover_every_neighborhood_once(batch_rows: int, num_samples: int) -> None:
    plan = plan_of(batch_rows=batch_rows, num_samples=[50, num_samples], discretizer=["quartile", "decile"])
    work = work_of(plan)
    units = list(work.units())
    covered = [(unit.sampling, number) for unit in units for number in range(unit.start, unit.stop)]
    assert covered == [(sampling, number) for sampling in range(2) for number in range(3 * 2)]
    assert sum(work.rows(unit) for unit in units) == plan.rows_to_predict == 2 * 3 * 2 * num_samples
    assert all(work.rows(unit) <= max(batch_rows, num_samples, BLOCK) for unit in units)


class Recording:
    """A model that writes down, for every batch, how many rows it had and which."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        with self.path.open("a") as file:  # One short line at a time: processes do not mix them.
            file.write(f"{len(rows)} {sha1(np.ascontiguousarray(rows).tobytes()).hexdigest()}\n")
        return probabilities(rows)

    def batches(self) -> list[str]:
        """All of them, sorted; forgotten afterwards."""
        lines = sorted(self.path.read_text().splitlines())
        self.path.unlink()
        return lines


@pytest.mark.parametrize(("batch_rows", "num_samples", "batches"), [(600, 250, 3), (600, 600, 12), (2000, 4500, 18)])
def test_batches_are_the_same_for_any_number_of_processes_and_after_resumption(
    tmp_path: Path, batch_rows: int, num_samples: int, batches: int
) -> None:
    model = Recording(tmp_path / "batches")
    plan = plan_of(model, batch_rows=batch_rows, num_samples=num_samples)
    run_sweep(plan)
    expected = model.batches()
    sizes = [int(line.split()[0]) for line in expected]
    assert len(sizes) == batches
    assert sum(sizes) == 6 * num_samples
    assert max(sizes) <= batch_rows
    run_sweep(plan, n_jobs=2)
    assert model.batches() == expected
    store = Store(tmp_path / "store", "m")
    run_sweep(plan, store=store)
    assert model.batches() == expected
    for path in sorted(store.folder.iterdir())[1::2]:  # As if killed half-way.
        path.unlink()
    run_sweep(plan, store=Store(tmp_path / "store", "m"), n_jobs=2)
    again = model.batches()
    assert batches // 2 <= len([line for line in again if line in expected])
    assert len(again) <= batches // 2 + 2  # Each process checks a batch of what was stored.


def test_one_neighborhood_may_be_larger_than_a_batch() -> None:
    small, large = (run_sweep(plan_of(batch_rows=rows, num_samples=[100, 1300])) for rows in (500, 20_000))
    pd.testing.assert_frame_equal(small.attributions, large.attributions, rtol=1e-9)
    pd.testing.assert_frame_equal(small.fits, large.fits, rtol=1e-9)


def test_a_model_that_contradicts_itself_is_said() -> None:
    """The most likely class of an instance must be one and the same for all seeds, or rows are of different ones."""
    noise = np.random.default_rng(0)

    def unsure(rows: np.ndarray) -> np.ndarray:
        yes = np.clip(0.5 + 0.3 * np.tanh(rows[:, 0]) + 0.05 * noise.normal(size=len(rows)), 0, 1)
        return np.column_stack([1 - yes, yes])

    plan = plan_of(unsure, labels=Labels("classification", None, (), 1), seeds=range(8), batch_rows=750)
    sweep = run_sweep(replace(plan, instances=np.zeros((1, 4)), ids=["on the fence"]))
    assert any("deterministic" in said for said in sweep.remarks)
    rows = sweep.attributions.query("feature == 0 and kernel_width_factor == 1")
    assert (np.sign(rows["coefficient"]) == np.where(rows["label"] == 1, 1, -1)).all()


# --- Fits ------------------------------------------------------------------------------------------------------------

NO_FIT = pytest.mark.filterwarnings("ignore:kernel_width and num_samples must let samples")
KEYS = ["kernel_width", "num_samples", "num_features", "feature_selection"]


def assert_cells_equal_lime(plan: Plan, *, instance: int, seed: int, **asked: Any) -> None:
    """Each cell of a sweep must equal LIME run for that cell alone."""
    sweep = run_sweep(plan)
    keys = [column for column in sweep.fits.columns if not is_measured(column)]
    assert not sweep.fits.duplicated(keys).any()
    fits = sweep.fits.query("instance == @instance and seed == @seed")
    rows = sweep.attributions.query("instance == @instance and seed == @seed")
    for cell, own in fits.groupby(KEYS):
        width, count, num_features, feature_selection = cast(tuple[float, int, int, str], cell)
        in_cell = rows[(rows[KEYS] == [width, count, num_features, feature_selection]).all(axis=1)]
        explainer = plan.explainer.remade(
            kernel_width=width, feature_selection=feature_selection, random_state=seed, verbose=False
        )
        alone = explainer.explain_instance(
            plan.instance(instance), plan.predict_fn, num_features=num_features, num_samples=count, **asked
        )
        assert sorted(own["label"]) == sorted(alone.available_labels())
        for _, fit in own.iterrows():
            label = fit["label"]
            line, support = alone.surrogates[label], alone.diagnostics
            found = in_cell[in_cell["label"] == label].set_index("feature")
            coefficients, errors = np.zeros(plan.d), np.full(plan.d, np.nan)
            coefficients[line.features], errors[line.features] = line.coefficients, line.standard_errors
            np.testing.assert_allclose(found["coefficient"], coefficients, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(found["standard_error"], errors, rtol=1e-9, atol=1e-12)
            measured: dict[str, Any] = {
                "intercept": line.intercept,
                "r2": line.r2,
                "output_spread": line.output_spread,
                "local_prediction": line.local_prediction,
                "model_prediction": alone.model_output(label),
                "ess": support.effective_sample_size,
                "unknowns_per_effective_sample": support.unknowns_per_effective_sample,
                "shrinkage": support.shrinkage,
                "condition_number": support.condition_number,
                "is_fit": support.is_fit,
                "is_supported": support.is_supported,
                "rows_predicted": count,
            }
            for column, expected in measured.items():
                np.testing.assert_allclose(fit[column], expected, err_msg=column, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("num_features", [1, 2, 3, [4, 9]])
@pytest.mark.parametrize("method", ["auto", "forward_selection", "highest_weights", "none", "lasso_path"])
def test_every_selection_of_features_is_lime_s(method: str, num_features: Any) -> None:
    plan = plan_of(feature_selection=method, num_features=num_features, num_samples=[100, 600])
    assert_cells_equal_lime(plan, instance=1, seed=7, labels=(2, 0))


def test_selections_side_by_side_are_lime_s() -> None:
    plan = plan_of(
        feature_selection=["lasso_path", "none", "auto"],
        num_features=[3, 1],
        num_samples=[100, 600],
        kernel_width_factor=[2, 0.3],
    )
    assert_cells_equal_lime(plan, instance=0, seed=0, labels=(2, 0))


@pytest.mark.parametrize("top_labels", [1, 2, 3, 5])
def test_the_most_likely_labels_are_lime_s(top_labels: int) -> None:
    plan = plan_of(labels=Labels("classification", None, (), top_labels))
    assert_cells_equal_lime(plan, instance=2, seed=0, top_labels=top_labels)


@pytest.mark.parametrize("seeds", [(7,), (0, 7)])
def test_regression_is_lime_s(seeds: tuple[int, ...]) -> None:
    plan = plan_of(lambda rows: 1e6 + 50 * rows[:, 0], labels=Labels("regression", None), seeds=seeds)
    assert_cells_equal_lime(plan, instance=1, seed=7)


@pytest.mark.parametrize("around", [False, True])
def test_samples_without_bins_are_lime_s(around: bool) -> None:
    explainer = LimeTabularExplainer(DATA, discretize_continuous=False, sample_around_instance=around)
    plan = plan_of(discretize_continuous=False, sample_around_instance=around, num_features=3)
    assert_cells_equal_lime(replace(plan, explainer=explainer), instance=1, seed=7, labels=(2, 0))


@NO_FIT
@pytest.mark.filterwarnings("ignore:Regressors in active set degenerate")
@pytest.mark.parametrize("method", ["auto", "highest_weights", "none", "lasso_path"])
@pytest.mark.parametrize("seeds", [(7,), (0, 7)])
def test_a_handful_of_samples_is_lime_s(method: str, seeds: tuple[int, ...]) -> None:
    """Most of the groups that standard errors rest on are empty."""
    plan = plan_of(num_samples=[2, 3, 10, 26], feature_selection=method, seeds=seeds)
    assert_cells_equal_lime(plan, instance=1, seed=7, labels=(2, 0))


@NO_FIT
@pytest.mark.parametrize("width", [0.01, 0.1, 1e6])
def test_extreme_widths_are_lime_s(width: float) -> None:
    plan = plan_of(kernel_width=width, kernel_width_factor=None, num_samples=[10, 600])
    assert_cells_equal_lime(plan, instance=1, seed=7, labels=(2, 0))


@pytest.mark.filterwarnings("ignore:training_data should have several columns")
@pytest.mark.parametrize("method", ["auto", "none", "lasso_path"])
def test_one_feature_is_lime_s(method: str) -> None:
    plan = plan_of(data=DATA[:, :1], feature_selection=method, num_features=1)
    assert_cells_equal_lime(plan, instance=1, seed=7, labels=(2, 0))


def test_a_width_given_twice_is_fitted_once() -> None:
    """As LIME's default, and as the number that it stands for."""
    sweep = run_sweep(plan_of(kernel_width=[None, DEFAULT_WIDTH], kernel_width_factor=None))
    keys = [column for column in sweep.fits.columns if not is_measured(column)]
    assert not sweep.fits.duplicated(keys).any()


def test_a_label_given_twice_is_explained_once() -> None:
    names = ("low", "middle", "high")
    plan = plan_of(labels=Labels("classification", names, ("high", 2)))
    assert len(run_sweep(plan).fits) == 3 * 2 * 2
