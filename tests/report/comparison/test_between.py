"""Agreement between settings: known answers, pairs counted one by one, then what is left out and why."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.inference.crossed import crossed_interval_over_instances
from limeeval.inference.interval import logit_limits, t_quantile
from limeeval.inference.pseudo_run import agreement
from limeeval.metrics.catalogue import agreement_metrics
from limeeval.metrics.leading import top_k
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.ranking import jaccard
from limeeval.report.comparison.between import agreement_between


def attributions_of(coefficients: np.ndarray, **settings: Any) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    constants = {"task": "t", "model": "m", "explainer": "lime", "label": 1}
    return frame.assign(coefficient=coefficients.ravel(), **{**constants, **settings})


def noisy(seed: int, instances: int = 3, seeds: int = 6, d: int = 8, *, centres: int = 0) -> np.ndarray:
    middle = np.random.default_rng([centres, instances, d]).normal(size=(instances, 1, d))
    return middle + 0.4 * np.random.default_rng([seed, 9]).normal(size=(instances, seeds, d))


def two(**others: Any) -> pd.DataFrame:
    """Two explainers that disagree on what matters, each with noise of its own."""
    return pd.concat(
        [attributions_of(noisy(0), **others), attributions_of(noisy(1, centres=1), **{"explainer": "shap", **others})]
    )


def row(found: pd.DataFrame, one: object, other: object) -> pd.Series:
    (only,) = found[(found["one"] == one) & (found["other"] == other)].iloc
    return only


def brute_force(a: np.ndarray, b: np.ndarray, k: int) -> float:
    """Mean Jaccard index of a run of one with a run of the other of another seed, set by set; mean over instances."""
    found = []
    for one, other in zip(top_k(a, k), top_k(b, k), strict=True):
        sets = [[set(np.flatnonzero(named)) for named in runs] for runs in (one, other)]
        pairs = [(x, y) for r, x in enumerate(sets[0]) for s, y in enumerate(sets[1]) if r != s]
        found.append(np.mean([len(x & y) / len(x | y) for x, y in pairs]))
    return float(np.mean(found))


def test_known_answers() -> None:
    same, other = np.tile([4.0, 3.0, 0.0, 0.0], (2, 3, 1)), np.tile([4.0, 0.0, 3.0, 0.0], (2, 3, 1))
    found = agreement_between(
        pd.concat([attributions_of(same), attributions_of(other, explainer="shap")]), by="explainer", k=2
    )
    assert found["estimate"].tolist() == pytest.approx([1, 1 / 3, 1])
    assert row(found, "lime", "shap")[["itself_one", "itself_other", "n"]].tolist() == [1, 1, 2]
    assert row(found, "lime", "shap")["low"] < 1 / 3 < row(found, "lime", "shap")["high"]


def test_it_is_the_mean_over_pairs_of_different_seeds() -> None:
    found = agreement_between(two(), by="explainer", k=3)
    between = row(found, "lime", "shap")
    assert between["estimate"] == pytest.approx(brute_force(noisy(0), noisy(1, centres=1), 3))
    own = [jaccard(noisy(0), 3).mean(), jaccard(noisy(1, centres=1), 3).mean()]
    assert [row(found, name, name)["estimate"] for name in ("lime", "shap")] == pytest.approx(own)
    assert [between["itself_one"], between["itself_other"]] == pytest.approx(own)
    assert between["chance"] == pytest.approx(agreement_metrics()["jaccard"].chance(8, 3, 6))
    assert (between["k"], between["n"], between["interval"]) == (3, 3, "jackknife over seeds")


def test_limits_leave_a_seed_out_of_both() -> None:
    found = row(agreement_between(two(), by="explainer", metric="same_first"), "lime", "shap")
    first = [np.abs(runs).argmax(axis=-1) for runs in (noisy(0), noisy(1, centres=1))]
    pairs = (first[0][:, :, None] == first[1][:, None, :]).astype(float)
    zero = np.zeros(3)
    expected = crossed_interval_over_instances(agreement(Similarity((pairs + pairs.swapaxes(1, 2)) / 2, zero, zero)))
    assert [found["estimate"], found["low"], found["high"]] == pytest.approx([float(part) for part in expected[:3]])


def test_runs_that_never_change_leave_some_doubt() -> None:
    """Sets of two that share one: 1/3. One swap farther, 2/3 less, they share nothing."""
    same, other = np.tile([4.0, 3.0, 0.0, 0.0], (1, 5, 1)), np.tile([4.0, 0.0, 3.0, 0.0], (1, 5, 1))
    table = pd.concat([attributions_of(same), attributions_of(other, explainer="shap")])
    found = row(agreement_between(table, by="explainer", k=2), "lime", "shap")
    margin = t_quantile(4) * 2 * (1 / 3) / 6
    assert [found["low"], found["high"]] == pytest.approx([float(x) for x in logit_limits(np.array(1 / 3), margin)])


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_the_limits_hold_what_endless_runs_would_say(noise: float) -> None:
    """5 instances, 5 seeds; 50 replications, whose sides share most of their noise: standard error 0.03 at 0.95."""
    generator = np.random.default_rng(5)
    centres = generator.normal(size=(2, 5, 1, 10)) * 0.4 + generator.normal(size=(5, 1, 10))

    def draw(count: int) -> np.ndarray:
        shared = generator.normal(size=(5, count, 10))
        return centres + noise * (0.8 * shared + 0.6 * generator.normal(size=(2, 5, count, 10)))

    truth = brute_force(*draw(40), 4)
    holds = []
    for _ in range(50):
        table = pd.concat([attributions_of(side, version=number) for number, side in enumerate(draw(5))])
        found = row(agreement_between(table, by="version", k=4), 0, 1)
        holds.append(found["low"] - 0.01 <= truth <= found["high"] + 0.01)
    assert np.mean(holds) >= 0.9


@pytest.mark.parametrize("metric", ["jaccard", "spearman_signed", "vsi"])
def test_settings_that_differ_by_seeds_alone_agree_as_with_themselves(metric: str) -> None:
    table = pd.concat(attributions_of(noisy(seed, 20, 20), version=seed) for seed in (0, 1, 2))
    found = agreement_between(table, by="version", metric=metric)
    assert len(found) == 6
    assert np.ptp(found["estimate"]) < 0.05 * found["estimate"].mean()
    assert ((found["low"] < found["estimate"]) & (found["estimate"] < found["high"])).all()


def test_the_other_order_is_the_same() -> None:
    swapped = two().assign(explainer=lambda rows: rows["explainer"].map({"lime": "z", "shap": "a"}))
    columns = ["estimate", "low", "high", "n"]
    here, there = agreement_between(two(), by="explainer"), agreement_between(swapped, by="explainer")
    pd.testing.assert_series_equal(row(here, "lime", "shap")[columns], row(there, "a", "z")[columns], check_names=False)


def test_all_other_settings_are_equal() -> None:
    table = pd.concat(
        attributions_of(
            noisy(samples + width), num_samples=samples, kernel_width_factor=width, kernel_width=2.5 * width
        )
        for samples in (100, 400)
        for width in (1, 2, 4)
    )
    found = agreement_between(table, by="kernel_width_factor")
    assert len(found) == 2 * 6
    assert "kernel_width" not in found
    assert found.groupby("num_samples").size().tolist() == [6, 6]
    part = agreement_between(table, by="kernel_width_factor", where={"num_samples": 400})
    pd.testing.assert_frame_equal(part, found[found["num_samples"] == 400].reset_index(drop=True))
    between = found[(found["one"] == 1) & (found["other"] == 4) & (found["num_samples"] == 100)].iloc[0]
    assert between["estimate"] == pytest.approx(brute_force(noisy(101), noisy(104), 4))


def test_settings_that_one_explainer_does_not_have() -> None:
    table = two()
    table["num_samples"] = np.where(table["explainer"] == "lime", 100, np.nan)
    more = table[table["explainer"] == "lime"].assign(num_samples=400)
    found = agreement_between(pd.concat([table, more]), by="explainer", where={"num_samples": 100}, k=3)
    assert row(found, "lime", "shap")["estimate"] == pytest.approx(brute_force(noisy(0), noisy(1, centres=1), 3))


def test_only_what_both_have_counts() -> None:
    table = two()
    lost = (table["explainer"] == "lime") & ((table["instance"] == 2) | (table["seed"] == 4))
    found = row(agreement_between(table[~lost], by="explainer", k=3), "lime", "shap")
    kept = [0, 1, 2, 3, 5]
    assert found["estimate"] == pytest.approx(brute_force(noisy(0)[:2, kept], noisy(1, centres=1)[:2, kept], 3))
    assert found["n"] == 2


def test_an_instance_without_a_score_is_left_out() -> None:
    table = two().reset_index(drop=True)
    table.loc[0, "coefficient"] = np.nan
    found = row(agreement_between(table, by="explainer"), "lime", "shap")
    assert found["n"] == 2
    assert np.isfinite([found["estimate"], found["low"], found["high"]]).all()


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="by must be a setting of the table, got 'explaner'; did you mean explainer"):
        agreement_between(two(), by="explaner")
    with pytest.raises(ValueError, match="got 'jacard'; did you mean jaccard"):
        agreement_between(two(), by="explainer", metric="jacard")
    with pytest.raises(ValueError, match="got 'relative_spread'"):
        agreement_between(two(), by="explainer", metric="relative_spread")
    with pytest.raises(ValueError, match="task must have two values"):
        agreement_between(two(), by="task")
    table = two()
    table["num_samples"] = np.where(table["explainer"] == "lime", 100, 200)
    lime = table[table["explainer"] == "lime"].assign(num_samples=400)
    with pytest.raises(ValueError, match="explainer must have two values at which all other settings are equal"):
        agreement_between(pd.concat([table, lime]), by="explainer")
    apart = two()
    apart.loc[apart["explainer"] == "lime", "seed"] += 6
    with pytest.raises(ValueError, match="two seeds in common, got 0 of instance 0"):
        agreement_between(apart, by="explainer")
    with pytest.raises(ValueError, match="same features"):
        agreement_between(table[(table["feature"] < 7) | (table["explainer"] == "lime")], by="explainer")


def test_settings_that_are_missing_are_values() -> None:
    """Joined as text, ("a|b", "c") and ("a", "b|c") would be the same."""
    table = pd.concat(
        two(first=first, second=second, third=third)
        for first, second, third in (("a|b", "c", None), ("a", "b|c", None), ("a", "c", "here"))
    )
    more = table.assign(coefficient=lambda rows: rows["coefficient"].where(rows["first"] == "a", -1.0))
    found = agreement_between(more, by="explainer")
    assert len(found) == 9
    itself = found[found["one"] == found["other"]]
    assert (itself["itself_one"] == itself["estimate"]).all()
    assert (itself["itself_other"] == itself["estimate"]).all()
    versions = pd.concat([attributions_of(noisy(0), third=1.0), attributions_of(noisy(1), third=np.nan)])
    compared = agreement_between(versions, by="third")
    assert compared["other"].isna().tolist() == [False, True, True]
    assert compared[["itself_one", "itself_other"]].notna().all(axis=None)


@pytest.mark.parametrize("name", ["one", "other", "itself_one", "estimate", "metric"])
def test_no_setting_is_named_like_a_result(name: str) -> None:
    with pytest.raises(ValueError, match=f"must not be named like a column of the result, got {name}"):
        agreement_between(two(**{name: 1}), by="explainer")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": "2"}, "k must be a whole number, got '2'"),
        ({"k": True}, "k must be a whole number, got True"),
        ({"metric": ["jaccard"]}, "metric must be a mean over pairs"),
        ({"by": 3}, "by must be a setting of the table, got 3"),
        ({"where": 3}, "where must be {setting: value}, got 3"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        agreement_between(two(), **{"by": "explainer", **arguments})


def test_a_study_is_compared_at_its_own_k() -> None:
    rng = np.random.default_rng(0)
    index = np.indices((2, 3, 4, 9)).reshape(4, -1)
    columns = dict(zip(("num_samples", "instance", "seed", "feature"), index, strict=True))
    table = pd.DataFrame({"task": "loans", **columns, "coefficient": rng.normal(size=index.shape[1])})
    study = SimpleNamespace(
        attributions=table, fits=None, instances=None, descriptions=[SimpleNamespace(task="loans", k=2)]
    )
    assert agreement_between(study, by="num_samples")["k"].unique().tolist() == [2]
    assert agreement_between(table, by="num_samples")["k"].unique().tolist() == [4]
    assert agreement_between(study, by="num_samples", k=3)["k"].unique().tolist() == [3]
