"""Segmentations beside those of scikit-image: functions image (H, W, C) -> labels (H, W)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.colors import grey
from limeeval.lime.request import check_at_least


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
