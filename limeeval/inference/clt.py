"""The CLT interval of a score of pairs of runs: what the coefficients' standard errors say about it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import LEVEL, Interval
from limeeval.lime.domain import Array
from limeeval.metrics.ranking import top_k

PairScore = Callable[[Array, int], Array]
_LIMITS, _BLOCKS, _RUNS = 100, 5, 20


def clt_interval(
    score: PairScore, coefficients: Array, standard_errors: Array, *, k: int, generator: np.random.Generator
) -> Interval:
    """Interval (...) of the expected score of two runs, where each run comes with its standard errors.

    Coefficients of a run are about N(b, V) (theory of weighted least squares), and b is known from R runs up to V / R.
    So: 100 draws b* ~ N(mean b, V / R), for each the mean score of pairs of runs drawn from N(b*, V), and the 2.5 % and
    97.5 % points over b*. 5 blocks of 20 runs are drawn for each b*, and pairs are formed within blocks. What noise
    their mean has left is not taken out again: it widens the interval, most where many runs agree.

    V is diagonal. Mean and V of a feature are taken over the runs that have a standard error of it; one that no run
    selected (coefficient 0, standard error nan) stays 0. Where selection decides what is named there is no knowing how
    close the others were, and the limits are nan: a run has errors of no more than k features, or a feature in the top
    k of one run has none in another. Use the pseudo-run interval there.

    ``estimate`` is the score of the given runs themselves: nan for R = 1, where the limits exist nonetheless. These
    rest on more than which features are named, and with few runs need not hold it: they are then widened up to it.
    From a single run they cover badly where the score is near 1.

    Calls of equal seed use equal draws, and each cell on the leading axes is treated as if it came alone.

    Args:
        score: any function of (coefficients (..., R, d), k) that returns (...), such as ``ranking.jaccard``.
        coefficients: (..., R, d); 0 where a run did not select a feature. Any nan gives nan limits.
        standard_errors: (..., R, d); nan where unknown.
        k: passed to the score.
        generator: of the draws.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> from limeeval.metrics.ranking import jaccard
    >>> b = np.tile([9.0, 5.0, 1.0, 0.0], (5, 1))
    >>> clt_interval(jaccard, b, np.full((5, 4), 0.1), k=2, generator=np.random.default_rng(0)).low
    array(1.)
    """
    runs, d = coefficients.shape[-2:]
    noise = generator.standard_normal((_LIMITS, 1, 1, d)) / np.sqrt(runs)
    noise = noise + generator.standard_normal((_LIMITS, _BLOCKS, _RUNS, d))
    lead = coefficients.shape[:-2]
    limits = np.full((2, *lead), np.nan)
    means, spreads = mean_and_spread(coefficients, standard_errors)
    possible = np.isfinite(means + spreads).all(axis=-1) & ~selection_decides(coefficients, standard_errors, k)
    for cell in np.ndindex(lead):
        if possible[cell]:
            scores = score(means[cell] + spreads[cell] * noise, k).mean(axis=-1)
            limits[:, *cell] = np.quantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    estimate = np.asarray(score(coefficients, k))
    low, high = np.where(estimate < limits[0], estimate, limits[0]), np.where(estimate > limits[1], estimate, limits[1])
    return Interval(estimate, low, high, runs)


def mean_and_spread(coefficients: Array, standard_errors: Array) -> tuple[Array, Array]:
    """Mean and standard deviation (..., d) of one run's coefficients, over the runs that have a standard error.

    0 and 0 for a feature that none has selected; nan for one that has coefficients other than 0 and no errors at all.
    """
    known = np.isfinite(standard_errors)
    count = known.sum(axis=-2)
    share = known / np.maximum(count, 1)[..., None, :]
    mean = (np.where(known, coefficients, 0.0) * share).sum(axis=-2)
    variance = (np.square(np.where(known, standard_errors, 0.0)) * share).sum(axis=-2)
    blank = np.isnan(coefficients).any(axis=-2) | ((count == 0) & (coefficients != 0).any(axis=-2))
    return np.where(blank, np.nan, mean), np.where(blank, np.nan, np.sqrt(variance))


def selection_decides(coefficients: Array, standard_errors: Array, k: int) -> NDArray[np.bool_]:
    """Whether (...) the top k of a run may be what it is because other features were not selected."""
    known = np.isfinite(standard_errors)
    missed = top_k(coefficients, k).any(axis=-2) & ~known.all(axis=-2)
    return np.asarray(missed.any(axis=-1) | (known.sum(axis=-1) <= k).any(axis=-1))
