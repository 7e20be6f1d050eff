"""The k of top-k scores."""

from __future__ import annotations

from typing import Any

from limeeval.lime.agreement import default_k


def resolved_k(asked: Any, usual: int | None, d: int, named: int) -> int:
    """As asked for, as is usual in the task's field, or the default.

    Args:
        asked: by the user; None for the usual one.
        usual: in the task's field; None where it has no such number.
        d: number of features.
        named: features that an explanation names at least.

    Raises:
        ValueError: a single feature, or a k that is not between 1 and what is named, or not below d.
    """
    if d < 2:
        raise ValueError("a task must have at least two features to rank, got one")
    most = min(d - 1, named)
    if asked is None:
        return max(min(usual or default_k(d), most), 1)
    if isinstance(asked, bool) or not isinstance(asked, int) or not 1 <= asked <= most:
        raise ValueError(
            f"metrics.k must be between 1 and {most}, for {d} features of which {named} are named, got {asked}"
        )
    return asked
