import numpy as np
import pytest

from limeeval.inference.multiple import holm


def test_of_one_test_it_is_its_p() -> None:
    assert holm(np.array([0.03])).tolist() == [0.03]


def test_known_values() -> None:
    """Smallest times 4, next times 3, ...; the third would be 0.08 and is raised to the second."""
    assert holm(np.array([0.04, 0.01, 0.03, 0.9])).tolist() == pytest.approx([0.09, 0.04, 0.09, 0.9])


def test_never_above_1_and_never_below_its_own() -> None:
    p = np.random.default_rng(0).random(50)
    adjusted = holm(p)
    assert np.all((adjusted >= p) & (adjusted <= 1))
    assert np.all(np.diff(adjusted[np.argsort(p)]) >= 0)


def test_a_test_that_could_not_be_done_is_not_counted() -> None:
    found = holm(np.array([np.nan, 0.01, np.nan, 0.04]))
    np.testing.assert_allclose(found, [np.nan, 0.02, np.nan, 0.04])
    assert np.isnan(holm(np.array([np.nan]))).all()
    assert holm(np.array([])).shape == (0,)


def test_a_family_of_true_hypotheses_is_seldom_rejected() -> None:
    """2000 families of 10 independent tests: standard error 0.005. Nine true ones beside a false one likewise."""
    p = np.random.default_rng(1).random((2000, 10))
    assert np.mean([holm(own).min() < 0.05 for own in p]) == pytest.approx(0.05, abs=0.015)
    p[:, 0] = 1e-9
    assert np.mean([holm(own)[1:].min() < 0.05 for own in p]) == pytest.approx(0.05, abs=0.015)
