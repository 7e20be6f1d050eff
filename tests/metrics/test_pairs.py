import numpy as np

from limeeval.metrics.pairs import mean_over_pairs, sums_without_diagonal

PAIRS = np.array([[9.0, 0.1, 0.2], [0.1, np.nan, 0.6], [0.2, 0.6, -9.0]])


def test_the_diagonal_does_not_count() -> None:
    np.testing.assert_allclose(mean_over_pairs(PAIRS), 0.3)
    np.testing.assert_allclose(sums_without_diagonal(PAIRS), [0.3, 0.7, 0.8])


def test_an_empty_set_of_cells_has_no_scores() -> None:
    assert mean_over_pairs(np.ones((0, 3, 3))).shape == (0,)
