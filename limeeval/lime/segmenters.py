"""Segmentations beside those of scikit-image: functions image (H, W, C) -> labels (H, W)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.colors import grey, rgb
from limeeval.lime.request import check_at_least

MOST_PIXELS = 1500
"""Pixels of a superpixel in the image that quickshift and felzenszwalb work on: larger images are shrunk for them."""
KERNEL, SIGMA = 0.15, 0.02
"""Widths of quickshift's kernel and of the smoothing before either, in those of a superpixel."""
SMALLEST = 1 / 8
"""The smallest superpixel of felzenszwalb, in usual ones."""
LOG_SCALES, BISECTIONS = (-2.0, 6.0), 12
"""Scales of felzenszwalb, as powers of ten between which most pictures go from very many superpixels to one."""


def watershed(image: NDArray[Any], n_segments: int = 50, compactness: float = 0.001) -> NDArray[Any]:
    """Basins of the grey image's gradient, flooded from about ``n_segments`` evenly spaced pixels.

    Args:
        image: (H, W, C), any number of channels.
        n_segments: about how many superpixels, at least 1.
        compactness: at least 0; larger is rounder (Neubert & Protzel, 2014).

    Raises:
        ValueError: n_segments below 1.
    """
    from skimage.filters import sobel
    from skimage.segmentation import watershed as flooded

    check_at_least("n_segments", n_segments, 1)
    basins: NDArray[Any] = flooded(sobel(grey(image)), markers=n_segments, compactness=compactness)
    return basins


def grid(image: NDArray[Any], n_segments: int = 50) -> NDArray[np.intp]:
    """About ``n_segments`` rectangles, as near to squares of one size as the image allows, whatever it shows.

    Raises:
        ValueError: n_segments below 1.
    """
    check_at_least("n_segments", n_segments, 1)
    height, width = image.shape[:2]
    rows = min(max(1, round((n_segments * height / width) ** 0.5)), height, n_segments)
    columns = min(max(1, round(n_segments / rows)), width)
    row, column = np.arange(height) * rows // height, np.arange(width) * columns // width
    cells: NDArray[np.intp] = (row[:, None] * columns + column).astype(np.intp)
    return cells


def quickshift(image: NDArray[Any], n_segments: int = 50, random_seed: int | None = None) -> NDArray[np.intp]:
    """``n_segments`` trees of scikit-image's quickshift: its whole forest, cut at the longest links.

    Fewer where the links that would be cut next are equally long. The kernel is as wide as leaves less than
    ``n_segments`` modes in most pictures, at any number of pixels; where there are more, each is a superpixel.

    Args:
        image: (H, W, C), any number of channels.
        n_segments: about how many superpixels, at least 1.
        random_seed: of the order of equally dense pixels; None for scikit-image's.

    Raises:
        ValueError: n_segments below 1.
    """
    from skimage.segmentation import quickshift as shifted

    shrunk, across = _shrunk(image, n_segments)
    seed = {} if random_seed is None else {"rng": random_seed}
    width, sigma = max(1.0, KERNEL * across), SIGMA * across
    tree = shifted(shrunk, kernel_size=width, sigma=sigma, max_dist=np.inf, return_tree=True, **seed)
    return _enlarged(_cut(np.array(tree[1]), np.array(tree[2]), n_segments), image.shape[:2])


def felzenszwalb(image: NDArray[Any], n_segments: int = 50) -> NDArray[np.intp]:
    """Superpixels of scikit-image's felzenszwalb at the scale that gives closest to ``n_segments`` of those tried.

    Few where the image has few areas to tell apart: one where it is constant.

    Args:
        image: (H, W, C), any number of channels.
        n_segments: about how many superpixels, at least 1.

    Raises:
        ValueError: n_segments below 1.
    """
    from skimage.segmentation import felzenszwalb as merged

    shrunk, across = _shrunk(image, n_segments)
    smallest = max(1, round(SMALLEST * across**2))
    low, high = LOG_SCALES
    found: list[NDArray[np.intp]] = []
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        found.append(merged(shrunk, scale=10**middle, sigma=SIGMA * across, min_size=smallest))
        excess = int(found[-1].max()) + 1 - n_segments
        if excess == 0:
            break
        low, high = (middle, high) if excess > 0 else (low, middle)
    return _enlarged(min(found, key=lambda labels: abs(int(labels.max()) + 1 - n_segments)), image.shape[:2])


def _shrunk(image: NDArray[Any], n_segments: int) -> tuple[NDArray[Any], float]:
    """The image in red, green and blue, of at most ``MOST_PIXELS`` for each superpixel, and how wide these will be."""
    from skimage.transform import resize
    from skimage.util import img_as_float

    check_at_least("n_segments", n_segments, 1)
    pixels = img_as_float(rgb(image))
    height, width = pixels.shape[:2]
    step = int(np.ceil(np.sqrt(height * width / (MOST_PIXELS * n_segments))))
    if step > 1:
        pixels = resize(pixels, (-(-height // step), -(-width // step)), anti_aliasing=True)
    return pixels, float(np.sqrt(pixels[:, :, 0].size / n_segments))


def _enlarged(labels: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.intp]:
    row, column = (np.arange(new) * old // new for new, old in zip(shape, labels.shape, strict=True))
    return labels[np.ix_(row, column)].astype(np.intp)


def _cut(parents: NDArray[Any], lengths: NDArray[Any], n_segments: int) -> NDArray[np.intp]:
    """Each pixel's root (H, W) where all links are cut that are longer than the one that comes after ``n_segments``.

    Args:
        parents: (H, W) positions in the flat image, a root's its own.
        lengths: (H, W) of the links to them, a root's longer than any.
        n_segments: how many roots there are to be.
    """
    descending = np.append(np.sort(lengths, axis=None)[::-1], -np.inf)
    kept = lengths <= descending[min(n_segments, lengths.size)]
    roots = np.where(kept, parents, np.arange(parents.size).reshape(parents.shape)).ravel()
    while not np.array_equal(roots, roots[roots]):
        roots = roots[roots]
    return roots.reshape(parents.shape).astype(np.intp)
