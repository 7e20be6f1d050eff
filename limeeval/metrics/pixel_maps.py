"""Explanations of one image as maps of its pixels, in what scores on pixels need of them: ranks, and the top pixels.

A map has on each pixel the density of its superpixel: the coefficient divided by the number of pixels. So nothing
changes when a superpixel is cut in two and its coefficient with it, by area. Maps are constant on superpixels, so none
is painted: how many pixels any two superpixels share is enough to compare all maps on them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

TOP_SHARE = 0.1
"""Share of an image's pixels that is the top of a map."""

Segments = NDArray[np.integer]
"""Which superpixel each pixel is in (H, W), numbered from 0 without gaps."""


class Top(NamedTuple):
    """The pixels of R maps that speak most for the label: whole superpixels, and some of those that tie for the rest.

    Attributes:
        whole: (..., R, d) 1 where all of a superpixel belongs to it, else 0.
        partial: (..., R, d) 1 where some of a superpixel does, else 0.
        level: how much of these does (..., R), 0..1; nan for a map with a nan.
        size: number of pixels (..., R).
    """

    whole: Array
    partial: Array
    level: Array
    size: Array


@dataclass(frozen=True, eq=False)
class PixelMaps:
    """R maps, constant on each of d superpixels.

    Attributes:
        density: (..., R, d) coefficient per pixel.
        areas: (d,) pixels of each superpixel, at least 1.
        share: of the pixels that is the top of a map, above 0 and below 1.
    """

    density: Array
    areas: Array
    share: float = TOP_SHARE

    @cached_property
    def ranks(self) -> Array:
        """Twice the rank of a superpixel's pixels less the mean rank (..., R, d); ties share their average rank.

        That is pixels of lower density less pixels of higher density: whole numbers, and 0 for a map of one density.
        """
        higher, as_high = self._order
        return np.asarray(self.areas.sum() - higher - as_high)

    @cached_property
    def squares(self) -> Array:
        """Sums over pixels of squared ranks (..., R)."""
        return np.asarray(np.square(self.ranks) @ self.areas)

    @cached_property
    def top(self) -> Top:
        """The share of pixels of highest density, of those above 0; empty for a map of one density."""
        higher, as_high = self._order
        enough = self.share * self.areas.sum()
        speaks = (self.density > 0) & (as_high - higher < self.areas.sum())
        whole = (speaks & (as_high <= enough)).astype(float)
        partial = (speaks & (higher < enough) & (enough < as_high)).astype(float)
        level = (partial * (enough - higher) / (as_high - higher)).max(axis=-1)
        return Top(whole, partial, level, whole @ self.areas + level * (partial @ self.areas))

    @cached_property
    def _order(self) -> tuple[Array, Array]:
        """How many pixels have a higher density than a superpixel's, and at least the same (..., R, d)."""
        order = np.argsort(-self.density, axis=-1)
        ordered, areas = np.take_along_axis(self.density, order, axis=-1), self.areas[order]
        through = np.cumsum(areas, axis=-1)
        changes = np.ones((*ordered.shape[:-1], ordered.shape[-1] + 1), dtype=bool)
        changes[..., 1:-1] = ordered[..., 1:] != ordered[..., :-1]
        first = np.maximum.accumulate(np.where(changes[..., :-1], through - areas, 0.0), axis=-1)
        last = np.minimum.accumulate(np.where(changes[..., 1:], through, np.inf)[..., ::-1], axis=-1)[..., ::-1]
        unknown = np.where(np.isnan(ordered).any(axis=-1, keepdims=True), np.nan, 0.0)
        higher, as_high = np.empty((2, *ordered.shape))
        np.put_along_axis(higher, order, first + unknown, axis=-1)
        np.put_along_axis(as_high, order, last + unknown, axis=-1)
        return higher, as_high


def pixel_maps(coefficients: Array, segments: Segments, *, share: float = TOP_SHARE) -> PixelMaps:
    """Maps of explanations (..., R, d) whose d superpixels are those of the segments.

    Raises:
        ValueError: there is not one coefficient a superpixel.

    >>> pixel_maps(np.array([[6.0, 2.0]]), np.array([[0, 0, 0, 1]])).density
    array([[2., 2.]])
    """
    areas = np.bincount(segments.ravel()).astype(float)
    if coefficients.shape[-1] != len(areas):
        raise ValueError(f"coefficients must be those of {len(areas)} superpixels, got {coefficients.shape[-1]}")
    return PixelMaps(coefficients / areas, areas, share)


def shared_pixels(one: Segments, other: Segments) -> Array:
    """How many pixels every two superpixels share (a, b), of segmentations of one image into a and b of them.

    Raises:
        ValueError: the segmentations have different shapes.

    >>> shared_pixels(np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]]))
    array([[1., 1.],
           [0., 2.]])
    """
    if one.shape != other.shape:
        raise ValueError(f"segmentations of one image must have one shape, got {one.shape} and {other.shape}")
    a, b = int(one.max()) + 1, int(other.max()) + 1
    cells = one.ravel().astype(np.intp) * b + other.ravel()
    return np.bincount(cells, minlength=a * b).reshape(a, b).astype(float)
