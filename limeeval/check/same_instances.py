"""Both sides of a cell, instance by instance: the panel is that of the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.check.cells import Cell, Instances
from limeeval.inference.paired import Seeds, seed_changes
from limeeval.lime.domain import Array
from limeeval.report.comparison.measures import LOG_SD, LeftOut
from limeeval.report.comparison.words import first_of


class Sides(NamedTuple):
    """The m instances of the baseline that have the score there, on both sides.

    Attributes:
        now: of the run; an instance without the score has an estimate of nan.
        before: of the baseline.
        names: what the user calls the instances.
        is_lime: whether a seed draws other samples for every instance.
        lost: of ``log_sd``: coefficients that do not vary on either side.
    """

    now: Instances
    before: Instances
    names: Sequence[str]
    is_lime: bool
    lost: LeftOut = LeftOut(0, 0)

    @property
    def undefined(self) -> int:
        """How many instances do not have the score, which those of the baseline should have."""
        return int((~np.isfinite(self.now.estimate) | ~np.isfinite(self.before.estimate)).sum())

    @property
    def share_samples(self) -> bool:
        """Whether every seed is known to have drawn the same samples for every instance."""
        return bool((_are_known(self.before.samples) & (self.now.samples == self.before.samples)).all())

    @property
    def other_values(self) -> int:
        """How many instances have other values than in the baseline."""
        known = _are_known(self.now.values) & _are_known(self.before.values)
        return int((known & (self.now.values != self.before.values)).sum())

    @property
    def other_labels(self) -> int:
        """Of how many another label is explained."""
        return int((self.now.labels != self.before.labels).sum())

    @property
    def other_counts(self) -> int:
        """How many have another number of features."""
        return int((np.abs(self.now.features - self.before.features) > 0).sum())

    @property
    def selection(self) -> str:
        """Why ``log_sd`` says nothing of these coefficients; "" where it does."""
        if not self.lost.is_much:
            return ""
        return (
            f"{self.lost.coefficients} of {self.lost.total} coefficients do not vary on both sides, and the rest is a "
            "selection: where LIME selects features, runs with num_features of all of them have it"
        )

    @property
    def seeds(self) -> tuple[Seeds, Seeds]:
        """The score of the run and that of the baseline, and what their seeds do to it."""
        return seeds_of(self.now, is_lime=self.is_lime), seeds_of(self.before, is_lime=self.is_lime)


class OtherInstances(ValueError):
    """The run does not explain what the baseline does."""


def sides_of(now: Cell, before: Cell, metric: str) -> Sides:
    """The instances of a baseline's cell, on both sides.

    Raises:
        OtherInstances: some are missing in the run, or all have other values.
        ValueError: none has the score in the baseline, or labels or features are others.
    """
    by_name = all(_are_known(cell.instances.row).all() for cell in (now, before))
    fixed = before.instances.known
    if not len(fixed.weight):
        raise ValueError(f"the baseline must have {metric} of at least one instance, got none: make it anew")
    names, there = (own.row if by_name else own.instance for own in (fixed, now.instances))
    place = {name: at for at, name in enumerate(there)}
    missing = [name for name in names if name not in place]
    if missing:
        raise OtherInstances(f"the run lacks {first_of(missing)} of {len(names)} instances")
    own = now.instances.at(np.array([place[name] for name in names]))
    found = Sides(own, fixed, list(names), now.is_lime)
    if found.other_values == len(names):
        raise OtherInstances("every instance has other values")
    if found.other_labels == len(names):
        raise ValueError(
            f"both sides must explain the same labels, got {own.labels[0]} and {fixed.labels[0]}: "
            "state labels, or make the baseline anew"
        )
    return _of_common_coefficients(found) if metric == LOG_SD else found


def seeds_of(instances: Instances, *, is_lime: bool) -> Seeds:
    """The score over some instances of a panel, and what their seeds do to it: only the squares of that count.

    Weights are those within these instances.
    """
    total = instances.weight.sum()
    estimate = float((instances.weight * instances.estimate).sum() / total)
    errors, doubts = instances.standard_error / total, instances.unseen / total
    found = Seeds(estimate, errors[:, None], instances.runs, doubts)
    return found if is_lime else found.at_once()


def population_of(instances: Instances) -> Seeds:
    """The score for instances like these m: what leaving each of them out does to it (1, m)."""
    own = instances.known
    weight = own.weight / own.weight.sum()
    parts, m = weight * own.estimate, len(own.weight)
    left_out = (parts.sum() - parts) / np.where(weight < 1, 1 - weight, np.nan)
    return Seeds(float(parts.sum()), seed_changes(left_out)[None], np.array([m]), np.zeros(1))


def _of_common_coefficients(found: Sides) -> Sides:
    """The same of coefficients that vary on both sides: others have no logarithm to take the difference of.

    Standard errors of fewer coefficients are larger, as if these were independent: by the root of a third at most, for
    with fewer nothing is said.
    """
    estimates, errors = np.full((2, 2, len(found.names)), np.nan)
    lost = total = 0
    for at, name in enumerate(found.names):
        logs = [np.asarray(side.logs[at], dtype=float) for side in (found.now, found.before)]
        if len(logs[0]) != len(logs[1]):
            raise ValueError(
                "both sides must have the same features and labels of every instance, "
                f"got {len(logs[0])} and {len(logs[1])} coefficients of instance {name}"
            )
        counted = ~(np.isneginf(logs[0]) & np.isneginf(logs[1]))
        both = np.isfinite(logs[0]) & np.isfinite(logs[1])
        lost, total = lost + int((counted & ~both).sum()), total + int(counted.sum())
        for side, own in enumerate(logs):
            estimates[side, at] = _mean(own, both, labels=str(found.before.labels[at]).count(",") + 1)
            errors[side, at] = np.sqrt(np.isfinite(own).sum() / max(int(both.sum()), 1))
    now, before = (
        side._replace(estimate=estimate, standard_error=error * side.standard_error)
        for side, estimate, error in zip((found.now, found.before), estimates, errors, strict=True)
    )
    return found._replace(now=now, before=before, lost=LeftOut(lost, total))


def _mean(logs: Array, chosen: NDArray[np.bool_], *, labels: int) -> float:
    """The mean over the labels that have any of the chosen coefficients; nan where none has."""
    own, there = logs.reshape(labels, -1), chosen.reshape(labels, -1)
    means = [of[at].mean() for of, at in zip(own, there, strict=True) if at.any()]
    return float(np.mean(means)) if means else float("nan")


def _are_known(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], dtype=bool)
