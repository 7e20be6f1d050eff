"""Functions found by their dotted name, and the parameters that they take."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

IMPORTED = ("skimage", "limeeval")
"""Packages whose functions are found by their dotted name."""


def imported(name: str, *, trust: bool) -> Callable[..., Any]:
    """The function of a dotted name, inside the packages ``IMPORTED`` or, with ``trust``, anywhere.

    Raises:
        ValueError: nothing that can be called is there, or it may not be imported.
    """
    if not trust and name.partition(".")[0] not in IMPORTED:
        raise ValueError(_foreign(name))
    try:
        found = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"segmentation must be a name that can be imported, got {name!r}: {error}") from error
    if not callable(found):
        raise ValueError(f"segmentation must name a function, got {name!r}, a {type(found).__name__}")
    if not trust and package_of(found) not in IMPORTED:  # What these packages have imported themselves.
        raise ValueError(_foreign(name))
    function: Callable[..., Any] = found
    return function


def checked_parameters(function: Callable[..., Any], given: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """Parameters that ``function`` takes after the image, ``random_seed`` under the name that it has there.

    Raises:
        ValueError: a parameter that the function does not take, or one that it needs.
    """
    after_image = list(parameters_of(function).values())[1:]
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    taken = [parameter.name for parameter in after_image if parameter.kind not in variadic]
    wanted = dict(given) if "random_seed" in taken else _with_rng(given, taken)
    unknown = [key for key in wanted if key not in taken]
    if unknown and not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in after_image):
        raise ValueError(
            f"parameters of {name} must be among {', '.join(taken) or 'none at all'}, got {', '.join(unknown)}"
        )
    needed = [parameter.name for parameter in after_image if parameter.default is inspect.Parameter.empty]
    missing = [key for key in needed if key in taken and key not in wanted]
    if missing:
        raise ValueError(f"{name} must be given {', '.join(missing)}, got {', '.join(wanted) or 'no parameters'}")
    return wanted


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The function's parameters by name; any at all where it does not say which."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # Compiled ones may have no signature.
        image = inspect.Parameter("image", inspect.Parameter.POSITIONAL_ONLY)
        return {"image": image, "others": inspect.Parameter("others", inspect.Parameter.VAR_KEYWORD)}


def package_of(function: Callable[..., Any]) -> str:
    """The package that a function was written in: ``skimage``."""
    return str(getattr(function, "__module__", "")).partition(".")[0]


def _with_rng(given: Mapping[str, Any], taken: list[str]) -> dict[str, Any]:
    """``random_seed`` is called rng, and is left out where it says nothing."""
    seed = given.get("random_seed")
    drawn = seed is not None and "rng" in taken and "rng" not in given
    return {
        "rng" if key == "random_seed" else key: value for key, value in given.items() if key != "random_seed" or drawn
    }


def _foreign(name: str) -> str:
    return (
        f"segmentation must be inside {' or '.join(IMPORTED)} if it is given by its dotted name, got {name!r}: import "
        "the function yourself and pass it (on the command line: trust=true)"
    )
