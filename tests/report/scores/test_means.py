"""Means over runs: against the jackknife of one unit, brute force over instances, and simulated coverage."""

import numpy as np
import pandas as pd
import pytest

from limeeval.inference.interval import positive, t_quantile
from limeeval.report.scores.means import Measured, correlation, mean_scores, unbounded
from limeeval.report.scores.scored import table_of
from limeeval.report.scores.units import units_of


def scored(values: np.ndarray, *, labels: int = 1, **measured: object) -> pd.DataFrame:
    """Scores of values (instances x labels, seeds)."""
    unit, seed = np.indices(values.shape).reshape(2, -1)
    rows = pd.DataFrame({"instance": unit // labels, "label": unit % labels, "seed": seed})
    units = units_of(rows, [], key=["seed"])
    return table_of(mean_scores({"it": Measured(values.ravel()[units.order], **measured)}, units), units)  # type: ignore[arg-type]


def over_all(table: pd.DataFrame) -> pd.Series:
    (found,) = table[table["instance"].isna()].iloc
    return found


VALUES = np.random.default_rng(0).uniform(0.2, 0.9, (6, 5))


def test_a_unit_has_students_interval_of_its_mean() -> None:
    own = scored(VALUES, scale=unbounded).iloc[0]
    margin = t_quantile(4) * VALUES[0].std(ddof=1) / np.sqrt(5)
    expected = [VALUES[0].mean(), VALUES[0].mean() - margin, VALUES[0].mean() + margin]
    assert own[["estimate", "low", "high"]].tolist() == pytest.approx(expected)
    assert (own["n"], own["interval"]) == (5, "jackknife over seeds")


def test_over_instances() -> None:
    whole = over_all(scored(VALUES, scale=unbounded))
    variances = VALUES.var(axis=1, ddof=1) / 5
    df = variances.sum() ** 2 / (variances**2 / 4).sum()
    means = VALUES.mean(axis=1)
    assert whole["estimate"] == pytest.approx(means.mean())
    assert whole["high"] - whole["estimate"] == pytest.approx(t_quantile(df) * np.sqrt(variances.sum()) / 6)
    margin = t_quantile(5) * means.std(ddof=1) / np.sqrt(6)
    assert whole["high_population"] - whole["estimate"] == pytest.approx(margin)
    assert whole["n"] == 6


def test_labels_of_an_instance_are_averaged_first_and_lend_each_other_no_precision() -> None:
    twice = np.repeat(VALUES, 2, axis=0)
    columns = ["estimate", "low", "high", "low_population", "high_population"]
    found, expected = over_all(scored(twice, labels=2)), over_all(scored(VALUES))
    assert found[columns].tolist() == pytest.approx(expected[columns].tolist())
    assert found["n"] == 6


def test_runs_without_a_value_are_left_out_and_counted() -> None:
    values = VALUES.copy()
    values[0, 1:3], values[1] = np.nan, np.nan
    table = scored(values)
    assert table["n"].tolist() == [3, 0, 5, 5, 5, 5, 5]
    assert table["estimate"].iloc[0] == pytest.approx(values[0, [0, 3, 4]].mean())
    assert np.isnan(table["estimate"].iloc[1])
    assert over_all(table)["estimate"] == pytest.approx(table["estimate"].iloc[[0, 2, 3, 4, 5]].mean())


def test_nothing_known_is_missing_and_not_0() -> None:
    table = scored(np.full((2, 3), np.nan))
    assert table["estimate"].isna().all()
    assert table["interval"].isna().all()
    assert table["n"].tolist() == [0, 0, 0]


def test_a_single_seed_has_no_limits() -> None:
    table = scored(VALUES[:, :1])
    assert table[["low", "high"]].isna().all().all()
    assert table["estimate"].notna().all()
    assert table["interval"].isna().all()
    assert over_all(table)["high_population"] > over_all(table)["estimate"]


@pytest.mark.parametrize("scale", [positive, correlation, unbounded])
def test_what_never_changes_is_its_own_interval(scale: object) -> None:
    table = scored(np.full((5, 4), 1.0), scale=scale)
    for column in ("estimate", "low", "high", "low_population", "high_population"):
        found = table[column].dropna()
        assert found.to_numpy() == pytest.approx(np.ones(len(found)))


def test_limits_stay_in_range() -> None:
    wide = np.random.default_rng(1).choice([0.0, 5.0], (6, 3), p=[0.8, 0.2])
    assert (scored(wide, scale=positive)["low"].dropna() >= 0).all()
    correlations = np.random.default_rng(2).choice([-1.0, 1.0], (6, 4))
    limits = scored(correlations, scale=correlation)[["low", "high"]]
    assert ((limits >= -1) & (limits <= 1)).all().all()


def test_chance_and_k_are_passed_on() -> None:
    table = scored(VALUES, chance=np.arange(6.0), k=3)
    assert table["chance"].tolist() == [0, 1, 2, 3, 4, 5, 2.5]
    assert set(table["k"]) == {3}


def test_coverage_over_instances() -> None:
    """Seeds are random, instances are not: 400 tables of lognormal values, whose means are known."""
    generator = np.random.default_rng(3)
    level = generator.normal(size=(1, 8, 1))
    values = np.exp(level + 0.4 * generator.standard_normal((400, 8, 6)))
    truth = float(np.exp(level + 0.08).mean())
    found = [over_all(scored(one)) for one in values]
    covered = np.mean([row["low"] <= truth <= row["high"] for row in found])
    assert 0.90 <= covered <= 0.99
