"""The explained images, and how they were cut: what scores on pixels and pictures in reports need beside the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.image import ImageDomain
from limeeval.lime.picture import viewable
from limeeval.sweep.grid import setting_text
from limeeval.sweep.plan import Plan

_LONGER_SIDE = 256


class Cut(NamedTuple):
    """An image and a segmentation, as the tables name them."""

    task: str
    instance: int
    segmentation: str


@dataclass(frozen=True, eq=False)
class Pictures:
    """Images and their superpixels.

    Attributes:
        segments: which superpixel each pixel is in (H, W), by image and segmentation.
        thumbnails: the images in red, green and blue, uint8 (h, w, 3), their longer side at most 256 pixels, by task
            and instance.
    """

    segments: Mapping[Cut, NDArray[Any]]
    thumbnails: Mapping[tuple[str, int], NDArray[np.uint8]]


def pictures_of(plan: Plan) -> Pictures | None:
    """The images of a plan; None if it has none."""
    segments: dict[Cut, NDArray[Any]] = {}
    thumbnails: dict[tuple[str, int], NDArray[np.uint8]] = {}
    task, seeds = plan.names.task, len(plan.seeds)
    for sampling in plan.samplings:
        for position in range(len(plan.ids)):
            domain = sampling.neighborhoods[position * seeds].domain
            if not isinstance(domain, ImageDomain):
                return None
            name = str(setting_text("segmentation", sampling.settings["segmentation"]))
            segments[Cut(task, position, name)] = domain.segments.astype(np.min_scalar_type(domain.width))
            if (task, position) not in thumbnails:
                thumbnails[task, position] = _thumbnail(domain.masking.image)
    return Pictures(segments, thumbnails)


def _thumbnail(image: NDArray[Any]) -> NDArray[np.uint8]:
    from skimage.transform import resize

    picture = viewable(image)
    scale = _LONGER_SIDE / max(picture.shape[:2])
    if scale < 1:
        size = [max(round(side * scale), 1) for side in picture.shape[:2]]
        picture = resize(picture, (*size, 3), anti_aliasing=True)
    found: NDArray[np.uint8] = np.rint(255 * picture).astype(np.uint8)
    return found
