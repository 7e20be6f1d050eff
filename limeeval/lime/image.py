"""One image cut into superpixels, ready to be perturbed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array, Shown, State
from limeeval.lime.kernel import distances_to
from limeeval.lime.masking import Image, MaskedImages, Masking

_WIDEST = 8
"""Bytes of a number; scientific libraries have no use for more."""
_SURELY_PIXELS = 8
"""As many entries along an axis are hardly channels."""
SHARE_ON = 0.5
"""Probability of a superpixel to be shown, as in the lime package."""


@dataclass(frozen=True, eq=False)
class ImageDomain:
    """An image whose d superpixels are shown or hidden; a state is the masks (n, d), true where shown.

    Attributes:
        masking: the image, its superpixels, and what they are hidden by.
        distance_metric: as in :func:`sklearn.metrics.pairwise_distances`, on masks.
    """

    masking: Masking
    distance_metric: str | Callable[..., float] = "cosine"

    @property
    def segments(self) -> NDArray[np.intp]:
        """Which superpixel each pixel is in, 0..d-1 (H, W)."""
        return self.masking.segments

    @cached_property
    def width(self) -> int:
        """One uniform a superpixel."""
        return int(self.segments.max()) + 1

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Their numbers, as in the array of segments."""
        return tuple(f"superpixel {number}" for number in range(self.width))

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Where the superpixels are, and how large."""
        sizes = np.bincount(self.segments.ravel())
        rows, columns = (
            np.bincount(self.segments.ravel(), weights=places.ravel()) / sizes
            for places in np.indices(self.segments.shape)
        )
        return tuple(
            Shown(number, name, f"{sizes[number]:,} pixels around row {rows[number]:.0f}, column {columns[number]:.0f}")
            for number, name in enumerate(self.feature_names)
        )

    @cached_property
    def key(self) -> int:
        """Digest of the image: however it is cut or hidden, the same random streams."""
        image = self.masking.image
        digest = blake2b(f"{image.dtype.str}{image.shape}".encode(), digest_size=8)
        digest.update(np.ascontiguousarray(image).tobytes())
        return int.from_bytes(digest.digest(), "little")

    @property
    def description(self) -> str:
        """Its size."""
        return f"the image of {' x '.join(map(str, self.masking.shape))} in {self.width} superpixels"

    @property
    def instance(self) -> State:
        """Everything shown."""
        return (np.ones((1, self.width), dtype=bool),)

    def draw(self, uniforms: Array) -> State:
        """Masks (n, d)."""
        return (uniforms < SHARE_ON,)

    def redraw(self, state: State, uniforms: Array) -> State | None:
        """None: a mask says all there is of a sample."""
        return None

    def design(self, state: State) -> Array:
        """z (n, d): 1 where shown, 0 where hidden."""
        z: Array = state[0].astype(float)
        return z

    def content(self, state: State) -> tuple[NDArray[Any], ...]:
        """z as bits, and a digest of what any mask shows."""
        z = self.design(state)
        return np.packbits(z.astype(bool), axis=1), np.tile(self._shows, (len(z), 1))

    @cached_property
    def _shows(self) -> NDArray[np.uint8]:
        """Digest of the segments, and of as few images as it takes to see each superpixel shown, hidden, and told from
        all others: everything, nothing, and the superpixels that have each binary digit in their number."""
        numbers = np.arange(self.width)
        masks = [numbers >= 0, numbers < 0, *((numbers >> digit & 1) > 0 for digit in range(self.width.bit_length()))]
        digest = blake2b(self.segments.tobytes(), digest_size=8)
        self.decode((np.array(masks),)).apply(lambda image: digest.update(image.data), at_once=1)
        return np.frombuffer(digest.digest(), dtype=np.uint8)

    def decode(self, state: State) -> MaskedImages:
        """The masked images."""
        return MaskedImages.of(self.masking, state[0])

    def distance(self, z: Array) -> Array:
        """Distances (n,) to the whole image's representation; of the cosine, 1 where everything is hidden."""
        return distances_to(z, np.ones(self.width), self.distance_metric)


def checked_image(image: Any) -> Image:
    """A copy of the image (H, W, C); one without channels is repeated to three, as in the lime package.

    Raises:
        ValueError: another number of dimensions, rows of unequal length, nothing in it, or NaN or infinite pixels.
        TypeError: no numbers.
    """
    try:
        found = np.asarray(image)
    except ValueError:  # Rows of unequal length.
        raise ValueError("image must have rows of equal length, got a list whose rows differ") from None
    if found.dtype.kind not in "buif" or found.dtype.itemsize > _WIDEST:
        raise TypeError(f"image must be an array of numbers, got {type(image).__name__} of {found.dtype}")
    if found.ndim not in (2, 3):
        raise ValueError(f"image must have shape (H, W) or (H, W, channels), got shape {found.shape}")
    if not found.size:
        raise ValueError(f"image must have pixels, got shape {found.shape}")
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        bad = int((~np.isfinite(found)).sum())
        raise ValueError(f"image must have finite pixels, got {bad} that are NaN or infinite")
    if found.ndim == 3 and found.shape[0] in (1, 3, 4) and min(found.shape[1:]) >= _SURELY_PIXELS:
        warnings.warn(
            f"image should have shape (H, W, channels), got {found.shape}, read as {found.shape[0]} rows of pixels "
            f"with {found.shape[2]} channels: np.moveaxis(image, 0, -1) puts channels last",
            UserWarning,
            stacklevel=4,
        )
    return np.repeat(found[:, :, None], 3, axis=2) if found.ndim == 2 else np.array(found, order="C")
