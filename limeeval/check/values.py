"""Values of scores and settings, written as a user would."""

from __future__ import annotations

import math
from typing import Any

from limeeval.report.answer.places import plain

_SAME = 1e-9


def typed(value: Any) -> str:
    """A value as it may be typed into a yaml.

    >>> typed(1.0), typed(0.25), typed(True), typed([250, 1000]), typed(None)
    ('1', '0.25', 'true', '250 or 1000', 'null')
    """
    if isinstance(value, list | tuple):
        return " or ".join(map(typed, value))
    value = plain(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{int(value)}" if value.is_integer() else repr(value)
    return "null" if value is None else str(value)


def score(value: float) -> str:
    """A score in few digits.

    >>> score(0.69733), score(120.0221), score(-0.00002), score(1.0)
    ('0.697', '120', '-2e-05', '1.000')
    """
    size = abs(value)
    return f"{value:.3f}" if size == 0 or 0.001 <= size < 10 else f"{value:.4g}"


def values_of(wanted: Any) -> list[Any]:
    """The values that ``where`` states for a column, one or a list of which any will do."""
    return [plain(one) for one in wanted] if isinstance(wanted, list | tuple) else [plain(wanted)]


def text_of(value: Any) -> str:
    """A text that the same values have: a number to nine digits, anything else with its kind.

    >>> text_of(0.1 + 0.2), text_of(1.0), text_of("1"), text_of(True)
    ('0.3', '1', "'1'", 'True')
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.9g}" if is_number else repr(value)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values of a setting are one: numbers up to nine digits, for widths are written with few.

    >>> is_same(1, 1.0), is_same(0.3, 0.1 + 0.2), is_same(1, True), is_same("1", 1), is_same(None, None)
    (True, True, False, False, True)
    """
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_SAME)
    return bool(one == other)
