from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.neighborhood import Neighborhood
from limeeval.sweep.columns import is_measured
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Plan, plan_of_task
from limeeval.sweep.run import run_sweep
from limeeval.tasks import Task, load_task, select_instances

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {
    "kernel_width_factor": [0.5, 1],
    "num_samples": [100, 600],
    "num_features": 3,
}
FOREST = {
    "name": "small forest",
    "classification": "sklearn.ensemble.RandomForestClassifier",
    "regression": "sklearn.ensemble.RandomForestRegressor",
    "params": {"n_estimators": 10, "random_state": 0},
}


@pytest.fixture(scope="module")
def penguins() -> Task:
    return load_task(name="penguins", data="limeeval.tasks.datasets.penguins", model=FOREST)


def plan_of(task: Task, **changed: Any) -> Plan:
    rows = [int(row) for row in select_instances(task, 3)]
    settings = {key: changed.pop(key, value) for key, value in SETTINGS.items()}
    return plan_of_task(task, rows, seeds=[0, 5], grid=grid_of(settings), **changed)


def test_rows_cover_the_grid_once(penguins: Task) -> None:
    sweep = run_sweep(plan_of(penguins))
    assert len(sweep.fits) == 3 * 2 * 2 * 2
    assert len(sweep.attributions) == len(sweep.fits) * penguins.data.shape[1]
    keys = [column for column in sweep.fits.columns if not is_measured(column)]
    assert not sweep.fits.duplicated(keys).any()
    assert not sweep.attributions.duplicated([*keys, "feature"]).any()
    assert (sweep.attributions.groupby(keys)["coefficient"].agg(np.count_nonzero) <= 3).all()


def test_the_model_is_called_for_the_largest_count_alone(penguins: Task) -> None:
    plan = plan_of(penguins)
    seen: list[int] = []
    sweep = run_sweep(plan, on_rows=seen.append)
    assert sweep.rows_predicted == plan.rows_to_predict == sum(seen) == 3 * 2 * 600
    assert sweep.rows_of_a_loop == 3 * 2 * 2 * (100 + 600)


def test_every_cell_is_what_the_explainer_says(penguins: Task) -> None:
    """A sweep shares samples and model calls; each cell must equal LIME run for that cell alone."""
    plan = plan_of(penguins)
    rows = run_sweep(plan).attributions
    for factor in (0.5, 1.0):
        for n in (100, 600):
            explainer = LimeTabularExplainer(
                penguins.training_data,
                class_names=penguins.class_names,
                kernel_width=factor * 0.75 * np.sqrt(7),
                random_state=5,
            )
            data_row = plan.instance(1)
            alone = explainer.explain_instance(
                data_row, penguins.predict_fn, top_labels=1, num_features=3, num_samples=n
            )
            cell = rows.query("instance == 1 and seed == 5 and num_samples == @n and kernel_width_factor == @factor")
            (label,) = alone.available_labels()
            assert cell["label"].unique().tolist() == [label]
            expected = alone.as_frame(label).set_index("feature")
            chosen = cell[cell["coefficient"] != 0].set_index("feature")
            pd.testing.assert_frame_equal(
                chosen[["coefficient", "standard_error"]].sort_index(),
                expected[["coefficient", "standard_error"]].sort_index(),
                rtol=1e-9,
            )


def test_batches_change_nothing_but_last_bits(penguins: Task) -> None:
    plan = plan_of(penguins)
    one = run_sweep(replace(plan, batch_rows=500)).attributions
    other = run_sweep(replace(plan, batch_rows=20_000)).attributions
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_settings_that_change_samples_are_swept_too(penguins: Task) -> None:
    plan = plan_of(penguins, discretizer=["quartile", "decile"], kernel_width_factor=1, num_samples=200)
    sweep = run_sweep(plan)
    assert sweep.rows_predicted == 2 * 3 * 2 * 200
    names = sweep.attributions.groupby("discretizer")["feature_name"].unique()
    assert set(names["quartile"]) != set(names["decile"])


def test_labels_and_instances(penguins: Task) -> None:
    sweep = run_sweep(plan_of(penguins, labels=("Gentoo", 0), top_labels=None, num_samples=100))
    assert sorted(sweep.fits["label"].unique()) == [0, 2]
    instances = sweep.instances
    assert instances["label_name"].unique().tolist() == ["Adelie", "Gentoo"]
    row = instances.iloc[0]
    expected = penguins.predict_fn(penguins.data.loc[[row["row"]]])[0, row["label"]]
    assert row["model_prediction"] == pytest.approx(expected, abs=1e-12)
    assert row["value_island"] == penguins.data.loc[row["row"], "island"]


def test_regression_has_one_label() -> None:
    task = load_task(name="diabetes", data="limeeval.tasks.datasets.diabetes", model=FOREST)
    sweep = run_sweep(plan_of(task, num_samples=100))
    assert sweep.fits["label"].unique().tolist() == [1]
    assert "label_name" not in sweep.instances


def test_fresh_fidelity_is_measured_on_the_other_seeds(penguins: Task) -> None:
    """Against scikit-learn's score of each fit on the raw samples that the other seeds drew, the instance left out."""
    plan = replace(plan_of(penguins), seeds=[0, 5, 9])
    sweep = run_sweep(plan)
    explainer = LimeTabularExplainer(penguins.training_data)
    domain = explainer.domain(plan.instance(1))
    for seed in plan.seeds:
        others = [Neighborhood(domain, other, 600).draw(0, 600) for other in plan.seeds if other != seed]
        z = np.concatenate([domain.design(state)[1:] for state in others])
        outputs = np.concatenate([penguins.predict_fn(domain.decode(state))[1:] for state in others])
        cell = "instance == 1 and seed == @seed and kernel_width_factor == 1 and num_samples == 100"
        fit = sweep.fits.query(cell).iloc[0]
        coefficients = sweep.attributions.query(cell)["coefficient"].to_numpy()
        w = np.exp(-np.square(np.linalg.norm(z - 1.0, axis=1)) / (2 * fit["kernel_width"] ** 2))
        predicted = fit["intercept"] + z @ coefficients
        assert fit["r2_fresh"] == pytest.approx(r2_score(outputs[:, fit["label"]], predicted, sample_weight=w))
    assert sweep.fits["r2_fresh"].mean() < sweep.fits["r2"].mean()  # A fit knows its own samples best.
