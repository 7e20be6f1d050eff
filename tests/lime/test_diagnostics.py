"""The leverage of the instance against the hat matrix of the raw samples."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from limeeval.lime.diagnostics import instance_leverage
from limeeval.lime.moments import Moments


def moments_of(z: np.ndarray, w: np.ndarray) -> Moments:
    """Of samples z - z_0 (n, d), whose outputs do not matter."""
    a = np.column_stack([np.ones(len(z)), z])
    none = np.zeros((a.shape[1], 1))
    return Moments((a * w[:, None]).T @ a, none, np.zeros(1), np.array((w**2).sum()), np.array(float(len(z))))


@pytest.mark.parametrize("spread", [0.01, 1.0, 20.0])
def test_it_is_what_the_instances_own_output_does_to_the_line_there(spread: float) -> None:
    rng = np.random.default_rng(0)
    z = np.vstack([np.zeros(3), spread * rng.normal(size=(40, 3)) + 1.0])
    w = np.r_[1.0, rng.uniform(0.0, 0.5, 40)]
    y = rng.normal(size=41)
    moved = y + np.eye(41)[0]
    before, after = (Ridge(alpha=1.0).fit(z, values, sample_weight=w).predict(z[:1])[0] for values in (y, moved))
    found = instance_leverage(moments_of(z, w), np.array(w[0]))
    assert found == pytest.approx(after - before, rel=1e-9)
    assert 0 < found < 1


def test_it_is_all_where_nothing_else_has_weight() -> None:
    z = np.vstack([np.zeros(2), np.ones((5, 2))])
    assert instance_leverage(moments_of(z, np.r_[1.0, np.zeros(5)]), np.array(1.0)) == pytest.approx(1.0)
    assert instance_leverage(moments_of(np.zeros((4, 2)), np.ones(4)), np.array(1.0)) == pytest.approx(0.25)


def test_leading_axes_are_separate_fits() -> None:
    rng = np.random.default_rng(1)
    each = [(np.vstack([np.zeros(2), rng.normal(size=(n, 2))]), rng.uniform(0.1, 1, n + 1)) for n in (10, 30)]
    several = Moments(*(np.stack(parts) for parts in zip(*(moments_of(*one).parts for one in each), strict=True)))
    weights = np.array([w[0] for _, w in each])
    expected = [float(instance_leverage(moments_of(*one), np.array(one[1][0]))) for one in each]
    np.testing.assert_allclose(instance_leverage(several, weights), expected, rtol=1e-12)
