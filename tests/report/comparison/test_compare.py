"""Comparisons: known answers, then what has to hold of any, then false alarms and detection by simulation."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.inference.interval import t_quantile
from limeeval.inference.jackknife import jackknife_variance, without_each
from limeeval.inference.multiple import holm
from limeeval.metrics.catalogue import agreement_metrics
from limeeval.metrics.ranking import jaccard
from limeeval.report.comparison.compare import compare
from limeeval.report.comparison.measures import compared_metrics
from limeeval.report.comparison.paired_comparison import PairedComparison

LIME = {"task": "t", "model": "m", "explainer": "lime"}


def attributions_of(coefficients: np.ndarray, **settings: Any) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    return frame.assign(coefficient=coefficients.ravel(), **{"label": 1, **LIME, **settings})


def fits_of(seed: int, shape: tuple[int, int], **settings: Any) -> pd.DataFrame:
    """Fits (instances, seeds): how far the surrogate of each seed is off on the samples of the others."""
    generator = np.random.default_rng(seed)
    instances, seeds = shape
    own = np.eye(seeds, dtype=bool)
    residual = np.where(own, 0.0, generator.uniform(0.2, 0.6, (instances, seeds, seeds)))
    spread = (seeds - 1) * 1.0
    rows = pd.DataFrame(dict(zip(["instance", "seed"], np.indices(shape).reshape(2, -1), strict=True)))
    rows["r2_fresh"] = (1 - residual.sum(axis=2) / spread).ravel()
    rows["fresh_spread"], rows["fresh_spread_of_seed"] = spread, 2 * spread
    rows["fresh_residual_of_seed"] = (residual.sum(axis=2) + residual.sum(axis=1)).ravel()
    return rows.assign(label=1, rows_predicted=settings.get("num_samples", 100), **{**LIME, **settings})


def noisy(instances: int = 4, seeds: int = 8, d: int = 8, *, scale: float = 0.5, seed: int = 0) -> np.ndarray:
    """Coefficients whose centres depend on their shape alone."""
    centres = np.random.default_rng([instances, d]).normal(size=(instances, 1, d))
    return centres + scale * np.random.default_rng([seed, instances, seeds]).normal(size=(instances, seeds, d))


def two(scale: float = 0.25, **shape: int) -> pd.DataFrame:
    """A table of two settings, the second less noisy by a factor, and otherwise of other noise."""
    less = noisy(scale=scale, seed=1, **shape)
    return pd.concat([attributions_of(noisy(**shape), num_samples=100), attributions_of(less, num_samples=400)])


def row(found: PairedComparison, metric: str) -> pd.Series:
    (one,) = found.table[found.table["metric"] == metric].iloc
    return one


BY = {"num_samples": (100, 400)}


def test_a_known_difference() -> None:
    """Two of three pairs name other features in the first setting, none in the second."""
    agree = np.tile([3.0, 2.0, 1.0, 0.0], (2, 3, 1))
    differ = agree.copy()
    differ[:, 0] = [0.0, 1.0, 2.0, 3.0]
    table = pd.concat([attributions_of(differ, num_samples=100), attributions_of(agree, num_samples=400)])
    found = row(compare(table, by="num_samples", k=2), "jaccard")
    assert [found["one"], found["other"], found["difference"]] == pytest.approx([1 / 3, 1, 2 / 3])
    assert (found["k"], found["n"], found["seeds_one"], found["paired_seeds"]) == (2, 2, 3, 3)


def test_every_metric_is_the_score_of_either_side() -> None:
    table = two().assign(standard_error=0.5)
    found = compare(table, by=BY, k=3).table.set_index("metric")
    assert {*compared_metrics(), "log_sd"} == set(found.index)
    for name in compared_metrics():
        for side, coefficients in (("one", noisy()), ("other", noisy(scale=0.25, seed=1))):
            expected = agreement_metrics()[name].score(coefficients, 3, np.full(coefficients.shape, 0.5)).mean()
            assert found.loc[name, side] == pytest.approx(expected), name
    assert ((found["low"] <= found["difference"]) & (found["difference"] <= found["high"])).all()


def test_labels_of_an_instance_lose_their_common_seed_together() -> None:
    one, other = ([noisy(2, 6, seed=seed), noisy(2, 6, seed=seed + 1)] for seed in (0, 2))
    table = pd.concat(
        attributions_of(coefficients, num_samples=samples, label=label)
        for samples, side in ((100, one), (400, other))
        for label, coefficients in enumerate(side)
    )
    found = row(compare(table, by=BY, k=3), "jaccard")
    parts = []
    for i in range(2):
        left_out = without_each(
            lambda kept, i=i: (
                sum(jaccard(b[i, kept], 3) - jaccard(a[i, kept], 3) for a, b in zip(one, other, strict=True)) / 2
            ),
            6,
        )
        parts.append(jackknife_variance(left_out) / 4)
    assert found["standard_error"] == pytest.approx(np.sqrt(sum(parts)))
    assert found["n"] == 2


def test_the_log_ratio_of_standard_deviations() -> None:
    """The same draws, one and a half times as noisy: nothing is left to chance."""
    table = pd.concat([attributions_of(noisy(), num_samples=100), attributions_of(1.5 * noisy(), num_samples=400)])
    found = row(compare(table, by=BY), "log_sd")
    assert [found[part] for part in ("difference", "low", "high")] == pytest.approx([np.log(1.5)] * 3)
    assert (found["p"], found["p_worse"]) == (0, 0)
    assert row(compare(table, by={"num_samples": (400, 100)}), "log_sd")["p_worse"] == 1


def test_coefficients_that_do_not_vary_are_left_out_and_counted() -> None:
    coefficients = noisy()
    coefficients[:, :, 0] = 0.0
    table = pd.concat([attributions_of(coefficients, num_samples=100), attributions_of(2 * noisy(), num_samples=400)])
    found = compare(table, by=BY)
    assert row(found, "log_sd")["difference"] == pytest.approx(np.log(2))
    assert "log_sd leaves out 4 of 32 coefficients" in repr(found)


def test_fidelity_is_pooled_and_leaves_the_same_seed_out_of_both() -> None:
    fits = [fits_of(number, (3, 5), num_samples=samples) for number, samples in ((0, 100), (1, 400))]
    table = two(instances=3, seeds=5)
    found = row(compare((table, pd.concat(fits)), by=BY), "r2_fresh")
    scores = [1 - ((1 - one["r2_fresh"]) * one["fresh_spread"]).sum() / one["fresh_spread"].sum() for one in fits]
    assert [found["one"], found["other"]] == pytest.approx(scores)
    left_out = np.empty((3, 5))
    for lost in np.ndindex(3, 5):
        sides = []
        for one in fits:
            residual = ((1 - one["r2_fresh"]) * one["fresh_spread"]).groupby(one["instance"]).sum().to_numpy(copy=True)
            spread = one["fresh_spread"].groupby(one["instance"]).sum().to_numpy(copy=True)
            without = one[(one["instance"] == lost[0]) & (one["seed"] == lost[1])].iloc[0]
            residual[lost[0]] = (residual[lost[0]] - without["fresh_residual_of_seed"]) * 5 / 3  # Pairs: 20 and 12.
            spread[lost[0]] = (spread[lost[0]] - without["fresh_spread_of_seed"]) * 5 / 3
            sides.append(1 - residual.sum() / spread.sum())
        left_out[lost] = sides[1] - sides[0]
    parts = jackknife_variance(left_out)
    df = parts.sum() ** 2 / (parts**2 / 4).sum()
    assert found["high"] - found["difference"] == pytest.approx(t_quantile(df) * np.sqrt(parts.sum()))


def test_the_cost_is_at_hand() -> None:
    fits = pd.concat([fits_of(0, (4, 8), num_samples=samples) for samples in (100, 400)])
    found = compare((two(), fits), by=BY)
    assert (row(found, "jaccard")["rows_predicted_one"], row(found, "jaccard")["rows_predicted_other"]) == (100, 400)
    assert "at 4 times as many model rows: 400 an explanation, against 100" in repr(found)
    assert row(compare(two(), by=BY), "jaccard")[["rows_predicted_one"]].isna().all()


def test_for_instances_like_these() -> None:
    found = row(compare(two(instances=6), by=BY, k=3), "jaccard")
    d = jaccard(noisy(6, scale=0.25, seed=1), 3) - jaccard(noisy(6), 3)
    assert found["low_population"] == pytest.approx(d.mean() - t_quantile(5) * d.std(ddof=1) / np.sqrt(6))
    assert found["effect_size"] == pytest.approx(d.mean() / d.std(ddof=1))
    few = row(compare(two(instances=1), by=BY), "jaccard")
    assert few[["low_population", "high_population", "effect_size"]].isna().all()


def test_the_other_way_round_it_is_the_opposite() -> None:
    fits = pd.concat([fits_of(number, (4, 8), num_samples=samples) for number, samples in ((0, 100), (1, 400))])
    there, back = (compare((two(), fits), by={"num_samples": pair}).table for pair in ((100, 400), (400, 100)))
    for name in ("difference", "effect_size"):
        assert there[name].to_numpy() == pytest.approx(-back[name].to_numpy())
    for low, high in (("low", "high"), ("low_population", "high_population")):
        assert there[low].to_numpy() == pytest.approx(-back[high].to_numpy(), nan_ok=True)
    assert there["p"].to_numpy() == pytest.approx(back["p"].to_numpy())
    assert there["p_worse"].to_numpy() == pytest.approx(1 - back["p_worse"].to_numpy())


def test_a_table_against_itself() -> None:
    table, fits = attributions_of(noisy()), fits_of(0, (4, 8))
    found = compare((table, fits), (table, fits))
    assert (found.table[["difference", "low", "high"]] == 0).all(axis=None)
    assert (found.table["p"] == 1).all()
    assert (found.table["p_holm"].dropna() == 1).all()
    assert (found.one, found.other, found.differs) == ("the first run", "the second run", {})
    assert "as far as can be seen" in repr(found)


def test_two_perfect_scores_are_not_certain_to_be_equal() -> None:
    centres = np.arange(8.0)[None, None]
    table = pd.concat(
        attributions_of(centres + 0.01 * noisy(seed=samples), num_samples=samples) for samples in (100, 400)
    )
    found = row(compare(table, by=BY, k=3), "jaccard")
    assert (found["one"], found["other"], found["p"]) == (1, 1, 1)
    assert found["low"] == -found["high"] < 0


def test_the_order_of_rows_and_other_settings_do_not_matter() -> None:
    more = two().assign(num_samples=lambda rows: rows["num_samples"] + 1)
    table = pd.concat([two(), more]).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(compare(table, by=BY).table, compare(two(), by=BY).table)


def test_only_what_both_sides_have_counts() -> None:
    table = two(instances=6)
    lost = ((table["instance"] == 2) & (table["num_samples"] == 100)) | (
        table["instance"].isin([4, 5]) & (table["num_samples"] == 400)
    )
    found = compare(table[~lost], by=BY)
    assert (found.only_in_one, found.only_in_other) == ((4, 5), (2,))
    assert (found.table["n"] == 3).all()
    assert "only in one, and left out: 4, 5" in repr(found)
    expected = compare(table[~table["instance"].isin([2, 4, 5])], by=BY)
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_an_instance_without_a_score_is_left_out_of_that_metric() -> None:
    table = two().reset_index(drop=True)
    table.loc[3, "coefficient"] = np.nan
    found = compare(table, by=BY)
    assert (row(found, "jaccard")["n"], row(found, "log_sd")["n"]) == (3, 4)
    assert [note for note in found.remarks if "known of" in note] == [
        "feature_agreement, pairwise_rank_agreement, rank_agreement and 15 more are known of 3 of 4 instances"
    ]
    assert "4 instances, 8 seeds" in repr(found)
    assert "jaccard is known of 3 of 4 instances" in compare(table, by=BY, metrics="jaccard").remarks


def test_seeds_that_differ_are_left_out_apart() -> None:
    one, other = attributions_of(noisy()), attributions_of(noisy(seed=1))
    same, apart, some = (
        compare(one, other.assign(seed=other["seed"] + shift), k=3, metrics="jaccard").table.iloc[0]
        for shift in (0, 8, 4)
    )
    assert [found["paired_seeds"] for found in (same, apart, some)] == [8, 0, 4]
    assert [found["shared_samples"] for found in (same, apart, some)] == [True, False, True]
    assert same["difference"] == apart["difference"] == some["difference"]
    parts = [
        jackknife_variance(without_each(lambda kept, b=b: jaccard(b[:, kept], 3), 8)).sum() / 16
        for b in (noisy(), noisy(seed=1))
    ]
    assert apart["standard_error"] == pytest.approx(np.sqrt(sum(parts)))


@pytest.mark.parametrize(
    ("settings", "shared", "paired"),
    [
        ({"kernel_width_factor": 0.5}, True, True),
        ({"num_features": 3}, True, True),
        ({"model": "another"}, True, True),
        ({"discretizer": "decile"}, False, True),
        ({"explainer": "shap"}, False, False),
        ({"task": "another"}, False, False),
    ],
)
def test_what_shares_samples(settings: dict[str, Any], shared: bool, paired: bool) -> None:
    usual = {"kernel_width_factor": 1.0, "num_features": 10, "discretizer": "quartile"}
    one, other = (attributions_of(noisy(seed=seed), **{**usual, **own}) for seed, own in ((0, {}), (1, settings)))
    found = compare(one, other)
    assert set(found.differs) == set(settings)
    assert (found.table["shared_samples"] == shared).all()
    assert ((found.table["paired_seeds"] > 0) == paired).all()
    assert ("log_sd" in set(found.table["metric"])) == (not {"explainer", "task", "discretizer"} & set(settings))


def side_of(seed: int, digests: list[Any] | None = None, **settings: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Attributions and fits of 4 instances and 8 seeds, the latter with these digests, repeated, if any are given."""
    fits = fits_of(seed, (4, 8), **settings)
    return attributions_of(noisy(seed=seed), **settings), (
        fits if digests is None else fits.assign(neighborhood=np.resize(np.array(digests, dtype=object), len(fits)))
    )


