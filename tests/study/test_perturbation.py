"""Perturbation metrics measured: linear models, whose exact contributions are known; a forest by brute force."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import limeeval
from limeeval.study.perturbation import perturbation

GENERATOR = np.random.default_rng(0)
SLOPES = np.array([2.0, -1.0, 0.5, 0.2, 0.0])
TRAINING = GENERATOR.normal(size=(100, 5)) + 3
X = TRAINING[:4]
METRICS = ["faithfulness_correlation", "infidelity", "deletion_auc", "insertion_auc", "pgi", "pgu"]


def linear(rows: Any) -> np.ndarray:
    return np.asarray(np.asarray(rows) @ SLOPES)


def frame_of(coefficients: np.ndarray, **columns: Any) -> pd.DataFrame:
    """A table of attributions (R, n, d)."""
    seed, instance, feature = np.indices(coefficients.shape).reshape(3, -1)
    found = {"instance": instance, "label": 1, "seed": seed, "feature": feature}
    return pd.DataFrame({**columns, **found, "coefficient": coefficients.ravel()})


EXACT = SLOPES * (X - TRAINING.mean(axis=0))


def measured(coefficients: np.ndarray, **changed: Any) -> pd.DataFrame:
    defaults: dict[str, Any] = {"baseline": "mean", "background": TRAINING}
    return perturbation(frame_of(coefficients), X, linear, **(defaults | changed))


def over_all(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["instance"].isna()].set_index("metric")


@pytest.mark.parametrize(("baseline", "name"), [("mean", "mean"), ("sample", "sample of 100")])
def test_exact_contributions_of_a_linear_model(baseline: str, name: str) -> None:
    """To the training mean, or to all training rows, whose outputs are averaged: for a line it is the same."""
    table = measured(np.stack([EXACT] * 3), baseline=baseline, draws=100)
    found = over_all(table)
    assert table["metric"].unique().tolist() == METRICS
    assert found.loc["faithfulness_correlation", ["estimate", "low", "high"]].tolist() == pytest.approx([1, 1, 1])
    assert found.loc["infidelity", ["estimate", "low", "high"]].tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert set(table["baseline"]) == {name}
    assert found["n"].tolist() == [4] * 6


def test_the_right_order_is_better_than_chance_and_the_reverse_is_worse() -> None:
    right, reverse = over_all(measured(EXACT[None])), over_all(measured(-EXACT[None]))
    for metric, better in (("deletion_auc", -1), ("insertion_auc", 1)):
        chance = right.loc[metric, "chance"]
        assert better * right.loc[metric, "estimate"] > better * chance > better * reverse.loc[metric, "estimate"]
    assert right.loc["pgi", "estimate"] > right.loc["pgi", "chance"]
    assert right.loc["pgu", "estimate"] < right.loc["pgu", "chance"]
    assert right.loc["infidelity", "estimate"] < right.loc["infidelity", "chance"]


def test_random_attributions_score_as_chance_says() -> None:
    found = over_all(measured(GENERATOR.normal(size=(300, 4, 5)), orders=120))
    for metric in METRICS:
        row = found.loc[metric]
        error = (row["high"] - row["low"]) / 4
        assert row["estimate"] == pytest.approx(row["chance"], abs=4 * error + 0.03 * abs(row["chance"])), metric


def test_an_explanation_of_zeros_orders_nothing() -> None:
    found = over_all(measured(np.zeros((2, 4, 5))))
    for metric in METRICS[2:]:
        assert found.loc[metric, "estimate"] == pytest.approx(found.loc[metric, "chance"])
    assert found.loc["faithfulness_correlation", "estimate"] == 0
    assert found["n"].tolist() == [4] * 6


def test_a_model_that_does_not_change_has_nothing_to_foretell() -> None:
    table = perturbation(
        frame_of(EXACT[None]), X, lambda rows: np.ones(len(rows)), baseline="mean", background=TRAINING
    )
    found = over_all(table)
    assert np.isnan(found.loc["faithfulness_correlation", "estimate"])
    assert found.loc["faithfulness_correlation", "n"] == 0
    assert found.loc[["pgi", "pgu"], "estimate"].tolist() == [0, 0]
    assert found.loc["deletion_auc", "estimate"] == 1


def by_hand(forest: Any, x: np.ndarray, base: np.ndarray, a: np.ndarray, label: int, k: int) -> list[float]:
    """The six numbers of one run, one row at a time."""

    def output(removed: Any) -> float:
        row = np.where(np.isin(np.arange(len(x)), list(removed)), base, x)
        return float(forest.predict_proba(row[None])[0, label])

    subsets = list(combinations(range(len(x)), k))
    drops = np.array([output([]) - output(one) for one in subsets])
    sums = np.array([a[list(one)].sum() for one in subsets])
    order = sorted(range(len(x)), key=lambda j: -a[j])
    deleted = [output(order[:j]) for j in range(len(x) + 1)]
    inserted = [output(order[j:]) for j in range(len(x) + 1)]
    sized = sorted(range(len(x)), key=lambda j: -abs(a[j]))
    return [
        float(np.corrcoef(sums, drops)[0, 1]),
        float(np.mean((sums - drops) ** 2)),
        float(np.trapezoid(deleted, dx=1 / len(x))),
        float(np.trapezoid(inserted, dx=1 / len(x))),
        abs(output([]) - output(sized[:k])),
        abs(output([]) - output(sized[k:])),
    ]


def test_a_forest_by_hand(notebook: Any) -> None:
    """Several settings, seeds and labels of an instance, averaged over seeds."""
    base = notebook.x.mean(axis=0)
    coefficients = GENERATOR.normal(size=(2, 3, 6))
    parts = [
        frame_of(coefficients * sign, setting=setting).assign(label=label)
        for setting, sign in (("a", 1), ("b", -1))
        for label in (0, 1)
    ]
    shuffled = pd.concat(parts).sample(frac=1, random_state=0)
    table = perturbation(shuffled, notebook.x[:3], notebook.forest, baseline="mean", background=notebook.x, k=2)
    for setting, sign in (("a", 1), ("b", -1)):
        for i in range(3):
            for label in (0, 1):
                runs = [by_hand(notebook.forest, notebook.x[i], base, sign * a[i], label, 2) for a in coefficients]
                own = table[(table["setting"] == setting) & (table["instance"] == i) & (table["label"] == label)]
                assert own["metric"].tolist() == METRICS
                assert own["estimate"].to_numpy() == pytest.approx(np.mean(runs, axis=0), abs=1e-12)
    assert table.dropna(subset="instance")["n"].eq(2).all()
    k = table.groupby("metric", sort=False)["k"].first()
    assert k[["faithfulness_correlation", "infidelity", "pgi", "pgu"]].tolist() == [2] * 4
    assert k[["deletion_auc", "insertion_auc"]].isna().all()


def test_the_model_is_asked_in_few_large_batches() -> None:
    calls: list[int] = []

    def model(rows: np.ndarray) -> np.ndarray:
        calls.append(len(rows))
        return linear(rows)

    runs = GENERATOR.normal(size=(30, 4, 5))
    one = perturbation(frame_of(runs), X, model, baseline="sample", background=TRAINING, draws=10)
    # Which mode, f(x), and all sets: of 2^5 sets an instance has no more than 32, whichever of 30 seeds needs them.
    assert calls[:2] == [4, 4]
    assert len(calls) == 3
    assert calls[2] <= 4 * 32 * 10
    calls.clear()
    two = perturbation(frame_of(runs), X, model, baseline="sample", background=TRAINING, draws=10, batch_rows=500)
    assert max(calls) == 500
    pd.testing.assert_frame_equal(one, two)


def linear_shap(x: Any, predict_fn: Any, seed: int, *, background: int = 10) -> np.ndarray:
    """Exact SHAP values of the linear model, against rows that the seed draws."""
    drawn = np.random.default_rng(seed).choice(100, background, replace=False)
    return SLOPES * (np.asarray(x) - TRAINING[drawn].mean(axis=0))


def test_shap_values_with_changing_backgrounds() -> None:
    """The larger the background, the steadier and the more faithful; all training rows are both, exactly."""
    study = limeeval.evaluate(linear_shap, X, linear, background=[2, 20, 100], seeds=12)
    scores = limeeval.score(study.attributions, k=2).set_index(["metric", "background"])
    whole = scores[scores["instance"].isna()]["estimate"]
    assert whole["spearman"].is_monotonic_increasing
    assert whole["spearman"][100] == whole["jaccard"][100] == 1
    judged = over_all(perturbation(study.attributions, X, linear, baseline="mean", background=TRAINING))
    infidelity = judged.loc["infidelity"].set_index("background")["estimate"]
    assert infidelity[2] > infidelity[20] > infidelity[100] == pytest.approx(0, abs=1e-12)


def test_one_explainer_on_models_refitted_with_other_seeds() -> None:
    """A table whose seed is the model's: what a bootstrap of the training rows does to the exact explanation."""

    def refitted(seed: int, rows: int) -> np.ndarray:
        generator = np.random.default_rng(seed)
        chosen = generator.integers(0, 100, rows)
        target = linear(TRAINING[chosen]) + generator.normal(size=rows)
        model = LinearRegression().fit(TRAINING[chosen], target)
        return np.asarray(model.coef_ * (X - TRAINING.mean(axis=0)))

    parts = [frame_of(np.stack([refitted(seed, rows) for seed in range(8)]), rows=rows) for rows in (30, 1000)]
    scores = limeeval.score(pd.concat(parts), k=2).set_index(["metric", "rows"])
    spearman = scores[scores["instance"].isna()].loc["spearman", "estimate"]
    assert spearman[30] < spearman[1000] < 1


