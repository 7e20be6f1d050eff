"""Settings in words, and what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from limeeval.report.nearest import did_you_mean

_NAMING = {"kernel_width_factor": "kernel_width"}
"""Settings that name a side, and others that are the same thing in other words."""


def named(settings: Mapping[str, Any]) -> str:
    """Settings in words."""
    return ", ".join(f"{name} {written(value)}" for name, value in said_once(settings).items())


def said_once(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without those that another of them says in other words."""
    said_twice = {twin for name, twin in _NAMING.items() if name in settings}
    return {name: value for name, value in settings.items() if name not in said_twice}


def written(value: Any) -> str:
    """A value of a setting in words."""
    if value is None:
        return "none"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def listed(values: Iterable[Any], most: int) -> str:
    """The first of some values, with commas."""
    own = [f"{value:.6g}" if isinstance(value, float) else str(value) for value in values]
    return ", ".join(own[:most]) + (", ..." if len(own) > most else "")


def first_of(names: Sequence[str], most: int = 5) -> str:
    """The first of some names, and how many more there are.

    >>> first_of(["a", "b", "c"], 2), first_of(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def counted(number: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "instance"), counted(2, "instance")
    ('1 instance', '2 instances')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def suggested(name: object, known: Iterable[str]) -> str:
    """What somebody may have meant, and all there is."""
    names = [str(one) for one in known]
    return f"{did_you_mean(str(name), names)} (known: {', '.join(names)})"
