"""A task of images: a data set, its split, a classifier, and the images that are to be explained."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.classes import known_labels
from limeeval.tasks.image_arrays import Images, chosen, images_sha256
from limeeval.tasks.image_checks import checked
from limeeval.tasks.image_model import ImageModel, Predict, made_network
from limeeval.tasks.kept import kept
from limeeval.tasks.pixels import pixel_model
from limeeval.tasks.split import split

if TYPE_CHECKING:
    from limeeval.tasks.images import ImageDataset


@dataclass(frozen=True, eq=False)
class ImageTask:
    """A classifier of images and the images it belongs to, which are named by their position in ``images``.

    Attributes:
        name: what the task is called in results.
        images: all of them: (n, H, W, C), or n arrays (H, W, C).
        ids: what they are called, (n,): names, or their positions.
        target: (n,), the position of each one's class in the data set's names of classes; None: not known.
        train: sorted positions of the images the classifier learnt from; none where it came trained.
        test: sorted positions of the others.
        predict_fn: images (m, H, W, C) -> probabilities (m, c).
        owns_process: whether the classifier must stay in the process that loaded it.
        model_name: what the classifier is called in results.
        class_names: of the columns of probabilities, (c,).
        quality_metric: "accuracy", or None where classes are not known.
        quality: its value on the images held out, 0 to 1, or None.
        k: how many top superpixels count in this field, or None where it has no such number.
        labels: the classes explained unless the user says otherwise; empty: the predicted one.
        unit: what an image is of, in the plural.
        description: where the images come from.
        model_id: the same for the same classifier: a digest of its settings, what it learnt from, and the libraries.
        model_sha256: SHA-256 of the classifier.
        mode: always "classification".
    """

    name: str
    images: Images
    ids: tuple[str | int, ...]
    target: NDArray[np.integer[Any]] | None
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    predict_fn: Predict
    owns_process: bool
    model_name: str
    class_names: tuple[str, ...]
    quality_metric: str | None
    quality: float | None
    k: int | None
    labels: tuple[str, ...]
    unit: str
    description: str
    model_id: str
    model_sha256: str
    mode: str = "classification"

    @property
    def digests(self) -> dict[str, str]:
        """What tells images and classifier from others: SHA-256 of all images and of the weights, and ``model_id``."""
        return {
            "data_sha256": images_sha256(self.images, self.target),
            "model_sha256": self.model_sha256,
            "model_id": self.model_id,
        }


def image_task(
    dataset: ImageDataset,
    *,
    name: str,
    model: Mapping[str, Any],
    test_size: float,
    split_seed: int,
    k: int | None,
    labels: Sequence[str],
    unit: str,
) -> ImageTask:
    """The task of a data set and a model; the arguments are those of ``load_task``.

    Raises:
        ValueError: images that cannot be; ``labels`` that are no classes; a model that does not fit.
        MissingExtra: a library is not installed.
    """
    dataset = checked(dataset)
    train, test = _split(dataset, test_size=test_size, seed=split_seed)
    is_network = bool(model.get("network"))
    classifier = (made_network if is_network else pixel_model)(model, dataset, train)
    quality = _quality(classifier, dataset, test, keep=is_network)
    return ImageTask(
        name=name,
        images=dataset.images,
        ids=dataset.ids or tuple(range(len(dataset.images))),
        target=dataset.target,
        train=train,
        test=test,
        predict_fn=classifier.predict,
        owns_process=is_network,
        model_name=str(model.get("name") or model["network" if is_network else "classification"]),
        class_names=classifier.class_names,
        quality_metric=None if quality is None else "accuracy",
        quality=quality,
        k=k,
        labels=known_labels(labels, classifier.class_names),
        unit=unit,
        description=dataset.description,
        model_id=classifier.identity,
        model_sha256=classifier.sha256,
    )


def _split(dataset: ImageDataset, *, test_size: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """As for tables; images without classes are all held out."""
    if dataset.target is None:
        return np.arange(0), np.arange(len(dataset.images))
    import pandas as pd

    classes = pd.Series(np.array(dataset.class_names)[dataset.target])
    return split(classes, mode="classification", test_size=test_size, seed=seed)


def _quality(classifier: ImageModel, dataset: ImageDataset, test: NDArray[np.intp], *, keep: bool) -> float | None:
    """Accuracy on the images held out, 0 to 1; None if their classes are not known, or not the classifier's.

    That of networks, which takes its time, is kept.
    """
    if dataset.target is None or classifier.class_names != dataset.class_names:
        return None
    images, target = chosen(dataset.images, test), dataset.target[test]

    def accuracy() -> float:
        return float((classifier.predict(images).argmax(axis=1) == target).mean())

    if not keep:
        return accuracy()
    name = f"accuracy-{classifier.sha256[:20]}-{images_sha256(images, target)[:20]}"
    return float(json.loads(kept(name, ".json", lambda: json.dumps(accuracy()).encode())))
