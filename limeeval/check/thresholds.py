"""Thresholds as a user writes them: a yaml with a list, every line of which is checked before anything is read."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from reprlib import Repr
from typing import Any

from limeeval.report.answer.names import shortened
from limeeval.report.nearest import did_you_mean

KEYS = (
    "metric",
    "where",
    "at_least",
    "at_most",
    "no_worse_than_baseline",
    "severity",
    "strict",
    "allow_missing",
    "name",
)
BOUNDS = ("at_least", "at_most", "no_worse_than_baseline")
SEVERITIES = ("error", "warn")
_LONGEST = 200
"""Signs of what was written that a message repeats."""
_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 2, _LONGEST, _LONGEST


@dataclass(frozen=True)
class Threshold:
    """One line of a thresholds file.

    Attributes:
        metric: of ``scores.parquet``, or ``log_sd``.
        where: the rows that are meant: {column: value}, or a list of values of which any will do.
        at_least: a floor that the whole interval must not lie below; None for none.
        at_most: a ceiling that it must not lie above; None for none.
        no_worse_than_baseline: how much worse than the baseline it may be, at least 0; None for no comparison.
        severity: "error", or "warn": a failure that does not count.
        strict: whether "inconclusive" counts as failed.
        allow_missing: whether rows that are not there pass.
        name: what it is called; made of the rest where it is not given.
    """

    metric: str
    where: Mapping[str, Any] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None
    no_worse_than_baseline: float | None = None
    severity: str = "error"
    strict: bool = False
    allow_missing: bool = False
    name: str = ""

    @property
    def title(self) -> str:
        """What it is called: "jaccard at least 0.9 (task german_credit)"."""
        return self.name or f"{self.metric} {self._bounds()}{self._rows()}"

    @property
    def short(self) -> str:
        """The same without the rows, which its verdicts name one by one: "jaccard at least 0.9"."""
        return self.name or f"{self.metric} {self._bounds()}"

    def _bounds(self) -> str:
        stated = {
            "at least {:g}": self.at_least,
            "at most {:g}": self.at_most,
            "at most {:g} worse than the baseline": self.no_worse_than_baseline,
        }
        return " and ".join(text.format(value) for text, value in stated.items() if value is not None)

    def _rows(self) -> str:
        named = ", ".join(f"{column} {value}" for column, value in self.where.items())
        return f" ({named})" if named else ""


def thresholds_from(given: Any) -> list[Threshold]:
    """The thresholds of a file, by its path, or of a list.

    Raises:
        ValueError: as :func:`thresholds_in` and :func:`thresholds_of`.
    """
    return thresholds_in(Path(given)) if isinstance(given, (str, os.PathLike)) else thresholds_of(given)


def thresholds_in(path: Path) -> list[Threshold]:
    """The thresholds of a file.

    Raises:
        ValueError: there is no such file, it is no yaml, no list, empty, has a key twice, or a line of it cannot be
            used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"thresholds must be a file that can be read, got {path} ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"thresholds must be a yaml, got {path}: {error}") from error
    return thresholds_written(text, source=str(path))


def thresholds_written(text: str, *, source: str) -> list[Threshold]:
    """The thresholds of a text in yaml; ``source`` is what messages call it.

    Raises:
        ValueError: as :func:`thresholds_in`.
    """
    import yaml

    try:
        tree, found = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # A date in month 13 is a ValueError.
        raise ValueError(f"thresholds must be a yaml, got {source}: {_said(error)}") from error
    _check_keys(tree, source)
    return thresholds_of(found, source=source)


