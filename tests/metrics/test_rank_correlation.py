import numpy as np
import pytest

from limeeval.metrics.rank_correlation import kendall, kendall_signed, spearman, spearman_signed


def test_known_values() -> None:
    """One swap of neighbours among four: rho = 1 - 6 x 2 / (4 x 15), tau = (5 - 1) / 6."""
    runs = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0]])
    assert spearman(runs) == spearman_signed(runs) == pytest.approx(0.8)
    assert kendall(runs) == kendall_signed(runs) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("of", "value"), [(spearman, 1), (kendall, 1), (spearman_signed, -1), (kendall_signed, -1)])
def test_opposite_signs(of, value) -> None:
    run = np.array([0.5, 1.0, 2.0, 3.0])
    assert of(np.stack([run, -run])) == value


@pytest.mark.parametrize("of", [spearman, kendall, spearman_signed, kendall_signed])
def test_a_run_that_ranks_nothing_correlates_with_none(of) -> None:
    """Of three pairs, one compares runs that rank, and equally."""
    assert of(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]])) == pytest.approx(1 / 3)
