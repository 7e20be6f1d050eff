"""The difference of two aggregates over the same instances, whose seeds are random, and tests of it.

Where both sides may have drawn the same samples for a seed, that seed is left out of both at once: what it does to both
sides alike cancels. Otherwise their variances add. Pairing holds for independent sides too, at the price of half the
degrees of freedom, but adding the variances of sides that share samples does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import Interval, t_quantile
from limeeval.inference.jackknife import jackknife_variance, summed_variance
from limeeval.inference.population import population_jackknife_interval
from limeeval.lime.domain import Array

_STILL = 1e-24
"""A variance up to which nothing is said to change but rounding."""
_UNSEEN = 4


class Seeds(NamedTuple):
    """An aggregate over m instances (), and what each of S seeds does to it on each instance.

    Attributes:
        estimate: of all seeds.
        changes: as :func:`seed_changes` gives them, of the aggregate (m, S); 0 where an instance lacks the seed.
        runs: how many seeds each instance has (m,).
        unseen: standard error (m,) to allow for on an instance whose seeds change nothing: see :func:`unseen`.
    """

    estimate: float
    changes: Array
    runs: Array | NDArray[np.intp]
    unseen: Array

    def at_once(self) -> Seeds:
        """The same if a seed means the same thing on all instances, such as one background: left out of all at once."""
        every = np.array([self.runs.max(initial=0)])
        return Seeds(self.estimate, self.changes.sum(axis=0, keepdims=True), every, self.unseen.sum(keepdims=True))


class Difference(NamedTuple):
    """Other less one: estimate, standard error, degrees of freedom, and 95 % limits; p values of no difference.

    ``p`` is two-sided, ``p_below`` that of a difference so far below 0 or farther (1 - p_below: above). All but the
    estimate are nan where an instance has fewer than three seeds.
    """

    estimate: float
    standard_error: float
    df: float
    low: float
    high: float
    p: float
    p_below: float


def seed_changes(left_out: Array, has_seed: NDArray[np.bool_] | None = None) -> Array:
    """What leaving each seed out does to a statistic (..., S), about its mean; their squares add up to its variance.

    That is the delete-one jackknife's: :func:`limeeval.inference.jackknife.jackknife_variance`.

    Args:
        left_out: the statistic without each seed (..., S).
        has_seed: which seeds there are (..., S), 0 for the others; None for all.

    >>> seed_changes(np.array([1.0, 2.0, 3.0])).round(2).tolist()
    [-0.82, 0.0, 0.82]
    """
    there = np.ones(left_out.shape, dtype=bool) if has_seed is None else has_seed
    count = np.maximum(there.sum(axis=-1, keepdims=True), 1)
    mean = np.where(there, left_out, 0.0).sum(axis=-1, keepdims=True) / count
    return np.where(there, np.sqrt((count - 1) / count) * (left_out - mean), 0.0)


def unseen(one_swap: Array, runs: Array | int) -> Array:
    """Standard error (...) of a mean over pairs of R runs, all alike, and one more that is a swap away from them.

    It is that of the artificial run of :mod:`limeeval.inference.pseudo_run` where all runs agree.

    >>> float(unseen(np.array(0.5), 9))
    0.1
    """
    return np.asarray(2 * (1 - one_swap) / (np.asarray(runs) + 1))


def paired_difference(one: Seeds, other: Seeds, *, is_paired: bool) -> Difference:
    """Other less one, for *these* instances: seeds are random. Jackknife over seeds, t, Satterthwaite's (1946) df.

    Instances that no seed changes say nothing of what other seeds may do. The ``unseen`` variances of four of them, one
    a side, are the least that the variance can be: without that, two scores of 1 would differ by exactly 0. Four,
    because of events of which none was seen up to 3.7 are to be expected (Poisson, 97.5 %), and 1.96 sqrt(3.5) = 3.7.

    Args:
        one: what the difference is taken from.
        other: likewise, of the same instances and with the same positions of seeds.
        is_paired: whether each seed is left out of both at once.
    """
    of_sides = [np.square(side.changes).sum(axis=-1) for side in (one, other)]
    parts, runs = np.concatenate(of_sides), np.concatenate([one.runs, other.runs])
    doubts = np.square(np.concatenate([one.unseen, other.unseen]))
    is_still = parts <= _STILL
    if is_paired:
        parts, runs = np.square(other.changes - one.changes).sum(axis=-1), np.maximum(one.runs, other.runs)
        is_still = np.tile(parts <= _STILL, 2)
    largest = np.argsort(np.where(is_still, -doubts, 0.0), kind="stable")[:_UNSEEN]
    unseen_parts = np.where(is_still, doubts, 0.0)[largest]
    if unseen_parts.sum() > parts.sum():
        parts, runs = unseen_parts, np.concatenate([one.runs, other.runs])[largest]
    return _tested(other.estimate - one.estimate, parts, runs)


def population_difference(difference: float, left_out: Array) -> Interval:
    """Interval of the difference for instances like these m; nan limits below 5, and where they show no spread.

    Delete-an-instance jackknife, t: of a mean over instances the paired t interval. It means something only if the
    instances were drawn at random.

    Args:
        difference: of all instances.
        left_out: the difference without each instance (m,).
    """
    found = population_jackknife_interval(np.array(difference), left_out)
    if np.isnan(effect_size(difference, left_out)):
        return found._replace(low=np.array(np.nan), high=np.array(np.nan))
    return found


def effect_size(difference: float, left_out: Array) -> float:
    """The difference in units of its standard deviation over instances: Cohen's (1988) d_z.

    Of a mean over instances that is their own standard deviation, n - 1 below; else that of jackknife pseudo-values.
    nan for fewer than two instances, and where they show no spread.

    Args:
        difference: of all m instances.
        left_out: the difference without each instance (m,).

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> effect_size(x.mean(), (x.sum() - x) / 2)
    2.0
    """
    variance = len(left_out) * float(jackknife_variance(left_out))
    return float(difference / np.sqrt(variance)) if variance > _STILL else float("nan")


def _tested(difference: float, variances: Array, runs: Array | NDArray[np.intp]) -> Difference:
    """A difference whose independent parts have these variances, from so many seeds each."""
    from scipy.special import stdtr

    total, df = (float(part) for part in summed_variance(variances, runs))
    if np.isnan(total) or np.isnan(difference):
        return Difference(difference, *[float("nan")] * 6)
    error = float(np.sqrt(total))
    t = difference / error if error > 0 else np.copysign(np.inf, difference) if difference else 0.0
    margin = float(t_quantile(df)) * error
    p, p_below = 2 * float(stdtr(df, -abs(t))), float(stdtr(df, t))
    return Difference(difference, error, df, difference - margin, difference + margin, p, p_below)
