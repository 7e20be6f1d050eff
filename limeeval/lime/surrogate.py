"""Linear surrogates fitted from weighted moments, and the uncertainty of their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.left_out import GroupMoments, LeftOut
from limeeval.lime.moments import Moments, taken

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


def ridge(about: Centred, *, alpha: Array | float = RIDGE_ALPHA) -> LinearFit:
    """Weighted ridge with an unpenalised intercept, of one label, for every set of moments on the leading axes.

    ``alpha`` is one penalty, or one for every set and feature, broadcast to (..., d).
    """
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
    replicates = replicates - replicates[..., :1, :]  # What never differs has no error at all.
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
    total: Moments, left_out: LeftOut, features: Features, *, instance: Array, output: Array | float
) -> Surrogates:
    """Ridge (alpha 1, as LIME's) on chosen features of one label's moments, with its standard errors.

    Args:
        total: of all samples (...).
        left_out: the perturbed samples in their groups.
        features: positions (..., k) in the representation.
        instance: z_0 (..., d), with leading axes that broadcast.
        output: f(x) of this label (...), likewise.
    """
    chosen = total.select(features) if features.shape[-1] < instance.shape[-1] else total
    about = centred(chosen)
    fit = ridge(about)
    replicates, filled = _refits(chosen, left_out, features, fit, d=instance.shape[-1]), left_out.filled
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
        r2=np.where(chosen.is_fit, weighted_r2(about, fit, output=output), np.nan),
        output_spread=about.spread[..., 0],
        replicates=replicates,
        filled=filled,
    )


def _refits(total: Moments, left_out: LeftOut, features: Features, fit: LinearFit, *, d: int) -> LinearFit:
    """The fits without each group (..., G), of the chosen features: solved where moments of groups are there."""
    if isinstance(left_out, GroupMoments):
        groups = left_out.moments.select(features) if features.shape[-1] < d else left_out.moments
        return ridge(centred(total.spread_over_groups() - groups))
    scores = left_out.scores(full_lines(fit, features, d))
    if features.shape[-1] < d:
        own = np.concatenate([np.zeros_like(features[..., :1]), 1 + features], axis=-1)
        scores = np.take_along_axis(scores, own[..., None, :], axis=-1)
    return _newton_steps(total, scores, fit, left_out.filled)


def full_lines(fit: LinearFit | Surrogates, features: Features, d: int) -> Array:
    """Value at the instance, then coefficients of all d features, 0 where not chosen (..., 1 + d)."""
    lines = np.zeros((*fit.at_instance.shape, 1 + d))
    lines[..., 0] = fit.at_instance
    np.put_along_axis(lines, 1 + features, fit.coefficients, axis=-1)
    return lines


def _newton_steps(total: Moments, scores: Array, fit: LinearFit, filled: NDArray[np.bool_]) -> LinearFit:
    """Refits without each group by one Newton step each: one solve, not one a group.

    Leaving group g out moves the solution by -H^-1 s_g, s_g (..., G, 1 + k) being the group's share of the normal
    equations' residual, and H itself shrinks by about 1/g: hence g / (g - 1). Residuals are smaller than errors where
    many unknowns were fitted to them, by sqrt(1 - (1 + k) / n) for n effective samples (MacKinnon and White, 1985,
    their HC1): that is made up for, up to a factor of 2.
    """
    p = total.gram.shape[-1]
    penalty = RIDGE_ALPHA * np.diag(np.arange(p) > 0)
    g = filled.sum(axis=-1)[..., None, None]
    left = np.maximum(1 - p / np.maximum(total.effective_sample_size, 1.0), 0.25)[..., None, None]
    times = g / np.maximum(g - 1, 1) / np.sqrt(left)
    moved = np.linalg.solve(total.gram + penalty, np.swapaxes(scores, -1, -2)) * times
    return LinearFit(
        fit.coefficients[..., None, :] - np.swapaxes(moved[..., 1:, :], -1, -2),
        fit.at_instance[..., None] - moved[..., 0, :],
    )


def full_fit(fitted: Surrogates, total: Moments, left_out: LeftOut) -> FullFit:
    """Ridge on all features of one label's moments, its replicates by one Newton step each.

    ``fitted`` is the surrogate of the same moments, which it is if that has all features and such replicates.
    """
    about = centred(total)
    scales = np.sqrt(np.maximum(np.diagonal(about.covariance, axis1=-2, axis2=-1), 0.0))
    if fitted.features.shape[-1] == about.d and not isinstance(left_out, GroupMoments):
        return FullFit(fitted.coefficients, fitted.replicates.coefficients[left_out.filled], scales)
    fit = ridge(about)
    scores = left_out.scores(np.concatenate([fit.at_instance[..., None], fit.coefficients], axis=-1))
    replicates = _newton_steps(total, scores, fit, left_out.filled)
    return FullFit(fit.coefficients, replicates.coefficients[left_out.filled], scales)
