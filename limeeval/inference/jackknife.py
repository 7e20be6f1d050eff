"""Delete-one jackknife: what a statistic does when each of its independent units (seeds) is left out in turn."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import Interval, logit_limits, t_quantile
from limeeval.lime.domain import Array


def jackknife_interval(estimate: Array, left_out: Array) -> Interval:
    """estimate -+ t x jackknife standard error, of R seeds; R - 1 degrees of freedom.

    For fidelity ``left_out`` has a seed's row and column deleted: both the surrogate it fitted, and its samples.
    nan limits for R = 1 or any nan. Statistics that do not change get limits equal to the estimate.

    Args:
        estimate: from all seeds (...).
        left_out: the statistic without each seed (..., R).

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> found = jackknife_interval(x.mean(), without_each(lambda kept: x[kept].mean(), 3))
    >>> round(float(found.low), 2), round(float(found.high), 2)
    (-0.48, 4.48)
    """
    runs = left_out.shape[-1]
    margin = t_quantile(runs - 1) * np.sqrt(jackknife_variance(left_out))
    return Interval(np.asarray(estimate), np.asarray(estimate - margin), np.asarray(estimate + margin), runs)


def jackknife_interval_over_instances(
    estimate: Array, variances: Array, runs: Array | NDArray[np.intp], *, minimum: Array | None = None
) -> Interval:
    """Interval (...) of an aggregate over *these* instances: seeds are random, the instances are not.

    Seeds of different instances are independent, so the variance is the sum of the instances' variances. Student's t
    with Satterthwaite's (1946) degrees of freedom, on the logit of a score in minimum..1 if a minimum is given.
    nan limits where any variance is nan; limits equal to the estimate where nothing changes.

    Args:
        estimate: the aggregate (...).
        variances: of the *aggregate*, as the seeds of one instance are left out in turn, by :func:`jackknife_variance`
            (..., m). For a mean over instances these are the instances' own variances over m^2.
        runs: how many seeds each instance has (..., m).
        minimum: of the score (...); None for no logit.
    """
    total, df = summed_variance(variances, runs)
    margin = t_quantile(df) * np.sqrt(total)
    if minimum is None:
        low, high = np.asarray(estimate - margin), np.asarray(estimate + margin)
    else:
        low, high = logit_limits(estimate, margin, minimum=minimum)
    return Interval(np.asarray(estimate), low, high, variances.shape[-1])


def summed_variance(variances: Array, runs: Array | NDArray[np.intp]) -> tuple[Array, Array]:
    """Sum (...) of independent variances (..., m) from so many seeds each, and its degrees of freedom.

    (Satterthwaite, 1946; 1 where nothing varies.)
    """
    total = np.asarray(variances.sum(axis=-1))
    squares = (np.square(variances) / np.maximum(runs - 1, 1)).sum(axis=-1)
    df = np.where(squares > 0, np.square(total) / np.where(squares > 0, squares, 1.0), 1.0)
    return total, df


def jackknife_variance(left_out: Array) -> Array:
    """(R-1)/R sum (s_r - mean s)^2 over statistics without each run (..., R) (Efron and Stein, 1981); nan for R = 1."""
    runs = left_out.shape[-1]
    if runs < 2:
        return np.full(left_out.shape[:-1], np.nan)
    centred = left_out - left_out.mean(axis=-1, keepdims=True)
    variance: Array = (runs - 1) / runs * np.square(centred).sum(axis=-1)
    return variance


def without_each(statistic: Callable[[NDArray[np.intp]], Array], runs: int) -> Array:
    """A statistic (..., R) of the positions of the seeds kept, each seed left out in turn."""
    positions = np.arange(runs)
    return np.stack([np.asarray(statistic(np.delete(positions, r))) for r in positions], axis=-1)


def pairs_without_each(sums: Array) -> Array:
    """Mean over pairs (..., R) of similar runs, without each run; nan for R < 3.

    Args:
        sums: of each run's similarities to the others (..., R).
    """
    runs = sums.shape[-1]
    if runs < 3:
        return np.full(sums.shape, np.nan)
    means: Array = (sums.sum(axis=-1, keepdims=True) - 2 * sums) / ((runs - 1) * (runs - 2))
    return means
