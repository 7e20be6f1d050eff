"""Segmentations by name, with their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.colors import grey, rgb
from limeeval.lime.named_function import checked_parameters, imported, package_of, parameters_of

ALGORITHMS = {
    "quickshift": "skimage.segmentation.quickshift",
    "slic": "skimage.segmentation.slic",
    "felzenszwalb": "skimage.segmentation.felzenszwalb",
    "watershed": "limeeval.lime.segmenters.watershed",
    "grid": "limeeval.lime.segmenters.grid",
}
"""Segmentations that go by a short name."""


class SegmentationAlgorithm:
    """A segmentation by name, with the parameters it is called with; as in ``lime.wrappers.scikit_image``.

    Functions of scikit-image are given the image as :func:`limeeval.lime.colors.rgb` sees it, or as
    :func:`limeeval.lime.colors.grey` does where they know of no channels.

    Args:
        algo_type: one of ``ALGORITHMS``, or the dotted name of a function of scikit-image.
        target_params: the function's parameters. ``random_seed`` stands for ``rng``; it goes for nothing where it is
            None, and where the function draws no random numbers.

    Raises:
        ValueError: an unknown name, a parameter that the function does not take, or one that it needs.
    """

    def __init__(self, algo_type: str, **target_params: Any) -> None:
        self.algo_type = algo_type
        self.set_params(**target_params)

    def set_params(self, **params: Any) -> None:
        """Replaces all parameters.

        Raises:
            ValueError: a parameter that the function does not take, or one that it needs.
        """
        self.target_params = checked_parameters(self.target_fn, params, name=self.algo_type)

    @property
    def target_fn(self) -> Callable[..., Any]:
        """The function itself."""
        return _function(self.algo_type)

    @property
    def name(self) -> str:
        """``slic``, or ``slic(n_segments=50)``: how tables and messages call it."""
        return called(self.algo_type, self.target_params)

    def seeded(self, random_seed: int) -> SegmentationAlgorithm:
        """The same with this seed, unless it has one or draws no random numbers."""
        return SegmentationAlgorithm(self.algo_type, **({"random_seed": random_seed} | self.target_params))

    def __call__(self, image: NDArray[Any]) -> Any:
        """Labels (H, W) as the function numbers them."""
        function = self.target_fn
        return function(_given_to(function, np.atleast_3d(image)), **self.target_params)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SegmentationAlgorithm):
            return NotImplemented
        mine, theirs = self.target_params, other.target_params
        return (
            self.algo_type == other.algo_type
            and mine.keys() == theirs.keys()
            and all(np.array_equal(mine[key], theirs[key]) for key in mine)
        )

    def __hash__(self) -> int:
        return hash(self.algo_type)  # Parameters may be arrays, and may be replaced.

    def __repr__(self) -> str:
        return self.name


def called(name: str, parameters: Mapping[str, Any]) -> str:
    """``name(key=value, ...)``, or the name alone where there are no parameters."""
    values = ", ".join(f"{key}={_shown(value)}" for key, value in parameters.items())
    return f"{name}({values})" if values else name


def digest(values: NDArray[Any]) -> str:
    """Eight characters that tell one array from another."""
    return sha256(repr((values.shape, values.dtype.str)).encode() + values.tobytes()).hexdigest()[:8]


def _function(algo_type: str) -> Callable[..., Any]:
    name = ALGORITHMS.get(algo_type, algo_type) if isinstance(algo_type, str) else ""
    if "." not in name:
        raise ValueError(
            f"segmentation must be one of {', '.join(ALGORITHMS)}, or the dotted name of a scikit-image function, such "
            f"as skimage.segmentation.chan_vese, got {algo_type!r}"
        )
    return imported(name, trust=False)


def _given_to(function: Callable[..., Any], image: NDArray[Any]) -> NDArray[Any]:
    if package_of(function) != "skimage":
        return image
    return rgb(image) if "channel_axis" in parameters_of(function) else grey(image)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array {digest(value)}"
    if isinstance(value, np.generic):
        return repr(value.item())
    return str(getattr(value, "__qualname__", repr(value)))
