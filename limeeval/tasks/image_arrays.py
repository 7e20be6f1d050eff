"""Images as arrays: in one array or in several, as floats, and their digest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[Any] | Sequence[NDArray[Any]]
"""Images (n, H, W, C), or n arrays (H, W, C) that may differ in size."""


def chosen(images: Images, positions: NDArray[np.intp]) -> Images:
    """The images at these positions, in this order."""
    return images[positions] if isinstance(images, np.ndarray) else [images[position] for position in positions]


def one_size(images: Images) -> NDArray[Any]:
    """Images (n, H, W, C) in one array.

    Raises:
        ValueError: they differ in size.
    """
    shapes = sorted({image.shape for image in images})
    if len(shapes) > 1:
        raise ValueError(f"images must be of one size for this model, got {sized(shapes[0])} and {sized(shapes[1])}")
    return np.asarray(images)


def unit_range(images: NDArray[Any]) -> NDArray[np.float32]:
    """Images as floats, in a new array: whole numbers over the largest of their type, floats as they are."""
    floats = images.astype(np.float32, order="C")
    if images.dtype.kind in "iu":
        floats /= np.iinfo(images.dtype).max
    return floats


def in_chunks(
    images: NDArray[Any], size: int, predict: Callable[[NDArray[Any]], NDArray[Any]]
) -> NDArray[np.floating[Any]]:
    """What ``predict`` says of images (m, H, W, C), given ``size`` of them at a time: (m, c)."""
    return np.concatenate([predict(images[start : start + size]) for start in range(0, len(images), size)])


def images_sha256(images: Images, target: NDArray[Any] | None) -> str:
    """SHA-256 of images, their sizes and types, and their classes."""
    from hashlib import sha256

    digest = sha256()
    for image in images:
        digest.update(f"{image.shape}{image.dtype.str}".encode())
        digest.update(image.tobytes())
    if target is not None:
        digest.update(target.astype("<i8").tobytes())
    return digest.hexdigest()


def sized(shape: tuple[int, ...]) -> str:
    """A shape as people say it.

    >>> print(sized((28, 28, 3)))
    28 x 28 x 3
    """
    return " x ".join(map(str, shape))
