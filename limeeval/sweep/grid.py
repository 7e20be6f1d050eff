"""The grid: every combination of LIME's settings, and which of them share samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, NamedTuple, cast

from limeeval.lime.discretize import DISCRETIZERS, BaseDiscretizer
from limeeval.lime.kernel import checked_metric
from limeeval.lime.request import check_at_least, check_feature_selection, check_kernel_width, checked_sampling

SAMPLING_KEYS = (
    "discretize_continuous",
    "discretizer",
    "sample_around_instance",
    "sampling_method",
    "distance_metric",
)
"""Settings that change the samples: each combination calls the model anew."""
FIT_KEYS = ("num_features", "feature_selection")
"""Settings that only change the fit to given samples."""
WIDTH_KEYS = ("kernel_width", "kernel_width_factor")
KEYS = (*WIDTH_KEYS, "num_samples", *FIT_KEYS, *SAMPLING_KEYS)

LIME_DEFAULTS: dict[str, Any] = {
    "kernel_width": None,
    "kernel_width_factor": 1.0,
    "num_samples": 5000,
    "num_features": 10,
    "feature_selection": "auto",
    "discretize_continuous": True,
    "discretizer": "quartile",
    "sample_around_instance": False,
    "sampling_method": "gaussian",
    "distance_metric": "euclidean",
}
"""The lime package's own settings."""


class Width(NamedTuple):
    """A kernel width, absolute and in multiples of LIME's default."""

    kernel_width: float
    kernel_width_factor: float


class Cell(NamedTuple):
    """One combination of the settings that share samples."""

    kernel_width: float
    kernel_width_factor: float
    num_samples: int
    num_features: int
    feature_selection: str


@dataclass(frozen=True)
class Grid:
    """Values of every setting, as lists; made by :func:`grid_of`."""

    values: Mapping[str, tuple[Any, ...]]

    def combinations(self, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Every combination of some settings, the last one changing fastest."""
        for combination in product(*(self.values[key] for key in keys)):
            yield dict(zip(keys, combination, strict=True))

    @property
    def samplings(self) -> Iterator[dict[str, Any]]:
        """Every combination of the settings that change the samples."""
        return self.combinations(SAMPLING_KEYS)

    @property
    def sample_counts(self) -> list[int]:
        """Ascending; the model is called for the largest only."""
        return sorted(self.values["num_samples"])

    def widths(self, default: float) -> list[Width]:
        """Kernel widths, given LIME's default for this data."""
        if self.values["kernel_width"] != (None,):
            absolute = [default if width is None else width for width in self.values["kernel_width"]]
            return [Width(width, width / default) for width in dict.fromkeys(absolute)]
        factors = [1.0 if factor is None else factor for factor in self.values["kernel_width_factor"]]
        return [Width(factor * default, factor) for factor in dict.fromkeys(factors)]

    def cells(self, default: float) -> list[Cell]:
        """Every combination of the settings that share samples."""
        fits = product(self.widths(default), self.sample_counts, *(self.values[key] for key in FIT_KEYS))
        return [Cell(*width, *others) for width, *others in fits]

    @property
    def size(self) -> int:
        """Number of cells of one set of samples, for one sample count."""
        widths = max(len(self.values[key]) for key in WIDTH_KEYS)
        return widths * len(self.values["num_features"]) * len(self.values["feature_selection"])


def grid_of(settings: Mapping[str, Any]) -> Grid:
    """The grid of settings that are single values or lists.

    Raises:
        ValueError: an unknown or missing key, an empty list, both ways of stating the width, or a value out of range.
    """
    unknown = sorted(set(settings) - set(KEYS))
    if unknown:
        raise ValueError(f"lime.* keys must be among {', '.join(KEYS)}, got {', '.join(unknown)}")
    values = {key: _listed(key, settings[key]) for key in KEYS}
    if values["kernel_width"] != (None,) and values["kernel_width_factor"] != (None,):
        raise ValueError(
            "lime.kernel_width and lime.kernel_width_factor state the same thing: give one, "
            f"got {settings['kernel_width']} and {settings['kernel_width_factor']}"
        )
    for key in WIDTH_KEYS:
        values[key] = tuple(
            None if value is None else check_kernel_width(value, f"lime.{key}") for value in values[key]
        )
    for key, least in (("num_samples", 2), ("num_features", 1)):
        for value in values[key]:
            check_at_least(f"lime.{key}", value, least)
    for key, check in _CHECKS.items():
        for value in values[key]:
            check(value)
    return Grid({key: tuple(dict.fromkeys(found)) for key, found in values.items()})


def seeds_of(seeds: int | Sequence[int]) -> list[int]:
    """Seeds 0..S-1 for a count S, or the listed ones.

    Raises:
        ValueError: a count below 1, an empty list, a seed that is no whole number of at least 0, or one given twice.
    """
    if not isinstance(seeds, (list, tuple)):
        check_at_least("seeds", seeds, 1)
        return list(range(cast(int, seeds)))
    for seed in seeds:
        check_at_least("seeds", seed, 0)
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be a count or a list of different seeds, got {list(seeds)}")
    return list(seeds)


def _listed(key: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            raise ValueError(f"lime.{key} must have at least one value, got an empty list")
        return tuple(value)
    return (value,)


def _check_bool(key: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"lime.{key} must be true or false, got {value!r}")


def _check_discretizer(value: Any) -> None:
    if not isinstance(value, BaseDiscretizer) and value not in DISCRETIZERS:
        raise ValueError(f"lime.discretizer must be one of {', '.join(DISCRETIZERS)}, got {value!r}")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "feature_selection": check_feature_selection,
    "discretize_continuous": partial(_check_bool, "discretize_continuous"),
    "sample_around_instance": partial(_check_bool, "sample_around_instance"),
    "discretizer": _check_discretizer,
    "sampling_method": checked_sampling,
    "distance_metric": checked_metric,
}
