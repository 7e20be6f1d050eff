"""What ``summary.json`` says of a run, checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from limeeval.report.description import Description, Target
from limeeval.study.files import SUMMARY


class OtherSchema(ValueError):
    """Files that another version wrote, and that lack something or have too much."""


def described(summary: Mapping[str, Any]) -> tuple[list[Description], Target]:
    """What was run, and what it is judged by.

    Raises:
        OtherSchema: fields are missing, or unknown.
        ValueError: it is of another shape.
    """
    lacking = [name for name in ("runs", "target") if name not in summary]
    if lacking:
        raise ValueError(f"{SUMMARY} lacks {', '.join(lacking)}")
    runs, target = summary["runs"], summary["target"]
    if not isinstance(runs, list) or not runs:
        raise ValueError(f"runs in {SUMMARY} must be a list of one at least, got {runs!r:.40}")
    descriptions = [Description.from_dict(_checked(Description, one, "runs")) for one in runs]
    return descriptions, Target(**_checked(Target, target, "target"))


def _checked(kind: type[Any], found: Any, name: str) -> Mapping[str, Any]:
    """The fields of a dataclass.

    Raises:
        OtherSchema: some are missing, or unknown.
        ValueError: they are of other types.
    """
    if not isinstance(found, dict):
        raise ValueError(f"{name} in {SUMMARY} must be an object, got {found!r:.40}")
    needed = [field.name for field in fields(kind) if field.default is MISSING]
    lacking = [field for field in needed if field not in found]
    unknown = [field for field in found if field not in {field.name for field in fields(kind)}]
    if lacking or unknown:
        parts = [("lacks", lacking), ("has an unknown", unknown)]
        said = " and ".join(f"{what} {', '.join(names)}" for what, names in parts if names)
        raise OtherSchema(f"{name} in {SUMMARY} {said}")
    hints = get_type_hints(kind)
    for field, value in found.items():
        if not _is_of(value, hints[field]):
            raise ValueError(f"{field} of {name} in {SUMMARY} must be {_words(hints[field])}, got {value!r:.40}")
    return found


def _is_of(value: Any, hint: Any) -> bool:
    """Whether a value from JSON can stand for a type, of those that descriptions have."""
    if isinstance(hint, UnionType):
        return any(_is_of(value, one) for one in get_args(hint))
    if get_origin(hint) is not None:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if hint is float else hint)


def _words(hint: Any) -> str:
    """A type in words."""
    if isinstance(hint, UnionType):
        return " or ".join(map(_words, get_args(hint)))
    if get_origin(hint) is not None:
        return "a list of text"
    return {str: "text", int: "a whole number", float: "a number"}.get(hint, "null")


def texts(summary: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """An entry that is a list of text; none if it is not there.

    Raises:
        ValueError: it is something else.
    """
    found = summary.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{name} in {SUMMARY} must be a list of text, got {found!r:.40}")
    return tuple(found)
