import numpy as np
import pytest

from limeeval.metrics.kuncheva import kuncheva
from limeeval.metrics.ranking import nogueira_phi


@pytest.mark.parametrize("k", [1, 3, 7])
def test_with_sets_of_one_size_it_is_phi(k) -> None:
    runs = np.random.default_rng(0).normal(size=(30, 6, 8))
    np.testing.assert_allclose(kuncheva(runs, k), nogueira_phi(runs, k), atol=1e-12)


def test_runs_that_all_have_fewer_than_k_have_sets_of_that_size() -> None:
    """Two of five features, one shared: (1 x 5 - 4) / (2 x 3)."""
    assert kuncheva(np.array([[3.0, 2.0, 0, 0, 0], [3.0, 0, 0, 0, 1.0]]), 4) == pytest.approx(1 / 6)


def test_sets_of_different_sizes_have_none() -> None:
    runs = np.array([[3.0, 2.0, 0, 0], [3.0, 0, 0, 0], [3.0, 1.0, 0, 0]])
    assert np.isnan(kuncheva(runs, 2))
    assert kuncheva(runs[[0, 2]], 2) == 1
    assert np.isfinite(nogueira_phi(runs, 2))
