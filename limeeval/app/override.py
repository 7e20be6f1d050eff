"""One key=value argument: how it is written, so that Hydra can read it, and what Hydra reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

LISTS = ("seeds", "instances", "task.labels")
"""Keys beside those of ``lime`` whose value may be a list."""
_UNQUOTED = re.compile(r"[\w \-/.\\+%*@?|:$]*", flags=re.ASCII)
"""What Hydra takes for text without quotes around it."""
_WRITTEN = re.compile(r"['\"\[\]{}]|^\w+\(.*\)$")
"""Values that are written in Hydra's own grammar: quotes, brackets, functions."""

_CALLS = re.compile(r"[^,(]+(?:\([^)]*\))?")
"""Names, and calls such as ``slic(n_segments=20)``, between commas."""
_QUOTED = re.compile(r"'(\\.|[^'\\])*'|\"(\\.|[^\"\\])*\"")


@dataclass(frozen=True)
class Override:
    """What an argument says.

    Attributes:
        sign: "", "+", "++" or "~" (take the key away).
        key: dotted, or the name of a group.
        values: one, or those of a sweep where they can be told; plain Python.
        written: the part after the equals sign.
        is_sweep: whether Hydra is to make a job of each value.
        package: what stands after an @.
    """

    sign: str
    key: str
    values: tuple[Any, ...]
    written: str
    is_sweep: bool
    package: str | None

    def __str__(self) -> str:
        package = "" if self.package is None else f"@{self.package}"
        equals = "" if self.sign == "~" and not self.written else f"={self.written}"
        return f"{self.sign}{self.key}{package}{equals}"

    def signed(self, sign: str) -> Override:
        """The same with another sign."""
        return replace(self, sign=sign)


def takes_list(key: str) -> bool:
    """Whether a list is a value of this key, not several values."""
    return key.startswith("lime.") or key in LISTS


def parsed(argument: str, *, is_multirun: bool) -> Override:
    """What ``argument`` says; comma lists of keys that take lists are lists, unless they are for multirun.

    Raises:
        ValueError: Hydra could not read it.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import ValueType
    from hydra.errors import HydraException

    written = _as_list(readable(argument), is_multirun)
    try:
        (found,) = OverridesParser.create().parse_overrides([written])
    except HydraException as error:
        raise ValueError(f"cannot read {argument}: {_hint(argument)}") from error
    if not found.key_or_group:
        raise ValueError(f"arguments must be key=value, got {argument}")
    sweep = found.is_sweep_override()
    known = not sweep or (found.is_discrete_sweep() and found.value_type is not ValueType.GLOB_CHOICE_SWEEP)
    values = () if not known else found.sweep_iterator() if sweep else (found.value(),)
    return Override(
        sign=argument[: len(argument) - len(argument.lstrip("+~"))],
        key=found.key_or_group,
        values=tuple(_plain(value) for value in values),
        written=written.partition("=")[2],
        is_sweep=sweep,
        package=found.package,
    )


def readable(argument: str) -> str:
    """``argument`` with quotes around text that Hydra would stumble over, such as ``>50K`` or ``Müller``."""
    key, equals, value = argument.partition("=")
    calls = _CALLS.findall(value) if key.lstrip("+") == "lime.segmentation" else []
    if any("(" in call for call in calls) and ",".join(calls) == value:
        return f"{key}={','.join(_quoted(call) if '(' in call else call for call in calls)}"
    if not equals or _WRITTEN.search(value) or _UNQUOTED.fullmatch(value.replace(",", "")):
        return argument
    parts = value.split(",")
    return f"{key}={','.join(part if _UNQUOTED.fullmatch(part) else _quoted(part) for part in parts)}"


def _as_list(argument: str, is_multirun: bool) -> str:
    key, equals, value = argument.partition("=")
    outside = _QUOTED.sub("", value)
    if key.lstrip("+").startswith("lime.") and value.startswith("{") and value.endswith("}"):
        lists = re.sub(r"{[^{}]*}", r"[\g<0>]", value) if is_multirun else f"[{value}]"  # Of one value each, or of all.
        return f"{key}={lists}"
    bare = equals and "," in outside and not set(outside) & set("[]{}()")
    return f"{key}=[{value}]" if bare and not is_multirun and takes_list(key.lstrip("+")) else argument


def _hint(argument: str) -> str:
    key, _, value = argument.partition("=")
    if value.startswith(("[", "{")):
        return "lists and mappings are written [1,2] and {a: 1}"
    if "," in value and not all(part.strip() for part in value.split(",")):
        return "something is missing beside a comma"
    return f"text with signs in it needs quotes within quotes, \"{key}='{_escaped(value)}'\""


def _quoted(text: str) -> str:
    return f"'{_escaped(text)}'"


def _escaped(text: str) -> str:
    """Backslashes mean themselves but before a quote."""
    return re.sub(r"(\\*)'", r"\1\1\\'", text) + "\\" * (len(text) - len(text.rstrip("\\")))


def _plain(value: Any) -> Any:
    """Quoted strings of Hydra's as plain ones."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(part) for key, part in value.items()}
    return getattr(value, "text", value)
