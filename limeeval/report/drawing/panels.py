"""Pictures with their superpixels, beside maps of coefficients: rasters of few colors, which make small files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.heat_map import rim_of
from limeeval.lime.picture import viewable
from limeeval.lime.plot import LOWERS, RAISES
from limeeval.metrics.pixel_maps import pixel_maps
from limeeval.report.drawing.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, _GAP, _WORDS, _HEAD = 2.28, 0.16, 0.3, 1.75
"""Inches: of a panel, between two, of the line above them, and of the first row at least."""
_TALLEST = 1.2
"""Most height of a panel, in widths."""
_ABOVE = 3 / 72
_SIDE, _DETAIL = 360, 180
"""Pixels of a panel's longer side, and of the photograph's in it."""
_LEVELS, _GREYS, _PALE_GREYS = 16, 16, 6
"""Of each color of the photograph, of its grey below outlines, and of that below a map."""
_OPACITY, _PALE = 0.8, 0.5
_RIM, _TOP_RIM, _DASH = 5, 2, 18
_BRIGHT, _ON_BRIGHT, _ON_DARK = 0.65, 0.4, 0.85
_COARSE = 2
"""Every so many pixels are looked at for a place to write a number."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """An explanation on one segmentation.

    Attributes:
        title: above the picture.
        note: above the map.
        segments: which superpixel each pixel is in (H, W).
        coefficients: of the superpixels (d,).
        solid: superpixels to outline.
        dashed: superpixels to outline by dashes.
    """

    title: str
    note: str
    segments: NDArray[Any]
    coefficients: Array
    solid: NDArray[np.intp]
    dashed: NDArray[np.intp]


def height_of(shape: tuple[int, ...], rows: int) -> float:
    """Inches of a figure of pictures of this shape (H, W, ...) with so many segmentations."""
    panel = _panel_height(shape)
    return max(panel, _HEAD) + _WORDS + rows * (panel + _WORDS)


def draw_panels(axes: Axes, picture: NDArray[np.uint8], cutouts: Sequence[Cutout], *, title: str) -> Axes:
    """Draws the picture, and below it a row for each segmentation: its superpixels, and the map of coefficients.

    Returns:
        The place beside the picture, empty.
    """
    total, panel = height_of(picture.shape, len(cutouts)), _panel_height(picture.shape)
    beside, top = WIDTH + _GAP, total - _WORDS
    first = max(panel, _HEAD)
    _draw(axes, (0, top), posterized(picture), title)
    for place, cutout in enumerate(cutouts):
        at = top - first - _WORDS - place * (panel + _WORDS)
        _draw(axes, (0, at), outlined(picture, cutout), cutout.title)
        _number(axes, (0, at), cutout, picture.shape)
        _draw(axes, (beside, at), heat(picture, cutout), cutout.note)
    axes.set(xlim=(0, beside + WIDTH), ylim=(0, total), aspect="equal", anchor="N")
    axes.set_axis_off()
    return axes.inset_axes((beside, top - first, WIDTH, first), transform=axes.transData)


def posterized(picture: NDArray[np.uint8]) -> Array:
    """The picture (h, w, 3) as a raster of few levels of each color, 0..1."""
    return _fitted(_few(_detailed(picture), _LEVELS), _raster_shape(picture.shape))


def outlined(picture: NDArray[np.uint8], cutout: Cutout) -> Array:
    """The picture in grey with thin lines around superpixels, and thick ones, of their color, around those to outline.

    Blue raises the model's output, orange lowers it. Dashes are white in between.
    """
    shape = _raster_shape(picture.shape)
    labels, grey = _fitted(cutout.segments.astype(np.intp), shape), _grey(picture, _GREYS)
    grey = np.where(_lines(labels), np.where(grey > _BRIGHT, _ON_BRIGHT, _ON_DARK), grey)
    raster = np.repeat(grey[..., None], 3, axis=2)
    steps = np.add.outer(np.arange(shape[0]), np.arange(shape[1]))
    colors = np.where((cutout.coefficients > 0)[:, None], _rgb(RAISES), _rgb(LOWERS))
    for superpixels, is_white in ((cutout.dashed, steps % _DASH >= _DASH // 2), (cutout.solid, np.zeros(shape, bool))):
        rim = rim_of(np.where(np.isin(labels, superpixels), labels, -1), _RIM)
        raster[rim] = np.where(is_white[rim][:, None], 1.0, colors[labels[rim]])
    return raster


def heat(picture: NDArray[np.uint8], cutout: Cutout) -> Array:
    """The coefficients as colors, from orange over white to blue, on a pale picture; framed is the top of the map.

    The scale is symmetric about 0, to the largest magnitude.
    """
    shares = cutout.coefficients / (np.abs(cutout.coefficients).max() or 1.0)
    labels = _fitted(cutout.segments, _raster_shape(picture.shape))
    pale = 1 - _PALE + _PALE * _grey(picture, _PALE_GREYS)[..., None]
    raster = _OPACITY * colored(shares)[labels] + (1 - _OPACITY) * pale
    raster[rim_of(top_superpixels(cutout)[labels].astype(np.intp) - 1, _TOP_RIM)] = _rgb(INK)
    return np.asarray(raster)


def top_superpixels(cutout: Cutout) -> NDArray[np.bool_]:
    """Superpixels (d,) of which most pixels are among those that speak most for the label: what overlaps are about."""
    top = pixel_maps(cutout.coefficients, cutout.segments).top
    return np.asarray((top.whole > 0) | ((top.partial > 0) & (top.level >= 0.5)))


def colored(shares: Array) -> Array:
    """Colors (..., 3) of shares of the largest magnitude (...,), -1..1."""
    ends = np.where(shares[..., None] > 0, _rgb(RAISES), _rgb(LOWERS))
    return np.asarray(1 - np.abs(shares)[..., None] * (1 - ends))


def _draw(axes: Axes, at: tuple[float, float], raster: Array, title: str) -> None:
    """Draws a raster below a title; ``at`` is its upper left corner, in inches."""
    (left, top), (width, height) = at, _size(raster.shape)
    image = axes.imshow(
        np.rint(255 * raster).astype(np.uint8),
        extent=(left, left + width, top - height, top),
        interpolation="nearest",
    )
    image.set_in_layout(False)
    axes.text(left, top + _ABOVE, title, va="baseline", fontsize=size_of(), parse_math=False)


def size_of() -> float:
    """Points of type that let two titles stand side by side: those of numbers on axes."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return float(FontProperties(size=rcParams["xtick.labelsize"]).get_size_in_points())


