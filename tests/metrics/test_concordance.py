import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from limeeval.metrics.concordance import kendall_w
from limeeval.metrics.rank_correlation import spearman


@pytest.mark.parametrize("levels", [3, 5, 1000])
def test_it_is_friedmans_statistic_as_a_share_of_its_maximum(levels) -> None:
    runs = np.random.default_rng(levels).integers(0, levels, size=(6, 7)).astype(float)
    assert kendall_w(runs) == pytest.approx(friedmanchisquare(*runs.T).statistic / (6 * (7 - 1)))


def test_without_ties_it_is_the_mean_spearman_correlation_moved_to_1_over_R() -> None:
    runs = np.random.default_rng(0).normal(size=(5, 9))
    assert kendall_w(runs) == pytest.approx((1 + 4 * spearman(runs)) / 5)


def test_opposite_orders_cancel() -> None:
    assert kendall_w(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])) == pytest.approx(0)


def test_a_run_that_ranks_nothing_adds_nothing() -> None:
    """Two runs of one order and one without: their rank sums vary two thirds as much as three such runs' would."""
    assert kendall_w(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]])) == pytest.approx(2 / 3)
    assert kendall_w(np.ones((3, 4))) == 0
