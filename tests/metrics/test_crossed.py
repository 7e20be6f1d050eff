import numpy as np
import pytest

from limeeval.metrics.catalogue import agreement_metrics, similarities
from limeeval.metrics.crossed import similarities_between

METRICS = agreement_metrics()
PAIRWISE = sorted(similarities(METRICS, np.eye(3), 1))
ONE, OTHER = (
    np.random.default_rng(seed).choice([-2, -1, 1, 2, 3], (2, runs, 7)) / 2 for seed, runs in ((0, 3), (1, 4))
)
ERRORS = 0.1 + np.abs(ONE), 0.1 + np.abs(OTHER)
FOUND = similarities_between(METRICS, ONE, OTHER, 3, standard_errors=ERRORS)


@pytest.mark.parametrize("name", PAIRWISE)
def test_each_entry_is_the_metric_of_its_two_runs(name: str) -> None:
    """All runs name three features, and all have standard errors: nothing depends on the others."""
    assert FOUND[name].shape == (2, 3, 4)
    for cell, r, s in np.ndindex(2, 3, 4):
        two, errors = (np.stack([a[cell, r], b[cell, s]]) for a, b in ((ONE, OTHER), ERRORS))
        assert FOUND[name][cell, r, s] == pytest.approx(METRICS[name].score(two, 3, errors), abs=1e-12)


def test_metrics_that_are_no_means_over_pairs_are_left_out() -> None:
    assert sorted(FOUND) == PAIRWISE


def test_without_standard_errors_what_needs_them_is_nan_and_nothing_else_changes() -> None:
    without = similarities_between(METRICS, ONE, OTHER, 3)
    assert np.isnan(without.pop("csi")).all()
    for name, own in without.items():
        np.testing.assert_array_equal(own, FOUND[name])


def test_the_other_way_around_is_the_transpose() -> None:
    for name, own in similarities_between(METRICS, OTHER, ONE, 3, standard_errors=ERRORS[::-1]).items():
        np.testing.assert_allclose(np.swapaxes(own, -1, -2), FOUND[name], atol=1e-12)


def test_one_run_of_each_is_enough() -> None:
    found = similarities_between(METRICS, np.array([[3.0, 2.0, 1.0]]), np.array([[1.0, 2.0, 3.0]]), 1)
    assert (found["jaccard"].tolist(), found["spearman"].tolist()) == ([[0]], [[-1]])


@pytest.mark.parametrize("other", [np.ones((2, 4, 6)), np.ones((3, 4, 7)), np.ones((4, 7))])
def test_what_cannot_be_compared(other: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"both must have the same leading axes and features .* got"):
        similarities_between(METRICS, ONE, other, 3)


def test_k_out_of_range() -> None:
    with pytest.raises(ValueError, match="k must be between 1 and 6, got 7"):
        similarities_between(METRICS, ONE, OTHER, 7)
