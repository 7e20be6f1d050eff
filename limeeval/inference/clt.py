"""The CLT interval of a score of pairs of runs: what the coefficients' standard errors say about it."""

from collections.abc import Callable

import numpy as np

from limeeval.inference.interval import LEVEL, Interval
from limeeval.lime.domain import Array
from limeeval.lime.selection import largest

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

    V is diagonal. A feature known with its standard error in every run has their mean square there. One that no run
    selected (coefficient 0, standard error nan) stays 0. Where selection varies between runs, or an error is missing,
    V is the variance between runs, and no drawn run names more features than the largest of the given runs does.

    ``estimate`` is the score of the given runs themselves: nan for R = 1, where the limits exist nonetheless. It may
    lie outside the limits, most often for few runs: they rest on more than which features are named.

    Calls of equal seed use equal draws, and each cell on the leading axes is treated as if it came alone.

    Args:
        score: any function of (coefficients (..., R, d), k) that returns (...), such as ``ranking.jaccard``.
        coefficients: (..., R, d); 0 where a run did not select a feature. Any nan gives nan limits.
        standard_errors: (..., R, d); nan where unknown.
        k: passed to the score.
        generator: of the draws.

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
    means, spreads = coefficients.mean(axis=-2), spread_of_runs(coefficients, standard_errors)
    named = np.count_nonzero(coefficients, axis=-1).max(axis=-1)
    for cell in np.ndindex(lead):
        if np.isfinite(spreads[cell]).all() and np.isfinite(means[cell]).all():
            drawn = _at_most(means[cell] + spreads[cell] * noise, int(named[cell]))
            scores = score(drawn, k).mean(axis=-1)
            limits[:, *cell] = np.quantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(np.asarray(score(coefficients, k)), limits[0], limits[1], runs)


def spread_of_runs(coefficients: Array, standard_errors: Array) -> Array:
    """Standard deviation (..., d) of one run's coefficients; nan where neither errors nor other runs tell it."""
    runs = coefficients.shape[-2]
    known = np.isfinite(standard_errors)
    within = np.square(np.where(known, standard_errors, 0.0)).mean(axis=-2)
    between = coefficients.var(axis=-2, ddof=1) if runs > 1 else np.full_like(within, np.nan)
    never_selected = ~known.any(axis=-2) & (coefficients == 0).all(axis=-2)
    variance: Array = np.where(known.all(axis=-2), within, np.where(never_selected, 0.0, between))
    return np.sqrt(variance)


def _at_most(drawn: Array, named: int) -> Array:
    """Drawn runs with all but the ``named`` largest coefficients set to 0."""
    if named >= np.count_nonzero(drawn.reshape(-1, drawn.shape[-1]).any(axis=0)):
        return drawn
    return np.where(largest(np.abs(drawn), named), drawn, 0.0)
