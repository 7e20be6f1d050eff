"""What a set of images must be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.images import ImageDataset


def checked(dataset: ImageDataset) -> ImageDataset:
    """A data set that can be relied on: ``target`` is an array, names are tuples of text.

    Raises:
        ValueError: no images, or one that is not (H, W, C), is empty, neither 8 nor 16 bit nor floats, or has NaN or
            infinite pixels; classes, names or target that do not fit them.
    """
    images, target = dataset.images, dataset.target
    names, ids = tuple(map(str, dataset.class_names)), tuple(map(str, dataset.ids))
    if not len(images):
        raise ValueError("images must be at least one, got none")
    for position, image in enumerate(images):
        _check_image(image, position)
    _check_names("class_names", names)
    _check_names("ids", ids)
    if ids and len(ids) != len(images):
        raise ValueError(f"ids must be one for each of the {len(images)} images, got {len(ids)}")
    if target is not None:
        target = np.asarray(target)
        _check_target(target, names, len(images))
    return replace(dataset, target=target, class_names=names, ids=ids)


def _check_image(image: Any, position: int) -> None:
    if not isinstance(image, np.ndarray):
        raise ValueError(f"images must be arrays, got {type(image).__name__} at position {position}")
    if image.ndim != 3 or not image.size:
        raise ValueError(f"images must be height x width x channels, got {image.shape} at position {position}")
    if image.dtype.kind != "f" and image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"images must be 8 or 16 bit, or floats, got {image.dtype} at position {position}")
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError(f"images must have finite pixels, got NaN or infinite ones at position {position}")


def _check_names(key: str, names: tuple[str, ...]) -> None:
    if len(set(names)) < len(names):
        several = sorted({str(name) for name in names if names.count(name) > 1})
        raise ValueError(f"{key} must be different, got {', '.join(several)} repeatedly")


def _check_target(target: NDArray[Any], names: tuple[str, ...], n: int) -> None:
    if target.shape != (n,) or target.dtype.kind not in "iu":
        raise ValueError(f"target must be {n} positions of classes, got {target.dtype} of shape {target.shape}")
    if len(names) < 2:
        raise ValueError(f"class_names must be at least two, got {', '.join(names) or 'none'}")
    if target.min() < 0 or target.max() >= len(names):
        raise ValueError(
            f"target must be positions in the {len(names)} class_names, got {target.min()} to {target.max()}"
        )
    absent = [name for position, name in enumerate(names) if position not in target]
    if absent:
        raise ValueError(f"target must have images of each class, got none of {', '.join(absent)}")
