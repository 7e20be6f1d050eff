import numpy as np
import pytest

from limeeval.inference.spread import relative_spread_interval

from .conftest import COUNTS, coverage

SPREADS = {
    "all features alike": (np.linspace(1, 0.05, 30), np.full(30, 0.1)),
    "uneven": (0.85 ** np.arange(12), np.random.default_rng(0).uniform(0.03, 0.14, 12)),
    "one moves": (np.linspace(1, 0.1, 10), np.r_[0.3, np.full(9, 0.02)]),
}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(("b", "sd"), SPREADS.values(), ids=SPREADS)
def test_it_covers_the_spread_of_endlessly_many_runs(b, sd, count):
    """1000 replications: standard error 0.007 at 0.95. The estimate itself is up to 1.6 times too large."""
    runs = b + sd * np.random.default_rng(count).standard_normal((1000, count, len(b)))
    found = relative_spread_interval(runs)
    assert coverage(found, sd.max() / np.abs(b).max()) >= 0.95
    assert np.all((found.low <= found.estimate) & (found.estimate <= found.high))


def test_more_runs_give_shorter_intervals():
    runs = np.linspace(1, 0.1, 10) + 0.1 * np.random.default_rng(0).standard_normal((30, 10))
    few, many = relative_spread_interval(runs[:5]), relative_spread_interval(runs)
    assert many.high - many.low < 0.3 * (few.high - few.low)


def test_runs_that_never_change():
    found = relative_spread_interval(np.tile([2.0, 1.0], (4, 1)))
    assert found[:3] == (0, 0, 0)


@pytest.mark.parametrize("runs", [[[1.0, 2.0]], [[1.0, -1.0], [-1.0, 1.0], [0.5, 0.2]], [[1.0, np.nan], [1.0, 2.0]]])
def test_a_single_run_no_leading_mean_or_nan_have_no_limits(runs):
    found = relative_spread_interval(np.array(runs))
    assert np.isnan([found.low, found.high]).all()
