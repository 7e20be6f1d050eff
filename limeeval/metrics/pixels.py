"""How far explanations of one image agree, pixel by pixel, whatever superpixels they were made on.

Every function compares all pairs of R maps on one segmentation and S on another, or on the same, by products of
matrices, and broadcasts over leading axes. Pairs with a map that has a nan are nan.
"""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.pixel_maps import TOP_SHARE, PixelMaps, Segments, pixel_maps, shared_pixels


def pixel_spearman(one: PixelMaps, other: PixelMaps, shared: Array) -> Array:
    """Spearman correlation (1904) of the pixels of two maps (..., R, S): -1..1, higher is better; by chance 0.

    The pixels of a superpixel are tied, and share their average rank. A map of one density ranks nothing: 0.

    Args:
        one: R maps on a superpixels.
        other: S maps on b superpixels of the same image.
        shared: how many pixels they share (a, b).

    >>> halves, thirds = np.array([[0, 0, 0, 1, 1, 1]]), np.array([[0, 0, 1, 1, 2, 2]])
    >>> one, other = pixel_maps(np.array([[1.0, 2.0]]), halves), pixel_maps(np.array([[1.0, 2.0, 3.0]]), thirds)
    >>> pixel_spearman(one, other, shared_pixels(halves, thirds)).round(3)
    array([[0.816]])
    """
    products = one.ranks @ shared @ np.swapaxes(other.ranks, -1, -2)
    norms = np.sqrt(one.squares[..., :, None] * other.squares[..., None, :])
    return np.asarray(products / np.where(norms == 0, 1.0, norms))


def pixel_iou(one: PixelMaps, other: PixelMaps, shared: Array) -> Array:
    """|A & B| / |A u B| of the top pixels A and B of two maps (..., R, S): 0..1, higher is better.

    The top is a share of the pixels: those that speak most for the label, by falling signed density. Only pixels that
    speak for it at all belong to it, so the top of a map with few of them is smaller. Where superpixels that tie would
    make it too large, as does one that is larger than the top, a random part of their pixels is taken, in one order for
    both maps; the intersection is what is to be expected then, of many pixels. So a map agrees fully with itself, and
    superpixels larger than the top agree as their shapes do.

    A map of one density, or in which nothing speaks for the label, has no top, and agrees with none: 0. By chance see
    :func:`pixel_iou_by_chance`.

    Args:
        one: R maps on a superpixels.
        other: S maps on b superpixels of the same image.
        shared: how many pixels they share (a, b).

    >>> maps = pixel_maps(np.array([[4.0, 3.0, 2.0, 1.0], [4.0, 1.0, 3.0, 2.0]]), np.arange(4), share=0.5)
    >>> pixel_iou(maps, maps, np.diag(maps.areas)).round(3)
    array([[1.   , 0.333],
           [0.333, 1.   ]])
    """
    here, there = one.top, other.top
    rows, columns = (np.concatenate([top.whole, top.partial], axis=-2) for top in (here, there))
    overlaps = rows @ shared @ np.swapaxes(columns, -1, -2)
    of_whole, of_partial = np.split(overlaps, 2, axis=-2)
    (both_whole, whole_partial), (partial_whole, both_partial) = (
        np.split(part, 2, axis=-1) for part in (of_whole, of_partial)
    )
    level, other_level = here.level[..., :, None], there.level[..., None, :]
    partly = other_level * whole_partial + level * partial_whole + np.minimum(level, other_level) * both_partial
    intersection = both_whole + partly
    union = here.size[..., :, None] + there.size[..., None, :] - intersection
    return np.asarray(intersection / np.where(union == 0, 1.0, union))


def pixel_iou_by_chance(share: float = TOP_SHARE) -> float:
    """q / (2 - q): of the top q of unrelated maps, q^2 of the pixels are in both, and 2q - q^2 in either.

    That is the IoU of their expected overlap. Their expected IoU is close to it where superpixels are small beside the
    top, and above it where they are so large that tops share much or nothing.

    >>> round(pixel_iou_by_chance(0.1), 3)
    0.053
    """
    return share / (2 - share)