@pytest.mark.parametrize(
    ("here", "there", "settings", "shared"),
    [
        (["a", "b"], ["a", "b"], {}, True),
        (["a", "b"], ["a", "c"], {}, False),
        (["a", "b"], ["b", "a"], {}, False),
        (["a", "b"], ["a", "b"], {"distance_metric": "manhattan"}, True),  # Samples are the same all the same.
        (["a", "b"], ["a", "b"], {"explainer": "shap"}, False),
        (["a"], ["b"], {"num_samples": 400}, True),  # More of the same: known from settings alone.
        (["a"], ["b"], {"num_samples": 400, "discretizer": "decile"}, False),
        (["a"], None, {}, True),
        (None, None, {"kernel_width": 2.0}, True),
        (None, ["a"], {"discretizer": "decile"}, False),
        ([None], ["a"], {}, True),
        (["a", None], ["a"], {}, True),
        (["a", None], ["b"], {}, False),
        (["a", None], ["a", "b"], {"discretizer": "decile"}, False),
    ],
)
def test_digests_say_what_shares_samples(here: Any, there: Any, settings: dict[str, Any], shared: bool) -> None:
    usual = {"num_samples": 100, "kernel_width": 1.0, "discretizer": "quartile", "distance_metric": "euclidean"}
    found = compare(side_of(0, here, **usual), side_of(1, there, **{**usual, **settings}), metrics="jaccard")
    assert found.table["shared_samples"].tolist() == [shared]
    assert ("the same samples" in repr(found)) == shared


