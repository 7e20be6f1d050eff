"""Classes of a model that a task names."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 20


def known_labels(labels: Sequence[str], class_names: tuple[str, ...]) -> tuple[str, ...]:
    """``labels``, which are among ``class_names``.

    Raises:
        ValueError: some are not.
    """
    unknown = [label for label in labels if label not in class_names]
    if unknown:
        known = _listed(class_names) or "left out for regression"
        raise ValueError(f"labels must be {known}; got {', '.join(map(str, unknown))}")
    return tuple(labels)


def _listed(class_names: tuple[str, ...]) -> str:
    more = len(class_names) - SHOWN
    return ", ".join(class_names[:SHOWN]) + (f" or one of {more} more" if more > 0 else "")
