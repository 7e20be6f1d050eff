from itertools import combinations
from math import comb

import numpy as np
import pytest

from limeeval.lime.agreement import default_k
from limeeval.metrics.leading import top_k
from limeeval.metrics.ranking import jaccard, jaccard_by_chance, nogueira_phi, same_first, same_set


def named(run: np.ndarray, k: int) -> set[int]:
    """The k largest by magnitude, ties to the lower feature: written independently of the code under test."""
    return set(sorted(range(len(run)), key=lambda j: (-abs(run[j]), j))[:k])


@pytest.mark.parametrize("k", [1, 3, 7])
def test_scores_equal_a_loop_over_pairs(k: int) -> None:
    runs = np.round(np.random.default_rng(0).normal(size=(6, 8)), 1)  # Rounded, so that there are ties.
    pairs = [(named(a, k), named(b, k)) for a, b in combinations(runs, 2)]
    assert jaccard(runs, k) == pytest.approx(np.mean([len(a & b) / len(a | b) for a, b in pairs]))
    assert same_set(runs, k) == pytest.approx(np.mean([a == b for a, b in pairs]))


def test_identical_runs_agree_fully() -> None:
    runs = np.tile(np.random.default_rng(1).normal(size=9), (5, 1))
    assert jaccard(runs, 4) == 1
    assert same_set(runs, 4) == 1


def test_shuffled_runs_agree_as_chance_says() -> None:
    runs = np.random.default_rng(2).permuted(np.tile(np.arange(1.0, 11.0), (1500, 1)), axis=1)
    # Pairs of 1500 independent runs: the standard error of the mean is below 0.004.
    assert jaccard(runs, 4) == pytest.approx(jaccard_by_chance(10, 4), abs=0.015)
    assert same_set(runs, 4) == pytest.approx(1 / comb(10, 4), abs=0.002)


def test_permuting_features_changes_nothing() -> None:
    runs = np.random.default_rng(3).normal(size=(4, 7))
    order = np.random.default_rng(4).permutation(7)
    assert jaccard(runs[:, order], 3) == jaccard(runs, 3)


def test_leading_axes_are_separate_instances() -> None:
    runs = np.random.default_rng(5).normal(size=(3, 4, 6))
    assert jaccard(runs, 2).tolist() == [float(jaccard(instance, 2)) for instance in runs]


def test_a_single_run_has_no_agreement() -> None:
    assert np.isnan(jaccard(np.ones((1, 5)), 2))
    assert np.isnan(same_set(np.ones((1, 5)), 2))


def test_runs_of_zeros_name_nothing_and_agree_with_none() -> None:
    runs = np.zeros((3, 4))
    assert not top_k(runs, 2).any()
    assert jaccard(runs, 2) == same_set(runs, 2) == 0


def test_features_that_were_not_selected_are_not_named() -> None:
    """Selection leaves zeros: runs that select a feature each, and not the same, share nothing."""
    runs = np.array([[0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]])
    assert jaccard(runs, 3) == same_set(runs, 3) == 0
    assert jaccard(runs[[0, 0]], 3) == same_set(runs[[0, 0]], 3) == 1
    assert jaccard(np.array([[1.0, 0, 0, 0, 0], [1.0, 2.0, 0, 0, 0]]), 3) == 0.5


def test_chance_level_known_values() -> None:
    assert [round(jaccard_by_chance(d, k), 2) for d, k in [(30, 5), (10, 5), (13, 10), (20, 4)]] == [
        0.10,
        0.35,
        0.63,
        0.12,
    ]


@pytest.mark.parametrize("k", [1, 3, 7])
def test_phi_is_the_mean_of_kunchevas_index(k: int) -> None:
    runs, d = np.random.default_rng(6).normal(size=(6, 8)), 8
    shared = [len(named(a, k) & named(b, k)) for a, b in combinations(runs, 2)]
    assert nogueira_phi(runs, k) == pytest.approx(np.mean([(s * d - k**2) / (k * (d - k)) for s in shared]))


def test_phi_is_least_where_every_feature_is_named_equally_often() -> None:
    assert nogueira_phi(np.eye(4), 1) == pytest.approx(-1 / 3)


def test_phi_of_sets_of_different_sizes_has_a_known_value() -> None:
    """Shares 1 and 1/2 of four features, in two runs: 1 - (1/2 / 4) / (3/8 x 5/8)."""
    assert nogueira_phi(np.array([[2.0, 1.0, 0, 0], [2.0, 0, 0, 0]]), 2) == pytest.approx(1 - 8 / 15)


def test_the_only_feature_is_the_first() -> None:
    assert same_first(np.ones((3, 1))) == 1


@pytest.mark.parametrize("k", [0, 5, 6])
def test_k_out_of_range(k: int) -> None:
    with pytest.raises(ValueError, match=rf"k must be between 1 and 4, got {k}"):
        jaccard(np.ones((3, 5)), k)


def test_default_k() -> None:
    assert [default_k(d) for d in (1, 2, 4, 10, 30)] == [0, 1, 2, 5, 5]
