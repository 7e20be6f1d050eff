"""Thresholds as a user writes them: a yaml with a list, every line of which is checked before anything is read."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
            "no worse than the baseline by {:g}": self.no_worse_than_baseline,
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
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        _check_keys(yaml.compose(text, yaml.SafeLoader), path)
        found = yaml.safe_load(text)
    except OSError as error:
        raise ValueError(f"thresholds must be a file that can be read, got {path} ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise ValueError(f"thresholds must be a yaml, got {path}: {said}") from error
    return thresholds_of(found, source=str(path))


def _check_keys(node: Any, path: Path) -> None:
    """Refuses a key that stands twice, of which yaml would take the last: the other bound would say nothing."""
    children = [] if node is None or isinstance(node.value, str) else node.value
    pairs = [child for child in children if isinstance(child, tuple)]
    seen = set()
    for key, _ in pairs:
        if isinstance(key.value, str) and key.value in seen:
            raise ValueError(f"{path}, line {key.start_mark.line + 1}: each key must stand once, got {key.value} twice")
        seen.add(str(key.value))
    for child in [value for _, value in pairs] or children:
        _check_keys(child, path)


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
        raise ValueError(f"{place} must have keys, as in 'metric: jaccard', got {entry!r}")
    for key in entry:
        if key not in KEYS:
            raise ValueError(f"{place} has no key {key}{did_you_mean(str(key), KEYS)} (known: {', '.join(KEYS)})")
    if not isinstance(entry.get("metric"), str):
        raise ValueError(f"{place} must name a metric, got {entry.get('metric')!r}")
    found = Threshold(**{**entry, "where": _where(entry.get("where"), place)})
    _check_bounds(found, place)
    _check_choices(found, place)
    return found


def _where(where: Any, place: str) -> dict[str, Any]:
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise ValueError(f"{place}: where must have keys, as in {{task: german_credit}}, got {where!r}")
    for column, value in where.items():
        values = value if isinstance(value, list | tuple) else [value]
        if not values or not all(one is None or isinstance(one, str | int | float) for one in values):
            raise ValueError(f"{place}: {column} of where must be a number, text or a list of these, got {value!r}")
    return {str(column): value for column, value in where.items()}


def _check_bounds(found: Threshold, place: str) -> None:
    for name in BOUNDS:
        value = getattr(found, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if value is not None and not is_number:
            raise ValueError(f"{place}: {name} must be a number, got {value!r}")
    if all(getattr(found, name) is None for name in BOUNDS):
        raise ValueError(f"{place} must have one of {', '.join(BOUNDS)}, got none")
    if found.at_least is not None and found.at_most is not None and found.at_least > found.at_most:
        raise ValueError(f"{place}: at_least must not be above at_most, got {found.at_least:g} and {found.at_most:g}")
    margin = found.no_worse_than_baseline
    if margin is not None and margin < 0:
        raise ValueError(f"{place}: no_worse_than_baseline must be a margin of at least 0, got {margin:g}")


def _check_choices(found: Threshold, place: str) -> None:
    if found.severity not in SEVERITIES:
        raise ValueError(f"{place}: severity must be {' or '.join(SEVERITIES)}, got {found.severity!r}")
    for name in ("strict", "allow_missing"):
        if not isinstance(getattr(found, name), bool):
            raise ValueError(f"{place}: {name} must be true or false, got {getattr(found, name)!r}")
    if not isinstance(found.name, str):
        raise ValueError(f"{place}: name must be text, got {found.name!r}")


def _kind(value: Any) -> str:
    return "an empty file" if value is None else "keys and values" if isinstance(value, Mapping) else repr(value)
