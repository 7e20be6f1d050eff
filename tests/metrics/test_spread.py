import numpy as np
import pytest

from limeeval.metrics.spread import relative_spread


def test_the_feature_that_moves_most_against_the_one_that_matters_most() -> None:
    runs = np.array([[10.0, 1.0, -1.0], [10.0, -1.0, -1.0]])
    assert relative_spread(runs) == pytest.approx(np.sqrt(2) / 10)


def test_an_irrelevant_feature_does_not_explode() -> None:
    runs = np.array([[10.0, 1e-9], [10.0, -1e-9]])
    assert relative_spread(runs) < 1e-9


def test_means_of_zero_leave_nothing_to_be_relative_to() -> None:
    assert np.isnan(relative_spread(np.array([[1.0, -2.0], [-1.0, 2.0]])))
