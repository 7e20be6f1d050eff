"""What is asked for: the arguments that all explainers share, checked once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limeeval.lime.kernel import Kernel
from limeeval.lime.selection import FEATURE_SELECTIONS


@dataclass(frozen=True)
class Request:
    """What is asked of a neighborhood; the arguments that every explainer's ``explain_instance`` has in common."""

    kernel: Kernel
    kernel_width: float
    num_samples: int
    num_features: int
    feature_selection: str
    model_regressor: Any = None

    def __post_init__(self) -> None:
        check_at_least("num_samples", self.num_samples, 2)
        check_at_least("num_features", self.num_features, 1)
        check_feature_selection(self.feature_selection)


def check_at_least(name: str, value: Any, least: int) -> None:
    """Raises ValueError unless ``value`` is a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_kernel_width(kernel_width: Any, name: str = "kernel_width") -> float:
    """The width as a float; raises ValueError unless it is a finite number above 0."""
    try:
        width = float(kernel_width)
    except (TypeError, ValueError):
        width = float("nan")
    if not 0 < width < float("inf"):
        raise ValueError(f"{name} must be a number above 0, got {kernel_width!r}")
    return width


def check_feature_selection(feature_selection: str) -> None:
    """Raises ValueError for an unknown method; the message lists the known ones."""
    if feature_selection not in FEATURE_SELECTIONS:
        raise ValueError(f"feature_selection must be one of {', '.join(FEATURE_SELECTIONS)}, got {feature_selection!r}")


def fixed_seed(random_state: Any) -> int | None:
    """An int for every explanation, or None for a fresh seed each.

    Raises:
        ValueError: a negative int, or anything but an int, None, a RandomState or a Generator.
    """
    if random_state is None:
        return None
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, (int, np.integer)) and not isinstance(random_state, bool) and random_state >= 0:
        return int(random_state)
    raise ValueError(
        f"random_state must be None, an int of at least 0, a RandomState or a Generator, got {random_state!r}"
    )


def next_seed(fixed: int | None) -> int:
    """The seed of an explanation: the fixed one, or a fresh one if there is none."""
    return secrets.randbits(32) if fixed is None else fixed


def checked_sampling(sampling_method: str, known: Sequence[str]) -> str:
    """The method itself; raises ValueError for one that is not ``known``, listing those that are."""
    if sampling_method not in known:
        raise ValueError(f"sampling_method must be one of {', '.join(known)}, got {sampling_method!r}")
    return sampling_method
