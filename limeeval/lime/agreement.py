"""What another run, with another seed, is expected to say: read off a single run."""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.selection import importance, largest
from limeeval.lime.surrogate import FullFit

_PAIRS = 1000


def default_k(d: int) -> int:
    """How many top features the agreement of runs is judged by, if nothing else is said: at most 5 and half of d."""
    return min(5, d // 2)


def expected_shared(fit: FullFit, *, instance: Array, num_features: int, k: int, feature_selection: str) -> float:
    """How many of their k largest coefficients two runs with other seeds are expected to share, 0..k.

    Simulated by the central limit theorem: the limit b* ~ N(b, V), then two runs from N(b*, V), where b and the
    jackknife covariance V belong to the fit on all d features. Each run selects ``num_features`` features as its
    method would on uncorrelated columns, then ranks them by magnitude. nan for fewer than two replicates.

    Right on average over instances; for a single one it may be off by half a reason, and it is a little optimistic
    where many features are about equally strong.
    """
    replicates = fit.replicates
    g = len(replicates)
    if g < 2 or k < 1:
        return float("nan")
    factor = np.sqrt((g - 1) / g) * (replicates - replicates.mean(axis=0))
    noise = np.random.default_rng(0).standard_normal((3, _PAIRS, g)) @ factor
    runs = fit.coefficients + noise[0] + noise[1:]
    ranks = importance(runs, feature_selection=feature_selection, scales=fit.scales, instance=instance)
    magnitudes = np.where(largest(ranks, num_features), np.abs(runs), -1.0)
    first, second = largest(magnitudes, k)
    return float((first & second).sum(axis=1).mean())
