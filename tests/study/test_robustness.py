"""Robustness measured: explainers whose sensitivity and noise are known, then LIME, then what is refused."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.lime import LimeImageExplainer, LimeTabularExplainer
from limeeval.lime.model import ModelError
from limeeval.study.robustness import robustness

TRAINING = np.random.default_rng(0).normal(size=(400, 3)) * [1.0, 5.0, 20.0] + 30
SD = TRAINING.std(axis=0)
SLOPES = np.array([2.0, -1.0, 0.5])
METRICS = [
    "local_lipschitz",
    "max_sensitivity",
    "relative_input_stability",
    "relative_output_stability",
    "relative_input_stability_of_norms",
    "relative_output_stability_of_norms",
]


def linear(rows: Any) -> np.ndarray:
    return np.asarray(np.asarray(rows, dtype=float) @ SLOPES)


def contributions(x: Any, predict_fn: Any, seed: int, *, noise: float = 0.0) -> np.ndarray:
    """Exact contributions of the linear model against a background of mean 0, and noise drawn row by row."""
    return np.asarray(x) * SLOPES + noise * np.random.default_rng(seed).normal(size=np.shape(x))


def measured(explain: Any = contributions, instances: Any = TRAINING[:4], **changed: Any) -> pd.DataFrame:
    defaults: dict[str, Any] = {"background": TRAINING, "seeds": 6, "neighbors": 5}
    return robustness(explain, instances, linear, **(defaults | changed))


def over_all(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["instance"].isna()].set_index("metric")


def test_a_constant_explanation_is_robust() -> None:
    table = measured(lambda x, predict_fn, seed: np.tile(SLOPES, (len(x), 1)))
    assert table["metric"].unique().tolist() == METRICS
    assert (table[["estimate", "low", "high", "noise_floor", "fresh_seeds"]] == 0).all().all()
    assert table.groupby(table["instance"].isna())["n"].unique().map(list).tolist() == [[6], [4]]


def test_one_column_moves_a_contribution_by_its_slope() -> None:
    """With a single column ||e - e'|| / ||x - x'|| is |slope| x sd, whichever neighbours there are."""
    one = over_all(
        robustness(
            lambda x, predict_fn, seed: 2.0 * np.asarray(x),
            TRAINING[:4, :1],
            lambda rows: 2 * rows[:, 0],
            background=TRAINING[:, :1],
        )
    )
    assert one.loc["local_lipschitz", "estimate"] == pytest.approx(2 * SD[0])
    assert one.loc["relative_input_stability", "estimate"] == pytest.approx(1)
    assert one.loc["relative_output_stability_of_norms", "estimate"] == pytest.approx(1)
    assert one.loc["local_lipschitz", "low"] == pytest.approx(one.loc["local_lipschitz", "high"])


def test_noise_that_x_and_its_neighbours_share_is_no_sensitivity() -> None:
    """Added noise leaves the value as it is, and shows in the two columns beside it."""
    quiet, noisy = over_all(measured()), over_all(measured(noise=50.0))
    for metric in ("local_lipschitz", "max_sensitivity"):
        assert noisy.loc[metric, "estimate"] == pytest.approx(quiet.loc[metric, "estimate"])
        assert quiet.loc[metric, "noise_floor"] == 0
        assert quiet.loc[metric, "fresh_seeds"] == pytest.approx(quiet.loc[metric, "estimate"])
        assert noisy.loc[metric, "noise_floor"] > 10 * noisy.loc[metric, "estimate"]
        assert noisy.loc[metric, "fresh_seeds"] == pytest.approx(noisy.loc[metric, "noise_floor"], rel=0.1)


def test_the_noise_floor_of_known_noise() -> None:
    """Of unit noise in one column, two seeds differ by |N(0, 2)|: with one neighbour, 2 / sqrt(pi) in the mean."""
    table = robustness(
        lambda x, predict_fn, seed: np.random.default_rng(seed).normal(size=(len(x), 1)),
        TRAINING[:50, :1],
        lambda rows: rows[:, 0],
        background=TRAINING[:, :1],
        neighbors=1,
        seeds=40,
    )
    found = over_all(table).loc["max_sensitivity"]
    assert found["noise_floor"] == pytest.approx(2 / np.sqrt(np.pi), abs=0.05)
    assert found["estimate"] == 0


def test_the_worst_neighbour_grows_with_the_radius() -> None:
    near, far = (over_all(measured(radius=radius)) for radius in (0.01, 0.1))
    assert far.loc["max_sensitivity", "estimate"] == pytest.approx(10 * near.loc["max_sensitivity", "estimate"])
    assert far.loc["local_lipschitz", "estimate"] == pytest.approx(near.loc["local_lipschitz", "estimate"])


def test_neighbours_are_explained_for_the_label_of_their_instance() -> None:
    def classes(rows: np.ndarray) -> np.ndarray:
        yes = (np.asarray(rows)[:, 0] > 30).astype(float)
        return np.column_stack([1 - yes, yes])

    def told(x: Any, predict_fn: Any, seed: int, label: Any) -> np.ndarray:
        return np.tile(np.asarray(label, dtype=float)[:, None], (1, 3))

    x = TRAINING[:4].copy()
    x[:, 0] = [30.01, 29.99, 30.01, 29.99]  # Neighbours fall on either side.
    table = robustness(told, x, classes, background=TRAINING, neighbors=8, seeds=2)
    assert table.loc[table["metric"] == "max_sensitivity", "estimate"].tolist() == [0.0] * 5
    units = table[table["metric"] == "max_sensitivity"].dropna(subset="instance")
    assert units["label"].tolist() == [1, 0, 1, 0]
    # Relative metrics are about neighbours of the same predicted class, whose outputs here are all the same.
    ros = over_all(table).loc["relative_output_stability"]
    assert np.isnan(ros["estimate"])
    assert ros["n"] == 0


def test_lime_is_less_sensitive_than_it_is_noisy(notebook: Any) -> None:
    table = robustness(notebook.explainer, notebook.x[:3], notebook.forest, seeds=4, neighbors=4, num_samples=500)
    found = over_all(table)
    for metric in METRICS:
        row = found.loc[metric]
        assert 0 < row["low"] < row["estimate"] < row["high"]
        assert row["estimate"] < row["noise_floor"] / 2
        assert row["fresh_seeds"] == pytest.approx(row["noise_floor"], rel=0.35)
    assert (table["radius"] == 0.1).all()
    assert (table["neighbors"] == 4).all()
    assert set(table["num_samples"]) == {500}


def test_limes_model_calls_are_shared_by_neighbours_seeds_and_instances(notebook: Any) -> None:
    calls: list[int] = []

    def model(rows: np.ndarray) -> np.ndarray:
        calls.append(len(rows))
        return np.asarray(notebook.forest.predict_proba(rows))

    table = robustness(
        notebook.explainer,
        notebook.x[:3],
        model,
        seeds=4,
        neighbors=5,
        num_samples=[100, 200],
        kernel_width_factor=[0.5, 1],
    )
    assert calls == [3 * 6, 3 * 6 * 4 * 200]
    assert len(table) == 4 * 6 * (3 + 1)


def test_instances_of_different_classes_are_measured_as_if_alone(notebook: Any) -> None:
    settings: dict[str, Any] = {"seeds": 3, "neighbors": 3, "num_samples": 200}
    labels = notebook.forest.predict(notebook.x[:6])
    assert set(labels) == {0, 1}
    together = robustness(notebook.explainer, notebook.x[:6], notebook.forest, **settings)
    for i in (int(np.argmax(labels == 0)), int(np.argmax(labels == 1))):
        one = notebook.x[i : i + 1]
        alone = robustness(notebook.explainer, one, notebook.forest, labels=int(labels[i]), **settings)
        found = together[together["instance"] == i]
        assert found["label"].tolist() == [labels[i]] * 6
        expected = alone[alone["instance"] == 0]["estimate"].tolist()
        assert found["estimate"].tolist() == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_processes_change_nothing_and_arguments_are_not_changed(notebook: Any) -> None:
    rows = notebook.x[:2].copy()
    rows.setflags(write=False)
    before = pickle.dumps(notebook.explainer)
    settings: dict[str, Any] = {"seeds": 2, "neighbors": 2, "num_samples": 200, "discretizer": ["quartile", "decile"]}
    one, two = (robustness(notebook.explainer, rows, notebook.forest, n_jobs=jobs, **settings) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert pickle.dumps(notebook.explainer) == before


def test_frames_with_categories_and_whole_numbers() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"age": generator.integers(20, 60, 200), "job": generator.choice(["a", "b"], 200)})
    frame["pay"] = generator.normal(size=200)

    def model(rows: pd.DataFrame) -> np.ndarray:
        assert rows["age"].dtype.kind == "i"
        assert set(rows["job"]) <= {"a", "b"}
        return np.asarray(rows["age"] / 10 + (rows["job"] == "a") * rows["pay"])

    explainer = LimeTabularExplainer(frame, mode="regression")
    lime = over_all(robustness(explainer, frame.iloc[:2], model, seeds=2, neighbors=3, num_samples=200, radius=0.3))
    assert lime["estimate"].notna().all()

    def age(x: pd.DataFrame, predict_fn: Any, seed: int) -> np.ndarray:
        return x[["age", "pay"]].to_numpy(dtype=float)

    function = over_all(robustness(age, frame.iloc[:2], model, background=frame, seeds=2, neighbors=3, radius=0.3))
    assert (function["estimate"] > 0).all()


def test_settings_of_a_function_are_swept() -> None:
    table = measured(noise=[0.0, 10.0])
    floor = over_all(table).loc["max_sensitivity"].set_index("noise")["noise_floor"]
    assert floor[0.0] == 0 < floor[10.0]
    assert table["explainer"].unique().tolist() == ["contributions"]


def test_an_explanation_of_zeros_has_no_relative_stability() -> None:
    table = over_all(measured(lambda x, predict_fn, seed: np.zeros(np.shape(x))))
    assert (table.loc[["local_lipschitz", "max_sensitivity"], "estimate"] == 0).all()
    assert table.iloc[2:]["estimate"].isna().all()
    assert (table.iloc[2:]["n"] == 0).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"radius": 0}, "radius must be a number above 0, .*got 0"),
        ({"radius": -1.0}, "radius must be a number above 0, .*got -1.0"),
        ({"radius": "wide"}, "radius must be a number above 0, .*got 'wide'"),
        ({"radius": float("nan")}, "radius must be a number above 0, .*got nan"),
        ({"neighbors": 0}, "neighbors must be .*1, got 0"),
        ({"seeds": 1}, "seeds must be at least 2, .*got 1"),
        ({"seeds": [4]}, "seeds must be at least 2, .*got 1"),
        ({"background": None}, "background must say how far columns spread .*got None"),
        ({"background": np.ones((20, 3))}, "instances must have a column of numbers that vary"),
        ({"instances": TRAINING[0]}, r"instances must be rows \(n, d\)"),
        ({"instances": TRAINING[:2, :2]}, "data_row must be one row of 3 columns"),
        ({"alpha": 1}, "settings must be parameters of contributions, got alpha"),
        ({"labels": 1, "top_labels": 1}, "labels and top_labels exclude each other"),
        ({"explain": "shap"}, "explainer must be a LimeTabularExplainer"),
        ({"explain": LimeImageExplainer()}, "explainer must be one of tables"),
    ],
)
def test_wrong_input(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measured(**changed)


def test_a_label_that_the_model_does_not_have(notebook: Any) -> None:
    with pytest.raises(ValueError, match="labels must be among 0"):
        robustness(notebook.explainer, notebook.x[:2], notebook.forest, labels=7, num_samples=100)


def test_a_function_that_fails_is_named() -> None:
    def failing(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        if seed == 3:
            raise ZeroDivisionError("no background")
        return np.ones((len(x), 3))

    with pytest.raises(ModelError, match="failing raised ZeroDivisionError with seed 3"):
        measured(failing)


def test_a_model_that_fails_is_named(notebook: Any) -> None:
    def model(rows: np.ndarray) -> np.ndarray:
        if len(rows) > 100:
            raise OverflowError("too many")
        return np.asarray(notebook.forest.predict_proba(rows))

    with pytest.raises(ModelError, match="the model raised OverflowError"):
        robustness(notebook.explainer, notebook.x[:2], model, seeds=2, neighbors=2, num_samples=200)
