"""What is to be run, and what it will cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Domain
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.image import checked_image
from limeeval.lime.image_explainer import IMAGES_AT_ONCE, LimeImageExplainer
from limeeval.lime.kernel import Kernel
from limeeval.lime.labels import Labels
from limeeval.lime.model import BATCH_ROWS, Model, prediction_function
from limeeval.lime.neighborhood import Neighborhood
from limeeval.lime.segmentation import segment
from limeeval.lime.segmentation_choice import Segmentation
from limeeval.sweep.grid import Cell, Grid

if TYPE_CHECKING:
    from limeeval.tasks import ImageTask, Task

Explainer = LimeTabularExplainer | LimeImageExplainer
Explain = Callable[..., Any]
"""Any explainer: (X, predict_fn, seed, **settings) -> coefficients (n, d)."""


@dataclass(frozen=True)
class Names:
    """What task, model and explainer are called in the tables."""

    task: str
    model: str
    explainer: str = "lime"


@dataclass(frozen=True, eq=False)
class Sampling:
    """One set of samples: its settings, the kernel, and the neighborhoods, instance by instance."""

    settings: dict[str, Any]
    kernel: Kernel
    neighborhoods: list[Neighborhood]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be run.

    Attributes:
        names: of task, model and explainer.
        explainer: re-made for each setting.
        instances: rows to explain, in a container that the explainer takes; or images.
        ids: the user's own names of these rows.
        predict_fn: function or fitted estimator.
        seeds: one neighborhood each.
        grid: of settings.
        labels: which of the model's outputs are explained.
        fidelity_at: the width at which ``r2_reference`` is measured, in multiples of LIME's default.
        batch_rows: the most rows given to the model at once.
        model_id: what identifies the model across processes; None: its predictions cannot be kept.
        one_process: the model must not be copied to other processes.
        nonlinearity: whether richer models are fitted too, to say what a line misses.
    """

    names: Names
    explainer: Explainer
    instances: Any
    ids: Sequence[Any]
    predict_fn: Any
    seeds: Sequence[int]
    grid: Grid
    labels: Labels
    fidelity_at: float = 1.0
    batch_rows: int = BATCH_ROWS
    model_id: str | None = None
    one_process: bool = False
    nonlinearity: bool = False

    @cached_property
    def samplings(self) -> list[Sampling]:
        """The sets of samples, one a combination of the settings that change them.

        Raises:
            ValueError: an instance that does not fit.
        """
        return [self._sampling(settings) for settings in self.grid.samplings]

    def _sampling(self, settings: dict[str, Any]) -> Sampling:
        method = settings.get("sampling_method", "gaussian")
        made = {key: value for key, value in settings.items() if key in self.explainer.arguments}
        others = {key: settings[key] for key in settings if key not in (*made, "sampling_method")}
        explainer, count = self.explainer.remade(**made), self.grid.sample_counts[-1]
        domains = [self._domain(explainer, position, others) for position in range(len(self.ids))]
        neighborhoods = [Neighborhood(domain, seed, count, method) for domain in domains for seed in self.seeds]
        return Sampling(settings, explainer.kernel, neighborhoods)

    def _domain(self, explainer: Explainer, position: int, settings: Mapping[str, Any]) -> Domain:
        if isinstance(explainer, LimeTabularExplainer):
            return explainer.domain(self.instance(position), self.predict_fn, **settings)
        try:
            labels = self._labels_of(position, settings["segmentation"])
            return explainer.domain(self.instance(position), **{**settings, "segmentation": labels})
        except (TypeError, ValueError) as error:
            raise type(error)(f"image {self.ids[position]}: {error}") from error

    def _labels_of(self, position: int, segmentation: Segmentation) -> NDArray[np.intp]:
        """Superpixels of an image, made once whatever else is swept."""
        key = position, segmentation.name
        if key not in self._cuts:
            self._cuts[key] = segment(checked_image(self.instance(position)), segmentation)
        return self._cuts[key]

    @cached_property
    def _cuts(self) -> dict[tuple[int, str], NDArray[np.intp]]:
        return {}

    @cached_property
    def _feature_counts(self) -> set[int]:
        if isinstance(self.explainer, LimeTabularExplainer):
            return {len(self.explainer.feature_names)}
        return {len(one.domain.feature_names) for sampling in self.samplings for one in sampling.neighborhoods}

    @property
    def d(self) -> int:
        """Number of features; the smallest one where instances differ."""
        return min(self._feature_counts)

    @property
    def most_features(self) -> int | None:
        """The largest number of features; None where it is the same for all."""
        return max(self._feature_counts) if len(self._feature_counts) > 1 else None

    @property
    def named(self) -> int:
        """Features that an explanation names at least, of every setting."""
        fewest: int = min(self.d, *self.grid.values["num_features"])
        return fewest

    def instance(self, position: int) -> Any:
        """The row at a position."""
        rows = self.instances
        return rows.iloc[position] if hasattr(rows, "iloc") else rows[position]

    @cached_property
    def cells(self) -> list[Cell]:
        """Every combination of the settings that share samples."""
        return self.grid.cells(self.explainer.default_kernel_width)

    @property
    def unit(self) -> str:
        """What the model is given, in the plural."""
        return "images" if isinstance(self.explainer, LimeImageExplainer) else "rows"

    @property
    def feature_unit(self) -> str:
        """What a feature is, in the plural."""
        return "superpixels" if isinstance(self.explainer, LimeImageExplainer) else "features"

    @property
    def rows_to_predict(self) -> int:
        """Rows that the model will be given, if none of its answers are known yet."""
        return self.neighborhoods * self.grid.sample_counts[-1]

    @cached_property
    def rows_to_redraw(self) -> int:
        """Rows that it will be given beside these, to see what bins or categories hide, where that was asked for."""
        if not self.nonlinearity:
            return 0
        first = [one for sampling in self.samplings for one in sampling.neighborhoods[:: len(self.seeds)]]
        hidden = (one.domain.redraw(one.domain.instance, np.full((1, one.domain.width), 0.5)) for one in first)
        return sum(state is not None for state in hidden) * self.grid.sample_counts[-1]

    @property
    def rows_of_a_loop(self) -> int:
        """Rows that explaining cell by cell would give to it."""
        return self.neighborhoods * self.grid.size * sum(self.grid.sample_counts)

    @property
    def neighborhoods(self) -> int:
        """How many there are: one a set of sampling settings, instance and seed."""
        return len(list(self.grid.samplings)) * len(self.ids) * len(self.seeds)


