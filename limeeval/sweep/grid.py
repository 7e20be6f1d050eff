"""The grid: every combination of LIME's settings, and which of them share samples."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, NamedTuple, cast

import numpy as np

from limeeval.lime.discretize import DISCRETIZERS, BaseDiscretizer
from limeeval.lime.kernel import checked_metric
from limeeval.lime.neighborhood import SAMPLING_METHODS
from limeeval.lime.request import check_at_least, check_feature_selection, check_kernel_width, checked_sampling
from limeeval.lime.segmentation_algorithm import digest
from limeeval.lime.segmentation_choice import (
    LIME_SEGMENTATION,
    lime_segmentation,
    segmentation_name,
    segmentations_of,
)

FIT_KEYS = ("num_features", "feature_selection")
"""Settings that only change the fit to given samples."""
WIDTH_KEYS = ("kernel_width", "kernel_width_factor")
_COMMON_DEFAULTS: dict[str, Any] = {"kernel_width": None, "kernel_width_factor": 1.0, "feature_selection": "auto"}
TABLE_DEFAULTS: dict[str, Any] = _COMMON_DEFAULTS | {
    "num_samples": 5000,
    "num_features": 10,
    "discretize_continuous": True,
    "discretizer": "quartile",
    "sample_around_instance": False,
    "sampling_method": "gaussian",
    "distance_metric": "euclidean",
}
"""The lime package's own settings for tables."""
IMAGE_DEFAULTS: dict[str, Any] = _COMMON_DEFAULTS | {
    "num_samples": 1000,
    "num_features": 100_000,
    "segmentation": None,
    "hide_color": None,
    "distance_metric": "cosine",
}
"""The lime package's own settings for images."""
SAMPLING_KEYS = (
    "segmentation",
    "hide_color",
    "discretize_continuous",
    "discretizer",
    "sample_around_instance",
    "sampling_method",
    "distance_metric",
)
"""Settings that change the samples, of tables or images: each combination calls the model anew."""


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
        return self.combinations([key for key in SAMPLING_KEYS if key in self.values])

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


def grid_of(settings: Mapping[str, Any], *, trust: bool = False) -> Grid:
    """The grid of settings that are single values or lists; those of images have a segmentation.

    ``trust``: segmentations may be functions of any package, by their dotted names.

    Raises:
        ValueError: an unknown or missing key, an empty list, both ways of stating the width, or a value out of range.
    """
    known = defaults_of(settings)
    unknown = sorted(set(settings) - set(known))
    mixed = [key for key in unknown if key in TABLE_DEFAULTS]
    if mixed and known is IMAGE_DEFAULTS:
        raise ValueError(f"lime.segmentation is for images and lime.{mixed[0]} for tables, got both")
    if unknown:
        modality = "images" if known is IMAGE_DEFAULTS else "tables"
        raise ValueError(f"lime.* keys for {modality} must be among {', '.join(known)}, got {', '.join(unknown)}")
    values = {key: _listed(key, settings[key]) for key in known}
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
    for key in values:
        for value in values[key] if key in _CHECKS else ():
            _CHECKS[key](value)
    if "segmentation" in values:
        listed = [lime_segmentation() if value is None else value for value in values["segmentation"]]
        values["segmentation"] = tuple(segmentations_of(listed, trust=trust))
        values["hide_color"] = tuple(
            None if setting_text("hide_color", one) == "mean" else one for one in values["hide_color"]
        )
    return Grid({key: _distinct(found) for key, found in values.items()})


def defaults_of(settings: Collection[str]) -> dict[str, Any]:
    """The lime package's settings for images where there is a segmentation among the settings, else for tables."""
    return IMAGE_DEFAULTS if "segmentation" in settings else TABLE_DEFAULTS


def shown_defaults(settings: Collection[str]) -> dict[str, Any]:
    """The same as tables show them; without the width, which its factor says."""
    usual = defaults_of(settings)
    shown = {key: setting_text(key, value) if key in SAMPLING_KEYS else value for key, value in usual.items()}
    del shown["kernel_width"]
    return shown


def setting_text(key: str, value: Any) -> bool | str:
    """A setting that changes the samples, as tables show it."""
    if isinstance(value, (bool, str)):
        return value
    if key == "segmentation":
        return LIME_SEGMENTATION if value is None else segmentation_name(value)
    if key == "hide_color":
        return _hidden_by(value)
    return type(value).__name__


def _hidden_by(value: Any) -> str:
    if value is None:
        return "mean"
    return f"image {digest(np.asarray(value))}" if np.ndim(value) > 1 else str(np.asarray(value).tolist())


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    """The values, each once; arrays and functions are told apart by identity."""
    found: list[Any] = []
    for value in values:
        if not any(value is other or (np.ndim(value) == np.ndim(other) == 0 and value == other) for other in found):
            found.append(value)
    return tuple(found)


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
    if key == "hide_color" and isinstance(value, tuple):
        return (value,)  # One color; several are a list.
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
    "sampling_method": partial(checked_sampling, known=SAMPLING_METHODS),
    "distance_metric": checked_metric,
}
