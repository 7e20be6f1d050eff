"""Pictures of which the reasons are known: the nearer to the lower right corner, the more a pixel speaks for light."""

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.image_model import ImageModel
from limeeval.tasks.images import ImageDataset

SIDE = 24
STEEPNESS = 8.0


def speckles() -> ImageDataset:
    """6 pictures (SIDE, SIDE, 3) of grey speckles, 8 bit, none of them black; what they show is not known."""
    grey = np.random.default_rng(0).integers(64, 256, (6, SIDE, SIDE, 1), dtype=np.uint8)
    names = tuple(f"speckles {number}" for number in range(len(grey)))
    return ImageDataset(np.repeat(grey, 3, axis=-1), None, (), "Grey speckles, drawn at random.", names)


def slope(dataset: ImageDataset, train: NDArray[np.intp]) -> ImageModel:
    """A model that was never trained: it weighs pixels by where they are, from -1, upper left, to 1, lower right."""
    place = np.linspace(-1, 1, SIDE)
    weight = (place[:, None] + place)[..., None] / 2

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        light = 1 / (1 + np.exp(-STEEPNESS * (weight * images / 255).mean(axis=(1, 2, 3))))
        return np.column_stack([1 - light, light])

    return ImageModel(predict, ("dark", "light"), f"slope {STEEPNESS:g}", "")
