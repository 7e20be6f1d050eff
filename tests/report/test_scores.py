import numpy as np
import pandas as pd
import pytest

from limeeval.metrics.catalogue import agreement_metrics
from limeeval.report.scores import over_all, scores_of


def attributions_of(coefficients: np.ndarray, num_samples: int) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    constants = {"task": "t", "num_samples": num_samples, "label": 1, "feature_name": "f", "standard_error": 0.1}
    return frame.assign(coefficient=coefficients.ravel(), **constants)


def fits_of(
    r2: list[float], spread: list[float], num_samples: int, *, instances: list[int] | None = None
) -> pd.DataFrame:
    constants = {"task": "t", "num_samples": num_samples, "label": 1, "ess": 10.0, "condition_number": 2.0}
    constants |= {"is_fit": True, "is_supported": True, "local_prediction": 0.7, "model_prediction": 0.5}
    fresh = {"r2_fresh": 0.25, "fresh_spread": 2.0}
    frame = pd.DataFrame({"r2": r2, "output_spread": spread, "instance": instances or 0})
    return frame.assign(**constants, **fresh)


def estimate(scores: pd.DataFrame, metric: str, instance: int | None = None) -> float:
    rows = scores[scores["metric"] == metric]
    (found,) = rows.loc[rows["instance"].isna() if instance is None else rows["instance"] == instance, "estimate"]
    return float(found)


def test_agreement_of_each_instance_and_over_all() -> None:
    agree = np.tile([3.0, 2.0, 1.0, 0.0], (1, 2, 1))
    differ = np.array([[[3.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 2.0]]])
    scores = scores_of(attributions_of(np.concatenate([agree, differ]), 100), fits_of([0.5], [1.0], 100), k=2)
    assert [estimate(scores, "same_set", instance) for instance in (0, 1, None)] == [1.0, 0.0, 0.5]
    assert [estimate(scores, "jaccard", instance) for instance in (0, 1, None)] == [1.0, 0.0, 0.5]


def test_every_metric_is_scored_with_its_chance_level() -> None:
    coefficients = np.random.default_rng(0).normal(size=(3, 5, 6))
    scores = scores_of(attributions_of(coefficients, 100), fits_of([0.5], [1.0], 100), k=2)
    for name, metric in agreement_metrics().items():
        rows = scores[scores["metric"] == name]
        expected = metric.score(coefficients, 2)
        assert rows["estimate"].tolist() == pytest.approx([*expected, np.mean(expected)])
        assert rows["n"].tolist() == [5, 5, 5, 3]
        assert rows["chance"].tolist() == pytest.approx([metric.chance(6, 2)] * 4, nan_ok=True)
        assert rows["k"].isna().all() if not metric.at_k else (rows["k"] == 2).all()


def test_intervals_hold_the_estimate_and_say_how_they_were_made() -> None:
    rng = np.random.default_rng(0)
    coefficients = np.arange(6.0) + rng.normal(size=(6, 1, 6)) + rng.normal(scale=0.5, size=(6, 8, 6))
    attributions = attributions_of(coefficients, 100).assign(standard_error=0.5)
    fits = fits_of([0.5], [1.0], 100)
    scores = scores_of(attributions, fits, k=2)
    unknown = scores_of(attributions.assign(standard_error=np.nan), fits, k=2)
    for metric in ("same_set", "jaccard"):
        rows = scores[scores["metric"] == metric]
        assert ((rows["low"] <= rows["estimate"]) & (rows["estimate"] <= rows["high"])).all()
        assert rows["interval"].tolist() == ["clt"] * 6 + ["jackknife over seeds"]
        without = unknown[unknown["metric"] == metric]
        assert without["interval"].tolist() == ["pseudo-run"] * 6 + ["jackknife over seeds"]
        over_all_instances, known = rows["instance"].isna(), rows["low_population"].notna()
        assert (over_all_instances == known).all()
        own = (rows["high"] - rows["low"])[~over_all_instances]
        wider = (without["high"] - without["low"])[~over_all_instances.to_numpy()]
        assert own.mean() < wider.mean()  # Standard errors are worth having.
    assert scores.loc[scores["metric"] == "kendall", ["low", "interval"]].isna().all(axis=None)


def test_few_instances_say_nothing_of_instances_like_these() -> None:
    coefficients = np.random.default_rng(0).normal(size=(4, 5, 6))
    scores = scores_of(attributions_of(coefficients, 100), fits_of([0.5], [1.0], 100), k=2)
    assert scores["low_population"].isna().all()


def test_an_incomplete_table_scores_what_is_complete() -> None:
    attributions = attributions_of(np.ones((2, 3, 4)), 100).drop(index=0)
    scores = scores_of(attributions, fits_of([0.5], [1.0], 100), k=2)
    jaccard = scores[scores["metric"] == "jaccard"]
    assert np.isnan(jaccard["estimate"].iloc[0])
    assert jaccard["estimate"].iloc[1:].tolist() == [1.0, 1.0]
    assert jaccard["n"].iloc[2] == 1


def test_r2_is_pooled_and_skips_what_is_undefined() -> None:
    attributions = attributions_of(np.ones((1, 2, 3)), 100)
    scores = scores_of(attributions, fits_of([0.9, 0.1, np.nan], [3.0, 1.0, 0.0], 100), k=1)
    assert estimate(scores, "r2") == pytest.approx(1 - (0.1 * 3 + 0.9 * 1) / 4)
    assert estimate(scores, "r2_fresh") == 0.25
    assert estimate(scores, "local_gap") == pytest.approx(0.2)


def test_r2_with_a_fit_that_is_none_is_undefined() -> None:
    fits = fits_of([0.9, np.nan, 0.8], [3.0, 1.0, 1.0], 100, instances=[0, 0, 1])
    fits["is_fit"] = fits["is_supported"] = [True, False, True]
    scores = scores_of(attributions_of(np.ones((2, 2, 3)), 100), fits, k=1)
    assert np.isnan(estimate(scores, "r2"))
    assert np.isnan(estimate(scores, "r2", 0))
    assert estimate(scores, "r2", 1) == pytest.approx(0.8)
    assert estimate(scores, "supported") == pytest.approx(2 / 3)


def test_a_single_seed_scores_no_agreement_and_says_on_how_many_units_it_rests() -> None:
    scores = scores_of(attributions_of(np.ones((2, 1, 3)), 100), fits_of([0.5], [1.0], 100), k=1)
    row = scores[(scores["metric"] == "jaccard") & scores["instance"].isna()].iloc[0]
    assert np.isnan(row["estimate"])
    assert row["n"] == 0


def test_settings_stay_apart_in_their_order() -> None:
    attributions = pd.concat([attributions_of(np.ones((1, 2, 3)), n) for n in (500, 100)])
    fits = pd.concat([fits_of([0.5], [1.0], n) for n in (500, 100)])
    cells = over_all(scores_of(attributions, fits, k=1))
    assert cells["num_samples"].tolist() == [500, 100]
    assert cells["jaccard"].tolist() == [1.0, 1.0]
