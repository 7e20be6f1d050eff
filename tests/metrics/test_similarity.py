import numpy as np
import pytest

from limeeval.metrics.catalogue import agreement_metrics, similarities
from limeeval.metrics.leading import Leading, first, leading
from limeeval.metrics.pairs import mean_over_pairs

METRICS = agreement_metrics()
PAIRWISE = sorted(similarities(METRICS, np.eye(3), 1))
RUNS = np.round(np.random.default_rng(0).normal(size=(3, 6, 8)), 1) * (np.arange(8) < 7)


def test_all_metrics_but_the_spread_are_means_over_pairs() -> None:
    assert set(METRICS) - set(PAIRWISE) == {"relative_spread"}


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_means_over_pairs_are_the_scores(name: str, k: int) -> None:
    assert mean_over_pairs(similarities(METRICS, RUNS, k)[name].pairs) == pytest.approx(METRICS[name].score(RUNS, k))


SWAPPED = {
    "jaccard": [[3.0, 2.0, 0, 1.0, 0], [3.0, 0, 2.0, 1.0, 0]],
    "nogueira_phi": [[3.0, 2.0, 0, 1.0, 0], [3.0, 0, 2.0, 1.0, 0]],
    "same_first": [[3.0, 2.0, 1.0, 0, 0], [2.0, 3.0, 1.0, 0, 0]],
    "same_set": [[3.0, 2.0, 0, 1.0, 0], [3.0, 0, 2.0, 1.0, 0]],
    "sign_agreement": [[3.0, 2.0, 1.0, 0, 0], [3.0, 2.0, -1.0, 0, 0]],
    "kendall": [[5.0, 4, 3, 2, 1], [5, 3, 4, 2, 1]],
    "kendall_signed": [[5.0, 4, 3, 2, 1], [5, 3, 4, 2, 1]],
    "spearman": [[5.0, 4, 3, 2, 1], [5, 3, 4, 2, 1]],
    "spearman_signed": [[5.0, 4, 3, 2, 1], [5, 3, 4, 2, 1]],
}


@pytest.mark.parametrize("name", PAIRWISE)
def test_one_swap_is_the_similarity_of_runs_that_differ_the_least(name: str) -> None:
    swapped = similarities(METRICS, np.array(SWAPPED[name]), 3)[name]
    assert swapped.pairs[0, 1] == pytest.approx(swapped.one_swap)
    runs = np.array([3.0, 4.0, 5.0, 1.0, 2.0]) * np.random.default_rng(2).choice([-1, 1], size=(50, 5))
    if name != "sign_agreement":
        runs = np.random.default_rng(1).permuted(np.tile(np.arange(1.0, 6), (200, 1)), axis=-1)
    pairs = similarities(METRICS, runs, 3)[name].pairs
    assert pairs[pairs < 1 - 1e-9].max() == pytest.approx(swapped.one_swap)


@pytest.mark.parametrize("name", [name for name in PAIRWISE if METRICS[name].of_sets])
def test_sets_that_share_nothing_have_the_minimum(name: str) -> None:
    apart = similarities(METRICS, np.array([[3.0, 2.0, 0, 0], [0, 0, 1.0, 2.0]]), 2)[name]
    assert apart.pairs[0, 1] == pytest.approx(apart.minimum)


@pytest.mark.parametrize("name", PAIRWISE)
def test_runs_of_zeros_are_not_alike(name: str) -> None:
    assert similarities(METRICS, np.zeros((3, 4)), 2)[name].pairs[0, 1] == 0


@pytest.mark.parametrize("name", PAIRWISE)
def test_a_nan_is_alike_to_none_and_nobody_elses_concern(name: str) -> None:
    runs = np.random.default_rng(3).normal(size=(4, 5))
    runs[1, 2] = np.nan
    pairs = similarities(METRICS, runs, 2)[name].pairs
    assert np.isnan(pairs[1, [0, 2, 3]]).all()
    if name != "nogueira_phi":  # Which knows the mean size of all sets.
        assert pairs[0, 2] == similarities(METRICS, runs[[0, 2]], 2)[name].pairs[0, 1]


@pytest.mark.parametrize("name", [name for name in PAIRWISE if METRICS[name].of_sets])
def test_halves_of_the_runs_are_paired_as_all_are(name: str) -> None:
    sets = leading(RUNS, 3) if METRICS[name].at_k else first(RUNS)
    halves = Leading(sets.named, sets.coefficients, sets.d, halves=True)
    of_sets = METRICS[name].of_sets
    np.testing.assert_array_equal(of_sets(halves).pairs, of_sets(sets).pairs[..., :3, 3:])
