"""Segmentations in few words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PARAMETER = re.compile(r"(?:^|, )(\w+)=")


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The names without parameters; those that would be equal with the values in which they differ, or else in full.

    >>> print(*short_names(["slic(n_segments=50, sigma=1)", "slic(n_segments=20, sigma=1)", "a.b"]).values(), sep=", ")
    slic 50, slic 20, b
    """
    by_algorithm: dict[str, dict[str, Mapping[str, str]]] = {}
    for name in names:
        head, _, rest = name.partition("(")
        by_algorithm.setdefault(head.rpartition(".")[2], {})[name] = _parameters(rest.removesuffix(")"))
    found = {}
    for algorithm, own in by_algorithm.items():
        keys = list(dict.fromkeys(key for parameters in own.values() for key in parameters))
        differing = [key for key in keys if len({parameters.get(key) for parameters in own.values()}) > 1]
        short = {name: _written(algorithm, given, differing) for name, given in own.items()}
        found.update(short if len(set(short.values())) == len(short) else dict(zip(short, short, strict=True)))
    return found


def _parameters(written: str) -> dict[str, str]:
    """Values by name of ``a=1, b=(2, 3)``."""
    parts = _PARAMETER.split(written)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _written(algorithm: str, parameters: Mapping[str, str], keys: Iterable[str]) -> str:
    return " ".join([algorithm, *(parameters[key] for key in keys if key in parameters)])
