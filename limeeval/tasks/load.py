"""From the settings of a task to the task."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from limeeval.tasks.datasets import Dataset
from limeeval.tasks.extras import MissingExtra
from limeeval.tasks.image_task import ImageTask, image_task
from limeeval.tasks.images import ImageDataset
from limeeval.tasks.imported import imported
from limeeval.tasks.task import Task, table_task


def load_task(
    *,
    name: str,
    data: str,
    model: Mapping[str, Any],
    test_size: float = 0.3,
    split_seed: int = 0,
    k: int | None = None,
    labels: Sequence[str] = (),
    unit: str = "rows",
) -> Task | ImageTask:
    """The task of these settings, which are the keys of a task's yaml and the ``model`` it is to have.

    ``data`` is the dotted path of a function of no arguments that returns a ``Dataset`` or an ``ImageDataset``;
    ``model`` maps each mode to the dotted path of an estimator: {name, classification, regression, params}. A target
    of text, categories, truth values or whole numbers with at most 20 different values is classified, any other
    regressed on. The split is stratified by class. Same settings, same task.

    Images are always classified: by an estimator fitted to their pixels, or by a network, {name, network, params}.
    Where their classes are not known, the network comes trained, and all of them are held out.

    Raises:
        ValueError: ``data`` cannot be imported or returns something else; the target has gaps, a single value, or a
            class with a single row; ``labels`` are no classes; ``model`` does not fit (see ``named_estimator`` and
            ``made_network``); or an extra is not installed.
    """
    settings: dict[str, Any] = {"name": name, "model": model, "test_size": test_size, "split_seed": split_seed}
    settings |= {"k": k, "labels": labels, "unit": unit}
    try:
        dataset = _dataset(data)
        return image_task(dataset, **settings) if isinstance(dataset, ImageDataset) else table_task(dataset, **settings)
    except MissingExtra as error:
        raise ValueError(f"task={name} {error}") from error


def _dataset(path: str) -> Dataset | ImageDataset:
    function = imported(path, key="data")
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise ValueError(f"data must name a function of no arguments, got {path!r}: {error}") from error
    try:
        dataset = function()
    except MissingExtra:
        raise
    except Exception as error:
        raise ValueError(
            f"data must name a function that runs, {path!r} raised {type(error).__name__}: {error}"
        ) from error
    if not isinstance(dataset, Dataset | ImageDataset):
        raise ValueError(
            f"data must name a function that returns a Dataset or an ImageDataset, {path!r} gave "
            f"{type(dataset).__name__}"
        )
    return dataset