def _said(error: Exception) -> str:
    """What is wrong with a yaml, and where."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None or mark is None:
        return shortened(str(error), _LONGEST)
    return f"line {mark.line + 1}: {shortened(problem, _LONGEST)}"


def _check_keys(root: Any, source: str) -> None:
    """Refuses a key that stands twice, of which yaml would take the last: the other bound would say nothing."""
    left, known = [root], {id(root)}  # A list may hold itself.
    while left:
        node = left.pop()
        children = [] if node is None or isinstance(node.value, str) else node.value
        pairs = [child for child in children if isinstance(child, tuple)]
        _check_pairs(pairs, source)
        new = [child for child in ([value for _, value in pairs] or children) if id(child) not in known]
        known.update(map(id, new))
        left += new


def _check_pairs(pairs: Sequence[tuple[Any, Any]], source: str) -> None:
    seen = set()
    for key, _ in pairs:
        if str(key.value) in seen:
            place = f"{source}, line {key.start_mark.line + 1}"
            raise ValueError(f"{place}: each key must stand once, got {shortened(str(key.value), _LONGEST)} twice")
        seen.add(str(key.value))


def thresholds_of(entries: Any, *, source: str = "thresholds") -> list[Threshold]:
    """The same of what a yaml holds, or of a list in Python.

    Raises:
        ValueError: as :func:`thresholds_in`.
    """
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise ValueError(f"{source} must be a list of thresholds, got {_kind(entries)}")
    if not entries:
        raise ValueError(f"{source} must have at least one threshold, got none: nothing would ever fail")
    return [_threshold(entry, f"{source}, threshold {number}") for number, entry in enumerate(entries, start=1)]


def _threshold(entry: Any, place: str) -> Threshold:
    if isinstance(entry, Threshold):
        entry = vars(entry)
    if not isinstance(entry, Mapping):
        raise ValueError(f"{place} must have keys, as in 'metric: jaccard', got {_shown(entry)}")
    for key in entry:
        if key not in KEYS:
            near = did_you_mean(str(key), KEYS)
            raise ValueError(f"{place} has no key {shortened(str(key), _LONGEST)}{near} (known: {', '.join(KEYS)})")
    if not isinstance(entry.get("metric"), str):
        raise ValueError(f"{place} must name a metric, got {_shown(entry.get('metric'))}")
    found = Threshold(**{**entry, "where": _where(entry.get("where"), place)})
    _check_bounds(found, place)
    _check_choices(found, place)
    return found


def _where(where: Any, place: str) -> dict[str, Any]:
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise ValueError(f"{place}: where must have keys, as in {{task: german_credit}}, got {_shown(where)}")
    for column, value in where.items():
        values = value if isinstance(value, list | tuple) else [value]
        if not values or not all(one is None or isinstance(one, str | bool) or _is_number(one) for one in values):
            raise ValueError(
                f"{place}: {column} of where must be a number, text or a list of these, got {_shown(value)}"
            )
    return {str(column): value for column, value in where.items()}


def _check_bounds(found: Threshold, place: str) -> None:
    for name in BOUNDS:
        value = getattr(found, name)
        if value is not None and not _is_number(value):
            raise ValueError(f"{place}: {name} must be a number, got {_shown(value)}")
    if all(getattr(found, name) is None for name in BOUNDS):
        raise ValueError(f"{place} must have one of {', '.join(BOUNDS)}, got none")
    if found.at_least is not None and found.at_most is not None and found.at_least > found.at_most:
        raise ValueError(f"{place}: at_least must not be above at_most, got {found.at_least:g} and {found.at_most:g}")
    margin = found.no_worse_than_baseline
    if margin is not None and margin < 0:
        raise ValueError(f"{place}: no_worse_than_baseline must be a margin of at least 0, got {margin:g}")


def _check_choices(found: Threshold, place: str) -> None:
    if found.severity not in SEVERITIES:
        raise ValueError(f"{place}: severity must be {' or '.join(SEVERITIES)}, got {_shown(found.severity)}")
    for name in ("strict", "allow_missing"):
        if not isinstance(getattr(found, name), bool):
            raise ValueError(f"{place}: {name} must be true or false, got {_shown(getattr(found, name))}")
    if not isinstance(found.name, str):
        raise ValueError(f"{place}: name must be text, got {_shown(found.name)}")


def _is_number(value: Any) -> bool:
    """Whether it is a number that computers have as a float, too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _kind(value: Any) -> str:
    return "an empty file" if value is None else "keys and values" if isinstance(value, Mapping) else _shown(value)


def _shown(value: Any) -> str:
    """A value as Python writes it, as far as it is short."""
    return shortened(_SHORT.repr(value), _LONGEST)
