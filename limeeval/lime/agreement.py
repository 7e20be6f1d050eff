"""What another run, with another seed, is expected to say: read off a single run."""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.surrogate import Surrogate

_PAIRS = 1000


def top_k_of(num_features: int, d: int) -> int:
    """How many reasons the agreement of runs is stated for: at most 5, half the features, and those asked for."""
    return min(5, d // 2, num_features)


def expected_shared(surrogate: Surrogate, *, instance: Array, num_features: int, k: int, selection: str) -> float:
    """How many of their k largest coefficients two runs with other seeds are expected to share, 0..k.

    Simulated by the central limit theorem: the limit b* ~ N(b, V), then two runs from N(b*, V), where b and the
    jackknife covariance V belong to the fit on all d features. Each run selects ``num_features`` features as
    ``selection`` would on uncorrelated columns, then ranks them by magnitude. nan without replicates.
    """
    replicates = surrogate.full.replicates
    g = len(replicates)
    if g < 2 or k < 1:
        return float("nan")
    factor = np.sqrt((g - 1) / g) * (replicates - replicates.mean(axis=0))
    noise = np.random.default_rng(0).standard_normal((3, _PAIRS, g)) @ factor
    limit = surrogate.full.coefficients + noise[0]
    importance = _importance(surrogate, instance, selection)
    first, second = (_named(limit + noise[run], importance, num_features, k) for run in (1, 2))
    return float((first & second).sum(axis=1).mean())


def _importance(surrogate: Surrogate, instance: Array, selection: str) -> Array:
    """What a coefficient is multiplied by when features are selected."""
    if selection == "highest_weights":
        return np.abs(instance)
    return np.ones_like(instance) if selection == "none" else surrogate.full.scales


def _named(coefficients: Array, importance: Array, num_features: int, k: int) -> NDArray[np.bool_]:
    """Which features (runs, d) are among the k that each run names."""
    magnitude = np.abs(coefficients)
    selected = _largest(magnitude * importance, num_features)
    return _largest(np.where(selected, magnitude, -1.0), k)


def _largest(values: Array, k: int) -> NDArray[np.bool_]:
    chosen = np.zeros(values.shape, dtype=bool)
    k = min(k, values.shape[1])
    np.put_along_axis(chosen, np.argpartition(-values, k - 1, axis=1)[:, :k], True, axis=1)
    return chosen
