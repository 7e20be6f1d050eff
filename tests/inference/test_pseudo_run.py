import numpy as np
import pytest

from limeeval.inference.pseudo_run import Agreement, agreement, pseudo_run_interval, pseudo_run_interval_over_instances
from limeeval.metrics.catalogue import agreement_metrics, similarities
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.ranking import same_set

from .conftest import COUNTS, TRUTHS, coverage

METRICS = agreement_metrics()
PAIRWISE = sorted(similarities(METRICS, np.eye(3), 1).keys() - {"vsi", "csi"})
"""Without one that is another in percent, and one whose truth is not a matter of how runs agree (see test_csi.py)."""


def of(pairs, one_swap=2 / 3):
    return agreement(Similarity(np.array(pairs, dtype=float), np.array(one_swap), np.array(0.0)))


def agreement_of(name, coefficients, k):
    return agreement(similarities({name: METRICS[name]}, coefficients, k)[name])


def stacked(each):
    """Agreement of several instances (..., m)."""
    return Agreement(*(np.stack(parts, axis=-1) for parts in zip(*each, strict=True)))


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("truth", TRUTHS)
def test_it_covers(instances, name, truth):
    """400 replications of 5 instances: standard error 0.005 of the mean at 0.95, 0.011 of one instance."""
    known = instances(METRICS[name].score, truth)
    for count in (4, *COUNTS):
        found = [
            coverage(pseudo_run_interval(agreement_of(name, one.runs(400, count, seed=number)[0], one.k)), one.truth)
            for number, one in enumerate(known)
        ]
        assert np.mean(found) >= 0.9
        assert min(found) >= 0.8


@pytest.mark.parametrize("count", [2, 3, 10])
def test_same_set_that_hardly_ever_agrees(instances, count):
    for number, one in enumerate(instances(same_set, 0.03)):
        found = pseudo_run_interval(agreement_of("same_set", one.runs(300, count, seed=number)[0], one.k))
        assert coverage(found, one.truth) >= 0.9


@pytest.mark.parametrize("name", ["jaccard", "kendall", "nogueira_phi"])
@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize(("panel", "count"), [(10, 5), (10, 20), (20, 10)])
def test_aggregates_cover_these_instances(instances, name, truth, panel, count):
    """600 replications of panels: standard error 0.009 at 0.95."""
    known = (instances(METRICS[name].score, truth) * 4)[:panel]
    each = [agreement_of(name, one.runs(600, count, seed=number)[0], one.k) for number, one in enumerate(known)]
    found = pseudo_run_interval_over_instances(stacked(each))
    assert 0.92 <= coverage(found, np.mean([one.truth for one in known])) <= 0.995


def test_instances_may_have_different_numbers_of_runs():
    few, many = of(np.ones((4, 4))), of(np.where(np.eye(9), 1, np.random.default_rng(0).random((9, 9)).round(1) / 2))
    both = pseudo_run_interval_over_instances(stacked([few, many]))
    assert both.estimate == pytest.approx((1 + many.mean) / 2)
    assert both.high - both.low == pytest.approx(2.3 * np.sqrt(many.variance), rel=0.05)  # t of 8 df, half of each.


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
    found = pseudo_run_interval(agreement_of("jaccard", b, 2))
    assert np.isnan([found.estimate[0], found.low[0], found.high[0]]).all()
    assert np.isfinite([found.estimate[1], found.low[1], found.high[1]]).all()


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_limits_hold_the_estimate_and_stay_in_range(name, count):
    b = np.random.default_rng(count).normal(size=(300, count, 5)) + np.arange(5) * 2
    for k in (1, 2, 4):
        similarity = similarities(METRICS, b, k)[name]
        found = pseudo_run_interval(agreement(similarity))
        assert found.estimate == pytest.approx(mean_over_pairs(similarity.pairs))
        assert np.all((found.low <= found.estimate + 1e-12) & (found.estimate <= found.high + 1e-12))
        assert np.all((found.low >= similarity.minimum - 1e-12) & (found.high <= 1 + 1e-12))


def test_instances_that_all_agree_are_more_certain_together():
    single = pseudo_run_interval(of(np.ones((5, 5))))
    panel = pseudo_run_interval_over_instances(stacked([of(np.ones((5, 5)))] * 10))
    assert (panel.estimate, panel.high) == (1, 1)
    assert single.low < panel.low < 1


def test_instances_in_which_nothing_agrees_and_too_few_runs():
    nothing = pseudo_run_interval_over_instances(stacked([of(np.zeros((5, 5)))] * 10))
    assert (nothing.estimate, nothing.low) == (0, 0)
    assert 0 < nothing.high < 0.3
    few = pseudo_run_interval_over_instances(stacked([of(np.ones((2, 2)))] * 10))
    assert few.estimate == 1
    assert np.isnan([few.low, few.high]).all()


def test_more_agreement_is_never_less_certain():
    """All of ten runs of ten instances alike, against one run of one instance that swaps a feature: both are stable."""
    alike = np.ones((10, 10, 10))
    swapped = alike.copy()
    swapped[0, 0, 1:] = swapped[0, 1:, 0] = 3 / 5
    one_swap, minimum = np.full(10, 3 / 5), np.zeros(10)
    found = [agreement(Similarity(pairs, one_swap, minimum)) for pairs in (alike, swapped)]
    all_alike, one_differs = map(pseudo_run_interval_over_instances, found)
    assert all_alike.low >= one_differs.low > 0.9
    assert all_alike.low == pytest.approx(0.025 ** (1 / 50))
