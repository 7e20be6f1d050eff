"""Fits on their way into rows: those of an instance become rows, and are forgotten, once all its seeds have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.sweep.fits import Fits
from limeeval.sweep.plan import Plan
from limeeval.sweep.rows import Explained, Rows, rows_of
from limeeval.sweep.store import TOLERANCE
from limeeval.sweep.work import Done, Unit, Work


class Kept(NamedTuple):
    """The explained outputs (n, L) of some seeds of one instance with one set of samples, and which labels they are."""

    sampling: int
    instance: int
    labels: list[int]
    outputs: Mapping[int, Array]


@dataclass
class Gathering:
    """The rows of a sweep so far, and the outputs that were kept; units come in their order.

    Seeds that name another label than the first one of their instance are left out: the model is not deterministic.
    """

    plan: Plan
    work: Work
    rows: list[Rows] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    _waiting: dict[tuple[int, int], dict[int, Fits]] = field(default_factory=dict)
    _outputs: dict[tuple[int, int], dict[int, Array]] = field(default_factory=dict)
    _off: float = 0.0
    _largest: float = 0.0
    _left_out: int = 0

    def add(self, unit: Unit, done: Done) -> None:
        """Takes in a finished unit, and makes rows of every instance that has no more to come."""
        neighborhoods, seeds = self.work.samplings[unit.sampling].neighborhoods, len(self.plan.seeds)
        for number, fits in enumerate(done.fits, start=unit.start):
            place = unit.sampling, number // seeds
            self._waiting.setdefault(place, {})[neighborhoods[number].seed] = fits
            if number in done.outputs:
                self._outputs.setdefault(place, {})[neighborhoods[number].seed] = done.outputs[number]
        for place in [place for place in self._waiting if place < (unit.sampling, unit.stop // seeds)]:
            self._settle(place)

    def finish(self) -> None:
        """Makes rows of what is still waiting for seeds that did not come."""
        for place in list(self._waiting):
            self._settle(place)

    @property
    def remarks(self) -> list[str]:
        """What there is to say of a model that does not say the same thing twice."""
        if self._off <= TOLERANCE * self._largest and not self._left_out:
            return []
        said = "the model is not deterministic: asked again about the same instance, its answer was up to "
        said += f"{self._off:.2g} off"
        return [f"{said}; {self._left_out} explanations of another label are left out" if self._left_out else said]

    def _settle(self, place: tuple[int, int]) -> None:
        sampling, instance = self.work.samplings[place[0]], place[1]
        names = sampling.neighborhoods[instance * len(self.plan.seeds)].domain.feature_names
        explained = Explained(sampling.settings, instance, names, self._waiting.pop(place))
        same = self._of_one_mind(explained)
        self.rows.append(rows_of(self.plan, self.work.settings, same))
        outputs = {seed: found for seed, found in self._outputs.pop(place, {}).items() if seed in same.fits}
        if outputs:
            self.kept.append(Kept(*place, next(iter(same.fits.values())).labels, outputs))

    def _of_one_mind(self, explained: Explained) -> Explained:
        """Without the seeds whose f(x) names other labels than the first seed's."""
        first = next(iter(explained.fits.values()))
        shape, labels = first.prediction.shape, first.labels
        same = {
            seed: fits
            for seed, fits in explained.fits.items()
            if (fits.prediction.shape, fits.labels) == (shape, labels)
        }
        self._off = max(self._off, *(float(np.abs(fits.prediction - first.prediction).max()) for fits in same.values()))
        self._largest = max(self._largest, *(float(np.abs(fits.prediction).max()) for fits in same.values()))
        self._left_out += len(explained.fits) - len(same)
        return replace(explained, fits=same)