def test_frames_are_given_to_the_model_as_it_takes_them() -> None:
    frame = pd.DataFrame({"age": GENERATOR.integers(20, 60, 50), "job": GENERATOR.choice(["a", "b"], 50)})
    frame["pay"] = GENERATOR.normal(size=50)

    def model(rows: pd.DataFrame) -> np.ndarray:
        assert rows["age"].dtype.kind == "i"
        return np.asarray(rows["age"] / 10 + (rows["job"] == "a") * 2.0 + rows["pay"])

    common, age = frame["job"].mode()[0], np.rint(frame["age"].mean())
    own = frame.iloc[:3]
    exact = np.column_stack(
        [
            (own["age"] - age) / 10,
            2.0 * ((own["job"] == "a").astype(float) - float(common == "a")),
            own["pay"] - frame["pay"].mean(),
        ]
    )
    found = over_all(perturbation(frame_of(exact[None]), own, model, baseline="mean", background=frame))
    assert found.loc["infidelity", "estimate"] == pytest.approx(0, abs=1e-12)
    given = frame.iloc[10]
    to_row = over_all(perturbation(frame_of(exact[None]), own, model, baseline=given, background=frame))
    assert set(to_row["baseline"]) == {"given row"}
    assert to_row.loc["infidelity", "estimate"] > 0


