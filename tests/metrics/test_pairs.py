import numpy as np

from limeeval.metrics.pairs import mean_over_pairs


def test_the_diagonal_does_not_count() -> None:
    similarity = np.array([[9.0, 0.1, 0.2], [0.1, np.nan, 0.6], [0.2, 0.6, -9.0]])
    np.testing.assert_allclose(mean_over_pairs(similarity, np.ones((3, 2))), 0.3)


def test_an_empty_set_of_cells_has_no_scores() -> None:
    assert mean_over_pairs(np.ones((0, 3, 3)), np.ones((0, 3, 2))).shape == (0,)
