"""Superpixels: an image's division into the areas that are shown or hidden together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.segmentation_algorithm import SegmentationAlgorithm
from limeeval.lime.segmentation_choice import (
    NamedSegmentation,
    Segmentation,
    segmentation_name,
    segmentation_of,
    segmentations_of,
)

__all__ = [
    "NamedSegmentation",
    "Segmentation",
    "SegmentationAlgorithm",
    "segment",
    "segmentation_name",
    "segmentation_of",
    "segmentations_of",
]

_FINER = {
    "quickshift": "a smaller kernel_size (kernel_size=1 is the finest) or max_dist",
    "slic": "a larger n_segments or a smaller compactness",
    "felzenszwalb": "a smaller scale and min_size",
    "watershed": "a larger n_segments",
    "grid": "a larger n_segments",
}
"""What gives more superpixels."""


def segment(
    image: NDArray[Any], segmentation: Any = None, *, random_seed: int | None = None, trust: bool = False
) -> NDArray[np.intp]:
    """Superpixels of an image: numbers 0..d-1 (H, W), d >= 2, none of them missing.

    Args:
        image: (H, W, C) of any real dtype, finite.
        segmentation: as :func:`segmentation_of` takes it.
        random_seed: of a segmentation by name that draws random numbers and has no seed of its own; None for
            scikit-image's, so that equal images are always divided equally.
        trust: import dotted names from any package.

    Raises:
        ValueError: an unknown segmentation, one that raises, labels that are no whole numbers of at least 0 or of
            another shape than the image, or one single superpixel.
        TypeError: no segmentation.
    """
    algorithm = _without_name(segmentation_of(segmentation, trust=trust))
    if random_seed is not None and isinstance(algorithm, SegmentationAlgorithm):
        algorithm = algorithm.seeded(random_seed)
    height, width = image.shape[:2]
    origin = f"from {algorithm.name} on an image of {height} x {width} pixels"
    try:
        labels = np.asarray(algorithm(image.copy()))  # A user's function may write to what it is given.
    except Exception as error:
        raise ValueError(
            f"segmentation must give a label to every pixel, got {type(error).__name__} {origin}: {error}"
        ) from error
    segments = _renumbered(labels, (height, width), origin)
    if not segments.any():
        finer = "a larger image" if image[:, :, 0].size == 1 else _finer(algorithm)
        raise ValueError(f"segmentation must give at least two superpixels, got one {origin}: try {finer}")
    return segments


def _without_name(segmentation: Segmentation) -> Segmentation:
    """What was given a name in place of its own: messages are to say its parameters."""
    inner = segmentation.function if isinstance(segmentation, NamedSegmentation) else None
    return inner if isinstance(inner, (SegmentationAlgorithm, NamedSegmentation)) else segmentation


def _renumbered(labels: NDArray[Any], shape: tuple[int, int], origin: str) -> NDArray[np.intp]:
    """Positions (H, W) of labels among the different ones, ascending."""
    if labels.shape != shape:
        raise ValueError(f"segmentation must give labels of shape {shape}, got shape {labels.shape} {origin}")
    if labels.dtype.kind not in "buif":
        raise ValueError(f"segmentation must give labels that are whole numbers, got {labels.dtype} {origin}")
    wrong = labels[~((labels >= 0) & (labels < np.inf) & (np.floor(labels) == labels))]
    if wrong.size:
        raise ValueError(f"segmentation must give labels that are whole numbers of at least 0, got {wrong[0]} {origin}")
    return np.unique(labels, return_inverse=True)[1].reshape(shape).astype(np.intp, copy=False)


def _finer(algorithm: Segmentation) -> str:
    """Settings that give more superpixels than this one."""
    name = algorithm.algo_type if isinstance(algorithm, SegmentationAlgorithm) else ""
    kind = "grid" if name.startswith("limeeval.") else name.rpartition(".")[2]  # All of ours take a number.
    own = [_FINER[kind]] if kind in _FINER else []
    return ", or ".join([*own, "slic(n_segments=50)", "grid(n_segments=50)"])
