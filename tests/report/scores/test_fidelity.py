"""Fidelity with limits from the table of fits alone: known sums first, then coverage on regressions of known truth."""

import numpy as np
import pandas as pd
import pytest

from limeeval.inference.interval import t_quantile
from limeeval.inference.jackknife import jackknife_interval, without_each
from limeeval.report.scores.score import score


def scored(fits: pd.DataFrame) -> pd.DataFrame:
    """Scores of fits alone: what runs agree on is of no interest here."""
    runs = fits[[column for column in fits if column in ("panel", "instance", "label", "seed")]]
    attributions = pd.concat([runs.assign(feature=feature, coefficient=1.0) for feature in range(2)])
    scores = score(attributions, fits)
    return scores[scores["metric"].isin({"r2", "r2_fresh", "r2_reference", "local_gap", "ess", "supported"})]


def row(scores: pd.DataFrame, metric: str, instance: int | None = None) -> pd.Series:
    rows = scores[scores["metric"] == metric]
    (found,) = rows[rows["instance"].isna() if instance is None else rows["instance"] == instance].iloc
    return found


def ratios(seed: int, shape: tuple[int, int]) -> pd.DataFrame:
    """Fits of (instances, seeds) with r2 and its spread."""
    generator = np.random.default_rng(seed)
    instance, number = np.indices(shape).reshape(2, -1)
    r2, spread = generator.uniform(0.2, 0.9, shape), generator.uniform(1, 3, shape)
    return pd.DataFrame({"instance": instance, "seed": number, "r2": r2.ravel(), "output_spread": spread.ravel()})


def test_the_limits_of_an_instance_leave_each_seed_out() -> None:
    fits = ratios(0, (1, 6))
    r2, spread = fits["r2"].to_numpy(), fits["output_spread"].to_numpy()

    def pooled(kept: np.ndarray) -> float:
        return 1 - ((1 - r2) * spread)[kept].sum() / spread[kept].sum()

    expected = jackknife_interval(np.array(pooled(np.arange(6))), without_each(pooled, 6))
    found = row(scored(fits), "r2", 0)
    assert [found["estimate"], found["low"], found["high"]] == pytest.approx([float(part) for part in expected[:3]])
    assert (found["interval"], found["n"]) == ("jackknife over seeds", 6)


def test_the_limits_over_all_leave_out_each_seed_of_each_instance_and_each_instance() -> None:
    fits = ratios(1, (6, 4))
    whole = row(scored(fits), "r2")
    sse, sst = (1 - fits["r2"]) * fits["output_spread"], fits["output_spread"]
    left_out = np.empty((6, 4))
    for lost, instance in enumerate(fits["instance"]):
        weight = np.where(fits["instance"] == instance, 4 / 3, 1.0) * (fits.index != lost)  # Three seeds count as four.
        left_out[instance, lost % 4] = 1 - (weight * sse).sum() / (weight * sst).sum()
    parts = 3 / 4 * np.square(left_out - left_out.mean(axis=1, keepdims=True)).sum(axis=1)
    df = parts.sum() ** 2 / (parts**2 / 3).sum()
    assert whole["high"] - whole["estimate"] == pytest.approx(t_quantile(df) * np.sqrt(parts.sum()))
    without = [scored(fits[fits["instance"] != lost]) for lost in range(6)]
    values = np.array([row(scores, "r2")["estimate"] for scores in without])
    margin = t_quantile(5) * np.sqrt(5 / 6 * np.square(values - values.mean()).sum())
    assert whole["low_population"] == pytest.approx(whole["estimate"] - margin)
    assert whole["n"] == 6


def test_fresh_fidelity_takes_away_what_a_seed_adds_as_fit_and_as_samples() -> None:
    residual = np.array([[0, 1, 2.0], [3, 0, 4], [5, 6, 0]])  # Of the fit of a seed on the samples of another.
    fits = pd.DataFrame({"seed": range(3), "fresh_spread": 20.0, "fresh_spread_of_seed": 40.0})
    fits["r2_fresh"] = 1 - residual.sum(axis=1) / 20
    fits["fresh_residual_of_seed"] = residual.sum(axis=1) + residual.sum(axis=0)
    found = row(scored(fits), "r2_fresh", 0)
    left_out = 1 - np.array([4 + 6, 2 + 5, 1 + 3]) / 20
    expected = jackknife_interval(np.array(1 - 21 / 60), left_out)
    assert [found["estimate"], found["low"]] == pytest.approx([float(expected.estimate), float(expected.low)])
    assert found["high"] == 1  # The margin is wider than what is left.


@pytest.mark.parametrize("lacking", [{"fresh_spread_of_seed": np.nan}, "absent"])
def test_without_what_a_seed_adds_there_are_no_limits(lacking: object) -> None:
    fits = pd.DataFrame({"seed": range(3), "r2_fresh": [0.2, 0.4, 0.3], "fresh_spread": 1.0})
    if isinstance(lacking, dict):
        fits = fits.assign(fresh_residual_of_seed=1.0, **lacking)
    found = row(scored(fits), "r2_fresh", 0)
    assert found["estimate"] == pytest.approx(0.3)
    assert found[["low", "high", "interval"]].isna().all()


@pytest.mark.parametrize("seeds", [1, 2])
def test_few_seeds_have_scores_and_no_certainty(seeds: int) -> None:
    fits = ratios(2, (5, seeds)).assign(r2_fresh=0.5, fresh_spread=1.0)
    fits["fresh_residual_of_seed"], fits["fresh_spread_of_seed"] = 0.5 * seeds, 1.0 * seeds
    scores = scored(fits)
    assert np.isfinite(row(scores, "r2", 0)["estimate"])
    assert np.isnan(row(scores, "r2_fresh", 0)["low"])
    assert np.isnan(row(scores, "r2", 0)["low"]) == (seeds == 1)