def test_explainers_whose_seed_may_mean_the_same_for_all_instances_lose_it_in_all() -> None:
    one, other = (attributions_of(noisy(seed=seed), explainer="mine", version=seed) for seed in (0, 1))
    found = row(compare(one, other, k=3), "jaccard")
    left_out = without_each(lambda kept: (jaccard(noisy(seed=1)[:, kept], 3) - jaccard(noisy()[:, kept], 3)).mean(), 8)
    assert found["standard_error"] == pytest.approx(np.sqrt(jackknife_variance(left_out)))


def test_settings_that_only_one_explainer_has() -> None:
    lime = pd.concat([attributions_of(noisy(), num_samples=samples) for samples in (100, 400)])
    mine = attributions_of(noisy(seed=1), explainer="mine")
    apart = compare(lime, mine, where={"num_samples": 400})
    together = compare(pd.concat([lime, mine]), by={"explainer": ("lime", "mine")}, where={"num_samples": 400})
    assert (apart.one, apart.other) == (together.one, together.other) == ("explainer lime", "explainer mine")
    pd.testing.assert_frame_equal(apart.table, together.table)


def study_of(coefficients: np.ndarray, rows: list[str], k: int = 2, **settings: Any) -> SimpleNamespace:
    description = SimpleNamespace(**LIME, k=k)
    instances = pd.DataFrame({"task": "t", "model": "m", "instance": range(len(rows)), "row": rows, "value_x": rows})
    return SimpleNamespace(
        attributions=attributions_of(coefficients, **settings),
        fits=None,
        instances=instances,
        descriptions=[description],
    )


