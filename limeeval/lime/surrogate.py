"""Linear surrogates fitted from weighted moments, and the uncertainty of their coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments, NeighborhoodMoments

if TYPE_CHECKING:
    from limeeval.lime.selection import Features

RIDGE_ALPHA = 1.0
_FLAT = 1e-13


class LinearFit(NamedTuple):
    """Coefficients (..., k) and the value at the instance (...), both of y - f(x) on z - z_0."""

    coefficients: Array
    at_instance: Array


class FullFit(NamedTuple):
    """Ridge on all d features: what other seeds are expected to select and rank is read off it.

    ``coefficients`` (d,), leave-one-group-out ``replicates`` (g, d), and ``scales`` (d,), the weighted spread of each
    column of the design.
    """

    coefficients: Array
    replicates: Array
    scales: Array


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The linear model that explains one label of one instance.

    ``coefficients`` (k,) belong to the representation's ``features`` (k,), by falling magnitude; ``standard_errors``
    (k,) are the spread expected over seeds, given these features (nan where they cannot be estimated); ``intercept``
    is the surrogate at z = 0, ``local_prediction`` its value at the instance, ``r2`` the weighted R2 on its own
    samples (nan if the model is constant there, or nothing but the instance carries weight), ``output_spread`` its
    denominator, the weighted sum of squares of the model's outputs about their mean.
    """

    features: Features
    coefficients: Array
    standard_errors: Array
    intercept: float
    intercept_standard_error: float
    local_prediction: float
    r2: float
    output_spread: float


class Centred(NamedTuple):
    """Moments about the weighted means, times the sum of weights.

    ``covariance`` (..., d, d) is that of z, ``with_y`` (..., d, c) that of z with y, ``spread`` (..., c) that of y.
    ``z`` (..., d) and ``y`` (..., c) are the weighted means of z - z_0 and y - f(x); ``weight`` (...) sums the weights.
    """

    covariance: Array
    with_y: Array
    spread: Array
    z: Array
    y: Array
    weight: Array

    @property
    def d(self) -> int:
        """Number of features."""
        return int(self.z.shape[-1])


def centred(moments: Moments) -> Centred:
    """Moments about their weighted means."""
    weight = moments.weight
    z, y = moments.gram[..., 0, 1:] / weight[..., None], moments.cross[..., 0, :] / weight[..., None]
    covariance = moments.gram[..., 1:, 1:] - moments.gram[..., 1:, :1] * z[..., None, :]
    with_y = moments.cross[..., 1:, :] - z[..., :, None] * moments.cross[..., :1, :]
    return Centred(covariance, with_y, moments.power - y * moments.cross[..., 0, :], z, y, weight)


def ridge(about: Centred, features: Features | None = None, *, alpha: float = RIDGE_ALPHA) -> LinearFit:
    """Weighted ridge with an unpenalised intercept, of one label, for every set of moments on the leading axes."""
    covariance, with_y, z, y = about.covariance, about.with_y, about.z, about.y
    if features is not None:
        covariance, with_y = covariance[..., features[:, None], features], with_y[..., features, :]
        z = z[..., features]
    penalty = alpha * np.eye(z.shape[-1])
    coefficients = np.linalg.solve(covariance + penalty, with_y)[..., 0].astype(float, copy=False)
    at_instance: Array = y[..., 0] - (coefficients * z).sum(axis=-1)
    return LinearFit(coefficients, at_instance)


def weighted_r2(about: Centred, fit: LinearFit, features: Features, *, output: float) -> float:
    """1 - SSE / SST of a linear fit on samples it need not have been fitted on; at most 1, larger is better.

    nan where the outputs do not vary beyond rounding (``output`` is f(x), which sets the scale of rounding).
    """
    sst, weight, mean = float(about.spread[0]), float(about.weight), float(about.y[0])
    if sst <= max(_FLAT * (sst + weight * mean**2), weight * (_FLAT * output) ** 2):
        return float("nan")
    slopes = fit.coefficients
    residual_mean = mean - fit.at_instance - slopes @ about.z[features]
    explained = 2 * slopes @ about.with_y[features, 0]
    explained -= slopes @ about.covariance[np.ix_(features, features)] @ slopes
    sse = max(sst - explained, 0.0) + weight * residual_mean**2
    return float(1 - sse / sst)


def jackknife_errors(replicates: Array) -> Array:
    """Standard errors (...) from leave-one-group-out replicates (g, ...): sqrt((g-1)/g sum (r - mean r)^2).

    (Efron and Stein, 1981.) nan for fewer than two groups.
    """
    g = len(replicates)
    if g < 2:
        return np.full(replicates.shape[1:], np.nan)
    errors: Array = np.sqrt((g - 1) / g * np.square(replicates - replicates.mean(axis=0)).sum(axis=0))
    return errors


def fit_surrogate(
    moments: NeighborhoodMoments, total: Centred, features: Features, *, instance: Array, output: float
) -> Surrogate:
    """Ridge (alpha 1, as LIME's) on chosen features of one label's moments, with its standard errors.

    Args:
        moments: of one label.
        total: of all samples, about their means.
        features: positions (k,) in the representation.
        instance: z_0 (d,).
        output: f(x) of this label.
    """
    fit = ridge(total, features)
    replicates = ridge(centred(moments.select(features).leave_one_out))
    origin = instance[features]
    intercepts = replicates.at_instance - replicates.coefficients @ origin
    order = np.argsort(-np.abs(fit.coefficients), kind="stable")
    return Surrogate(
        features=features[order],
        coefficients=fit.coefficients[order],
        standard_errors=jackknife_errors(replicates.coefficients)[order],
        intercept=float(output + fit.at_instance - fit.coefficients @ origin),
        intercept_standard_error=float(jackknife_errors(intercepts)),
        local_prediction=float(output + fit.at_instance),
        r2=weighted_r2(total, fit, features, output=output) if moments.total.is_fit else float("nan"),
        output_spread=float(total.spread[0]),
    )


def fit_all_features(moments: NeighborhoodMoments) -> FullFit:
    """Ridge on all features of one label's moments, its replicates by one Newton step each: one solve, not one a group.

    Leaving group g out moves the solution by -H^-1 s_g, s_g being the group's share of the normal equations' residual,
    and H itself shrinks by about 1/g: hence g / (g - 1).
    """
    total = centred(moments.total)
    fit = ridge(total)
    theta = np.concatenate([[fit.at_instance], fit.coefficients])
    penalised = moments.total.gram + RIDGE_ALPHA * np.diag(np.arange(len(theta)) > 0)
    groups = moments.filled_groups
    g = len(groups.count)
    residuals = groups.cross[..., 0] - groups.gram @ theta
    steps = np.linalg.solve(penalised, residuals.T).T * (g / max(g - 1, 1))
    scales = np.sqrt(np.maximum(np.diag(total.covariance), 0.0))
    return FullFit(fit.coefficients, fit.coefficients - steps[:, 1:], scales)
