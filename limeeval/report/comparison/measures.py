"""What is compared of two sides: scores of agreement, noise and fidelity, and what each seed does to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.jackknife import pairs_without_each
from limeeval.inference.log_sd import LogSd, log_sd_of_seeds
from limeeval.inference.paired import Seeds, seed_changes, unseen
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, agreement_metrics, similarities
from limeeval.metrics.pairs import sums_without_diagonal
from limeeval.report.comparison.matched import Matched
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.runs import Runs

LOG_SD = "log_sd"
"""The logarithm of the standard deviation of coefficients over seeds, mean over features: its difference is the log
ratio of standard deviations."""
MOST_LEFT_OUT = 0.25
"""Share of coefficients from which on those with a logarithm are too few to speak for all."""


class Measured(NamedTuple):
    """One metric on both sides, of the m instances that have it.

    Attributes:
        metric: its name.
        k: how many features it is about; 0 where that does not count, or differs.
        one: its mean over the instances.
        other: likewise.
        left_out: the difference without each instance (m,).
        most: the largest difference there can be; inf for no bound.
        is_better_higher: the direction.
        is_sound: whether the difference can be tested.
    """

    metric: str
    k: int
    one: Seeds
    other: Seeds
    left_out: Array
    most: float = np.inf
    is_better_higher: bool = True
    is_sound: bool = True


class PairsOfUnits(NamedTuple):
    """A metric of pairs: its mean (...), what seeds do (..., S), unseen errors, most it can differ and k (...)."""

    mean: Array
    changes: Array
    unseen: Array
    most: Array
    k: Array


class LeftOut(NamedTuple):
    """How many of how many coefficients have no logarithm of a standard deviation, of pairs with three seeds.

    Those that never move on either side, such as those that are never selected, do not count.
    """

    coefficients: int
    total: int

    @property
    def is_much(self) -> bool:
        """Whether what is left is a selection: a coefficient that never moves is the least noisy of all."""
        return self.coefficients > MOST_LEFT_OUT * self.total


def compared_metrics() -> dict[str, Metric]:
    """Metrics of agreement that can be compared: those that are means over pairs of runs."""
    return {name: metric for name, metric in agreement_metrics().items() if metric.of_sets or metric.of_pairs}


def agreement_measures(found: Matched, metrics: Mapping[str, Metric]) -> Iterator[Measured]:
    """Every metric that is a mean over pairs of runs."""
    own = pairs_of_units(found.parts(), metrics, units=2 * found.pairs, seeds=len(found.seeds))
    same = _unchanged(found)
    for name, part in own.items():
        part.unseen.reshape(2, -1)[:, same] = 0.0
        of_sides = PairsOfUnits(*(values.reshape(2, found.pairs, *values.shape[1:]) for values in part))
        yield _over_instances(name, of_sides, found)


def pairs_of_units(
    parts: Iterable[tuple[Runs, Positions]], metrics: Mapping[str, Metric], *, units: int, seeds: int
) -> dict[str, PairsOfUnits]:
    """Metrics that are means over pairs of runs, of so many units (U,) and seeds (S); nan where undefined.

    Args:
        parts: runs of units of equal shape, and the places of their seeds (u, R).
        metrics: by name.
        units: how many there are.
        seeds: how many there are.
    """
    own = {name: _blank(units, seeds) for name in metrics}
    for runs, places in parts:
        defined = {name: metric for name, metric in metrics.items() if runs.k or not metric.at_k}
        for name, similarity in similarities(defined, runs.coefficients, runs.k, runs.standard_errors).items():
            sums, count = metrics[name].scale * sums_without_diagonal(similarity.pairs), places.shape[1]
            part = own[name]
            part.mean[runs.units] = sums.sum(axis=-1) / (count * (count - 1)) if count > 1 else np.nan
            part.changes[runs.units[:, None], places] = seed_changes(pairs_without_each(sums))
            part.unseen[runs.units] = metrics[name].scale * unseen(similarity.one_swap, count)
            part.most[runs.units] = metrics[name].scale * (1 - similarity.minimum)
            part.k[runs.units] = runs.k if metrics[name].at_k else 0
    return own


def log_sd_measure(found: Matched) -> tuple[Measured, LeftOut]:
    """The mean log standard deviation, of coefficients that have one on both sides; and how many have none."""
    by_unit: dict[int, LogSd] = {}
    is_still: dict[int, NDArray[np.bool_]] = {}
    for runs, _ in found.parts():
        own = log_sd_of_seeds(runs.coefficients)
        is_still.update(
            zip(runs.units.tolist(), (runs.coefficients == runs.coefficients[:, :1]).all(axis=1), strict=True)
        )
        by_unit.update((unit, LogSd(own.value[at], own.changes[at])) for at, unit in enumerate(runs.units.tolist()))
    mean, changes = np.full((2, found.pairs), np.nan), np.zeros((2, found.pairs, len(found.seeds)))
    left_out = total = 0
    for pair in range(found.pairs):
        sides = [by_unit[pair + side * found.pairs] for side in (0, 1)]
        moves = np.isfinite(sides[0].value) & np.isfinite(sides[1].value)
        if found.has_seed[:, pair].sum(axis=-1).min() > 2:
            counted = ~(is_still[pair] & is_still[pair + found.pairs])
            left_out, total = left_out + int((~moves & counted).sum()), total + int(counted.sum())
        if moves.any():
            for side, of_side in enumerate(sides):
                mean[side, pair] = of_side.value[moves].mean()
                changes[side, pair, found.has_seed[side, pair]] = of_side.changes[:, moves].mean(axis=-1)
    nothing = np.zeros(mean.shape)
    measured = _over_instances(LOG_SD, PairsOfUnits(mean, changes, nothing, nothing, nothing), found)
    lost = LeftOut(left_out, total)
    return measured._replace(most=np.inf, is_better_higher=False, is_sound=not lost.is_much), lost


def _over_instances(name: str, part: PairsOfUnits, found: Matched) -> Measured:
    """Of each instance the mean over its labels, which share its seeds; then the mean over instances."""
    known: NDArray[np.bool_] = np.asarray(np.isfinite(part.mean).all(axis=0))
    means, changes, doubts = (found.over_labels(values, known) for values in (part.mean, part.changes, part.unseen))
    there = np.isfinite(means).all(axis=0)
    m = int(there.sum())
    one, other = (
        Seeds(
            float(means[side, there].mean()) if m else float("nan"),
            changes[side, there] / max(m, 1),
            found.runs[side, there],
            doubts[side, there] / max(m, 1),
        )
        for side in (0, 1)
    )
    differences = (means[1] - means[0])[there]
    ks = np.unique(part.k[:, known])
    return Measured(
        metric=name,
        k=int(ks[0]) if len(ks) == 1 else 0,
        one=one,
        other=other,
        left_out=(differences.sum() - differences) / (m - 1) if m > 1 else np.full(m, np.nan),
        most=float(part.most[:, known].max(initial=0.0)),
    )


def _unchanged(found: Matched) -> NDArray[np.bool_]:
    """Which pairs (P,) have the same coefficients on both sides, seed by seed: there is nothing left to doubt."""
    coefficients = {
        unit: own for runs, _ in found.parts() for unit, own in zip(runs.units.tolist(), runs.coefficients, strict=True)
    }
    return np.array(
        [
            np.array_equal(found.has_seed[0, pair], found.has_seed[1, pair])
            and np.array_equal(coefficients[pair], coefficients[pair + found.pairs], equal_nan=True)
            for pair in range(found.pairs)
        ]
    )


def _blank(units: int, seeds: int) -> PairsOfUnits:
    mean, doubt, most, k = np.full((4, units), np.nan)
    return PairsOfUnits(mean, np.zeros((units, seeds)), doubt, most, k)
