"""Linear surrogates fitted from weighted moments, and the uncertainty of their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments, NeighborhoodMoments, taken

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

    def select(self, features: Features) -> Centred:
        """The same of some features (..., k) alone."""
        covariance = taken(taken(self.covariance, features, axis=-2), features, axis=-1)
        z = taken(self.z[..., None], features, axis=-2)[..., 0]
        return self._replace(covariance=covariance, with_y=taken(self.with_y, features, axis=-2), z=z)


def centred(moments: Moments) -> Centred:
    """Moments about their weighted means."""
    weight = moments.weight
    z, y = moments.gram[..., 0, 1:] / weight[..., None], moments.cross[..., 0, :] / weight[..., None]
    covariance = moments.gram[..., 1:, :1] * z[..., None, :]
    np.subtract(moments.gram[..., 1:, 1:], covariance, out=covariance)
    with_y = moments.cross[..., 1:, :] - z[..., :, None] * moments.cross[..., :1, :]
    return Centred(covariance, with_y, moments.power - y * moments.cross[..., 0, :], z, y, weight)


def ridge(about: Centred, *, alpha: float = RIDGE_ALPHA) -> LinearFit:
    """Weighted ridge with an unpenalised intercept, of one label, for every set of moments on the leading axes."""
    penalised = about.covariance.copy()
    np.einsum("...ii->...i", penalised)[...] += alpha
    coefficients = np.linalg.solve(penalised, about.with_y)[..., 0].astype(float, copy=False)
    at_instance: Array = about.y[..., 0] - (coefficients * about.z).sum(axis=-1)
    return LinearFit(coefficients, at_instance)


def weighted_r2(about: Centred, fit: LinearFit, *, output: Array | float) -> Array:
    """1 - SSE / SST (...) of linear fits on samples they need not have been fitted on; at most 1, larger is better.

    nan where the outputs do not vary beyond rounding (``output`` is f(x), which sets the scale of rounding). ``about``
    is that of the fits' own features.
    """
    sst, weight, mean = about.spread[..., 0], about.weight, about.y[..., 0]
    flat = sst <= np.maximum(_FLAT * (sst + weight * mean**2), weight * (_FLAT * output) ** 2)
    slopes = fit.coefficients
    residual_mean = mean - fit.at_instance - (slopes * about.z).sum(axis=-1)
    explained = 2 * (slopes * about.with_y[..., 0]).sum(axis=-1)
    explained -= (slopes * (about.covariance @ slopes[..., None])[..., 0]).sum(axis=-1)
    sse = np.maximum(sst - explained, 0.0) + weight * residual_mean**2
    return np.where(flat, np.nan, 1 - sse / np.where(flat, 1.0, sst))


def jackknife_errors(replicates: Array, filled: NDArray[np.bool_] | None = None) -> Array:
    """Standard errors (..., m) from leave-one-group-out replicates (..., G, m): sqrt((g-1)/g sum (r - mean r)^2).

    (Efron and Stein, 1981), over all groups, or the g that are ``filled`` (..., G); nan for fewer than two.
    """
    filled = np.ones(replicates.shape[:-1], dtype=bool) if filled is None else filled
    g = filled.sum(axis=-1)[..., None]
    counted = filled[..., None]
    mean = (replicates * counted).sum(axis=-2) / np.maximum(g, 1)
    squares = (np.square(replicates - mean[..., None, :]) * counted).sum(axis=-2)
    return np.where(g < 2, np.nan, np.sqrt(np.maximum(g - 1, 0) / np.maximum(g, 1) * squares))


@dataclass(frozen=True, eq=False)
class Surrogates:
    """Surrogates of one label of one instance, one for every setting on the leading axes.

    As :class:`Surrogate`, in the order of ``features`` (..., k); ``at_instance`` (...) is the value at the instance
    less the model's own, ``replicates`` are the fits without each group (..., G, k), of which those ``filled``
    (..., G) count.
    """

    features: Features
    coefficients: Array
    standard_errors: Array
    at_instance: Array
    intercept: Array
    intercept_standard_error: Array
    local_prediction: Array
    r2: Array
    output_spread: Array
    replicates: LinearFit
    filled: NDArray[np.bool_]

    def one(self) -> Surrogate:
        """The surrogate, where there are no leading axes; its features by falling magnitude."""
        order = np.argsort(-np.abs(self.coefficients), kind="stable")
        return Surrogate(
            features=self.features[order],
            coefficients=self.coefficients[order],
            standard_errors=self.standard_errors[order],
            intercept=float(self.intercept),
            intercept_standard_error=float(self.intercept_standard_error),
            local_prediction=float(self.local_prediction),
            r2=float(self.r2),
            output_spread=float(self.output_spread),
        )

    def on_all_features(self, d: int) -> Surrogates:
        """The same, where there are no leading axes, with all d features: coefficients 0, standard errors nan."""

        def spread(values: Array, filling: float) -> Array:
            filled = np.full((*values.shape[:-1], d), filling)
            filled[..., self.features] = values
            return filled

        return replace(
            self,
            features=np.arange(d),
            coefficients=spread(self.coefficients, 0.0),
            standard_errors=spread(self.standard_errors, np.nan),
            replicates=self.replicates._replace(coefficients=spread(self.replicates.coefficients, 0.0)),
        )


def stacked_surrogates(found: Sequence[Surrogates], lead: tuple[int, ...]) -> Surrogates:
    """Surrogates on the same number of features as one, with leading axes."""

    def stacked(parts: Sequence[Any]) -> Any:
        return np.stack(parts).reshape(lead + np.shape(parts[0]))

    values = {name.name: [getattr(one, name.name) for one in found] for name in fields(Surrogates)}
    replicates = LinearFit(*(stacked(parts) for parts in zip(*values.pop("replicates"), strict=True)))
    return Surrogates(replicates=replicates, **{name: stacked(parts) for name, parts in values.items()})


def fit_surrogates(
    total: Moments, groups: Moments, features: Features, *, instance: Array, output: Array | float
) -> Surrogates:
    """Ridge (alpha 1, as LIME's) on chosen features of one label's moments, with its standard errors.

    Args:
        total: of all samples (...).
        groups: of the perturbed samples in their groups (..., G).
        features: positions (..., k) in the representation.
        instance: z_0 (..., d), with leading axes that broadcast.
        output: f(x) of this label (...), likewise.
    """
    if features.shape[-1] < instance.shape[-1]:
        total, groups = total.select(features), groups.select(features)
    about = centred(total)
    fit = ridge(about)
    filled = groups.count > 0
    replicates = ridge(centred(total.spread_over_groups() - groups))
    everywhere = np.broadcast_to(instance, (*features.shape[:-1], instance.shape[-1]))
    origin = np.take_along_axis(everywhere, features, axis=-1)
    intercepts = replicates.at_instance - (replicates.coefficients * origin[..., None, :]).sum(axis=-1)
    return Surrogates(
        features=features,
        coefficients=fit.coefficients,
        standard_errors=jackknife_errors(replicates.coefficients, filled),
        at_instance=fit.at_instance,
        intercept=output + fit.at_instance - (fit.coefficients * origin).sum(axis=-1),
        intercept_standard_error=jackknife_errors(intercepts[..., None], filled)[..., 0],
        local_prediction=output + fit.at_instance,
        r2=np.where(total.is_fit, weighted_r2(about, fit, output=output), np.nan),
        output_spread=about.spread[..., 0],
        replicates=replicates,
        filled=filled,
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
