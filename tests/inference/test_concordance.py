import numpy as np
import pytest

from limeeval.inference.concordance import kendall_w_interval
from limeeval.metrics.concordance import kendall_w

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


def test_a_single_run_and_runs_of_zeros():
    assert np.isnan(kendall_w_interval(np.ones((1, 4)))[:3]).all()
    found = kendall_w_interval(np.zeros((4, 5)))
    assert (found.estimate, found.low) == (0, 0)
    assert found.high > 0
