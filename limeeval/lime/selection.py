"""Feature selection from weighted moments: which of the d features the surrogate is fitted on.

Each function returns positions of features; ties go to the lower position.
"""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.surrogate import Centred, ridge

Features = NDArray[np.intp]
FEATURE_SELECTIONS = ("auto", "forward_selection", "highest_weights", "lasso_path", "none")
FORWARD_SELECTION_UP_TO = 6


def resolved(feature_selection: str, num_features: int) -> str:
    """The method behind ``auto``: forward selection up to 6 features, else highest weights (as in the lime package)."""
    if feature_selection != "auto":
        return feature_selection
    return "forward_selection" if num_features <= FORWARD_SELECTION_UP_TO else "highest_weights"


def select_features(about: Centred, *, feature_selection: str, num_features: int, instance: Array) -> Features:
    """Positions (..., k) of at most ``num_features`` features, or of all d for ``none``.

    The lasso path names as many as it happens to: without leading axes only.

    Args:
        about: moments of one label, over all samples, for every setting on the leading axes.
        feature_selection: one of FEATURE_SELECTIONS.
        num_features: at least 1; capped at d.
        instance: the instance's own representation z_0 (..., d), by which highest_weights ranks.
    """
    d = instance.shape[-1]
    k = min(num_features, d)
    method = resolved(feature_selection, num_features)
    if method == "none":
        return np.broadcast_to(np.arange(d), about.z.shape)
    if method == "forward_selection":
        return forward_selection(about, k)
    if method == "highest_weights":
        return highest_weights(about, k, instance)
    return lasso_path(about, k)


def importance(coefficients: Array, *, feature_selection: str, scales: Array, instance: Array) -> Array:
    """What a method ranks features by (..., d), where the columns of the design are uncorrelated.

    Args:
        coefficients: of the fit on all features (..., d).
        feature_selection: a method, resolved.
        scales: weighted spread of each column (d,).
        instance: the instance's own representation z_0 (d,).
    """
    if feature_selection == "none":
        return np.abs(coefficients)
    return np.abs(coefficients * (instance if feature_selection == "highest_weights" else scales))


def largest(values: Array, k: int) -> NDArray[np.bool_]:
    """Which entries are among the k largest along the last axis; ties go to the lower position."""
    chosen = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(chosen, np.argsort(-values, axis=-1, kind="stable")[..., :k], True, axis=-1)
    return chosen


def forward_selection(about: Centred, k: int) -> Features:
    """Greedy: k times the feature that raises the weighted R2 of an unpenalised fit the most.

    The gain of a feature is its squared covariance with what is left of y over its own remaining variance; sweeping
    the chosen one out of the covariances keeps each step at d^2 operations.
    """
    covariance, with_y = about.covariance.copy(), about.with_y[..., 0].copy()
    negligible = 1e-12 * np.diagonal(covariance, axis1=-2, axis2=-1)
    free = np.ones(with_y.shape, dtype=bool)
    chosen = []
    for _ in range(k):
        variance = np.diagonal(covariance, axis1=-2, axis2=-1)
        usable = variance > negligible
        own = np.where(usable, variance, 1.0)
        gain = np.where(free, np.where(usable, with_y**2 / own, 0.0), -1.0)
        best = np.argmax(gain, axis=-1)[..., None]
        chosen.append(best)
        np.put_along_axis(free, best, False, axis=-1)
        column = np.take_along_axis(covariance, best[..., None], axis=-1)[..., 0]
        row = np.where(np.take_along_axis(usable, best, axis=-1), column / np.take_along_axis(own, best, axis=-1), 0.0)
        with_y -= row * np.take_along_axis(with_y, best, axis=-1)
        covariance -= column[..., :, None] * row[..., None, :]
    return np.concatenate(chosen, axis=-1)


def highest_weights(about: Centred, k: int, instance: Array) -> Features:
    """The k largest |coefficient x value at the instance| of a ridge fit (alpha 0.01) on all features."""
    contribution = ridge(about, alpha=0.01).coefficients * instance
    return np.argsort(-np.abs(contribution), axis=-1, kind="stable")[..., :k]


def lasso_path(about: Centred, k: int) -> Features:
    """The features of the last point on the lasso path (LARS; Efron et al., 2004) with at most k of them."""
    from sklearn.linear_model import lars_path_gram

    # The order in which features enter knows no units, but LARS stops at an absolute tolerance.
    with_y = about.with_y[:, 0] / (np.abs(about.with_y).max() or 1.0)
    covariance = about.covariance / (np.diag(about.covariance).max() or 1.0)
    _, _, path = lars_path_gram(with_y, covariance, n_samples=1, method="lasso")
    sizes = np.count_nonzero(path, axis=0)
    within = np.flatnonzero((sizes > 0) & (sizes <= k))
    return np.flatnonzero(path[:, within[-1]]) if len(within) else np.arange(k)
