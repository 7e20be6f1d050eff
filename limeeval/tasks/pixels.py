"""Classifiers of scikit-learn on the pixels of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.image_arrays import Images, chosen, images_sha256, in_chunks, one_size, sized, unit_range
from limeeval.tasks.image_model import ImageModel
from limeeval.tasks.images import ImageDataset
from limeeval.tasks.model import fitted, named_estimator

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

CHUNK = 500
"""Images turned to floats at once: few enough to stay in a processor's cache."""


@dataclass(frozen=True, eq=False)
class PixelClassifier:
    """A fitted classifier of images of one shape (H, W, C)."""

    model: Pipeline
    shape: tuple[int, ...]

    def __call__(self, images: Images) -> NDArray[np.floating[Any]]:
        """Images (m, H, W, C) -> probabilities (m, c).

        Raises:
            ValueError: images of another shape.
        """
        batch = np.asarray(images)
        if batch.shape[1:] != self.shape:
            raise ValueError(f"images must be {sized(self.shape)} for this model, got {sized(batch.shape[1:])}")
        return in_chunks(batch, CHUNK, lambda chunk: self.model.predict_proba(_rows(chunk)))


def pixel_model(model: Mapping[str, Any], dataset: ImageDataset, train: NDArray[np.intp]) -> ImageModel:
    """The classifier that ``model`` names, fitted to pixels from 0 to 1, of which each one's mean is subtracted.

    Raises:
        ValueError: as ``named_estimator``; nothing to learn from; images that differ in size; it cannot be fitted.
    """
    import pickle
    from hashlib import sha256

    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    estimator, path = named_estimator(model, "classification"), model["classification"]
    if dataset.target is None:
        raise ValueError(f"model must come trained, as no classes are known to learn, got {path}")
    images, target = one_size(chosen(dataset.images, train)), dataset.target[train]
    pipeline = make_pipeline(StandardScaler(with_std=False, copy=False), estimator)
    predict = PixelClassifier(fitted(pipeline, _rows(images), target, path=path), images.shape[1:])
    identity = _identity(model, dataset.class_names, images_sha256(images, target))
    return ImageModel(predict, dataset.class_names, identity, sha256(pickle.dumps(predict)).hexdigest())


def _identity(model: Mapping[str, Any], class_names: tuple[str, ...], learnt_from: str) -> str:
    import sklearn
    from joblib import hash as digest

    settings = {key: value for key, value in model.items() if key != "name"}
    return str(digest([settings, class_names, learnt_from, sklearn.__version__, np.__version__], hash_name="sha1"))


def _rows(images: NDArray[Any]) -> NDArray[np.float32]:
    """Images (m, H, W, C) as rows (m, H W C): see :func:`unit_range`."""
    return unit_range(images).reshape(len(images), -1)
