"""What is to be run, and what it will cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limeeval.lime.labels import Labels
from limeeval.lime.neighborhood import BATCH_ROWS
from limeeval.sweep.grid import Grid

if TYPE_CHECKING:
    from limeeval.tasks import Task


@dataclass(frozen=True)
class Plan:
    """What is to be run: a task's rows, seeds, settings and labels.

    ``rows`` are positions in the task's data; ``labels`` names or numbers of classes, in whose place ``top_labels``
    explains that many of the most likely ones.
    """

    task: Task
    rows: Sequence[int]
    seeds: Sequence[int]
    grid: Grid
    labels: Sequence[str | int] = ()
    top_labels: int | None = 1
    batch_rows: int = BATCH_ROWS

    @property
    def outputs(self) -> Labels:
        """Which of the model's outputs are explained."""
        return Labels(self.task.mode, self.task.class_names, self.labels, self.top_labels)

    @property
    def rows_to_predict(self) -> int:
        """Rows that the model will be given."""
        return self._neighborhoods * self.grid.sample_counts[-1]

    @property
    def rows_of_a_loop(self) -> int:
        """Rows that explaining cell by cell would give to it."""
        return self._neighborhoods * self.grid.size * sum(self.grid.sample_counts)

    @property
    def _neighborhoods(self) -> int:
        return len(list(self.grid.samplings)) * len(self.rows) * len(self.seeds)