def test_a_fitted_estimator_and_its_function_say_the_same() -> None:
    model = LinearRegression().fit(TRAINING, linear(TRAINING))
    one, two = (
        perturbation(frame_of(EXACT[None]), X, of, baseline="mean", background=TRAINING)
        for of in (model, model.predict)
    )
    pd.testing.assert_frame_equal(one, two)


def test_a_single_seed_has_no_limits() -> None:
    table = measured(EXACT[None] + 0.1)
    assert table[["low", "high"]].isna().all().all()
    assert table["estimate"].notna().all()
    assert table["interval"].isna().all()


def test_nothing_is_written_to() -> None:
    rows, table = X.copy(), frame_of(EXACT[None])
    rows.setflags(write=False)
    before = table.copy()
    perturbation(table, rows, linear, baseline="mean", background=TRAINING)
    pd.testing.assert_frame_equal(table, before)


TABLE = frame_of(np.stack([EXACT, EXACT]))


@pytest.mark.parametrize(
    ("attributions", "changed", "message"),
    [
        (TABLE, {"baseline": "zero"}, "baseline must be one of mean, sample, or a row, got 'zero'"),
        (TABLE, {"baseline": [1.0, 2.0]}, "data_row must be one row of 5 columns"),
        (TABLE, {"k": 5}, "k must be between 1 and 4, .*got 5"),
        (TABLE, {"k": 0}, "k must be between 1 and 4, .*got 0"),
        (TABLE, {"subsets": 0}, "subsets must be .*1, got 0"),
        (TABLE, {"orders": 0}, "orders must be .*1, got 0"),
        (TABLE.drop(columns="label"), {}, "must say which instance and label they are of, got no column label"),
        (TABLE.drop(columns="instance"), {}, "got no column instance"),
        (TABLE.drop(columns="seed"), {}, "a table of attributions has .*got none named seed"),
        (TABLE.assign(instance=TABLE["instance"] + 1), {}, "instances 0 to 3, got 4"),
        (
            TABLE[TABLE["feature"] < 4],
            {},
            "features 0 to 4 of the instances in every run, got 4 different ones, 0 to 3",
        ),
        (TABLE.assign(feature=TABLE["feature"] + 1), {}, "features 0 to 4 .*got 5 different ones, 1 to 5"),
        (TABLE.drop(index=3), {}, "features 0 to 4 of the instances in every run"),
        (pd.concat([TABLE, TABLE]), {}, "each run must have one row a feature"),
        (TABLE.assign(coefficient=TABLE["coefficient"].where(TABLE.index != 3)), {}, "must be numbers, got 1 missing"),
        (TABLE.assign(label=TABLE["instance"]), {}, "label must be one, for a model of one output, got 0, 1, 2, 3"),
        (TABLE.assign(task=np.where(TABLE["seed"], "a", "b")), {}, "attributions must be of one task, got"),
        (TABLE, {"instances": X[:2]}, "instances 0 to 1, got 2"),
        (TABLE, {"instances": X[0]}, r"instances must be rows \(n, d\)"),
        (TABLE, {"instances": X[:, :1], "background": TRAINING[:, :1]}, "attributions must have the features 0 to 0"),
    ],
)
def test_wrong_input(attributions: pd.DataFrame, changed: dict[str, Any], message: str) -> None:
    given = {"instances": X, "baseline": "mean", "background": TRAINING} | changed
    with pytest.raises(ValueError, match=message):
        perturbation(attributions, given.pop("instances"), linear, **given)


def test_a_single_feature_has_no_order() -> None:
    one = frame_of(np.ones((2, 4, 1)))
    with pytest.raises(ValueError, match="at least two features to rank, got one"):
        perturbation(one, X[:, :1], lambda rows: rows[:, 0], baseline="mean", background=TRAINING[:, :1])


@pytest.mark.parametrize("label", [2, -1, "yes", 0.5])
def test_labels_that_are_not_the_models(notebook: Any, label: Any) -> None:
    table = frame_of(np.ones((2, 3, 6))).assign(label=label)
    with pytest.raises(ValueError, match=f"label must be among the model's outputs, 0 to 1, got {label}"):
        perturbation(table, notebook.x[:3], notebook.forest, baseline="mean", background=notebook.x)
