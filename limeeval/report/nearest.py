"""Names that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.6
"""From this similarity on (0 to 1) a name is worth suggesting."""
AS_ALIKE = 0.05
"""So much below the best one, another is suggested beside it."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The known names most like ``name``, best first; empty where none is like it.

    Of dotted names the last part alone may be alike: ``num_samples`` is near ``lime.num_samples``.
    """
    likeness = {other: _likeness(name, other) for other in known}
    best = max(likeness.values(), default=0.0)
    close = [other for other, value in likeness.items() if value >= max(ALIKE, best - AS_ALIKE)]
    return sorted(close, key=lambda other: (-likeness[other], other))[:3]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean this or that?``, or nothing."""
    names = nearest(name, known)
    return f"; did you mean {' or '.join(names)}?" if names else ""


def _likeness(name: str, other: str) -> float:
    whole, last = _ratio(name, other), _ratio(name.rpartition(".")[2], other.rpartition(".")[2])
    return max(whole, 0.95 * last)


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()
