import numpy as np
import pytest

from limeeval.inference.population import population_interval, population_jackknife_interval

from .conftest import coverage


@pytest.mark.parametrize(("a", "b"), [(5, 5), (9, 1), (6, 0.4)])
@pytest.mark.parametrize("m", [5, 10, 20])
def test_it_covers_the_mean_of_the_population(a, b, m):
    """Instances' scores are beta distributed; 4000 replications: standard error 0.004. Strong skew costs coverage."""
    means = np.random.default_rng(m).beta(a, b, size=(4000, m))
    assert 0.9 <= coverage(population_interval(means), a / (a + b)) <= 0.99


def test_few_instances_have_no_interval():
    found = population_interval(np.array([0.1, 0.2, 0.3, 0.4]))
    assert found.estimate == 0.25
    assert np.isnan([found.low, found.high]).all()
    assert np.isnan(population_jackknife_interval(np.array(0.1), np.zeros(4)).low)


@pytest.mark.parametrize(("score", "low", "high"), [(1.0, 0.69, 1.0), (0.0, 0.0, 0.31), (0.5, 0.19, 0.81)])
def test_equal_scores_are_no_certainty(score, low, high):
    found = population_interval(np.full(10, score))
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), abs=0.005)


def test_scores_with_another_minimum_are_rescaled():
    means = np.array([0.2, 0.5, 0.6, 0.7, 0.9])
    plain, scaled = population_interval(means), population_interval(2 * means - 1, minimum=-1.0)
    assert [float(scaled.low), float(scaled.high)] == pytest.approx([2 * plain.low - 1, 2 * plain.high - 1])


def test_nan_is_not_dropped():
    assert np.isnan(population_interval(np.array([0.1, 0.2, np.nan, 0.3, 0.4, 0.5]))[:3]).all()


def test_the_jackknife_over_instances_of_a_mean_is_the_t_interval():
    x = np.array([0.1, 0.2, 0.4, 0.8, 0.9])
    found = population_jackknife_interval(x.mean(), (x.sum() - x) / 4)
    assert float(found.high) == pytest.approx(x.mean() + 2.7764 * x.std(ddof=1) / np.sqrt(5), abs=1e-4)
