"""Surrogates of a user's own regressor: the one case that needs the samples themselves."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.moments import GROUPS
from limeeval.lime.selection import Features
from limeeval.lime.surrogate import Surrogate, jackknife_errors


def regressor_surrogate(regressor: Any, z: Array, y: Array, weights: Array, features: Features) -> Surrogate:
    """A fitted copy of ``regressor``, its standard errors from one refit for each group of samples left out."""
    full = _fitted(regressor, z[:, features], y, weights)
    groups = np.arange(len(z)) % GROUPS
    groups[0] = GROUPS  # The instance itself is never left out.
    keep = [groups != g for g in range(GROUPS) if np.any(groups == g)]
    refits = [_fitted(regressor, z[rows][:, features], y[rows], weights[rows]) for rows in keep]
    coefficients, intercepts = _coefficients(full), np.array([np.squeeze(refit.intercept_) for refit in refits])
    order = np.argsort(-np.abs(coefficients), kind="stable")
    return Surrogate(
        features=features[order],
        coefficients=coefficients[order],
        standard_errors=jackknife_errors(np.array([_coefficients(refit) for refit in refits]))[order],
        intercept=float(np.squeeze(full.intercept_)),
        intercept_standard_error=float(jackknife_errors(intercepts[:, None])[0]),
        local_prediction=float(np.squeeze(full.predict(z[:1, features]))),
        r2=_r2(full, z[:, features], y, weights),
        output_spread=_spread(y, weights),
    )


def _fitted(regressor: Any, z: Array, y: Array, weights: Array) -> Any:
    copy = deepcopy(regressor)
    if not hasattr(copy, "fit"):
        raise TypeError(f"model_regressor must be a scikit-learn regressor, got {regressor!r}")
    try:
        copy.fit(z, y, sample_weight=weights)
    except TypeError as error:
        raise TypeError(f"model_regressor must take sample_weight in fit, got {type(regressor).__name__}") from error
    if not hasattr(copy, "coef_") or not hasattr(copy, "intercept_"):
        raise TypeError(f"model_regressor must have coef_ and intercept_ after fit, got {type(regressor).__name__}")
    return copy


def _coefficients(regressor: Any) -> Array:
    return np.asarray(regressor.coef_, dtype=float).ravel()


def _r2(regressor: Any, z: Array, y: Array, weights: Array) -> float:
    spread = _spread(y, weights)
    if spread <= 1e-13 * float(weights @ np.square(y)):
        return float("nan")
    return 1 - float(weights @ np.square(y - np.ravel(regressor.predict(z)))) / spread


def _spread(y: Array, weights: Array) -> float:
    return float(weights @ np.square(y - np.average(y, weights=weights)))