def test_labels_of_an_instance_lose_a_seed_together() -> None:
    """Two labels that say the same are no more certain than one."""
    fits = ratios(3, (6, 5))
    once, twice = scored(fits), scored(pd.concat([fits.assign(label=label) for label in (0, 1)]))
    columns = ["estimate", "low", "high", "low_population", "high_population", "n"]
    assert row(twice, "r2")[columns].tolist() == pytest.approx(row(once, "r2")[columns].tolist())


def test_means_have_limits_that_stay_positive_and_shares_have_none() -> None:
    fits = pd.DataFrame({"seed": range(4), "local_prediction": [0.5, 0.5, 0.5, 0.9], "model_prediction": 0.5})
    scores = scored(fits.assign(ess=[10.0, 11, 12, 13], is_supported=[True, True, False, True]))
    gap = row(scores, "local_gap", 0)
    assert gap["estimate"] == pytest.approx(0.1)
    assert 0 < gap["low"] < 0.1 < gap["high"]
    assert row(scores, "ess", 0)["low"] == pytest.approx(11.5 * np.exp(-3.1824 * np.sqrt(5 / 3 / 4) / 11.5), rel=1e-4)
    share = row(scores, "supported", 0)
    assert share["estimate"] == 0.75
    assert np.isnan(share["low"])


def regressions(replications: int, runs: int, seed: int) -> pd.DataFrame:
    """Fits of lines to weighted samples of a function that is not linear, scored on the samples of the other seeds."""
    generator = np.random.default_rng([seed, runs])
    x = generator.normal(size=(replications, runs, 40, 3))
    y = x[..., 0] + 0.5 * x[..., 1] + 0.8 * np.sin(2 * x[..., 0]) * x[..., 1]
    w = np.exp(-np.square(x).sum(axis=-1) / 4)
    z = np.concatenate([np.ones_like(x[..., :1]), x], axis=-1)
    gram, cross = np.einsum("...n,...ni,...nj->...ij", w, z, z), np.einsum("...n,...n,...ni->...i", w, y, z)
    power = (w * y * y).sum(axis=-1)
    lines = np.linalg.solve(gram, cross[..., None])[..., 0]
    sse = power[:, None] - 2 * np.einsum("ari,asi->ars", lines, cross)
    sse += np.einsum("ari,asij,arj->ars", lines, gram, lines)
    own = np.einsum("arr->ar", sse).copy()
    sse *= 1 - np.eye(runs)
    weight, total = w.sum(axis=-1), (w * y).sum(axis=-1)

    def spread(left_out: np.ndarray) -> np.ndarray:
        """Of the samples of all seeds but some: (a, ...) from (..., R) of ones and zeros."""
        parts = [np.einsum("ar,...r->a...", part, 1 - left_out) for part in (power, total, weight)]
        return parts[0] - parts[1] ** 2 / np.where(parts[2] > 0, parts[2], 1)

    one = np.eye(runs)
    fresh = spread(one)
    both = spread(np.clip(one[:, None] + one[None], 0, 1)) * (1 - one)
    instance, number = np.indices((replications, runs)).reshape(2, -1)
    columns = {
        "instance": instance,
        "seed": number,
        "r2": 1 - own / (power - total**2 / weight),
        "output_spread": power - total**2 / weight,
        "r2_fresh": 1 - sse.sum(axis=2) / fresh,
        "fresh_spread": fresh,
        "fresh_residual_of_seed": sse.sum(axis=2) + sse.sum(axis=1),
        "fresh_spread_of_seed": fresh + fresh.sum(axis=1, keepdims=True) - fresh - both.sum(axis=1),
        "local_prediction": lines[..., 0],
        "model_prediction": np.zeros_like(own),
        "ess": weight**2 / (w * w).sum(axis=-1),
    }
    return pd.DataFrame({name: np.ravel(values) for name, values in columns.items()})


METRICS = ("r2", "r2_fresh", "local_gap", "ess")


@pytest.fixture(scope="module")
def truths() -> pd.Series:
    """From 30,000 fits, and fresh samples for each: the noise of the truth is a fraction of the narrowest interval."""
    scores = scored(regressions(1500, 20, seed=99))
    return scores[scores["instance"].isna()].set_index("metric")["estimate"]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("runs", [5, 10, 20])
def test_the_limits_of_an_instance_cover(truths: pd.Series, metric: str, runs: int) -> None:
    """600 replications: standard error 0.009 at 0.95."""
    scores = scored(regressions(600, runs, seed=1))
    rows = scores[scores["instance"].notna() & (scores["metric"] == metric)]
    assert 0.9 <= ((rows["low"] <= truths[metric]) & (truths[metric] <= rows["high"])).mean() <= 0.995


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("runs", [5, 20])
def test_limits_over_these_instances_cover(truths: pd.Series, metric: str, runs: int) -> None:
    """Panels of six instances, which here are alike: 150 replications, standard error 0.018 at 0.95."""
    fits = regressions(900, runs, seed=2)
    fits["panel"], fits["instance"] = fits["instance"] // 6, fits["instance"] % 6
    scores = scored(fits)
    rows = scores[scores["instance"].isna() & (scores["metric"] == metric)]
    for low, high in (("low", "high"), ("low_population", "high_population")):
        assert 0.9 <= ((rows[low] <= truths[metric]) & (truths[metric] <= rows[high])).mean() <= 1
