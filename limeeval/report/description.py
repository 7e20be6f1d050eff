"""What a run was asked, and by what its answer is measured: plain data that travel in ``summary.json``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """What makes a setting stable and faithful.

    Attributes:
        jaccard: Jaccard@k that the whole 95 % interval must lie above, 0..1.
        r2_margin: how far fidelity may fall behind the best supported setting of the grid, at least 0.
        fidelity_at: width at which fidelity is judged, in multiples of LIME's default.
    """

    jaccard: float = 0.9
    r2_margin: float = 0.02
    fidelity_at: float = 1.0


@dataclass(frozen=True)
class Description:
    """What was run, of one task, model and explainer.

    Attributes:
        task: name of the task, as in the column of every table.
        model: name of the model, likewise.
        explainer: name of the explainer, likewise; "lime" is LIME.
        instances: number of instances explained.
        seeds: number of runs of each of them.
        explained: which output, as in "label: bad".
        features: d, the number of features; the smallest, where instances or settings differ in it.
        k: of top-k scores, 1 to d - 1.
        rows_predicted: rows that the model was given.
        rows_stored: rows whose predictions were taken from the store.
        rows_of_a_loop: rows that running LIME setting by setting would give to it.
        seconds: wall time.
        quality_metric: what the model's quality is measured by, None if it was not.
        quality: its value on rows held out.
        unit: what a row is, in the plural.
        available: number of rows that a count of instances draws from, None if unknown.
        arguments: of the command line that runs this alone; None from Python.
        feature_unit: what a feature is, in the plural.
        most_features: the largest number of features; None where it is the same for all.
    """

    task: str
    model: str
    explainer: str
    instances: int
    seeds: int
    explained: str
    features: int
    k: int
    rows_predicted: int
    rows_stored: int
    rows_of_a_loop: int
    seconds: float
    quality_metric: str | None = None
    quality: float | None = None
    unit: str = "rows"
    available: int | None = None
    arguments: Sequence[str] | None = None
    feature_unit: str = "features"
    most_features: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Description:
        """The description that ``to_dict`` gave these fields of.

        Raises:
            TypeError: a field that does not exist, or one that is missing.
        """
        arguments = fields.get("arguments")
        return cls(**{**fields, "arguments": None if arguments is None else tuple(arguments)})


def ks_of_tasks(descriptions: Iterable[Description]) -> Iterator[dict[str, int] | None]:
    """The k of each task, several times where a task has several; once None, the default, where none is known."""
    by_task: dict[str, list[int]] = {}
    for one in descriptions:
        by_task.setdefault(one.task, []).append(int(one.k))
    ks = {task: sorted(set(own)) for task, own in by_task.items()}
    if not ks:
        yield None
    for number in range(max(map(len, ks.values()), default=0)):
        yield {task: own[min(number, len(own) - 1)] for task, own in ks.items()}
