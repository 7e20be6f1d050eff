"""What takes the place of a hidden superpixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.masking import Image

CONTENTS = ("blur", "noise")
_BLURRED_OVER = 16
"""The blur's standard deviation is this part of the image's longer side."""
_NOISE = 0x6E6F697365
"""Seed of the noise: one that no image is likely to be made of."""


def hidden_image(image: Image, segments: NDArray[np.intp], hide_color: Any = None) -> Image:
    """What each pixel of ``image`` (H, W, C) is when its superpixel is hidden, in the same shape and dtype.

    Args:
        image: read only.
        segments: superpixels 0..d-1 (H, W).
        hide_color: None or "mean" for the superpixel's mean color (rounded where the image has whole numbers); a
            number; one number a channel; "blur", the image itself without its details; "noise", uniform over the
            image's range and the same on every call; or another image of the same shape.

    Raises:
        ValueError: none of these, or numbers that the image's dtype does not have.
    """
    if hide_color is None or (isinstance(hide_color, str) and hide_color == "mean"):
        return _cast(_means(image, segments), image)
    if isinstance(hide_color, str):
        if hide_color not in CONTENTS:
            raise _unknown(hide_color)
        return _cast(_blurred(image) if hide_color == "blur" else _noise(image), image)
    content = _as_array(hide_color)
    if content.ndim == 2 and content.shape == image.shape[:2]:
        content = content[..., None]
    elif content.ndim and content.shape not in (image.shape, image.shape[2:]):
        channels = image.shape[2]
        raise ValueError(
            f"hide_color must be a number, one for each of the {channels} channels, an image of shape {image.shape}, "
            f"{_listed()}, got shape {content.shape}"
        )
    _check_fits(content, image)
    return np.ascontiguousarray(np.broadcast_to(content.astype(image.dtype), image.shape))


def _as_array(hide_color: Any) -> Image:
    try:
        return np.asarray(hide_color)
    except ValueError:  # Rows of unequal length.
        raise _unknown(hide_color) from None


def _unknown(hide_color: Any) -> ValueError:
    return ValueError(f"hide_color must be a number, one a channel, an image, {_listed()}, got {hide_color!r}")


def _listed() -> str:
    return " or ".join(repr(content) for content in CONTENTS)


def _means(image: Image, segments: NDArray[np.intp]) -> Image:
    flat = segments.ravel()
    sizes = np.bincount(flat)
    channels = np.moveaxis(image, 2, 0).reshape(image.shape[2], -1)
    means = np.stack([np.bincount(flat, weights=channel) / sizes for channel in channels], axis=-1)
    found: Image = means[segments]
    return found


def _blurred(image: Image) -> Image:
    from scipy.ndimage import gaussian_filter

    sigma = max(image.shape[:2]) / _BLURRED_OVER
    found: Image = gaussian_filter(image.astype(float), (sigma, sigma, 0))
    return found


def _noise(image: Image) -> Image:
    low, high = float(image.min()), float(image.max())
    return np.random.default_rng(_NOISE).uniform(low, high, image.shape)


def _cast(content: Image, image: Image) -> Image:
    return np.ascontiguousarray((np.rint(content) if image.dtype.kind in "bui" else content).astype(image.dtype))


def _check_fits(content: Image, image: Image) -> None:
    if content.dtype.kind not in "buif" or not np.isfinite(content).all():
        raise ValueError(f"hide_color must be finite numbers, got {content.ravel()[:3].tolist()}")
    with np.errstate(invalid="ignore", over="ignore"):
        held = content.astype(image.dtype)
    if not (np.isfinite(held).all() if image.dtype.kind == "f" else np.array_equal(held, content)):
        some = content.ravel()[:3].tolist()
        raise ValueError(f"hide_color must be what a {image.dtype} image can hold, {_range(image.dtype)}, got {some}")


def _range(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "b":
        return "0 or 1"
    if dtype.kind == "f":
        return "{0.min:.4g} to {0.max:.4g}".format(np.finfo(dtype))
    return "{0.min} to {0.max}".format(np.iinfo(dtype))
