"""Closeness: distances to the instance, and the weights made of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from limeeval.lime.domain import Array

Kernel = Callable[[Array, float], Any]

_UNUSABLE_METRICS = {"precomputed", "nan_euclidean", "mahalanobis", "seuclidean", "haversine"}
"""They need more than two rows: a matrix of distances, a covariance, coordinates."""


def exponential_kernel(distances: Array, kernel_width: float) -> Array:
    """Weights in 0..1, larger is closer: exp(-D^2 / (2 nu^2)) (Ribeiro et al., 2016, as in the lime package)."""
    with np.errstate(over="ignore"):  # Whatever is too far to be squared has weight 0.
        weights: Array = np.exp(-0.5 * np.square(distances / kernel_width))
    return weights


def weights_of(kernel: Kernel, distances: Array, kernel_width: float) -> Array:
    """Weights (n,) that a kernel gives to distances (n,).

    Raises:
        ValueError: a kernel whose weights have another shape, are negative or are not finite.
    """
    weights = np.asarray(kernel(distances, kernel_width), dtype=float)
    if weights.shape != distances.shape:
        raise ValueError(
            f"kernel must return one weight a distance, shape {distances.shape}, got shape {weights.shape}"
        )
    if not np.all(np.isfinite(weights)) or weights.min(initial=0.0) < 0:
        raise ValueError("kernel must return finite weights of at least 0, got negative or non-finite ones")
    return weights


def distances_to(z: Array, origin: Array, metric: str | Callable[..., float]) -> Array:
    """Distances (n,) of rows z (n, d) to origin (d,); ``metric`` as in :func:`sklearn.metrics.pairwise_distances`."""
    if metric == "euclidean":
        offset = z - origin
        euclidean: Array = np.sqrt(np.einsum("ij,ij->i", offset, offset))
        return euclidean
    from sklearn.metrics import pairwise_distances
    from sklearn.metrics.pairwise import PAIRWISE_BOOLEAN_FUNCTIONS

    if metric in PAIRWISE_BOOLEAN_FUNCTIONS:
        z, origin = z.astype(bool), origin.astype(bool)
    others: Array = pairwise_distances(z, origin[None, :], metric=metric).ravel()
    if not np.all(np.isfinite(others)) or others.min(initial=0.0) < 0:
        raise ValueError(f"distance_metric must give finite distances of at least 0, got others from {metric!r}")
    return others


def checked_metric(metric: str | Callable[..., float]) -> str | Callable[..., float]:
    """The metric itself if scikit-learn knows it or it is a function.

    Raises:
        ValueError: an unknown name; the message lists the known ones.
    """
    if callable(metric) or metric == "euclidean":
        return metric
    from sklearn.metrics.pairwise import PAIRWISE_BOOLEAN_FUNCTIONS, PAIRWISE_DISTANCE_FUNCTIONS
    from sklearn.neighbors import VALID_METRICS

    names = {*PAIRWISE_DISTANCE_FUNCTIONS, *PAIRWISE_BOOLEAN_FUNCTIONS, *VALID_METRICS["brute"]}
    known = sorted(names - _UNUSABLE_METRICS)
    if metric not in known:
        raise ValueError(f"distance_metric must be a function or one of {', '.join(known)}, got {metric!r}")
    return metric
