"""What somebody asks of a study, checked and in the sweep's own terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.image_explainer import LimeImageExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import fitted_estimator
from limeeval.sweep.functions import accepted
from limeeval.sweep.grid import IMAGE_DEFAULTS, SAMPLING_KEYS, TABLE_DEFAULTS, Grid, grid_of


def grid_asked(explainer: LimeTabularExplainer | LimeImageExplainer, settings: Mapping[str, Any]) -> Grid:
    """The settings asked for; the others as the explainer has them, or as the lime package."""
    usual = IMAGE_DEFAULTS if isinstance(explainer, LimeImageExplainer) else TABLE_DEFAULTS
    own = usual | {"kernel_width": explainer.kernel_width, "kernel_width_factor": None}
    own |= {key: value for key, value in explainer.arguments.items() if key in (*SAMPLING_KEYS, "feature_selection")}
    if settings.get("kernel_width_factor") is not None:
        own["kernel_width"] = None
    return grid_of({**own, **settings})


def settings_asked(explain: Any, settings: Mapping[str, Any]) -> dict[str, list[Any]]:
    """A function's own settings, each as a list.

    Raises:
        ValueError: a setting that it does not take.
    """
    if not callable(explain):
        raise ValueError(
            "explainer must be a LimeTabularExplainer, a LimeImageExplainer or a function "
            f"(X, predict_fn, seed, **settings), got {type(explain).__name__}"
        )
    taken = accepted(explain, settings)
    unknown = [key for key in settings if key not in taken]
    if unknown:
        raise ValueError(f"settings must be parameters of {name_of(explain)}, got {', '.join(unknown)}")
    return {key: list(value) if isinstance(value, (list, tuple)) else [value] for key, value in settings.items()}


def labels_asked(mode: str, class_names: Sequence[str] | None, labels: Any, top_labels: int | None) -> Labels:
    """Which outputs to explain: those asked for, else the most likely ones.

    Raises:
        ValueError: both were asked for.
    """
    if labels is None:
        return Labels(mode, class_names, (), 1 if top_labels is None else top_labels)
    if top_labels is not None:
        raise ValueError(f"labels and top_labels exclude each other, got {labels} and {top_labels}")
    return Labels(mode, class_names, [labels] if isinstance(labels, (int, str)) else labels, None)


def checked_rows(instances: Any) -> Any:
    """The instances if they are rows (n, d).

    Raises:
        ValueError: a single row, or none.
    """
    shape = np.shape(instances) if not hasattr(instances, "shape") else instances.shape
    if len(shape) < 2 or not shape[0]:
        raise ValueError(f"instances must be rows (n, d), at least one, got shape {tuple(shape)}")
    return instances if hasattr(instances, "shape") else np.asarray(instances)


def checked_images(instances: Any) -> list[Any]:
    """The instances as a list of images.

    Raises:
        ValueError: a single image, or none.
    """
    if not hasattr(instances, "__len__"):
        raise ValueError(f"instances must be images, as (n, H, W, channels) or a list, got {type(instances).__name__}")
    shape = np.shape(instances) if hasattr(instances, "shape") else ()
    if not len(instances) or (shape and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4)))):
        raise ValueError(f"instances must be images, as (n, H, W, channels) or a list, got shape {shape or (0,)}")
    return list(instances)


def ids_of(rows: Any) -> list[Any]:
    """The user's names of the rows: a data frame's index, else positions."""
    if hasattr(rows, "iloc"):
        return list(rows.index)
    return list(range(rows.shape[0] if hasattr(rows, "shape") else len(rows)))  # Sparse rows have no length.


def name_of(function: Any) -> str:
    """What a model or function is called in the tables."""
    estimator = fitted_estimator(function)
    if estimator is not None and hasattr(estimator, "fit"):
        return type(estimator).__name__
    return str(getattr(function, "__name__", type(function).__name__))
