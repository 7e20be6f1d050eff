from dataclasses import replace

import numpy as np
import pytest

from limeeval.metrics.catalogue import agreement_metrics, similarities
from limeeval.metrics.leading import first, leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs

METRICS = agreement_metrics()
PAIRWISE = sorted(similarities(METRICS, np.eye(3), 1))
NO_ONES_ALONE = {"csi", "nogueira_phi"}  # What all runs have in common counts in these.
TOP_WEIGHTED = ["rbo", "weighted_tau"]
RUNS = np.round(np.random.default_rng(0).normal(size=(3, 6, 8)), 1) * (np.arange(8) < 7)


ERRORS = np.where(RUNS == 0, np.nan, 0.2)


def alike(name: str, runs: np.ndarray, k: int) -> Similarity:
    """Where it matters: with standard errors of those coefficients that are not 0."""
    return similarities(METRICS, runs, k, np.where(runs == 0, np.nan, 0.2))[name]


def test_all_metrics_but_two_are_means_over_pairs() -> None:
    assert set(METRICS) - set(PAIRWISE) == {"relative_spread", "kendall_w"}


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_means_over_pairs_are_the_scores(name: str, k: int) -> None:
    mean = mean_over_pairs(similarities(METRICS, RUNS, k, ERRORS)[name].pairs)
    assert METRICS[name].scale * mean == pytest.approx(METRICS[name].score(RUNS, k, ERRORS), nan_ok=True)


OF_SETS = [[3.0, 2.0, 0, 1.0, 0], [3.0, 0, 2.0, 1.0, 0]]
AT_PLACES = [[5.0, 4, 3, 2, 1], [5, 4, 2, 3, 1]]
OF_ORDERS = [[5.0, 4, 3, 2, 1], [5, 3, 4, 2, 1]]
FIRST_TWO = [[5.0, 4, 3, 2, 1], [4, 5, 3, 2, 1]]
SIGNS = [[3.0, 2.0, 1.0, 0, 0], [3.0, 2.0, -1.0, 0, 0]]
SWAPPED = (
    {"same_first": [[3.0, 2.0, 1.0, 0, 0], [2.0, 3.0, 1.0, 0, 0]], "csi": [AT_PLACES[0], [9.0, 4, 3, 2, 1]]}
    | dict.fromkeys(["jaccard", "nogueira_phi", "kuncheva", "same_set", "feature_agreement", "vsi"], OF_SETS)
    | dict.fromkeys(["sign_agreement", "signed_agreement"], SIGNS)
    | dict.fromkeys(["rank_agreement", "signed_rank_agreement"], AT_PLACES)
    | dict.fromkeys(["kendall", "kendall_signed", "pairwise_rank_agreement", "spearman", "spearman_signed"], OF_ORDERS)
    | dict.fromkeys(TOP_WEIGHTED, FIRST_TWO)
)


@pytest.mark.parametrize("name", PAIRWISE)
def test_one_swap_is_the_similarity_of_runs_that_differ_in_it(name: str) -> None:
    swapped = alike(name, np.array(SWAPPED[name]), 3)
    assert swapped.pairs[0, 1] == pytest.approx(swapped.one_swap)


@pytest.mark.parametrize("name", sorted({*PAIRWISE} - {*TOP_WEIGHTED}))
def test_no_two_runs_differ_less_than_by_one_swap(name: str) -> None:
    swapped = alike(name, np.array(SWAPPED[name]), 3)
    runs = np.array([3.0, 4.0, 5.0, 1.0, 2.0]) * np.random.default_rng(2).choice([-1, 1], size=(50, 5))
    if name != "sign_agreement":
        runs = np.random.default_rng(1).permuted(np.tile(np.arange(1.0, 6), (200, 1)), axis=-1)
    if name == "csi":  # Of orders of five numbers, no two differ in one feature.
        runs = 5 + np.triu(np.full((6, 5), 4.0))
    pairs = alike(name, runs, 3).pairs
    assert pairs[pairs < 1 - 1e-9].max() == pytest.approx(swapped.one_swap)


@pytest.mark.parametrize("name", [name for name in PAIRWISE if METRICS[name].of_sets])
def test_sets_that_share_nothing_have_the_minimum(name: str) -> None:
    apart = similarities(METRICS, np.array([[3.0, 2.0, 0, 0], [0, 0, 1.0, 2.0]]), 2)[name]
    assert apart.pairs[0, 1] == pytest.approx(apart.minimum)


@pytest.mark.parametrize("name", PAIRWISE)
def test_runs_of_zeros_are_not_alike(name: str) -> None:
    assert alike(name, np.zeros((3, 4)), 2).pairs[0, 1] == 0


@pytest.mark.parametrize("name", PAIRWISE)
def test_a_nan_is_alike_to_none_and_nobody_elses_concern(name: str) -> None:
    runs = np.random.default_rng(3).normal(size=(4, 5))
    runs[1, 2] = np.nan
    pairs = alike(name, runs, 2).pairs
    assert np.isnan(pairs[1, [0, 2, 3]]).all()
    if name not in NO_ONES_ALONE:
        assert pairs[0, 2] == pytest.approx(alike(name, runs[[0, 2]], 2).pairs[0, 1], rel=1e-12)


@pytest.mark.parametrize("name", [name for name in PAIRWISE if METRICS[name].of_sets])
def test_halves_of_the_runs_are_paired_as_all_are(name: str) -> None:
    sets = leading(RUNS, 3) if METRICS[name].at_k else first(RUNS)
    halves = replace(sets, halves=True)
    of_sets = METRICS[name].of_sets
    np.testing.assert_array_equal(of_sets(halves).pairs, of_sets(sets).pairs[..., :3, 3:])
