"""Labels: which of the model's outputs are explained, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limeeval.lime.domain import Array

REGRESSION_LABEL = 1
"""Under which label a regression's only output is explained."""


@dataclass(frozen=True)
class Labels:
    """Which outputs to explain: ``top_labels`` of the most likely ones, or ``labels`` by position or name.

    Regression has one output, explained under the label 1 whatever is asked for.
    """

    mode: str
    class_names: Sequence[Any] | None
    labels: Sequence[int | str] | int | str = (1,)
    top_labels: int | None = None

    def outputs(self, prediction: Array) -> list[int]:
        """Positions of the explained outputs, given f(x) (c,).

        Raises:
            ValueError: a label that does not exist, top_labels below 1, or class names that do not fit.
        """
        if self.mode == "regression":
            return [0]
        return _explained_labels(self.labels, self.top_labels, prediction, self.names(prediction))

    def names(self, prediction: Array) -> list[str]:
        """Names of the classes, given f(x) (c,); none for regression."""
        return [] if self.mode == "regression" else _checked_class_names(self.class_names, len(prediction))

    def label(self, output: int) -> int:
        """The label under which an output is explained."""
        return REGRESSION_LABEL if self.mode == "regression" else output


def _explained_labels(
    labels: Sequence[int | str] | int | str, top_labels: int | None, prediction: Array, class_names: Sequence[str]
) -> list[int]:
    """Positions of the classes to explain: the ``top_labels`` most likely, most likely first, or ``labels``.

    ``top_labels`` beyond the number of classes means all of them.

    Raises:
        ValueError: a label that does not exist, top_labels below 1, or nothing to explain.
    """
    if top_labels is not None:
        whole = isinstance(top_labels, (int, np.integer)) and not isinstance(top_labels, bool)
        if not whole or top_labels < 1:
            raise ValueError(f"top_labels must be None or a whole number of at least 1, got {top_labels!r}")
        return [int(label) for label in np.argsort(-prediction, kind="stable")[:top_labels]]
    wanted = list(labels) if isinstance(labels, Iterable) and not isinstance(labels, str) else [labels]
    if not wanted:
        raise ValueError("labels must name at least one class, got none")
    return list(dict.fromkeys(label_position(label, class_names) for label in wanted))


def label_position(label: int | str, class_names: Sequence[str]) -> int:
    """Position of a class given by its position or its name."""
    if isinstance(label, str) and label in class_names:
        return list(class_names).index(label)
    if isinstance(label, (int, np.integer)) and 0 <= label < len(class_names):
        return int(label)
    known = ", ".join(f"{i} ({name})" if name != str(i) else name for i, name in enumerate(class_names[:20]))
    raise ValueError(f"labels must be among {known}{', ...' if len(class_names) > 20 else ''}, got {label!r}")


def _checked_class_names(class_names: Sequence[Any] | None, classes: int) -> list[str]:
    """Names of the c classes; their positions where none were given.

    Raises:
        ValueError: as many names as the model has classes are needed.
    """
    if class_names is None:
        return [str(i) for i in range(classes)]
    if len(class_names) != classes:
        raise ValueError(f"class_names must name the {classes} classes that the model returns, got {len(class_names)}")
    return [str(name) for name in class_names]
