"""The explanation of an image: an :class:`Explanation` whose features are areas that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.explanation import Explanation
from limeeval.lime.masking import Image
from limeeval.lime.picture import boundaries, image_and_mask, pixel_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ImageExplanation(Explanation):
    """A linear explanation of one prediction for an image, for one or several labels.

    Features are superpixels. A subclass, since it is all that :class:`Explanation` is, and pictures.

    Attributes:
        image: as it was explained (H, W, channels).
        segments: which superpixel each pixel is in, 0..d-1 (H, W).
    """

    image: Image
    segments: NDArray[Any]

    def get_image_and_mask(
        self,
        label: int | str,
        positive_only: bool = True,
        negative_only: bool = False,
        hide_rest: bool = False,
        num_features: int = 5,
        min_weight: float = 0.0,
    ) -> tuple[Image, NDArray[Any]]:
        """The image and a mask (H, W) of the superpixels that matter most; arguments as in the lime package.

        Args:
            label: position or name of a class that was explained.
            positive_only: only superpixels that speak for the class; the mask is 1 there and 0 elsewhere.
            negative_only: only those that speak against it.
            hide_rest: all others become 0.
            num_features: the most superpixels.
            min_weight: the smallest magnitude of their coefficients.

        With neither of the two flags, superpixels for the class turn green with mask 1, those against it red with
        mask -1.

        Raises:
            ValueError: a label that was not explained, or both flags.
        """
        line = self._line(label)
        return image_and_mask(
            self.image,
            self.segments,
            line.features,
            line.coefficients,
            positive_only=positive_only,
            negative_only=negative_only,
            hide_rest=hide_rest,
            num_features=num_features,
            min_weight=min_weight,
        )

    def pixel_map(self, label: int | str | None = None, *, per_area: bool = False) -> Array:
        """Each pixel's coefficient (H, W), 0 where its superpixel is not in the explanation.

        Args:
            label: position or name of a class that was explained; None for the first.
            per_area: divided by the superpixel's number of pixels, which compares explanations of other segmentations.
        """
        line = self._line(label)
        return pixel_map(self.segments, line.features, line.coefficients, per_area=per_area)

    def standard_error_map(self, label: int | str | None = None) -> Array:
        """The standard error of each pixel's coefficient (H, W), 0 where its superpixel is not in the explanation."""
        line = self._line(label)
        return pixel_map(self.segments, line.features, line.standard_errors)

    def boundaries(self, label: int | str | None = None, *, num_features: int = 5) -> Array:
        """The image (H, W, 3) in 0..1 with lines around the superpixels that speak most for a class."""
        position = self._position(label)
        _, mask = self.get_image_and_mask(position, num_features=num_features)
        return boundaries(self.image, mask)

    def as_pyplot_figure(self, label: int | str | None = None, **figure_arguments: Any) -> Figure:
        """The image with its most important superpixels outlined, and beside it a map of all coefficients.

        The scale of colors is symmetric about 0. Further arguments go to ``pyplot.figure``.
        """
        from limeeval.lime.wording import headline

        position = self._position(label)
        title = headline(self, position)
        return self._figure(position, title[0].upper() + title[1:], pyplot=True, **figure_arguments)

    def picture(self, label: int) -> str:
        """:meth:`as_pyplot_figure` as an address that a page carries within itself."""
        from limeeval.lime.heat_map import data_uri

        return data_uri(self._figure(label, "", pyplot=False))

    def _figure(self, label: int, title: str, *, pyplot: bool, **figure_arguments: Any) -> Figure:
        from limeeval.lime.heat_map import heat_map_figure

        line = self.surrogates[label]
        return heat_map_figure(
            self.image,
            self.segments,
            line.features,
            line.coefficients,
            title=title,
            standard_errors=line.standard_errors if self.has_errors else None,
            pyplot=pyplot,
            **figure_arguments,
        )

    def _repr_html_(self) -> str:
        """The first label alone: a picture of each takes its time and room."""
        first = self.available_labels()[:1]
        return self._html(first, self._parts(True, True, True, False), page=False)

    @property
    def default_label(self) -> int:
        """The label that is meant where none is named: the first."""
        return self.available_labels()[0]