def test_instances_of_two_studies_are_matched_by_their_rows() -> None:
    before = study_of(noisy(), ["a", "b", "c", "d"])
    after = study_of(noisy()[[3, 1, 0]], ["d", "b", "a"])
    found = compare(before, after)
    assert found.only_in_one == ("c",)
    assert (found.table["difference"].abs() < 1e-12).all()
    assert (found.table["k"].dropna() == 2).all()
    after.instances["value_x"] = ["d", "b", "other"]
    assert "1 instance has other values in one run than in the other" in compare(before, after).remarks


def test_rows_that_are_not_known_are_matched_by_position() -> None:
    before, after = study_of(noisy(), ["a", "b", "b", "c"]), study_of(noisy(), ["a", "b", "c", "d"])
    assert (compare(before, after).table["n"] == 4).all()


def test_words() -> None:
    found = compare(two(0.05), by=BY, k=3)
    lines = repr(found).splitlines()
    assert lines[0] == "num_samples 400 compared with num_samples 100: 4 instances, 8 seeds, the same samples"
    assert lines[1].startswith("- agrees more with itself: two runs, jaccard@3 ")
    assert lines[2].startswith("- is less noisy: standard deviations 0.")
    worse = repr(compare(two(0.05), by={"num_samples": (400, 100)}, k=3))
    assert "- agrees less with itself: " in worse
    assert "- is noisier: " in worse


