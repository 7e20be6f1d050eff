"""An image explanation as a matplotlib figure, and a figure as an address that a page carries within itself."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.masking import Image
from limeeval.lime.picture import pixel_map, viewable
from limeeval.lime.plot import LOWERS, RAISES
from limeeval.lime.selection import Features

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_OUTLINED = 5
_SIDE = 640
_LONG_SIDE = 4.2
_SHADE = 0.5
_OPACITY = 0.8
_QUALITY = 80


def heat_map_figure(
    image: Image,
    segments: NDArray[np.intp],
    features: Features,
    coefficients: Array,
    *,
    title: str = "",
    standard_errors: Array | None = None,
    pyplot: bool = True,
    **figure_arguments: Any,
) -> Figure:
    """The image with its main superpixels outlined and numbered, beside a map of all coefficients.

    Blue raises the model's output, orange lowers it; the scale is symmetric about 0.

    Args:
        image: (H, W, C), shown as by :func:`limeeval.lime.picture.viewable`.
        segments: which superpixel each pixel is in, 0..d-1 (H, W).
        features: the superpixels (k,) of the explanation, by falling magnitude of their coefficients.
        coefficients: theirs (k,).
        title: above both.
        standard_errors: of the coefficients (k,), nan where unknown; their median is stated.
        pyplot: whether pyplot knows the figure, and a notebook shows it; False for a figure to be saved.
        figure_arguments: further arguments of the figure.
    """
    height, width = segments.shape
    tall, wide = height > 2 * width, width > 2 * height
    options = {
        "figsize": _size(height, width, words=0.75 if title else 0.5),
        "layout": "compressed",
        **figure_arguments,
    }
    figure = _empty_figure(options, pyplot=pyplot)
    panels = figure.subplots(*((2, 1) if wide else (1, 2)))
    picture = _resized(viewable(image))
    main = np.flatnonzero(coefficients)[:_OUTLINED]
    colors = {int(features[i]): RAISES if coefficients[i] > 0 else LOWERS for i in main}
    _draw_outlines(panels[0], picture, _resized(segments), colors)
    scale = _draw_heat(panels[1], picture, _resized(pixel_map(segments, features, coefficients)))
    figure.colorbar(scale, ax=panels if tall or wide else panels[1], label="coefficient")
    for axes in panels:
        axes.set(xticks=[], yticks=[])
    _write(figure, title, _note(len(main), int(segments.max()) + 1, standard_errors))
    return figure


def data_uri(figure: Figure) -> str:
    """The figure as ``data:image/jpeg;base64,...``, for a page; it is neither shown nor closed."""
    saved = BytesIO()
    figure.savefig(saved, format="jpeg", pil_kwargs={"quality": _QUALITY, "subsampling": 0, "optimize": True})
    return f"data:image/jpeg;base64,{b64encode(saved.getvalue()).decode()}"


def _size(height: int, width: int, *, words: float) -> tuple[float, float]:
    """Inches of the whole figure: both panels, the colour bar, and the words above and below."""
    if width > 2 * height:
        return 1.5 * _LONG_SIDE + 1.2, max(3.0 * _LONG_SIDE * height / width + words + 0.35, 3.2)
    panel = _LONG_SIDE / max(height, width)
    return max(2 * panel * width + 1.45, 5.4), max(panel * height + words, 3.2)


def _empty_figure(options: dict[str, Any], *, pyplot: bool) -> Figure:
    if pyplot:
        from matplotlib import pyplot as plt

        return plt.figure(**options)
    from matplotlib.figure import Figure

    return Figure(**options)


def _write(figure: Figure, title: str, note: str) -> None:
    columns = int(11 * figure.get_figwidth())
    figure.suptitle(fill(title, columns), fontsize="medium", parse_math=False)
    figure.supxlabel(fill(note, int(1.15 * columns)), fontsize="small", color="0.3")


def _note(outlined: int, d: int, standard_errors: Array | None) -> str:
    if not outlined:
        return "No coefficient differs from 0."
    count = f"{outlined} " if outlined > 1 else ""
    note = f"Blue raises the output, orange lowers it. Outlined: the {count}largest of {d} coefficients."
    if standard_errors is None or not np.isfinite(standard_errors).any():
        return note
    return f"{note} Median standard error {np.nanmedian(standard_errors):.2g}."


def _draw_outlines(axes: Axes, picture: Array, segments: NDArray[np.intp], colors: dict[int, str]) -> None:
    """The picture with the rims of superpixels in their colours, and their numbers where they are widest."""
    from matplotlib.patheffects import withStroke
    from scipy.ndimage import distance_transform_edt

    chosen = np.where(np.isin(segments, list(colors)), segments, -1)
    axes.imshow(_outlined(picture, chosen, colors))
    depth = distance_transform_edt(~rim_of(chosen, 1))
    look: dict[str, Any] = {"color": "white", "fontsize": "small", "ha": "center", "va": "center"}
    for superpixel in np.unique(chosen[chosen >= 0]).tolist():
        row, column = divmod(int(np.where(chosen == superpixel, depth, -1).argmax()), chosen.shape[1])
        halo = [withStroke(linewidth=2.5, foreground=colors[superpixel])]
        axes.text(column, row, f"{superpixel}", path_effects=halo, **look)


def _outlined(picture: Array, chosen: NDArray[np.intp], colors: dict[int, str]) -> Array:
    """A line of its colour just inside each superpixel, and a white one inside that; -1 is no superpixel."""
    from matplotlib.colors import to_rgb

    line = max(1, max(chosen.shape) // 200)
    drawn = picture.copy()
    drawn[rim_of(chosen, line + max(1, line // 2))] = 1
    outer = rim_of(chosen, line)
    for superpixel, color in colors.items():
        drawn[outer & (chosen == superpixel)] = to_rgb(color)
    return drawn


def _draw_heat(axes: Axes, picture: Array, heat: Array) -> AxesImage:
    from matplotlib.colors import LinearSegmentedColormap

    reach = float(np.abs(heat).max()) or 1.0
    axes.imshow(1 - _SHADE + _SHADE * picture.mean(axis=2), cmap="gray", vmin=0, vmax=1)
    colors = LinearSegmentedColormap.from_list("lowers to raises", [LOWERS, "white", RAISES])
    return axes.imshow(heat, cmap=colors, vmin=-reach, vmax=reach, alpha=_OPACITY)


def rim_of(labels: NDArray[np.intp], width: int) -> NDArray[np.bool_]:
    """Pixels (H, W) of labels of at least 0 that lie within ``width`` of another label or the edge."""
    from scipy.ndimage import maximum_filter, minimum_filter

    rim = np.zeros(labels.shape, dtype=bool)
    for extreme in (maximum_filter, minimum_filter):
        rim |= extreme(labels, 2 * width + 1, mode="constant", cval=-1) != labels
    return rim & (labels >= 0)


def _resized(array: NDArray[Any]) -> NDArray[Any]:
    """Small arrays (H, W, ...) in larger pixels, for thin lines; of very large ones every so many pixels."""
    side = max(array.shape[:2])
    if side >= 2 * _SIDE:
        return array[:: side // _SIDE, :: side // _SIDE]
    times = max(1, round(_SIDE / side))
    return array.repeat(times, axis=0).repeat(times, axis=1)
