import numpy as np
import pytest

from limeeval.inference.concordance import kendall_w_agreement, kendall_w_interval
from limeeval.inference.population import population_interval
from limeeval.inference.pseudo_run import agreement, pseudo_run_interval_over_instances
from limeeval.metrics.concordance import kendall_w
from limeeval.metrics.rank_correlation import spearman_similarity

from .conftest import coverage


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.5])
@pytest.mark.parametrize("count", [3, 5, 10, 30])
def test_it_covers_the_w_to_be_expected_of_as_many_runs(scale, count):
    """600 replications: standard error 0.009 at 0.95. The expectation is a mean over 4000."""
    b = np.linspace(0.2, 2, 12)
    generator = np.random.default_rng([count, int(100 * scale)])
    expected = kendall_w(b + scale * generator.normal(size=(4000, count, 12))).mean()
    found = kendall_w_interval(b + scale * generator.normal(size=(600, count, 12)))
    assert coverage(found, expected) >= 0.9


@pytest.mark.parametrize("count", [2, 3, 8])
def test_limits_hold_the_estimate_and_stay_in_range(count):
    runs = np.round(np.random.default_rng(count).normal(size=(200, count, 5)))
    found = kendall_w_interval(runs)
    assert ((found.low >= 0) & (found.low <= found.estimate)).all()
    assert ((found.high <= 1) & (found.high >= found.estimate)).all()


@pytest.mark.parametrize("has_ties", [False, True])
@pytest.mark.parametrize("count", [3, 5, 10])
def test_it_covers_over_instances_and_narrows_with_their_number(count, has_ties):
    """400 replications: standard error 0.011 at 0.95. The expectation is a mean over 1000 for each instance.

    The jackknife of few runs is on the safe side, for W as for any mean over pairs of runs.
    """
    widths = []
    for m in (5, 20, 80):
        generator = np.random.default_rng([m, count, has_ties])
        b = 2 * np.abs(generator.normal(size=(m, 1, 8)))
        pool = observed(generator, b, 1000 * count, has_ties).reshape(m, 1000, count, 8)
        found = pseudo_run_interval_over_instances(
            kendall_w_agreement(np.stack([observed(generator, b, count, has_ties) for _ in range(400)]))
        )
        assert coverage(found, kendall_w(pool).mean()) >= 0.92
        widths.append((found.high - found.low).mean())
    assert widths[0] > 1.6 * widths[1] > 2.5 * widths[2]


@pytest.mark.parametrize("m", [5, 20, 80])
@pytest.mark.parametrize("has_ties", [False, True])
def test_it_covers_instances_like_these(m, has_ties):
    """400 replications: standard error 0.011 at 0.95. The expectation is a mean over 20000 instances."""
    generator = np.random.default_rng([m, has_ties])

    def scores(*shape):
        return kendall_w(observed(generator, 2 * np.abs(generator.normal(size=(*shape, 1, 8))), 5, has_ties))

    found = population_interval(scores(400, m))
    assert coverage(found, scores(20_000).mean()) == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize(("m", "tolerance"), [(5, 0.03), (20, 0.01), (80, 0.003)])
def test_without_ties_limits_over_instances_are_those_of_spearman_at_any_scale(m, tolerance):
    """But for what the logit, which is of another range, makes of the margin."""
    generator = np.random.default_rng(m)
    runs = observed(generator, 2 * np.abs(generator.normal(size=(m, 1, 8))), 6, has_ties=False)
    found = pseudo_run_interval_over_instances(kendall_w_agreement(runs))
    other = pseudo_run_interval_over_instances(agreement(spearman_similarity(runs)))
    assert found.estimate == pytest.approx((1 + 5 * other.estimate) / 6)
    assert (found.low, found.high) == pytest.approx(((1 + 5 * other.low) / 6, (1 + 5 * other.high) / 6), abs=tolerance)


def observed(generator, b, count, has_ties):
    """So many runs of instances (..., 1, 8); with ties, all but the four largest coefficients are 0."""
    runs = b + generator.normal(size=(*b.shape[:-2], count, 8))
    sizes = np.abs(runs)
    return np.where(sizes >= np.sort(sizes)[..., 4:5], runs, 0.0) if has_ties else runs


@pytest.mark.parametrize("count", [3, 4, 5, 7])
def test_runs_that_agree_in_all_or_in_nothing_stay_in_range(count):
    same = kendall_w_agreement(np.tile([4.0, 3.0, 2.0, 2.0], (count, 1)))
    assert (same.mean, same.variance) == (1, 0)
    opposed = kendall_w_interval(np.array([np.roll(np.arange(1.0, count + 1), turn) for turn in range(count)]))
    assert opposed.estimate == pytest.approx(0, abs=1e-12)
    assert 0 <= opposed.low <= opposed.estimate < opposed.high <= 1


def test_a_single_run_a_single_feature_and_runs_of_zeros():
    assert np.isnan(kendall_w_interval(np.ones((1, 4)))[:3]).all()
    assert np.isnan(kendall_w_interval(np.ones((5, 1)))[:3]).all()
    found = kendall_w_interval(np.zeros((4, 5)))
    assert (found.estimate, found.low) == (0, 0)
    assert found.high > 0
