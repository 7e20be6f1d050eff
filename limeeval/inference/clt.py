"""The CLT interval of the scores of named sets: what the coefficients' standard errors say about them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import LEVEL
from limeeval.lime.domain import Array
from limeeval.lime.selection import largest
from limeeval.metrics.catalogue import Metric, similarities_of_sets
from limeeval.metrics.leading import Leading, drawn_of_ties, top_k

Single = NDArray[np.float32]
_OF_UNNAMED = ("sign_agreement",)
"""Metrics that look at coefficients of features that a run does not name."""
_LIMITS, _CENTRES, _BLOCKS, _RUNS = 100, 10, 5, 20
_AT_ONCE = 55  # Draws of b*: what is made of them stays in the cache.
_FEW = 10  # Leading features, up to which comparing whole rows finds the last of them soonest.


class Limits(NamedTuple):
    """Lower and upper limit (...)."""

    low: Array
    high: Array


def clt_limits(
    metrics: Mapping[str, Metric],
    coefficients: Array,
    standard_errors: Array,
    *,
    k: int,
    generator: np.random.Generator,
) -> dict[str, Limits]:
    """Limits (...) of the expected score of two runs, where each run comes with its standard errors.

    Coefficients of a run are about N(b, V) (theory of weighted least squares), and b is known from R runs up to V / R.
    So: 100 draws b* ~ N(mean b, V / R), for each the mean score of pairs of runs drawn from N(b*, V), and the 2.5 % and
    97.5 % points over b*. 5 blocks of 20 runs are drawn for each b*, and pairs are formed between the halves of a
    block. What noise their mean has left is not taken out again: it widens the interval, most where there are many
    runs.

    Where coefficients are little more than noise, two runs from N(b*, V) agree more than two from N(b, V): the noise of
    b* looks like something to agree on. Twice the excess over runs from N(mean b, V), which have half of that noise, is
    taken off the lower limit. (Without it, 95 % limits of a Jaccard index of 0.2 from 5 runs covered down to 46 %.)

    V is diagonal. Mean and V of a feature are taken over the runs that have a standard error of it; one that no run
    selected (coefficient 0, standard error nan) stays 0. Where selection decides what is named there is no knowing how
    close the others were, and the limits are nan: a run has errors of no more than k features, or a feature in the top
    k of one run has none in another. Use the pseudo-run interval there.

    The same holds of signs that features have in runs that do not name them, where a feature was not selected: it has
    none, and draws always have one.

    The limits need not hold the score of the runs themselves, for they rest on more than which features are named.
    They exist for a single run, where they cover badly near 1.

    Calls of equal seed use equal draws, and each cell on the leading axes is treated as if it came alone.

    Args:
        metrics: those of the features that runs name (``of_sets``), by name; all of them share the draws.
        coefficients: (..., R, d); 0 where a run did not select a feature. Any nan gives nan limits.
        standard_errors: (..., R, d); nan where unknown.
        k: of the metrics at k.
        generator: of the draws.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> from limeeval.metrics.catalogue import agreement_metrics
    >>> b = np.tile([9.0, 5.0, 1.0, 0.0], (5, 1))
    >>> one = {"jaccard": agreement_metrics()["jaccard"]}
    >>> clt_limits(one, b, np.full((5, 4), 0.1), k=2, generator=np.random.default_rng(0))["jaccard"].low
    array(1.)
    """
    lead, (runs, d) = coefficients.shape[:-2], coefficients.shape[-2:]
    means, spreads = mean_and_spread(coefficients, standard_errors)
    possible = np.isfinite(means + spreads).all(axis=-1) & ~selection_decides(coefficients, standard_errors, k)
    scores = np.full((*lead, len(metrics), _LIMITS + _CENTRES), np.nan)
    if possible.any():
        noise = _noise(runs, d, generator)
        reach = np.abs(noise).max(axis=(1, 2, 3))
        for cell in np.argwhere(possible):
            at = tuple(cell)
            scores[at] = _scores(metrics, means[at], spreads[at], noise, reach, k)
    low, high = np.quantile(scores[..., :_LIMITS], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=-1)
    excess = scores[..., :_LIMITS].mean(axis=-1) - scores[..., _LIMITS:].mean(axis=-1)
    low = low - 2 * np.maximum(excess, 0.0)
    blank = np.where(np.isfinite(standard_errors).all(axis=(-2, -1)), 0.0, np.nan)
    low[..., [name in _OF_UNNAMED for name in metrics]] += blank[..., None]
    return {name: Limits(low[..., position], high[..., position]) for position, name in enumerate(metrics)}


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


def _noise(runs: int, d: int, generator: np.random.Generator) -> Single:
    """Standardized noise of the drawn runs (d, limits, blocks, runs): that of b*, and that of a run about it."""
    of_limits = generator.standard_normal((d, _LIMITS, 1, 1), dtype=np.float32)
    noise = generator.standard_normal((d, _LIMITS + _CENTRES, _BLOCKS, _RUNS), dtype=np.float32)
    noise[:, :_LIMITS] += of_limits / np.float32(np.sqrt(runs))
    return noise


def _scores(metrics: Mapping[str, Metric], mean: Array, spread: Array, noise: Single, reach: Single, k: int) -> Array:
    """Scores of one cell (metrics, limits), from its mean and spread (d,)."""
    f = _contenders(np.abs(mean), reach * spread, k)
    centre, scale = (values[f, None, None, None].astype(np.float32) for values in (mean, spread))
    draws = (centre + scale * noise[f, start : start + _AT_ONCE] for start in range(0, _LIMITS + _CENTRES, _AT_ONCE))
    return np.concatenate([_scores_of_draws(metrics, runs, k, d=len(mean)) for runs in draws], axis=1)


def _scores_of_draws(metrics: Mapping[str, Metric], runs: Single, k: int, *, d: int) -> Array:
    """Scores (metrics, limits) of drawn runs (f, limits, blocks, runs) of d features."""
    sets = {at_k: _leading(runs, k if at_k else 1, d=d) for at_k in {metric.at_k for metric in metrics.values()}}
    found = similarities_of_sets(metrics, sets)
    means = {id(one.pairs): one.pairs.reshape(len(one.pairs), -1).mean(axis=1) for one in found.values()}
    return np.stack([means[id(one.pairs)] for one in found.values()])


def _contenders(size: Array, reach: Array, k: int) -> NDArray[np.intp]:
    """Features that are among the k largest of any draw, for sizes (d,) that no draw changes by more than the reach."""
    least = np.partition(size - reach, len(size) - k)[len(size) - k]
    return np.flatnonzero(size + reach >= least * (1 - 1e-5))


def _leading(runs: Single, k: int, *, d: int) -> Leading:
    """The k leading features of drawn runs (f, limits, blocks, runs) of d features."""
    sizes = np.abs(runs)
    named = sizes >= np.maximum(_kth_largest(sizes, k), np.finfo(np.float32).tiny)
    drawn = None
    if (named.sum(axis=0, dtype=np.int16) > k).any():  # Ties, which only features of no spread have.
        by_run = _features_last(sizes)
        of_run = largest(by_run, k) & (by_run > 0)
        named, drawn = np.moveaxis(of_run, -1, 0), drawn_of_ties(by_run, of_run)
    return Leading(_features_last(named.astype(np.float32)), _features_last(runs), d, halves=True, drawn=drawn)


def _features_last(values: Single) -> Array:
    return np.asarray(np.moveaxis(values, 0, -1))


def _kth_largest(values: Single, k: int) -> Single:
    """Along the first axis. Whole rows are compared: for few of many short columns faster than a partition."""
    if k == 1:
        return np.asarray(values.max(axis=0))
    if k > _FEW:
        return np.asarray(np.partition(values, len(values) - k, axis=0)[len(values) - k])
    largest_so_far = np.zeros((k, *values.shape[1:]), dtype=np.float32)
    for row in values:
        for place in largest_so_far:
            smaller = np.minimum(place, row)
            np.maximum(place, row, out=place)
            row = smaller
    return np.asarray(largest_so_far[-1])
