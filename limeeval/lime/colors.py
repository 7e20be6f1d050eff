"""Images as scikit-image works on them: red, green and blue, or grey."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_AS_IT_IS = 10.0
"""Floats up to this magnitude are left alone: 0..1, or a network's normalized input. Others are 0..255 or wider."""


def rgb(image: NDArray[Any]) -> NDArray[Any]:
    """The image (H, W, C) with three channels (H, W, 3), in values that scikit-image reads rightly.

    - One channel is repeated; the fourth of four, opacity, is left out. Of two channels or more than four, the three
      are averages over the first, the middle and the last of them: a picture in false colors.
    - scikit-image reads integers as shares of their dtype's largest value and floats as 0..1. Hence floats beyond
      ±``LARGEST_AS_IT_IS`` and integers other than uint8 and uint16 are divided by 255, or by their largest magnitude
      where that is more.
    """
    from skimage.util import img_as_float

    pixels, channels = _scaled(image), image.shape[2]
    if channels in (3, 4):
        return pixels[:, :, :3]
    if channels == 1:
        return np.repeat(pixels, 3, axis=2)
    thirds = [slice(k * channels // 3, -(-(k + 1) * channels // 3)) for k in range(3)]
    return np.stack([img_as_float(pixels)[:, :, third].mean(axis=2) for third in thirds], axis=2)


def grey(image: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """Luminance (H, W) of the image (H, W, C) as :func:`rgb` sees it, as floats."""
    from skimage.color import rgb2gray

    luminance: NDArray[np.floating[Any]] = rgb2gray(rgb(image))
    return luminance


def _scaled(image: NDArray[Any]) -> NDArray[Any]:
    if image.dtype in (np.bool_, np.uint8, np.uint16):
        return image
    largest = max(float(image.max()), -float(image.min()))
    if image.dtype.kind == "f" and largest <= LARGEST_AS_IT_IS:
        return image
    return image / max(255.0, largest)
