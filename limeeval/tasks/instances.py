"""Which rows or images of a task are explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.image_task import ImageTask

if TYPE_CHECKING:
    from limeeval.tasks.task import Task


def select_instances(
    task: Task | ImageTask, instances: int | str | Sequence[int | str], seed: int = 0
) -> NDArray[np.intp]:
    """Positions of the rows to explain, (n,), in the order they are to be explained.

    A count draws that many held-out rows at random; with the same seed, a larger count begins with the rows of a
    smaller one. Of images of which none was learnt from it takes the first. A list gives row numbers of the data set,
    which may be rows the model was fitted to; where images have names, those will do.

    Raises:
        ValueError: a count outside 1..len(task.test); a list that is empty, has a row twice or one that is not in the
            data set; neither a count nor a list of whole numbers or names.
    """
    rows = np.asarray(_with_positions(task, instances))
    if rows.ndim > 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise ValueError(f"instances must be a count or a list of {_noun(task)} {_names(task)}, got {instances!r}")
    if rows.ndim == 0:
        return _drawn(task, int(rows), seed)
    if not rows.size:
        raise ValueError(f"instances must name at least one {_noun(task)}, got an empty list")
    return _checked(task, rows.astype(np.intp))


def _with_positions(task: Task | ImageTask, instances: Any) -> Any:
    """``instances`` with positions in place of the names of images."""
    if not isinstance(task, ImageTask):
        return instances
    positions = {name: position for position, name in enumerate(task.ids) if isinstance(name, str)}
    listed = [instances] if isinstance(instances, str) else instances
    named = isinstance(listed, Sequence) and all(isinstance(one, int) or one in positions for one in listed)
    return [positions.get(one, one) for one in listed] if named else instances


def _drawn(task: Task | ImageTask, count: int, seed: int) -> NDArray[np.intp]:
    held_out = task.test
    if not 1 <= count <= len(held_out):
        raise ValueError(
            f"instances must be between 1 and {len(held_out)}, the {_noun(task)}s held out, got {count}"
            if len(task.train)
            else f"instances must be between 1 and {len(held_out)}, the {_noun(task)}s there are, got {count}"
        )
    if not len(task.train):
        return held_out[:count]
    return np.random.default_rng(seed).permutation(held_out)[:count]


def _checked(task: Task | ImageTask, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    n = len(task.images) if isinstance(task, ImageTask) else len(task.data)
    outside = rows[(rows < 0) | (rows >= n)]
    if outside.size:
        raise ValueError(
            f"instances must be {_noun(task)} numbers from 0 to {n - 1}, got {', '.join(map(str, outside))}"
        )
    values, counts = np.unique(rows, return_counts=True)
    if (counts > 1).any():
        several = ", ".join(map(str, values[counts > 1]))
        raise ValueError(f"instances must name {_a(task)} once, got {several} repeatedly")
    return rows


def _noun(task: Task | ImageTask) -> str:
    return "image" if isinstance(task, ImageTask) else "row"


def _a(task: Task | ImageTask) -> str:
    return "an image" if isinstance(task, ImageTask) else "a row"


def _names(task: Task | ImageTask) -> str:
    names = [name for name in task.ids if isinstance(name, str)] if isinstance(task, ImageTask) else []
    return f"numbers or of {', '.join(names)}" if names else "numbers"
