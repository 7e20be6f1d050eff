"""Which explanations of one image are compared pixel by pixel: those that differ in segmentation and seed alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.runs import runs_of
from limeeval.report.scores.units import Units, combinations

if TYPE_CHECKING:
    import pandas as pd

OTHERS = "others"
"""What a segmentation is compared with, over all others."""
Image = tuple[str, Any]
"""Task and instance."""


class Comparison(NamedTuple):
    """A segmentation, by position, with one or several whose mean counts, and what these are called."""

    one: int
    others: tuple[int, ...]
    against: str


class Compared(NamedTuple):
    """Settings and labels (C) of one image that were run on the same S segmentations, each with the same seeds.

    Attributes:
        image: task and instance.
        segmentations: names (S,), in alphabetical order.
        units: that these are on each segmentation (S, C).
        coefficients: of each segmentation (C, R, d), of every seed that any of them has; nan where one is missing.
        has_seed: which seeds each segmentation has (S, R).
        is_complete: whether the image has every segmentation that any image has.
    """

    image: Image
    segmentations: Sequence[str]
    units: Positions
    coefficients: Sequence[Array]
    has_seed: NDArray[np.bool_]
    is_complete: bool

    def comparisons(self) -> Iterator[Comparison]:
        """Each segmentation with itself, with those after it, and, if none is missing, with all others."""
        names, every = self.segmentations, range(len(self.segmentations))
        for one in every:
            yield from (Comparison(one, (other,), names[other]) for other in every[one:])
            if self.is_complete:
                yield Comparison(one, tuple(other for other in every if other != one), OTHERS)


class _Runs(NamedTuple):
    """Seeds of a unit, by number (R,), and its coefficients (R, d)."""

    seeds: Positions
    coefficients: Array


class _Case(NamedTuple):
    """One setting but for the segmentation, and one label: its unit on each segmentation, and how many there may be."""

    units: dict[str, int]
    segmentations: set[str]


def compared(rows: pd.DataFrame, units: Units, cuts: Collection[Any]) -> Iterator[Compared]:
    """What can be compared, of images of which several segmentations are known.

    Args:
        rows: a checked table of attributions with the settings ``task`` and ``segmentation``.
        units: of the table, by seed and feature.
        cuts: what is known: task, instance and segmentation.
    """
    images = _cases(units, cuts)
    if not images:
        return
    runs = _runs(rows, units)
    for image, cases in images.items():
        alike: dict[tuple[Any, ...], list[_Case]] = {}
        for case in cases:
            seeds = tuple(runs[unit].seeds.tobytes() for unit in case.units.values())
            alike.setdefault((*case.units, *seeds, case.units.keys() == case.segmentations), []).append(case)
        yield from (_compared(image, own, runs) for own in alike.values())


def _cases(units: Units, cuts: Collection[Any]) -> dict[Image, list[_Case]]:
    """The cases of each image that were run on several segmentations."""
    tasks, names = (units.settings[name].tolist() for name in ("task", "segmentation"))
    others = combinations(units.settings, [str(name) for name in units.settings if name != "segmentation"])[0].tolist()
    keys = units.keys["instance"].tolist(), units.keys["label"].tolist()
    found: dict[tuple[Image, int, Any], dict[str, int]] = {}
    segmentations: dict[int, set[str]] = {}
    for unit, (setting, instance, label) in enumerate(zip(units.setting.tolist(), *keys, strict=True)):
        image, other, name = (tasks[setting], instance), others[setting], names[setting]
        if (*image, name) in cuts:
            found.setdefault((image, other, label), {})[name] = unit
            segmentations.setdefault(other, set()).add(name)
    cases: dict[Image, list[_Case]] = {}
    for (image, other, _), own in found.items():
        if len(own) > 1:
            cases.setdefault(image, []).append(_Case(dict(sorted(own.items())), segmentations[other]))
    return cases


def _runs(rows: pd.DataFrame, units: Units) -> list[_Runs]:
    """The runs of every unit, in their order."""
    import pandas as pd

    codes = pd.factorize(rows["seed"], sort=True)[0][units.order]
    is_first = np.r_[True, (np.diff(units.unit) > 0) | (np.diff(units.seed) > 0)]
    seeds = np.split(codes[is_first], np.flatnonzero(np.diff(units.unit[is_first])) + 1)
    coefficients = {
        unit: own
        for runs in runs_of(rows, units, None)
        for unit, own in zip(runs.units.tolist(), runs.coefficients, strict=True)
    }
    return [_Runs(own, coefficients[unit]) for unit, own in enumerate(seeds)]


def _compared(image: Image, cases: Sequence[_Case], runs: Sequence[_Runs]) -> Compared:
    names = list(cases[0].units)
    units = np.array([[case.units[name] for case in cases] for name in names])
    own_seeds = [runs[unit].seeds for unit in units[:, 0]]
    seeds = np.unique(np.concatenate(own_seeds))
    has_seed = np.array([np.isin(seeds, own) for own in own_seeds])
    coefficients = []
    for of_cases, there in zip(units, has_seed, strict=True):
        own = [runs[unit].coefficients for unit in of_cases]
        filled = np.full((len(own), len(seeds), max(one.shape[1] for one in own)), np.nan)
        for case, one in zip(filled, own, strict=True):
            case[there, : one.shape[1]] = one
        coefficients.append(filled)
    is_complete = set(names) == cases[0].segmentations
    return Compared(image, names, units, coefficients, has_seed, is_complete)