@dataclass(frozen=True, eq=False)
class FunctionPlan:
    """A function's explanations of instances, for every seed and combination of settings.

    Attributes as those of :class:`Plan`; ``settings`` are keyword arguments of the function, each
    with the values to try.
    """

    names: Names
    explain: Explain
    instances: Any
    ids: Sequence[Any]
    predict_fn: Any
    seeds: Sequence[int]
    settings: Mapping[str, Sequence[Any]]
    labels: Labels

    @property
    def d(self) -> int:
        """Number of features."""
        return int(self.instances.shape[1])

    @property
    def named(self) -> int:
        """Features that an explanation names."""
        return self.d

    feature_unit = "features"
    most_features = None

    @property
    def calls(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Settings and seed of every call."""
        for values in product(*self.settings.values()):
            for seed in self.seeds:
                yield dict(zip(self.settings, values, strict=True)), seed

    def model(self) -> Model:
        """The model, which counts its rows."""
        return Model(prediction_function(self.predict_fn, self.labels.mode), self.labels.mode)


def plan_of_task(
    task: Task | ImageTask,
    rows: Sequence[int],
    *,
    seeds: Sequence[int],
    grid: Grid,
    labels: Sequence[str | int] = (),
    top_labels: int | None = 1,
    fidelity_at: float = 1.0,
    batch_rows: int | None = None,
    nonlinearity: bool = False,
) -> Plan:
    """LIME on rows of a task, which are positions in its data; for the other arguments see :class:`Plan`.

    ``batch_rows`` None stands for the usual number, a smaller one of images for networks.
    """
    from limeeval.tasks import ImageTask

    explained = _explained_images(task, rows) if isinstance(task, ImageTask) else _explained_rows(task, rows)
    explainer, instances, ids, one_process = explained
    usual = IMAGES_AT_ONCE if one_process else BATCH_ROWS
    return Plan(
        names=Names(task.name, task.model_name),
        explainer=explainer,
        instances=instances,
        ids=ids,
        predict_fn=task.predict_fn,
        seeds=seeds,
        grid=grid,
        labels=Labels(task.mode, task.class_names, labels, top_labels),
        fidelity_at=fidelity_at,
        batch_rows=usual if batch_rows is None else batch_rows,
        model_id=task.model_id,
        one_process=one_process,
        nonlinearity=nonlinearity,
    )


class _Explained(NamedTuple):
    """What is explained: the explainer, instances and their names, and whether the model stays in one process."""

    explainer: Explainer
    instances: Any
    ids: Sequence[Any]
    one_process: bool


def _explained_rows(task: Task, rows: Sequence[int]) -> _Explained:
    explainer = LimeTabularExplainer(
        task.training_data,
        mode=task.mode,
        training_labels=task.target.iloc[task.train].to_numpy(),
        class_names=task.class_names or None,
    )
    explained = task.data.iloc[list(rows)]
    return _Explained(explainer, explained, explained.index.tolist(), one_process=False)


def _explained_images(task: ImageTask, rows: Sequence[int]) -> _Explained:
    images, ids = [task.images[row] for row in rows], [task.ids[row] for row in rows]
    return _Explained(LimeImageExplainer(class_names=task.class_names), images, ids, task.owns_process)