def pixel_similarities(
    coefficients: Sequence[Array], segmentations: Sequence[Segments], *, share: float = TOP_SHARE
) -> dict[str, Similarity]:
    """How alike runs on all segmentations of one image are, by each score of this module.

    Entry [a, b, ..., r, s] of the pairs is the mean of two: seed r on segmentation a with seed s on b, and s on a with
    r on b. The diagonal is not to be read, for a seed may draw the same masks on both. The mean over pairs is that of
    all runs of different seeds.

    Args:
        coefficients: of R seeds on each of S segmentations (..., R, d); leading axes are settings, the same on all.
        segmentations: S of them (H, W).
        share: of the pixels that is the top of a map, above 0 and below 1.

    Returns:
        By name; pairs (S, S, ..., R, R), one_swap and minimum (S, S, ...). After one swap, the mean similarity is less
        by two neighbours in the ranks, or by half a superpixel of the top: its last, of which half belongs to it on
        average.

    Raises:
        ValueError: segmentations have different shapes, coefficients are not one a superpixel, or not equally many.

    >>> halves, thirds = np.array([[0, 0, 0, 1, 1, 1]]), np.array([[0, 0, 1, 1, 2, 2]])
    >>> found = pixel_similarities([np.array([[-1.0, 1.0]] * 2), np.array([[-1.0, 0.0, 1.0]] * 2)], [halves, thirds])
    >>> round(float(mean_over_pairs(found["pixel_iou"].pairs)[0, 1]), 3)
    0.5
    """
    runs = {values.shape[:-1] for values in coefficients}
    if len(runs) > 1:
        raise ValueError(f"settings and seeds must be the same on all segmentations, got shapes {sorted(runs)}")
    maps = [pixel_maps(own, cut, share=share) for own, cut in zip(coefficients, segmentations, strict=True)]
    found: dict[str, dict[tuple[int, int], Similarity]] = {name: {} for name in _SIMILARITIES}
    for a, b in combinations_with_replacement(range(len(maps)), 2):
        shared = shared_pixels(segmentations[a], segmentations[b])
        for name, similarity in _SIMILARITIES.items():
            found[name][a, b] = found[name][b, a] = similarity(maps[a], maps[b], shared)
    return {name: _square(of_pairs, len(maps)) for name, of_pairs in found.items()}


def _spearman_similarity(one: PixelMaps, other: PixelMaps, shared: Array) -> Similarity:
    pairs = _either_way(pixel_spearman(one, other, shared))
    mean, d = mean_over_pairs(pairs), min(shared.shape)
    return Similarity(pairs, np.maximum(mean - 12 / max(d**3 - d, 6), -1.0), np.full(mean.shape, -1.0))


def _iou_similarity(one: PixelMaps, other: PixelMaps, shared: Array) -> Similarity:
    pairs = _either_way(pixel_iou(one, other, shared))
    mean, of_top = mean_over_pairs(pairs), max(one.share * min(shared.shape), 1.0)
    overlap = 2 * mean / (1 + mean) * (1 - 0.5 / of_top)
    return Similarity(pairs, overlap / (2 - overlap), np.zeros(mean.shape))


_SIMILARITIES = {"pixel_spearman": _spearman_similarity, "pixel_iou": _iou_similarity}


def _either_way(pairs: Array) -> Array:
    return (pairs + np.swapaxes(pairs, -1, -2)) / 2


def _square(of_pairs: dict[tuple[int, int], Similarity], count: int) -> Similarity:
    """Similarities of any two of so many segmentations, these on two leading axes."""
    rows = [[of_pairs[a, b] for b in range(count)] for a in range(count)]
    return Similarity(
        *(np.array([[getattr(cell, name) for cell in row] for row in rows]) for name in Similarity._fields)
    )
