"""The smallest margin: its formula, and what a baseline says of the run to come."""

import math
from dataclasses import replace

import pytest
from scipy import stats

from limeeval.check.baseline import baseline_of
from limeeval.check.power import is_underpowered, powers_of, smallest_margin
from limeeval.check.regression import regression_verdicts
from limeeval.check.thresholds import Threshold

from .made import gate, made, noisy, together


@pytest.mark.parametrize("checks", [1, 10])
def test_twice_the_margin_is_the_sum_of_both_quantiles(checks: int) -> None:
    expected = (stats.norm.ppf(1 - 0.01 / checks) + 1.6449) * 0.0165 / 2
    assert smallest_margin(0.0165, checks) == pytest.approx(expected, rel=1e-4)
    assert smallest_margin(0.0165, checks, df=6) > expected


def test_nothing_random_keeps_any_margin() -> None:
    assert smallest_margin(0.0, 3) == 0
    assert not is_underpowered(0.0, 0.0)


def test_what_is_not_known_is_underpowered() -> None:
    assert math.isnan(smallest_margin(math.nan, 1))
    assert is_underpowered(0.5, math.nan)


def test_a_baseline_says_what_a_run_of_other_seeds_will_see() -> None:
    before, now = made(noisy(instances=20, seeds=30, seed=1)), made(noisy(instances=20, seeds=30, seed=2))
    thresholds = [gate(name, 0.03) for name in ("jaccard", "kendall", "r2_fresh", "log_sd")]
    planned = powers_of(thresholds, baseline_of(before))
    found = regression_verdicts(thresholds, now, baseline_of(before))
    for one, verdict in zip(planned, found, strict=True):
        assert one.threshold is verdict.threshold
        assert one.rows == verdict.rows
        assert one.smallest == pytest.approx(verdict.numbers["smallest_margin"], rel=0.15)


def test_more_checks_can_keep_larger_margins_only() -> None:
    baseline = baseline_of(together(*(made(noisy(seed=n), num_samples=n) for n in (250, 1000))))
    alone = powers_of([gate(num_samples=250)], baseline)
    both = powers_of([gate(), Threshold("jaccard", at_least=0.5)], baseline)
    assert [one.rows for one in both] == ["task loans, num_samples 250", "task loans, num_samples 1,000"]
    assert both[0].smallest > alone[0].smallest


def test_words_say_whether_the_margin_is_large_enough() -> None:
    baseline = baseline_of(made(noisy()))
    (weak,), (strong,) = (powers_of([gate(margin=margin)], baseline) for margin in (0.001, 0.5))
    assert weak.is_underpowered
    assert not strong.is_underpowered
    assert str(weak).endswith("; underpowered: 0.001 is smaller")
    assert str(strong) == f"jaccard (task loans): the smallest margin is {strong.smallest:.3g}, within 0.5"


def test_a_selection_keeps_no_margin_of_noise() -> None:
    """Features of which one seed alone selects most: their spread is not known, whatever the margin."""
    coefficients = noisy(seed=1)
    coefficients[:, 1:, 4:] = 0.0
    baseline = baseline_of(made(coefficients))
    noise, overlap = powers_of([gate("log_sd", 0.5), gate("jaccard", 0.5)], baseline)
    assert noise.is_underpowered
    assert "40 of 80 coefficients do not vary on both sides" in str(noise)
    assert not overlap.is_underpowered


@pytest.mark.parametrize("seeds", [1, 2])
def test_fewer_than_three_seeds_keep_no_margin(seeds: int) -> None:
    (found,) = powers_of([gate(margin=0.9)], baseline_of(made(noisy(seeds=seeds))))
    assert found.is_underpowered
    assert "fewer than three seeds" in str(found)


def test_a_threshold_about_no_row_is_refused() -> None:
    baseline = baseline_of(made(noisy()))
    with pytest.raises(ValueError, match="num_samples must be one of 1,000, got 5"):
        powers_of([gate(num_samples=5)], baseline)
    with pytest.raises(ValueError, match="the baseline must have ess"):
        powers_of([gate("ess")], baseline)
    with pytest.raises(ValueError, match="the baseline must have jaccard"):
        powers_of([gate()], replace(baseline, panel=baseline.panel[baseline.panel["metric"] == "kendall"]))