def test_two_seeds_give_estimates_alone() -> None:
    found = compare(two(seeds=2), by=BY)
    assert found.table["difference"].notna().all()
    assert found.table[["low", "high", "p", "p_holm"]].isna().all(axis=None)
    assert "- agreement with itself, not tested: two runs, jaccard@4 " in repr(found)
    assert "Nothing was tested: fewer than three seeds." in repr(found)
    assert "log_sd is not there: it takes three seeds" in found.remarks


def test_explanations_that_say_nothing_are_compared_without_a_nan() -> None:
    zeros, tied = np.zeros((5, 4, 6)), np.ones((5, 4, 6))
    table = pd.concat([attributions_of(zeros, num_samples=100), attributions_of(tied, num_samples=400)])
    found = compare(table, by=BY, k=2)
    assert found.table[["difference", "low", "high", "p"]].notna().all(axis=None)
    assert "log_sd is not there: coefficients do not vary" in found.remarks


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "two sides"),
        ({"by": "num_sample"}, "did you mean num_samples"),
        ({"by": "task"}, "must have two values"),
        ({"by": {"num_samples": 100}}, "two values for each setting"),
        ({"by": {"num_samples": (100, 500)}}, "num_samples must be one of 100, 400, got 500"),
        ({"by": BY, "where": {"wide": 1}}, "settings must be columns of the table, got 'wide'"),
        ({"by": BY, "where": {"instance": 99}}, "instance must be one of 0, 1, 2, 3, got 99"),
        ({"by": BY, "metrics": ["jacard"]}, "got 'jacard'; did you mean jaccard"),
        ({"by": BY, "metrics": ["r2_fresh"]}, "something to compare, got no r2_fresh"),
        ({"by": BY, "k": 8}, "k must be between 1 and 7, got 8"),
        ({"by": BY, "k": "2"}, "k must be a whole number, got '2'"),
        ({"by": BY, "k": 2.0}, "k must be a whole number, got 2.0"),
        ({"by": BY, "k": True}, "k must be a whole number, got True"),
        ({"by": 3}, "by must be a setting, or {setting: .one, other.}, got 3"),
        ({"by": BY, "where": 3}, "where must be {setting: value}, got 3"),
        ({"by": BY, "metrics": 3}, "metrics must be a name or several, got 3"),
        ({"by": BY, "metrics": []}, r"metrics must be a name or several, got \[\]"),
        ({"by": BY, "metrics": [3]}, "metrics must be among those that can be compared, got 3"),
        ({"by": {"task": ("t", "t")}}, "one must be a single setting .*got several: num_samples 100, 400"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(two(), **arguments)


def test_wrong_tables() -> None:
    one = attributions_of(noisy())
    with pytest.raises(ValueError, match="a study, a table of attributions, or a pair of one and its fits, got list"):
        compare([1, 2], one)
    with pytest.raises(ValueError, match=r"in common, got instances 0, 1, 2, 3 and instances 10, 11, 12, 13$"):
        compare(one, one.assign(instance=one["instance"] + 10))
    with pytest.raises(ValueError, match="with labels 1 and labels 2"):
        compare(one, one.assign(label=2))
    with pytest.raises(ValueError, match=r"same features .* got feature 7 of instance 0 in one alone"):
        compare(one, one[one["feature"] < 7])
    with pytest.raises(ValueError, match="other must have at least two seeds an instance, got 1"):
        compare(one, one[one["seed"] == 0])
    twice = "one row a feature, got two of other for instance 0, label 1, seed 0, feature 0$"
    with pytest.raises(ValueError, match=twice):
        compare(one, pd.concat([one, one]))
    fits = fits_of(0, (4, 8))
    with pytest.raises(ValueError, match=r"one row a seed, got two for .*instance 0, label 1, seed 0"):
        compare((one, fits), (one, pd.concat([fits, fits])))
    with pytest.raises(ValueError, match=r"k must be given .* got 2 and 3"):
        compare(study_of(noisy(), list("abcd")), study_of(noisy(), list("abcd"), k=3))


@pytest.mark.parametrize("column", ["instance", "label", "seed", "feature"])
def test_numbers_are_not_matched_with_text(column: str) -> None:
    one = attributions_of(noisy())
    with pytest.raises(ValueError, match=f"{column} must be of one kind on both sides, got numbers and text"):
        compare(one, one.assign(**{column: one[column].astype(str)}))


@pytest.mark.parametrize("row", [["a", "b", "c", "d"], ["a", "a", "a", "a"]])
def test_runs_that_explain_other_instances_are_not_compared(row: list[str]) -> None:
    before, after = study_of(noisy(), row), study_of(noisy(), row)
    after.instances["value_x"] = ["e", "f", "g", "h"]
    with pytest.raises(ValueError, match="the same instances, got other values for 4 instances"):
        compare(before, after)


def test_only_headline_scores_are_tested_unless_metrics_are_named() -> None:
    fits = pd.concat([fits_of(number, (4, 8), num_samples=samples) for number, samples in ((0, 100), (1, 400))])
    at_one_width = {name: name.replace("fresh", "reference") for name in fits if "fresh" in name}
    tables = {
        ("jaccard", "sign_agreement", "log_sd"): two(),
        ("jaccard", "sign_agreement", "log_sd", "r2_fresh"): (two(), fits),
        ("jaccard", "sign_agreement", "log_sd", "r2_reference"): (
            two(),
            fits.assign(**fits[[*at_one_width]].rename(columns=at_one_width)),
        ),
    }
    for names, source in tables.items():
        found = compare(source, by=BY).table.set_index("metric")
        assert set(found.index[found["p_holm"].notna()]) == set(names)
        assert found["p"].notna().all()
        for p in ("p", "p_worse"):
            assert found.loc[[*names], f"{p}_holm"].to_numpy() == pytest.approx(holm(found.loc[[*names], p].to_numpy()))
    named = compare(two(), by=BY, metrics=["kendall", "spearman"]).table
    assert named["p_holm"].to_numpy() == pytest.approx(holm(named["p"].to_numpy()))


def test_fidelity_is_said_once_where_both_kinds_are_the_same() -> None:
    fits = pd.concat([fits_of(number, (4, 8), num_samples=samples) for number, samples in ((0, 100), (1, 400))])
    same = fits.assign(**{name.replace("fresh", "reference"): fits[name] for name in fits if "fresh" in name})
    assert "r2_fresh" not in repr(compare((two(), same), by=BY))
    others = same.assign(r2_reference=same["r2_fresh"] - 0.1)
    assert "- fidelity, not tested: r2_fresh " in repr(compare((two(), others), by=BY))


def test_what_is_not_beyond_doubt_is_said_to_be_so() -> None:
    """Limits that exclude 0 at an adjusted p of 0.05 or more: neither certain nor the same."""
    found = compare(two(), by=BY, metrics=["jaccard", "kendall"])
    doubtful = found.table.assign(p_holm=0.06, low=0.01, high=0.2, difference=0.1)
    line = repr(replace(found, table=doubtful)).splitlines()[1]
    assert line.startswith("- agrees more with itself, but not beyond doubt: two runs, jaccard@4 ")
    assert line.endswith("+0.100 [+0.010, +0.200], p = 0.060 (adjusted for 2 tests)")
    unseen = replace(found, table=doubtful.assign(low=-0.01))
    assert "- agrees as much with itself, as far as can be seen: " in repr(unseen)
    alone = repr(compare(two(), by=BY, metrics="jaccard")).splitlines()
    assert "adjusted" not in alone[1]


def test_effect_sizes_are_told_from_five_instances_on() -> None:
    assert "effect size" not in repr(compare(two(instances=4), by=BY))
    assert "over 5 instances" in repr(compare(two(instances=5), by=BY))


def test_one_instance_is_one() -> None:
    assert "1 instance, 8 seeds" in repr(compare(two(instances=1), by=BY))


def test_two_explainers_are_compared_with_each_other_too() -> None:
    """The first names features 0 and 1, the second 0 and 2: one of three."""
    one, other = np.tile([4.0, 3.0, 0.0, 0.0], (2, 3, 1)), np.tile([4.0, 0.0, 3.0, 0.0], (2, 3, 1))
    sides = attributions_of(one), attributions_of(other, explainer="shap")
    found = compare(*sides, k=2)
    assert found.between == ("jaccard", 2, pytest.approx(1 / 3), agreement_metrics()["jaccard"].chance(4, 2, 3))
    assert "- a run of one agrees with a run of the other: jaccard@2 0.33, " in repr(found)
    assert compare(sides[0], sides[1].assign(seed=sides[1]["seed"] + 3), k=2).between is None
    assert compare(two(), by=BY).between is None


def test_noise_of_a_selection_is_not_tested() -> None:
    still = noisy()
    still[:, :, :3] = 0.0
    table = pd.concat([attributions_of(still, num_samples=100), attributions_of(2 * noisy(), num_samples=400)])
    found = compare(table, by=BY)
    own = row(found, "log_sd")
    assert own["difference"] == pytest.approx(np.log(2))
    assert own[["low", "high", "p", "p_holm", "p_worse", "low_population", "effect_size"]].isna().all()
    assert "- noise, not tested: standard deviations 2.000 times\n" in repr(found)
    assert any("leaves out 12 of 32 coefficients" in note and "it is not tested" in note for note in found.remarks)


def test_large_coefficients_are_as_any_others() -> None:
    large = two().assign(coefficient=lambda rows: 1e200 * rows["coefficient"])
    found, usual = (row(compare(table, by=BY), "log_sd") for table in (large, two()))
    assert found["difference"] == pytest.approx(usual["difference"])


def test_reasons() -> None:
    notes = " ".join(compare(two(d=1), by=BY).remarks)
    assert "are not there: a single feature has no k leading ones" in notes
    assert "csi is not there: standard_error is missing" in notes
    assert "r2_fresh, r2_reference are not there: the fits of both sides are not known" in notes
    fits = pd.concat([fits_of(0, (4, 8), num_samples=samples) for samples in (100, 400)])
    flat = fits.assign(r2_fresh=np.nan, fresh_spread=0.0)
    notes = " ".join(compare((two(), flat), by=BY).remarks)
    assert "r2_fresh is not there: it is undefined, for there is no instance" in notes
    assert "r2_reference is not there: the fits of both sides do not have its columns" in notes


def test_a_width_is_said_once() -> None:
    widths = pd.concat(
        attributions_of(noisy(seed=number), kernel_width_factor=width, kernel_width=width * np.pi, num_samples=100)
        for number, width in enumerate((0.5, 1.0))
    )
    found = compare(widths, by="kernel_width_factor")
    assert (found.one, found.other) == ("kernel_width_factor 0.5", "kernel_width_factor 1")
    with pytest.raises(ValueError, match=r"got several: kernel_width_factor 0\.5, 1$"):
        compare(widths, by={"num_samples": (100, 100)})


def test_other_seeds_alone_seldom_give_an_alarm() -> None:
    """100 pairs of runs that differ in their seeds alone: standard error 0.022 at 0.05."""
    tables = []
    for r in range(100):
        one, other = (attributions_of(noisy(5, 10, seed=5000 + 1000 * side + r)) for side in (0, 1))
        tables.append(compare(one, other.assign(seed=other["seed"] + 10)).table.assign(r=r))
    found = pd.concat(tables)
    alarms = (found["p"] < 0.05).groupby(found["metric"]).mean()
    assert 0.01 <= alarms.mean() <= 0.06
    assert alarms.max() <= 0.1
    assert (found["p_holm"] < 0.05).groupby(found["r"]).any().mean() <= 0.08


def test_half_the_samples_are_seen() -> None:
    """40 pairs of runs of 5 instances and 10 seeds, of which one is noisier by a factor of sqrt(2)."""
    seen = []
    for r in range(40):
        one = attributions_of(noisy(5, 10, seed=r))
        other = attributions_of(noisy(5, 10, seed=1000 + r, scale=0.5 * np.sqrt(2)))
        found = compare(one, other.assign(seed=other["seed"] + 10), metrics=["jaccard", "log_sd"], k=4)
        seen.append(found.table.set_index("metric")["p_worse_holm"] < 0.05)
    rates = pd.DataFrame(seen).mean()
    assert rates["log_sd"] >= 0.95
    assert rates["log_sd"] > rates["jaccard"]
