import numpy as np
import pytest

from limeeval.metrics.disagreement import (
    feature_agreement,
    pairwise_rank_agreement,
    rank_agreement,
    signed_agreement,
    signed_rank_agreement,
)
from limeeval.metrics.rank_correlation import kendall

AT_K = (feature_agreement, rank_agreement, signed_agreement, signed_rank_agreement)
TIED = np.array([[3.0, -2.0, 2.0, 2.0, 0.0, 1.0], [2.0, -2.0, 1.0, 1.0, 1.0, 0.0]])


def test_known_values() -> None:
    """Top 3 of four: two features shared, one of them with another sign; only the first is at the same place."""
    runs = np.array([[5.0, 4.0, 3.0, 1.0], [5.0, 1.0, -4.0, 3.0]])
    assert [of(runs, 3) for of in AT_K] == pytest.approx([2 / 3, 1 / 3, 1 / 3, 1 / 3])
    assert pairwise_rank_agreement(runs) == pytest.approx(4 / 6)


@pytest.mark.parametrize("of", AT_K)
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_ties_are_what_drawing_lots_gives_on_average(of, k) -> None:
    """Noise too small for anything but ties: 40000 draws, standard error below 0.0025."""
    noise = 1e-6 * np.random.default_rng(0).normal(size=(40000, 2, 6))
    assert of(TIED, k) == pytest.approx(of(TIED + noise * (TIED != 0), k).mean(), abs=0.01)


@pytest.mark.parametrize("of", AT_K)
def test_a_tie_favours_no_feature(of) -> None:
    """Two features tie for the last place; whichever of them the other run names, the score is the same."""
    tied, low, high = np.array([3.0, 1.0, 1.0]), np.array([3.0, 2.0, 1.0]), np.array([3.0, 1.0, 2.0])
    assert of(np.stack([tied, low]), 2) == of(np.stack([tied, high]), 2) == pytest.approx(3 / 4)


def test_a_tie_in_one_run_counts_half_and_in_both_fully() -> None:
    tied, ordered = np.array([3.0, 1.0, 1.0]), np.array([3.0, 2.0, 1.0])
    assert pairwise_rank_agreement(np.stack([tied, ordered])) == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert pairwise_rank_agreement(np.stack([tied, tied])) == 1


def test_without_ties_pairwise_agreement_is_kendalls_tau_from_0_to_1() -> None:
    runs = np.random.default_rng(1).normal(size=(5, 7))
    assert pairwise_rank_agreement(runs) == pytest.approx((1 + kendall(runs)) / 2)


def test_the_signed_measures_are_never_larger() -> None:
    runs = np.random.default_rng(2).normal(size=(50, 4, 6))
    for of, signed in ((feature_agreement, signed_agreement), (rank_agreement, signed_rank_agreement)):
        assert (signed(runs, 3) <= of(runs, 3) + 1e-12).all()
        assert signed(np.abs(runs), 3) == pytest.approx(of(runs, 3))


@pytest.mark.parametrize("of", AT_K)
def test_runs_that_name_fewer_than_k_are_held_to_the_larger_of_their_sets(of) -> None:
    few, more = np.array([3.0, 0, 0, 0, 0]), np.array([3.0, 2.0, 0, 0, 0])
    assert of(np.stack([few, few]), 3) == 1
    assert of(np.stack([few, more]), 3) == 1 / 2
    assert of(np.stack([few, 0 * few]), 3) == 0


@pytest.mark.parametrize("of", [pairwise_rank_agreement])
def test_a_run_that_ranks_nothing_agrees_with_none(of) -> None:
    assert of(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, -2.0, 2.0]])) == pytest.approx(1 / 3)
