import numpy as np
import pytest

from limeeval.inference.pseudo_run import (
    mean_of_pairs,
    pseudo_run_interval,
    pseudo_run_interval_over_instances,
)
from limeeval.inference.similarity import Similarity, jaccard_similarity, phi_similarity, same_set_similarity
from limeeval.metrics.ranking import jaccard, same_set

from .conftest import COUNTS, TRUTHS, coverage


def of(pairs, one_swap=2 / 3):
    return Similarity(np.array(pairs, dtype=float), np.array(one_swap), np.array(0.0))


def phi(coefficients, k):
    return mean_of_pairs(phi_similarity(coefficients, k).pairs)


SCORES = {
    "jaccard": (jaccard, jaccard_similarity),
    "same_set": (same_set, same_set_similarity),
    "phi": (phi, phi_similarity),
}


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("truth", TRUTHS)
def test_it_covers(instances, name, truth):
    """400 replications of 5 instances: standard error 0.005 of the mean at 0.95, 0.011 of one instance."""
    score, similarity = SCORES[name]
    known = instances(score, truth)
    for count in (4, *COUNTS):
        found = [
            coverage(pseudo_run_interval(similarity(one.runs(400, count, seed=number)[0], one.k)), one.truth)
            for number, one in enumerate(known)
        ]
        assert np.mean(found) >= 0.9
        assert min(found) >= 0.8


@pytest.mark.parametrize("count", [2, 3, 10])
def test_same_set_that_hardly_ever_agrees(instances, count):
    for number, one in enumerate(instances(same_set, 0.03)):
        found = pseudo_run_interval(same_set_similarity(one.runs(300, count, seed=number)[0], one.k))
        assert coverage(found, one.truth) >= 0.9


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize(("panel", "count"), [(10, 5), (10, 20), (20, 10)])
def test_aggregates_cover_these_instances(instances, truth, panel, count):
    """600 replications of panels: standard error 0.009 at 0.95."""
    known = (instances(jaccard, truth) * 4)[:panel]
    runs = [(one.runs(600, count, seed=number)[0], one.k) for number, one in enumerate(known)]
    each = [jaccard_similarity(b, k) for b, k in runs]
    together = Similarity(*(np.stack(parts, axis=1) for parts in zip(*each, strict=True)))
    found = pseudo_run_interval_over_instances(together)
    assert 0.92 <= coverage(found, np.mean([one.truth for one in known])) <= 0.995


def test_all_runs_agree():
    found = pseudo_run_interval(of(np.ones((5, 5))))
    assert (found.estimate, found.high, found.n) == (1, 1, 5)
    assert 0.2 < found.low < 0.6
    more = pseudo_run_interval(of(np.ones((30, 30))))
    assert 0.8 < more.low < 1


def test_no_runs_agree():
    sure = pseudo_run_interval(of(np.eye(10)))
    assert (sure.estimate, sure.low) == (0, 0)
    assert sure.high == pytest.approx(1 - 0.025 ** (1 / 5))
    alike = pseudo_run_interval(of(np.eye(10), one_swap=0))
    q = np.sqrt(alike.high)
    assert (1 - q) ** 10 + 10 * q * (1 - q) ** 9 == pytest.approx(0.025)
    assert alike.high < sure.high


def test_two_runs_say_little():
    found = pseudo_run_interval(of([[1, 0.5], [0.5, 1]]))
    assert found.estimate == 0.5
    assert found.low < 0.1
    assert found.high > 0.9


def test_equal_partial_similarities_are_no_certainty():
    found = pseudo_run_interval(of(np.where(np.eye(5), 1, 2 / 3)))
    assert found.low < 0.4
    assert found.high > 0.9


def test_a_single_run_has_no_interval():
    assert np.isnan(pseudo_run_interval(of([[1]]))[:3]).all()


def test_nan_stays_in_its_cell():
    b = np.random.default_rng(0).normal(size=(2, 5, 6))
    b[0, 1, 2] = np.nan
    found = pseudo_run_interval(jaccard_similarity(b, 2))
    assert np.isnan([found.estimate[0], found.low[0], found.high[0]]).all()
    assert np.isfinite([found.estimate[1], found.low[1], found.high[1]]).all()


@pytest.mark.parametrize("similarity", [jaccard_similarity, same_set_similarity, phi_similarity])
@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_limits_hold_the_estimate_and_stay_in_range(similarity, count):
    b = np.random.default_rng(count).normal(size=(300, count, 5)) + np.arange(5) * 2
    for k in (1, 2, 4):
        found = pseudo_run_interval(similarity(b, k))
        assert np.all((found.low <= found.estimate + 1e-12) & (found.estimate <= found.high + 1e-12))
        assert np.all((found.low >= similarity(b, k).minimum - 1e-12) & (found.high <= 1 + 1e-12))


def test_instances_that_all_agree_are_more_certain_together():
    single = pseudo_run_interval(of(np.ones((5, 5))))
    panel = pseudo_run_interval_over_instances(Similarity(np.ones((10, 5, 5)), np.full(10, 2 / 3), np.zeros(10)))
    assert (panel.estimate, panel.high) == (1, 1)
    assert single.low < panel.low < 1


def test_instances_in_which_nothing_agrees_and_too_few_runs():
    nothing = pseudo_run_interval_over_instances(Similarity(np.zeros((10, 5, 5)), np.full(10, 2 / 3), np.zeros(10)))
    assert (nothing.estimate, nothing.low) == (0, 0)
    assert 0 < nothing.high < 0.3
    few = pseudo_run_interval_over_instances(Similarity(np.ones((10, 2, 2)), np.full(10, 2 / 3), np.zeros(10)))
    assert few.estimate == 1
    assert np.isnan([few.low, few.high]).all()
