"""Models of images: what a task needs to know of them, and networks, which are made by a function of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.image_arrays import Images
from limeeval.tasks.images import ImageDataset
from limeeval.tasks.imported import imported
from limeeval.tasks.model import check_keys

Predict = Callable[[Images], NDArray[np.floating[Any]]]


@dataclass(frozen=True, eq=False)
class ImageModel:
    """A classifier of images.

    Attributes:
        predict: images (m, H, W, C) -> probabilities (m, c).
        class_names: of the columns of probabilities, (c,).
        identity: a digest of all that it was made from: settings, images, libraries.
        sha256: of its weights.
    """

    predict: Predict
    class_names: tuple[str, ...]
    identity: str
    sha256: str


def made_network(model: Mapping[str, Any], dataset: ImageDataset, train: NDArray[np.intp]) -> ImageModel:
    """The network of the function that ``model`` ({name, network, params}) names.

    The function is called with the images, the positions of those that it may learn from, and the parameters.

    Raises:
        ValueError: ``model`` names an estimator as well, the path cannot be imported, the parameters are not the
            function's, or it returns something else.
        MissingExtra: a library is not installed.
    """
    check_keys(model)
    path, params = model["network"], dict(model.get("params") or {})
    function = imported(path, key="model.network")
    try:
        inspect.signature(function).bind(dataset, train, **params)
    except TypeError as error:
        raise ValueError(f"model.params must be parameters of {path}, got {params}: {error}") from error
    network = function(dataset, train, **params)
    if not isinstance(network, ImageModel):
        raise ValueError(
            f"model.network must name a function that returns an ImageModel, {path!r} gave {type(network).__name__}"
        )
    return network
