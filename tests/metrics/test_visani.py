import numpy as np
import pytest
from scipy.stats import norm

from limeeval.metrics.disagreement import feature_agreement
from limeeval.metrics.visani import csi, vsi


def test_vsi_is_feature_agreement_in_percent() -> None:
    runs = np.random.default_rng(0).normal(size=(20, 5, 8))
    np.testing.assert_allclose(vsi(runs, 3), 100 * feature_agreement(runs, 3))


@pytest.mark.parametrize("noise", [0.01, 1.0, 100.0])
def test_csi_of_correct_standard_errors_says_nothing_about_stability(noise) -> None:
    """600 cells of 5 runs and 10 features: the standard error of the mean is about 0.05."""
    b = np.linspace(1, 2, 10) + noise * np.random.default_rng(1).normal(size=(600, 5, 10))
    expected = 100 * (2 * norm.cdf(2 * 1.959964 / np.sqrt(2)) - 1)
    assert expected == pytest.approx(99.44, abs=0.005)
    assert csi(b, np.full(b.shape, noise)).mean() == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize(("factor", "low", "high"), [(0.3, 55, 65), (3.0, 99.99, 100)])
def test_csi_shows_standard_errors_that_are_wrong(factor, low, high) -> None:
    """2 Phi(2 x 1.96 x 0.3 / sqrt 2) - 1 is 59 %."""
    b = np.random.default_rng(2).normal(size=(600, 5, 10)) + 5
    assert low < csi(b, np.full(b.shape, factor)).mean() <= high


def test_intervals_that_touch_overlap() -> None:
    assert csi(np.array([[1.0, 2.0], [1.0, 3.0]]), np.zeros((2, 2))) == 50


def test_only_runs_that_selected_a_feature_count_for_it() -> None:
    """The first: one of three pairs apart is two; the second: one pair, overlapping; the third: a single run."""
    b = np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0], [9.0, 0.0, 5.0]])
    errors = np.where(b == 0, np.nan, 0.1)
    assert csi(b, errors) == pytest.approx(100 * np.mean([1 / 3, 1]))


def test_without_standard_errors_there_is_none() -> None:
    assert np.isnan(csi(np.ones((3, 2)), np.full((3, 2), np.nan)))


def test_runs_that_share_no_feature_have_no_intervals_to_compare() -> None:
    b = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert np.isnan(csi(b, np.where(b == 0, np.nan, 0.1)))
