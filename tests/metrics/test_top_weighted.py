import numpy as np
import pytest
from scipy.stats import weightedtau

from limeeval.metrics.top_weighted import rbo, rbo_by_chance, weighted_tau

ORDERED = np.arange(8.0, 0.0, -1)
TOP_SWAPPED, END_SWAPPED = (ORDERED[list(order)] for order in ([1, 0, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 7, 6]))


def test_a_change_at_the_top_costs_more_than_one_at_the_end() -> None:
    for of in (weighted_tau, lambda runs: rbo(runs, 3)):
        assert of(np.stack([ORDERED, TOP_SWAPPED])) < of(np.stack([ORDERED, END_SWAPPED])) < 1


def test_known_weighted_tau() -> None:
    """Three features, the first two swapped: their weight 3/2 is lost of 3/2 + 4/3 + 5/6, twice."""
    assert weighted_tau(np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0]])) == pytest.approx(1 - 2 * 1.5 / (11 / 3))
    assert weighted_tau(np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])) == -1


@pytest.mark.parametrize("levels", [2, 3, 5, 50])
def test_weighted_tau_is_scipys_on_runs_with_many_ties(levels) -> None:
    for a, b in np.random.default_rng(levels).integers(0, levels, size=(40, 2, 9)).astype(float):
        if np.ptp(a) and np.ptp(b):
            assert weighted_tau(np.stack([a, b])) == pytest.approx(weightedtau(a, b).statistic, abs=1e-12)


def test_known_rbo() -> None:
    """p = 1/2, the first two of three swapped: 1/2 x 0 + 1/4 x 1 + 1/4 x 1."""
    assert rbo(np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0]]), 2) == pytest.approx(1 / 2)


def test_rbo_at_1_asks_for_the_first_feature_alone() -> None:
    assert rbo(np.stack([ORDERED, TOP_SWAPPED]), 1) == 0
    assert rbo(np.stack([ORDERED, END_SWAPPED]), 1) == 1
    assert rbo_by_chance(8, 1) == 1 / 8


@pytest.mark.parametrize("k", [1, 2, 5, 7])
def test_reversed_lists_have_the_least_rbo(k) -> None:
    least = rbo(np.stack([ORDERED, ORDERED[::-1]]), k)
    others = np.random.default_rng(0).permuted(np.tile(ORDERED, (200, 2, 1)), axis=-1)
    assert (rbo(others, k) >= least - 1e-12).all()
    assert least == pytest.approx(
        sum((1 - 1 / k) ** (e - 1) / k * (2 * e - 8) / e for e in range(5, 9)) + (1 - 1 / k) ** 8
    )


def test_equal_rankings_with_ties_score_1() -> None:
    selected = np.array([0.0, 3.0, 0, 2.0, 2.0, 0, 1.0])
    assert rbo(np.stack([selected, 2 * selected]), 3) == pytest.approx(1)
    assert weighted_tau(np.stack([selected, 2 * selected])) == pytest.approx(1)


def test_half_a_tie_at_the_first_place() -> None:
    """k = 1: the cosine of (1, 0) and (1/2, 1/2)."""
    assert rbo(np.array([[2.0, 1.0, 0.0], [2.0, 2.0, 0.0]]), 1) == pytest.approx(np.sqrt(1 / 2))


@pytest.mark.parametrize("of", [weighted_tau, lambda runs: rbo(runs, 2)])
def test_a_run_that_ranks_nothing_agrees_with_none(of) -> None:
    assert of(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, -2.0, 2.0]])) == pytest.approx(1 / 3)
