import numpy as np
import pandas as pd
import pytest

from limeeval.metrics.catalogue import agreement_metrics
from limeeval.report.scores.score import score

OF_ALL_RUNS = {"relative_spread": ("normal theory",) * 2}
"""Intervals of metrics that are no means over pairs: of an instance, and over instances."""
OF_ORDERS = {"kendall", "kendall_signed", "spearman", "spearman_signed", "weighted_tau", "kendall_w"}
OF_ORDERS |= {"pairwise_rank_agreement"}
"""Metrics of all features' order."""
AGREEING = [3.0, 2.0, 1.0, 0.0]


def attributions_of(coefficients: np.ndarray, num_samples: int = 100) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    constants = {"task": "t", "num_samples": num_samples, "label": 1, "feature_name": "f", "standard_error": 0.1}
    return frame.assign(coefficient=coefficients.ravel(), **constants)


def fits_of(r2: list[float], spread: list[float], num_samples: int = 100) -> pd.DataFrame:
    constants = {"task": "t", "num_samples": num_samples, "label": 1, "ess": 10.0, "condition_number": 2.0}
    constants |= {"is_fit": True, "is_supported": True, "local_prediction": 0.7, "model_prediction": 0.5}
    fresh = {"r2_fresh": 0.25, "fresh_spread": 2.0}
    frame = pd.DataFrame({"r2": r2, "output_spread": spread, "instance": 0, "seed": range(len(r2))})
    return frame.assign(**constants, **fresh)


def row(scores: pd.DataFrame, metric: str, instance: object = None) -> pd.Series:
    rows = scores[scores["metric"] == metric]
    (found,) = rows[rows["instance"].isna() if instance is None else rows["instance"] == instance].iloc
    return found


def estimate(scores: pd.DataFrame, metric: str, instance: object = None) -> float:
    return float(row(scores, metric, instance)["estimate"])


def noisy(instances: int, seeds: int, d: int = 6, scale: float = 0.5) -> np.ndarray:
    generator = np.random.default_rng([instances, seeds, d])
    centres = np.arange(float(d)) + generator.normal(size=(instances, 1, d))
    return centres + generator.normal(scale=scale, size=(instances, seeds, d))


