"""What the arguments of comparisons must be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from numbers import Integral
from typing import Any

from limeeval.report.comparison.words import suggested


def check_k(k: object) -> None:
    """Whether k is a whole number or None; its range depends on the features.

    Raises:
        ValueError: it is neither.
    """
    if k is not None and (isinstance(k, bool) or not isinstance(k, Integral)):
        raise ValueError(f"k must be a whole number, got {k!r}")


def check_where(where: object) -> None:
    """Whether rows are chosen by setting.

    Raises:
        ValueError: they are not.
    """
    if where is not None and not isinstance(where, Mapping):
        raise ValueError(f"where must be {{setting: value}}, got {where!r}")


def chosen_metrics(metrics: Collection[str] | None, known: Sequence[str]) -> list[str]:
    """Those of the known metrics that are asked for, in their order; None for all.

    Raises:
        ValueError: there is none, or one that is not known.
    """
    if metrics is None:
        return list(known)
    names: list[Any] = [metrics] if isinstance(metrics, str) else list(metrics) if _is_several(metrics) else []
    if not names:
        raise ValueError(f"metrics must be a name or several, got {metrics!r}")
    for name in names:
        if name not in known:
            raise ValueError(f"metrics must be among those that can be compared, got {name!r}{suggested(name, known)}")
    return [name for name in known if name in names]


def _is_several(metrics: object) -> bool:
    return isinstance(metrics, Collection) and not isinstance(metrics, bytes)
