"""Images with some of their superpixels hidden, composed in batches in the image's own dtype."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")
Image = NDArray[Any]
Masks = NDArray[np.bool_]

BATCH_BYTES = 24 * 2**20
"""The most bytes of images made at once, where many are asked for."""
MANY = 32
"""As many images may be made at once whatever their size."""
_CACHED_BYTES = 192 * 2**10
"""About what stays in a processor's cache while it is composed."""


class _Tile(NamedTuple):
    """Consecutive bytes of an image as runs of one superpixel each: which one, and how many bytes."""

    where: slice
    superpixels: NDArray[np.intp]
    lengths: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Masking:
    """An image and what takes the place of its superpixels when they are hidden.

    Attributes:
        image: (H, W, C), of any dtype of numbers.
        hidden: the same shape and dtype.
        segments: which superpixel each pixel is in, 0..d-1 (H, W).
    """

    image: Image
    hidden: Image
    segments: NDArray[np.intp]

    def __reduce__(self) -> tuple[Any, ...]:
        return Masking, (self.image, self.hidden, self.segments)  # Without what is made of them.

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width and channels."""
        return self.image.shape

    @cached_property
    def content(self) -> bytes:
        """Digest of all three."""
        digest = blake2b(digest_size=20)
        for part in (self.image, self.hidden, self.segments):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.digest()

    def compose(self, masks: Masks, out: Image) -> None:
        """Writes an image for each mask (n, d) into ``out`` (n, H, W, C): superpixels that are off are hidden.

        Bytes of a run of one superpixel are chosen by its on/off byte, 255 or 0, repeated over the run.
        """
        if not len(masks):
            return
        switches = np.where(masks, np.uint8(255), np.uint8(0))
        found = out.reshape(len(masks), -1).view(np.uint8)
        at_once = max(_CACHED_BYTES // found.shape[1], 1)
        for tile in self._tiles:
            own = switches.take(tile.superpixels, axis=1)
            hidden, difference = self._bytes[0][tile.where], self._bytes[1][tile.where]
            for low in range(0, len(masks), at_once):
                chosen = np.repeat(own[low : low + at_once], tile.lengths, axis=1)
                chosen &= difference
                np.bitwise_xor(chosen, hidden, out=found[low : low + at_once, tile.where])

    @cached_property
    def _bytes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Bytes of the hidden content, and in which bits those of the image differ."""
        hidden = np.ascontiguousarray(self.hidden).reshape(-1).view(np.uint8)
        return hidden, np.ascontiguousarray(self.image).reshape(-1).view(np.uint8) ^ hidden

    @cached_property
    def _tiles(self) -> list[_Tile]:
        """The image cut at rows, into as many as stay in the cache."""
        a_pixel = self.image.shape[2] * self.image.itemsize
        height, width = self.segments.shape
        rows = max(_CACHED_BYTES // (width * a_pixel), 1)
        return [_tile(self.segments[low : low + rows].ravel(), low * width, a_pixel) for low in range(0, height, rows)]


def _tile(segments: NDArray[np.intp], first: int, a_pixel: int) -> _Tile:
    starts = np.flatnonzero(np.concatenate([[True], segments[1:] != segments[:-1]]))
    lengths = np.diff(starts, append=len(segments)) * a_pixel
    return _Tile(slice(first * a_pixel, (first + len(segments)) * a_pixel), segments[starts], lengths)


class _Piece(NamedTuple):
    masking: Masking
    masks: Masks


@dataclass(frozen=True, eq=False)
class MaskedImages:
    """Model inputs that are made as they are asked for, a few at a time: masked images of one or several instances."""

    pieces: tuple[_Piece, ...]

    @classmethod
    def of(cls, masking: Masking, masks: Masks) -> MaskedImages:
        """One image with each of the masks (n, d)."""
        return cls((_Piece(masking, masks),))

    def __len__(self) -> int:
        return sum(len(piece.masks) for piece in self.pieces)

    def __add__(self, other: MaskedImages) -> MaskedImages:
        return MaskedImages(self.pieces + other.pieces)

    def __getitem__(self, rows: NDArray[np.intp]) -> MaskedImages:
        """Those at ascending positions."""
        ends = np.cumsum([len(piece.masks) for piece in self.pieces])
        own = np.split(rows, np.searchsorted(rows, ends[:-1]))
        starts = (0, *ends[:-1])
        return MaskedImages(
            tuple(
                _Piece(piece.masking, piece.masks[part - start])
                for piece, part, start in zip(self.pieces, own, starts, strict=True)
                if len(part)
            )
        )

    @property
    def content(self) -> list[tuple[bytes, bytes]]:
        """What tells them from others: digests of the images, and the masks."""
        return [(piece.masking.content, np.packbits(piece.masks, axis=1).tobytes()) for piece in self.pieces]

    def apply(self, function: Callable[[Image], Result], at_once: int) -> list[Result]:
        """``function`` of at most ``at_once`` images (m, H, W, C) at a time, all of one size.

        Where that is more than MANY, also no more than take BATCH_BYTES.

        The images are in one buffer, used again and again unless the function keeps hold of it.
        """
        return [result for pieces in self._of_one_size() for result in _applied(pieces, function, at_once)]

    def _of_one_size(self) -> Iterator[list[_Piece]]:
        together: list[_Piece] = []
        for piece in self.pieces:
            if together and not _same_kind(together[0].masking.image, piece.masking.image):
                yield together
                together = []
            together.append(piece)
        if together:
            yield together


def _same_kind(one: Image, other: Image) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype


def _applied(pieces: Sequence[_Piece], function: Callable[[Image], Result], at_once: int) -> Iterator[Result]:
    image = pieces[0].masking.image
    total = sum(len(piece.masks) for piece in pieces)
    room = total if at_once <= MANY else max(BATCH_BYTES // image.nbytes, 1)
    size = min(at_once, room, total)
    buffer = np.empty((size, *image.shape), dtype=image.dtype)
    alone = sys.getrefcount(buffer)
    for low in range(0, total, size):
        high = min(low + size, total)
        _compose(pieces, low, high, buffer)
        yield function(buffer[: high - low])
        if sys.getrefcount(buffer) > alone:  # Somebody keeps these images: they are not to change.
            buffer = np.empty_like(buffer)


def _compose(pieces: Sequence[_Piece], low: int, high: int, out: Image) -> None:
    """Images low..high of all pieces together."""
    start = 0
    for masking, masks in pieces:
        stop = start + len(masks)
        first, last = max(low, start), min(high, stop)
        if first < last:
            masking.compose(masks[first - start : last - start], out[first - low : last - low])
        start = stop