def _number(axes: Axes, at: tuple[float, float], cutout: Cutout, shape: tuple[int, ...]) -> None:
    """Writes the numbers of the outlined superpixels where they are widest."""
    from matplotlib.patheffects import withStroke

    labels = _fitted(cutout.segments, _raster_shape(shape))[::_COARSE, ::_COARSE]
    scale = _size(labels.shape)[1] / len(labels)
    for superpixel in [*cutout.solid.tolist(), *cutout.dashed.tolist()]:
        row, column = _deepest(labels == superpixel)
        halo = [withStroke(linewidth=2.5, foreground=RAISES if cutout.coefficients[superpixel] > 0 else LOWERS)]
        style: dict[str, Any] = {"color": "white", "fontsize": "small", "ha": "center", "va": "center"}
        text = axes.text(
            at[0] + (column + 0.5) * scale, at[1] - (row + 0.5) * scale, f"{superpixel}", path_effects=halo, **style
        )
        text.set_in_layout(False)


def _deepest(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """The pixel that is farthest from the edge of an area."""
    from scipy.ndimage import distance_transform_edt

    row, column = divmod(int(distance_transform_edt(np.pad(mask, 1)).argmax()), mask.shape[1] + 2)
    return row - 1, column - 1


def _panel_height(shape: tuple[int, ...]) -> float:
    return _size(shape)[1]


def _size(shape: tuple[int, ...]) -> tuple[float, float]:
    """Inches of a panel's width and height."""
    height = min(WIDTH * shape[0] / shape[1], _TALLEST * WIDTH)
    return height * shape[1] / shape[0], height


def _grey(picture: NDArray[np.uint8], levels: int) -> Array:
    return _fitted(_few(_detailed(picture).mean(axis=2), levels), _raster_shape(picture.shape))


def _few(values: Array, levels: int) -> Array:
    return np.asarray(np.rint(values * (levels - 1)) / (levels - 1))


def _detailed(picture: NDArray[np.uint8]) -> Array:
    """The picture, 0..1, no larger than its detail is to be."""
    from skimage.transform import resize

    pixels, scale = viewable(picture), _DETAIL / max(picture.shape[:2])
    if scale >= 1:
        return pixels
    height, width = (max(round(side * scale), 1) for side in picture.shape[:2])
    return np.asarray(resize(pixels, (height, width, 3), anti_aliasing=True))


def _raster_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    scale = _SIDE / max(shape[:2])
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def _fitted(values: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Values (h, w, ...) in more or fewer pixels (H, W, ...), each that of the nearest."""
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(shape, values.shape[:2], strict=True)
    )
    found: NDArray[Any] = values[rows][:, columns]
    return found


def _lines(labels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Pixels (H, W) whose label is not that of the pixel above or to the left."""
    found = np.zeros(labels.shape, dtype=bool)
    found[1:] |= labels[1:] != labels[:-1]
    found[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    return found


def _rgb(color: str) -> Array:
    from matplotlib.colors import to_rgb

    return np.array(to_rgb(color))
