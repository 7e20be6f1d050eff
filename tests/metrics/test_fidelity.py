import numpy as np
import pytest
from sklearn.metrics import r2_score

from limeeval.lime.moments import Moments, group_moments, stacked
from limeeval.lime.surrogate import LinearFit
from limeeval.metrics.fidelity import fresh_fidelity, pooled_r2

D, N, F_OF_X = 4, 300, 1e3


@pytest.fixture
def samples() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    z = rng.normal(2.0, 1.0, size=(N, D))
    y = F_OF_X + z @ [1.0, -2.0, 0.0, 0.5] + np.sin(3 * z[:, 0])
    return z, y, rng.random(N)


def moments(z: np.ndarray, y: np.ndarray, w: np.ndarray, origin: np.ndarray) -> Moments:
    """Of all rows but the first, which stands for the instance."""
    rows = stacked(z, origin, (y - F_OF_X)[:, None], 0)
    return group_moments(rows, w, start=0, labels=1).total()


def test_equals_a_weighted_r2_score_on_the_samples(samples: tuple[np.ndarray, ...]) -> None:
    z, y, w = samples
    origin, features, slopes, at_instance = z[0], np.array([2, 0]), np.array([0.3, 1.4]), -0.7
    found = fresh_fidelity(LinearFit(slopes, np.array(at_instance)), features, moments(z, y, w, origin), output=F_OF_X)
    predicted = F_OF_X + at_instance + (z - origin)[:, features] @ slopes
    assert found.r2 == pytest.approx(r2_score(y[1:], predicted[1:], sample_weight=w[1:]), rel=1e-9)
    spread = w[1:] @ np.square(y[1:] - np.average(y[1:], weights=w[1:]))
    assert found.spread == pytest.approx(spread, rel=1e-9)


def test_too_few_effective_samples_measure_nothing(samples: tuple[np.ndarray, ...]) -> None:
    z, y, w = samples
    w = np.where(np.arange(N) < 5, w, 1e-9)
    found = fresh_fidelity(LinearFit(np.ones(1), np.array(0.0)), np.array([0]), moments(z, y, w, z[0]), output=F_OF_X)
    assert np.isnan(found.r2)
    assert np.isnan(found.spread)


def test_a_constant_model_has_none(samples: tuple[np.ndarray, ...]) -> None:
    z, _, w = samples
    flat = moments(z, np.full(N, F_OF_X), w, z[0])
    assert np.isnan(fresh_fidelity(LinearFit(np.zeros(1), np.array(0.0)), np.array([0]), flat, output=F_OF_X).r2)


def test_pooling_weighs_by_spread() -> None:
    assert pooled_r2(np.array([1.0, -1.0]), np.array([9.0, 1.0])) == pytest.approx(0.8)
    assert np.isnan(pooled_r2(np.array([np.nan]), np.array([np.nan])))
    assert np.isnan(pooled_r2(np.array([]), np.array([])))
