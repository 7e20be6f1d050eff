"""LIME for images: which superpixels speak for a class, and which against it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from limeeval.lime.explain import explain
from limeeval.lime.hidden import hidden_image
from limeeval.lime.image import ImageDomain, checked_image
from limeeval.lime.image_explanation import ImageExplanation
from limeeval.lime.kernel import Kernel, checked_metric, exponential_kernel
from limeeval.lime.labels import Labels
from limeeval.lime.masking import BATCH_BYTES, Masking
from limeeval.lime.model import Model, prediction_function
from limeeval.lime.neighborhood import BLOCK, MASK_SAMPLING_METHODS, Neighborhood
from limeeval.lime.progress import progress
from limeeval.lime.request import (
    Request,
    check_at_least,
    check_feature_selection,
    check_kernel_width,
    checked_sampling,
    fixed_seed,
    next_seed,
)
from limeeval.lime.segmentation import segment
from limeeval.lime.telling import tell

DEFAULT_IMAGE_WIDTH = 0.25
"""LIME's default kernel width for images."""
IMAGES_AT_ONCE = 64
"""The most images given to a model at once, unless the user says otherwise."""


class LimeImageExplainer:
    """Explains single predictions of any image classifier by its superpixels (LIME; Ribeiro et al., 2016).

    Arguments, their order and their defaults are those of the lime package, but for ``batch_size``; ``class_names`` and
    ``sampling_method`` are new. An int ``random_state`` gives the same explanation on every call.

    Args:
        kernel_width: of the kernel exp(-D^2 / (2 nu^2)).
        kernel: function (distances, kernel_width) -> weights in place of the exponential one.
        verbose: print intercept, local prediction and model output of each explanation.
        feature_selection: "auto" (forward selection up to 6 superpixels, else highest_weights), "forward_selection",
            "highest_weights", "lasso_path" or "none".
        random_state: an int gives the same explanation on every call; None a fresh seed a call, recorded as the
            explanation's ``seed``; a RandomState or Generator gives one integer now.
        class_names: names of the model's classes, in the order of its outputs.

    Raises:
        ValueError: for every argument that does not fit; the message says the rule and what came.
    """

    mode = "classification"

    def __init__(
        self,
        kernel_width: float | None = DEFAULT_IMAGE_WIDTH,
        kernel: Kernel | None = None,
        verbose: bool = False,
        feature_selection: str = "auto",
        random_state: Any = None,
        class_names: Sequence[Any] | None = None,
    ) -> None:
        self.arguments = {name: value for name, value in locals().items() if name != "self"}
        check_feature_selection(feature_selection)
        if kernel is not None and not callable(kernel):
            raise TypeError(f"kernel must be a function of distances and kernel_width, got {kernel!r}")
        self.kernel = kernel or exponential_kernel
        self.kernel_width = check_kernel_width(self.default_kernel_width if kernel_width is None else kernel_width)
        self.verbose = verbose
        self.feature_selection = feature_selection
        self.random_state = fixed_seed(random_state)
        self.class_names = None if class_names is None else [str(name) for name in class_names]

    @property
    def default_kernel_width(self) -> float:
        """LIME's default kernel width for images."""
        return DEFAULT_IMAGE_WIDTH

    def remade(self, **arguments: Any) -> LimeImageExplainer:
        """This explainer, made again with some of its arguments replaced; itself if there are none."""
        return LimeImageExplainer(**{**self.arguments, **arguments}) if arguments else self

    def explain_instance(
        self,
        image: Any,
        classifier_fn: Any,
        labels: Sequence[int | str] = (1,),
        hide_color: Any = None,
        top_labels: int | None = 5,
        num_features: int = 100_000,
        num_samples: int = 1000,
        batch_size: int | None = None,
        segmentation_fn: Any = None,
        distance_metric: str | Callable[..., float] = "cosine",
        model_regressor: Any = None,
        random_seed: int | None = None,
        progress_bar: bool = True,
        sampling_method: str = "bernoulli",
    ) -> ImageExplanation:
        """Explains the classifier's prediction for one image.

        Args:
            image: (H, W, channels), of any number of channels and any dtype of numbers. An image (H, W) is repeated to
                three channels, as in the lime package: (H, W, 1) is not.
            classifier_fn: function from images (m, H, W, channels), in the image's own dtype, to probabilities (m, c);
                or a fitted estimator that has such a method.
            labels: positions or names of the classes to explain, where ``top_labels`` is None.
            hide_color: what a hidden superpixel shows: None for its own mean color, a number, one number a channel,
                "blur", "noise", or another image of the same shape.
            top_labels: explain this many of the most likely classes.
            num_features: the most superpixels in an explanation.
            num_samples: size of the neighborhood, the whole image included; at least 2.
            batch_size: the most images given to the classifier at once (above 32, no more than take 24 MiB); None for
                64, or fewer if they take 24 MiB. (The lime package gives it 10, which most classifiers are slow on.)
                They share one buffer, which is overwritten unless the classifier keeps hold of it.
            segmentation_fn: function from an image to labels (H, W), a :class:`SegmentationAlgorithm`, the name of
                one, or such labels themselves. None for quickshift as in the lime package.
            distance_metric: as in :func:`sklearn.metrics.pairwise_distances`, on masks.
            model_regressor: scikit-learn regressor to fit instead of ridge; needs ``coef_`` and ``sample_weight``.
            random_seed: of the segmentation, where it takes one; None for scikit-image's own.
            progress_bar: show one where the output is a terminal.
            sampling_method: "bernoulli", each superpixel shown with probability 1/2; or "enumeration", each of the 2^d
                masks once: the limit that sampling approaches, without standard error. Needs 2^d <= num_samples.

        Returns:
            The explanation, with a standard error for every coefficient.

        Raises:
            ValueError: an argument, the image, its segmentation or the classifier's outputs do not fit.
            ModelError: the classifier raised.
        """
        if batch_size is not None:
            check_at_least("batch_size", batch_size, 1)
        method = checked_sampling(sampling_method, MASK_SAMPLING_METHODS)
        domain = self.domain(
            image,
            segmentation=segmentation_fn,
            hide_color=hide_color,
            distance_metric=distance_metric,
            random_seed=random_seed,
        )
        request = Request(
            kernel=self.kernel,
            kernel_width=self.kernel_width,
            num_samples=_checked_count(num_samples, domain.width, method),
            num_features=num_features,
            feature_selection=self.feature_selection,
            model_regressor=model_regressor,
        )
        usual = min(IMAGES_AT_ONCE, max(BATCH_BYTES // domain.masking.image.nbytes, 1))
        at_once = usual if batch_size is None else batch_size
        model = Model(prediction_function(classifier_fn, self.mode), self.mode, at_once)
        with progress("images", request.num_samples, shown=progress_bar) as advance:
            found = explain(
                Neighborhood(domain, next_seed(self.random_state), request.num_samples, method),
                model,
                request,
                Labels(self.mode, self.class_names, labels, top_labels),
                batch_rows=max(at_once, BLOCK),
                on_samples=lambda samples: advance(len(samples.outputs)),
            )
        explanation = ImageExplanation(**vars(found), image=domain.masking.image, segments=domain.segments)
        tell(explanation, verbose=self.verbose)
        return explanation

    def domain(
        self,
        image: Any,
        predict_fn: Any = None,
        *,
        segmentation: Any = None,
        hide_color: Any = None,
        distance_metric: str | Callable[..., float] = "cosine",
        random_seed: int | None = None,
    ) -> ImageDomain:
        """The image, segmented and ready to be perturbed; arguments as of :meth:`explain_instance`.

        Raises:
            ValueError: the image, its segmentation or what it is hidden by do not fit.
        """
        pixels = checked_image(image)
        segments = segment(pixels, segmentation, random_seed=random_seed)
        return ImageDomain(
            Masking(pixels, hidden_image(pixels, segments, hide_color), segments), checked_metric(distance_metric)
        )


def _checked_count(num_samples: Any, d: int, method: str) -> int:
    """The size of the neighborhood: as asked for, or 2^d if every mask is to be in it.

    Raises:
        ValueError: fewer than 2, or than 2^d where all are needed.
    """
    check_at_least("num_samples", num_samples, 2)
    if method == "enumeration":
        if 2**d > num_samples:
            raise ValueError(
                f"num_samples must be at least 2^d for sampling_method='enumeration', {2**d:,} for {d} superpixels, "
                f"got {num_samples:,}"
            )
        return int(2**d)
    if num_samples <= d:
        warnings.warn(
            f"num_samples should exceed the number of superpixels: got {num_samples} equations for {d} unknowns",
            UserWarning,
            stacklevel=3,
        )
    return int(num_samples)