def over_all(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a setting, in the order of the scores: its columns, every metric over all, and Jaccard's limits."""
    rows = scores[scores["instance"].isna()]
    settings = list(rows.columns[: rows.columns.get_loc("instance")])
    cell = rows.groupby(settings, dropna=False, sort=False).ngroup() if settings else rows["n"] * 0
    rows = rows.assign(cell=cell)
    cells = rows.drop_duplicates("cell").set_index("cell")[settings]
    limits = rows[rows["metric"] == "jaccard"].set_index("cell")[["low", "high"]]
    return cells.join(rows.pivot(index="cell", columns="metric", values="estimate")).join(limits)


def test_agreement_of_each_instance_and_over_all() -> None:
    agree = np.tile(AGREEING, (1, 2, 1))
    differ = np.array([[[3.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 2.0]]])
    scores = score(attributions_of(np.concatenate([agree, differ])), k=2)
    assert [estimate(scores, "same_set", instance) for instance in (0, 1, None)] == [1.0, 0.0, 0.5]
    assert [estimate(scores, "jaccard", instance) for instance in (0, 1, None)] == [1.0, 0.0, 0.5]


def test_every_metric_is_scored_with_its_chance_level() -> None:
    coefficients = np.random.default_rng(0).normal(size=(3, 5, 6))
    attributions = attributions_of(coefficients)
    scores = score(attributions, k=2)
    assert set(scores["metric"]) == set(agreement_metrics())
    for name, metric in agreement_metrics().items():
        rows = scores[scores["metric"] == name]
        expected = metric.score(coefficients, 2, np.full(coefficients.shape, 0.1))
        assert rows["estimate"].tolist() == pytest.approx([*expected, np.mean(expected)])
        assert rows["n"].tolist() == [5, 5, 5, 3]
        assert rows["chance"].tolist() == pytest.approx([metric.chance(6, 2, 5)] * 4, nan_ok=True)
        assert rows["k"].isna().all() if not metric.at_k else (rows["k"] == 2).all()


def test_every_metric_has_limits_that_hold_it_and_says_how_they_were_made() -> None:
    attributions = attributions_of(noisy(6, 8)).assign(standard_error=0.5)
    scores, unknown = score(attributions, k=2), score(attributions.drop(columns="standard_error"), k=2)
    for name, metric in agreement_metrics().items():
        rows, without = (table[table["metric"] == name] for table in (scores, unknown))
        assert ((rows["low"] <= rows["estimate"]) & (rows["estimate"] <= rows["high"])).all()
        each, over = OF_ALL_RUNS.get(name, ("pseudo-run", "jackknife over seeds"))
        if name == "csi":
            assert without[["estimate", "low", "high", "interval"]].isna().all(axis=None)
        else:
            assert without["interval"].tolist() == [each] * 6 + [over]
        assert rows["interval"].tolist() == ["clt" if metric.of_sets else each] * 6 + [over]
        over_instances, population = rows["instance"].isna(), rows["low_population"].notna()
        assert (population == (over_instances & (name not in OF_ALL_RUNS))).all()
        if metric.of_sets:  # Standard errors are worth having.
            own, wide = ((table["high"] - table["low"]).iloc[:6].mean() for table in (rows, without))
            assert own < wide


def test_percent_is_a_matter_of_the_unit_alone() -> None:
    scores = score(attributions_of(noisy(6, 8)), k=2)
    columns = ["estimate", "low", "high", "low_population", "high_population", "chance"]
    percent, share = (scores.loc[scores["metric"] == name, columns] for name in ("vsi", "feature_agreement"))
    np.testing.assert_allclose(percent.to_numpy(float), 100 * share.to_numpy(float), rtol=1e-12)


def test_the_chance_level_of_kendalls_w_is_that_of_each_units_number_of_seeds() -> None:
    both = pd.concat([attributions_of(noisy(1, 4)), attributions_of(noisy(1, 5)).assign(instance=1)])
    scores = score(both, k=2)
    assert scores.loc[scores["metric"] == "kendall_w", "chance"].tolist() == pytest.approx([1 / 4, 1 / 5, 9 / 40])


def test_sets_of_different_sizes_leave_kunchevas_index_undefined_and_out_of_the_mean() -> None:
    coefficients = noisy(3, 4) + 9
    coefficients[0, 1, 1:] = 0
    rows = score(attributions_of(coefficients), k=2)[lambda found: found["metric"] == "kuncheva"]
    assert rows["estimate"].isna().tolist() == [True, False, False, False]
    assert rows["n"].tolist() == [4, 4, 4, 2]
    assert rows["estimate"].iloc[3] == pytest.approx(rows["estimate"].iloc[1:3].mean())


def test_each_unit_is_scored_as_if_it_came_alone() -> None:
    attributions = pd.concat([attributions_of(noisy(3, 5), 500), attributions_of(noisy(2, 4, d=9), 100)])
    together = score(attributions)
    alone = score(attributions[(attributions["num_samples"] == 500) & (attributions["instance"] == 1)])
    same = together[(together["num_samples"] == 500) & (together["instance"] == 1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone[alone["instance"].notna()].reset_index(drop=True))


def test_the_order_of_rows_does_not_matter() -> None:
    attributions = attributions_of(noisy(3, 5))
    shuffled = attributions.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(score(shuffled), score(attributions))


def test_arguments_are_not_written_to() -> None:
    attributions, fits = attributions_of(noisy(2, 3)), fits_of([0.9, 0.1], [3.0, 1.0])
    before = attributions.copy(), fits.copy()
    score(attributions, fits)
    pd.testing.assert_frame_equal(attributions, before[0])
    pd.testing.assert_frame_equal(fits, before[1])


def test_any_table_of_attributions_will_do() -> None:
    """As SHAP would give it: names for features and instances, a setting of its own, no standard errors."""
    index = pd.MultiIndex.from_product(
        [["kmeans", "sample"], ["a", "b"], range(4), ["age", "income", "sex"]],
        names=["background", "instance", "seed", "feature"],
    )
    frame = pd.DataFrame(index=index).reset_index()
    frame["coefficient"] = frame["feature"].map({"age": 0.1, "income": -3.0, "sex": 2.0})
    scores = score(frame)
    assert scores.columns[:3].tolist() == ["background", "instance", "label"]
    assert estimate(scores[scores["background"] == "kmeans"], "same_set", "b") == 1
    assert scores["background"].unique().tolist() == ["kmeans", "sample"]
    assert (scores["k"].dropna() == 1).all()
    assert over_all(scores)["jaccard"].tolist() == [1, 1]


def test_three_columns_are_enough() -> None:
    frame = attributions_of(noisy(1, 4))[["seed", "feature", "coefficient"]]
    scores = score(frame, k=2)
    assert (scores[["instance", "label"]].fillna(0) == 0).all(axis=None)
    assert over_all(scores)["jaccard"].tolist() == [estimate(scores, "jaccard")]


def test_settings_stay_apart_in_their_order() -> None:
    """Missing values are settings too."""
    attributions = pd.concat([attributions_of(np.tile(AGREEING, (1, 2, 1)), n) for n in (500, 100)])
    attributions = pd.concat([attributions.assign(metric_of_distance=of) for of in (None, "cosine")])
    fits = pd.concat([fits_of([0.5], [1.0], n) for n in (500, 100)])
    fits = pd.concat([fits.assign(metric_of_distance=of, instance=0) for of in (None, "cosine")])
    cells = over_all(score(attributions, fits, k=1))
    assert cells["num_samples"].tolist() == [500, 100, 500, 100]
    assert cells["metric_of_distance"].isna().tolist() == [True, True, False, False]
    assert cells["jaccard"].tolist() == [1.0] * 4
    assert cells["r2"].tolist() == [0.5] * 4
    each = score(attributions, fits, k=1).query("metric == 'jaccard' and instance.notna()")
    assert cells["low"].tolist() == each["low"].tolist(), "limits of a single instance are its own"


def test_units_of_different_numbers_of_features_and_seeds_are_scored_as_they_are() -> None:
    small, large = noisy(1, 4, d=4), noisy(1, 6, d=12)
    both = pd.concat([attributions_of(small), attributions_of(large).assign(instance=1)])
    scores, metrics = score(both), agreement_metrics()
    assert estimate(scores, "jaccard", 0) == pytest.approx(metrics["jaccard"].score(small[0], 2))
    assert estimate(scores, "jaccard", 1) == pytest.approx(metrics["jaccard"].score(large[0], 5))
    jaccard = scores[scores["metric"] == "jaccard"]
    assert jaccard["n"].tolist() == [4, 6, 2]
    assert jaccard["k"].tolist() == [2, 5, pd.NA]
    chance = [metrics["jaccard"].chance(4, 2, 4), metrics["jaccard"].chance(12, 5, 6)]
    assert jaccard["chance"].tolist() == pytest.approx([*chance, np.mean(chance)])
    assert estimate(scores, "jaccard") == pytest.approx(jaccard["estimate"].iloc[:2].mean())
    assert (score(both, k=3)["k"].dropna() == 3).all()


def test_a_unit_that_lacks_a_seed_is_scored_on_the_others() -> None:
    coefficients = noisy(2, 5)
    attributions = attributions_of(coefficients)
    scores = score(attributions[(attributions["instance"] != 0) | (attributions["seed"] != 2)], k=2)
    expected = agreement_metrics()["kendall"].score(np.delete(coefficients[0], 2, axis=0), 2)
    assert estimate(scores, "kendall", 0) == pytest.approx(expected)
    assert scores[scores["metric"] == "kendall"]["n"].tolist() == [4, 5, 2]


def test_a_run_that_lacks_a_feature_is_nan_and_left_out_over_all() -> None:
    attributions = attributions_of(noisy(2, 3)).drop(index=0)
    scores = score(attributions, k=2)
    for name in agreement_metrics():
        rows = scores[scores["metric"] == name]
        assert np.isnan(rows["estimate"].iloc[0])
        assert rows["estimate"].iloc[2] == rows["estimate"].iloc[1]
        assert rows["n"].tolist() == [3, 3, 1]


def test_coefficients_of_zero_agree_on_nothing() -> None:
    scores = score(attributions_of(np.zeros((5, 4, 6))), k=2)
    known = scores[scores["metric"] != "relative_spread"]
    assert (known["estimate"] == 0).all()
    assert ((known["low"] <= 0) & (known["high"] >= 0)).all()
    assert scores.loc[scores["metric"] == "relative_spread", ["estimate", "low"]].isna().all(axis=None)


def test_tied_coefficients_have_limits_that_hold_the_scores() -> None:
    scores = score(attributions_of(np.round(noisy(5, 6)) / 2).assign(standard_error=0.0))
    assert ((scores["low"] <= scores["estimate"]) & (scores["estimate"] <= scores["high"])).all()


def test_a_single_seed_scores_no_agreement_and_says_on_how_many_instances_it_rests() -> None:
    scores = score(attributions_of(noisy(6, 1)), k=1)
    assert scores[["estimate", "low", "high", "low_population", "interval"]].isna().all(axis=None)
    assert (scores.loc[scores["instance"].isna(), "n"] == 0).all()
    assert (scores.loc[scores["instance"].notna(), "n"] == 1).all()


def test_a_single_feature_leaves_nothing_to_choose() -> None:
    scores = score(attributions_of(np.ones((2, 3, 1))))
    assert np.isnan(estimate(scores, "jaccard"))
    assert estimate(scores, "same_first") == 1
    assert scores["k"].isna().all()
    orders = scores[scores["metric"].isin(OF_ORDERS)]
    assert set(orders["metric"]) == OF_ORDERS
    assert orders[["estimate", "low", "high", "low_population", "interval"]].isna().all(axis=None)
    assert (orders.loc[orders["instance"].isna(), "n"] == 0).all()


def test_instances_of_a_single_feature_are_left_out_of_the_mean_of_orders() -> None:
    one, more = (
        attributions_of(noisy(1, 4, d=1)),
        attributions_of(noisy(2, 4)).assign(instance=lambda t: t.instance + 1),
    )
    scores = score(pd.concat([one, more]))
    for name in OF_ORDERS:
        rows = scores[scores["metric"] == name]
        assert rows["n"].tolist() == [4, 4, 4, 2]
        assert rows["estimate"].iloc[3] == pytest.approx(rows["estimate"].iloc[1:3].mean())


def test_limits_of_kendalls_w_over_instances_are_those_of_spearman_moved_to_it() -> None:
    scores = score(attributions_of(noisy(20, 6, scale=2.0)))
    (w, rho) = (row(scores, name) for name in ("kendall_w", "spearman"))
    for limit in ("low", "high", "low_population", "high_population"):
        assert w[limit] == pytest.approx((1 + 5 * rho[limit]) / 6, abs=0.01)


def test_few_instances_say_nothing_of_instances_like_these() -> None:
    assert score(attributions_of(noisy(4, 5)))["low_population"].isna().all()
    assert score(attributions_of(noisy(5, 5)))["low_population"].notna().any()


def test_labels_of_an_instance_are_no_further_evidence() -> None:
    """Two classes of a binary model: the same coefficients but for the sign."""
    one = attributions_of(noisy(6, 5))
    two = pd.concat([one, one.assign(label=0, coefficient=-one["coefficient"])])
    once, twice = (score(table)[lambda found: found["instance"].isna()] for table in (one, two))
    columns = ["estimate", "low", "high", "low_population", "high_population", "n"]
    np.testing.assert_allclose(twice[columns].to_numpy(float), once[columns].to_numpy(float), rtol=1e-9)


def test_k_by_task() -> None:
    attributions = pd.concat([attributions_of(noisy(1, 3)).assign(task=task) for task in ("a", "b")])
    scores = score(attributions, k={"a": 4})
    assert {task: rows["k"].dropna().unique().tolist() for task, rows in scores.groupby("task")} == {"a": [4], "b": [3]}


@pytest.mark.parametrize(
    ("k", "message"),
    [
        (6, "k must be between 1 and 5, got 6"),
        (0, "k must be between 1 and 5, got 0"),
        (2.0, "k must be a whole number, or one a task, got 2.0"),
        ({"t": 6}, "k must be between 1 and 5, got 6"),
        ({"u": 2}, r"k must be given for tasks of the table \(t\), got u"),
    ],
)
def test_k_that_cannot_be(k: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score(attributions_of(noisy(1, 3)), k=k)


TABLE = attributions_of(noisy(1, 2))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.drop(columns=["seed", "feature"]), "has one row a run and feature.*got none named feature, seed"),
        (TABLE.iloc[:0], "at least one row, got none"),
        (pd.concat([TABLE, TABLE.iloc[3:5]]), "one row a feature, got two for .*seed 0, feature 3"),
        (TABLE.assign(coefficient="x"), "coefficient must be a number"),
        (TABLE.assign(coefficient=np.inf), "coefficient must be finite or missing"),
        (TABLE.assign(seed=np.nan), "seed must not be missing, got 12 rows"),
        (TABLE.assign(estimate=1.0), "settings must not be named like a column of scores, got estimate"),
    ],
)
def test_what_is_no_table_of_attributions(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score(table)


def test_r2_is_pooled_and_skips_what_is_undefined() -> None:
    scores = score(attributions_of(noisy(1, 3)), fits_of([0.9, 0.1, np.nan], [3.0, 1.0, 0.0]))
    assert estimate(scores, "r2") == pytest.approx(1 - (0.1 * 3 + 0.9 * 1) / 4)
    assert estimate(scores, "r2_fresh") == 0.25
    assert estimate(scores, "local_gap") == pytest.approx(0.2)
    assert estimate(scores, "condition_number") == 2


def test_r2_with_a_fit_that_is_none_is_undefined() -> None:
    fits = fits_of([0.9, np.nan, 0.8], [3.0, 1.0, 1.0]).assign(instance=[0, 0, 1], seed=[0, 1, 0])
    fits["is_fit"] = fits["is_supported"] = [True, False, True]
    scores = score(attributions_of(noisy(2, 2)), fits)
    assert np.isnan(estimate(scores, "r2"))
    assert np.isnan(estimate(scores, "r2", 0))
    assert estimate(scores, "r2", 1) == pytest.approx(0.8)
    assert estimate(scores, "supported") == pytest.approx(2 / 3)


def test_fits_of_another_explainer_are_scored_on_what_they_have() -> None:
    fits = fits_of([0.9, 0.1], [3.0, 1.0])[["instance", "label", "seed", "task", "ess"]]
    scores = score(attributions_of(noisy(1, 2)), fits)
    assert set(scores["metric"]) - set(agreement_metrics()) == {"ess"}
    assert len(score(attributions_of(noisy(1, 2)), fits.drop(columns="ess"))) == 2 * len(agreement_metrics())
    with pytest.raises(ValueError, match="must have a column seed"):
        score(attributions_of(noisy(1, 2)), fits.drop(columns="seed"))


def test_explainers_whose_seeds_are_shared_have_wider_limits() -> None:
    """Of LIME each instance has samples of its own; a background drawn by the seed is the same for all."""
    rng = np.random.default_rng(0)
    of_seed = rng.normal(size=(1, 8, 6))
    coefficients = np.tile(np.arange(6.0), (5, 8, 1)) + 1.5 * of_seed + 0.1 * rng.normal(size=(5, 8, 6))
    table = attributions_of(coefficients, 100)
    widths = {}
    for explainer in ("lime", "shap"):
        row = over_all(score(table.assign(explainer=explainer), k=2))
        rows = score(table.assign(explainer=explainer), k=2).query("metric == 'jaccard' and instance.isna()")
        widths[explainer] = (rows["high"] - rows["low"]).item()
        assert row["jaccard"].item() == pytest.approx(over_all(score(table, k=2))["jaccard"].item())
    assert widths["shap"] > 1.8 * widths["lime"]


@pytest.mark.parametrize("metric", ["jaccard", "kendall_w"])
def test_an_explainer_that_never_changes_is_certain(metric: str) -> None:
    table = attributions_of(np.tile([3.0, 2.0, 1.0], (4, 5, 1)), 100).drop(columns="standard_error")
    rows = score(table.assign(explainer="exact"), k=1).query("metric == @metric")
    assert (rows[["estimate", "low", "high"]] == 1).all(axis=None)
    assert (score(table.assign(explainer="lime"), k=1).query("metric == @metric")["low"] < 1).all()
