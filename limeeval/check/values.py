"""Values of scores and settings, written as a user would."""

from __future__ import annotations

from typing import Any

from limeeval.report.answer.places import plain


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
