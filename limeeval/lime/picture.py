"""An image explanation as arrays: a coefficient or a mark a pixel, and pictures that people can look at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.masking import Image
from limeeval.lime.request import check_at_least
from limeeval.lime.selection import Features

_TOLERANCE = 0.01
_YELLOW = (1.0, 1.0, 0.0)


def pixel_map(segments: NDArray[np.intp], features: Features, coefficients: Array, *, per_area: bool = False) -> Array:
    """The coefficient of each pixel's superpixel (H, W); 0 where the explanation does not name it.

    Args:
        segments: which superpixel each pixel is in, 0..d-1 (H, W).
        features: the superpixels (k,) of the explanation.
        coefficients: theirs (k,).
        per_area: divide by the superpixel's number of pixels, so that each superpixel sums to its coefficient: what
            two segmentations of one image can be compared by.
    """
    areas = np.bincount(segments.ravel())
    values = np.zeros(len(areas))
    values[features] = coefficients
    by_pixel: Array = (values / areas if per_area else values)[segments]
    return by_pixel


def image_and_mask(
    image: Image,
    segments: NDArray[np.intp],
    features: Features,
    coefficients: Array,
    *,
    positive_only: bool = True,
    negative_only: bool = False,
    hide_rest: bool = False,
    num_features: int = 5,
    min_weight: float = 0.0,
) -> tuple[Image, NDArray[np.int64]]:
    """The picture, in the image's own dtype, and a mask (H, W) for :func:`skimage.segmentation.mark_boundaries`.

    With ``positive_only`` or ``negative_only`` the mask is 1 on the superpixels chosen, and the picture is the image.
    With neither, the mask is 1 where the coefficient is at least 0 and -1 where it is below, and the picture is
    coloured: its second channel (green) or its first one (red) is the image's maximum there. An image of one channel
    is coloured as three equal ones; one of two channels, as three times their mean.

    Args:
        image: (H, W, C).
        segments: which superpixel each pixel is in, 0..d-1 (H, W).
        features: the superpixels (k,) of the explanation, by falling magnitude of their coefficients.
        coefficients: theirs (k,).
        positive_only: only superpixels with a coefficient above ``min_weight``.
        negative_only: only superpixels with a coefficient below ``-min_weight``.
        hide_rest: make everything else 0; of four channels the last (opacity) stays.
        num_features: how many superpixels at most.
        min_weight: the least magnitude of a coefficient.

    Raises:
        ValueError: both signs only, ``num_features`` below 1, or ``min_weight`` below 0.
    """
    if positive_only and negative_only:
        raise ValueError("at most one of positive_only and negative_only may be True, got both")
    check_at_least("num_features", num_features, 1)
    _check_min_weight(min_weight)
    if positive_only or negative_only:
        chosen = coefficients > min_weight if positive_only else coefficients < -min_weight
        marks = 1 * (chosen & (np.cumsum(chosen) <= num_features))
    else:
        chosen = (np.abs(coefficients) >= min_weight) & (np.arange(len(coefficients)) < num_features)
        marks = np.where(coefficients < 0, -1, 1) * chosen
    mask = pixel_map(segments, features, marks.astype(float)).astype(np.int64)
    return _picture(image, mask, hide_rest=hide_rest, colored=not (positive_only or negative_only)), mask


def viewable(image: Image) -> Array:
    """The image (H, W, C), or (H, W), as red, green and blue (H, W, 3) in 0..1.

    uint8 is divided by 255. Other values are taken as they are if they lie in 0..1, or so little outside that clipping
    does not show; else they are rescaled by their minimum and maximum, which for a single value is white above 1 and
    black below 0. One channel is grey, the fourth of four is opacity (shown on white), and any other number of
    channels but three is averaged to grey.
    """
    pixels = np.atleast_3d(image).astype(float) / (255 if image.dtype == np.uint8 else 1)
    if pixels.shape[2] not in (3, 4):
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    pixels = _within_one(pixels)
    colors, opacity = pixels[..., :3], pixels[..., 3:]
    return colors * opacity + 1 - opacity if opacity.size else colors


def boundaries(image: Image, labels: NDArray[Any], *, color: tuple[float, float, float] = _YELLOW) -> Array:
    """The image as :func:`viewable` shows it, with lines around the areas of a mask or of segments (H, W).

    Nothing is drawn around areas of 0 in a mask; ``color`` is red, green and blue in 0..1.
    """
    from skimage.segmentation import mark_boundaries

    picture: Array = mark_boundaries(viewable(image), labels, color=color)
    return picture


def _check_min_weight(min_weight: Any) -> None:
    if not isinstance(min_weight, (int, float, np.number)) or not min_weight >= 0:
        raise ValueError(f"min_weight must be a number of at least 0, got {min_weight!r}")


def _picture(image: Image, mask: NDArray[np.int64], *, hide_rest: bool, colored: bool) -> Image:
    picture = image.copy()
    if hide_rest:
        picture[mask == 0, : 3 if image.shape[2] == 4 else None] = 0
    if not colored:
        return picture
    if image.shape[2] < 3:
        grey = picture if image.shape[2] == 1 else picture.mean(axis=2, keepdims=True).astype(image.dtype)
        picture = np.repeat(grey, 3, axis=2)
    picture[mask == -1, 0] = image.max()
    picture[mask == 1, 1] = image.max()
    return picture


def _within_one(pixels: Array) -> Array:
    """Values in 0..1: those given, clipped, if they are there but for the tolerance, or all the same; else rescaled."""
    low, high = pixels.min(), pixels.max()
    if low == high or (low >= -_TOLERANCE and high <= 1 + _TOLERANCE):
        return np.clip(pixels, 0.0, 1.0)
    rescaled: Array = (pixels - low) / (high - low)
    return rescaled
