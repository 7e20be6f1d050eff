import numpy as np

from limeeval.metrics.signs import sign_agreement


def test_a_feature_that_one_run_leaves_out_of_its_top_counts_by_its_sign() -> None:
    assert sign_agreement(np.array([[3.0, 1.0, 0.0], [2.0, 4.0, 0.0]]), 1) == 1
    assert sign_agreement(np.array([[3.0, -1.0, 0.0], [2.0, 4.0, 0.0]]), 1) == 0.5


def test_exactly_0_has_no_sign() -> None:
    assert sign_agreement(np.array([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0]]), 1) == 0


def test_features_outside_both_tops_do_not_count() -> None:
    assert sign_agreement(np.array([[3.0, 1.0, -1.0], [3.0, -1.0, 1.0]]), 1) == 1
