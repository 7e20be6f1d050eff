"""One explanation, of any domain: neighborhood, moments, features, surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from limeeval.lime.collect import Evidence, collect_evidence
from limeeval.lime.domain import Array, Domain
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.model import Model
from limeeval.lime.moments import GROUPS
from limeeval.lime.neighborhood import Neighborhood, Samples
from limeeval.lime.selection import FEATURE_SELECTIONS, Features, resolved, select_features
from limeeval.lime.surrogate import Centred, FullFit, Surrogate, centred, fit_surrogate, jackknife_errors


@dataclass(frozen=True)
class Request:
    """What is asked of a neighborhood; the arguments that every explainer's ``explain_instance`` has in common."""

    kernel: Kernel
    kernel_width: float
    num_samples: int
    num_features: int
    feature_selection: str
    model_regressor: Any = None

    def __post_init__(self) -> None:
        check_at_least("num_samples", self.num_samples, 2)
        check_at_least("num_features", self.num_features, 1)
        check_feature_selection(self.feature_selection)


def fit_instance(
    neighborhood: Neighborhood, model: Model, request: Request, labels: Any
) -> tuple[Evidence, dict[int, Surrogate]]:
    """Evidence around an instance and the surrogate of each explained output.

    ``labels`` maps f(x) (c,) to the positions of the outputs to explain.
    """
    kept: list[Samples] = []
    (evidence,) = collect_evidence(
        [neighborhood],
        model,
        kernel=request.kernel,
        kernel_widths=[request.kernel_width],
        sample_counts=[request.num_samples],
        choose_labels=labels,
        on_samples=kept.append if request.model_regressor is not None else None,
    )
    if request.model_regressor is None:
        fitted = fit_evidence(evidence, neighborhood.domain, request)
    else:
        fitted = _fit_regressor(evidence, neighborhood.domain, request, kept)
    return evidence, fitted


def fit_evidence(evidence: Evidence, domain: Domain, request: Request) -> dict[int, Surrogate]:
    """The ridge surrogate of each explained output, from moments at the request's width and count."""
    moments = evidence.moments[request.kernel_width, request.num_samples]
    own = domain.design(domain.instance)[0]
    fitted = {}
    for column, label in enumerate(evidence.labels):
        one = moments.label(column)
        total = centred(one.total)
        features = _selected(total, own, request)
        fitted[label] = fit_surrogate(one, total, features, instance=own, output=float(evidence.prediction[label]))
    return fitted


def _selected(about: Centred, own: Array, request: Request) -> Features:
    return select_features(
        about, feature_selection=request.feature_selection, num_features=request.num_features, instance=own
    )


def _fit_regressor(
    evidence: Evidence, domain: Domain, request: Request, kept: Sequence[Samples]
) -> dict[int, Surrogate]:
    """Surrogates of a scikit-learn regressor: the one case that needs the samples themselves."""
    moments = evidence.moments[request.kernel_width, request.num_samples]
    z = np.concatenate([domain.design(samples.state) for samples in kept])
    outputs = np.concatenate([samples.outputs for samples in kept])
    weights = weights_of(request.kernel, domain.distance(z), request.kernel_width)
    fitted = {}
    for column, label in enumerate(evidence.labels):
        features = _selected(centred(moments.label(column).total), z[0], request)
        fitted[label] = _regressor_surrogate(request.model_regressor, z, outputs[:, label], weights, features)
    return fitted


def _regressor_surrogate(regressor: Any, z: Array, y: Array, weights: Array, features: Features) -> Surrogate:
    """A fitted copy of ``regressor``, its standard errors from one refit for each group of samples left out."""
    full = _fitted(regressor, z[:, features], y, weights)
    groups = np.arange(len(z)) % GROUPS
    groups[0] = GROUPS  # The instance itself is never left out.
    keep = [groups != g for g in range(GROUPS) if np.any(groups == g)]
    refits = [_fitted(regressor, z[rows][:, features], y[rows], weights[rows]) for rows in keep]
    coefficients = _coefficients(full)
    order = np.argsort(-np.abs(coefficients), kind="stable")
    everywhere = np.zeros(z.shape[1])
    everywhere[features] = coefficients
    return Surrogate(
        features=features[order],
        coefficients=coefficients[order],
        standard_errors=jackknife_errors(np.array([_coefficients(refit) for refit in refits]))[order],
        intercept=float(np.squeeze(full.intercept_)),
        intercept_standard_error=float(jackknife_errors(np.array([np.squeeze(r.intercept_) for r in refits]))),
        local_prediction=float(np.squeeze(full.predict(z[:1, features]))),
        r2=_r2(full, z[:, features], y, weights),
        output_spread=_spread(y, weights),
        full=FullFit(everywhere, np.empty((0, z.shape[1])), np.ones(z.shape[1])),
    )


def _fitted(regressor: Any, z: Array, y: Array, weights: Array) -> Any:
    from copy import deepcopy

    copy = deepcopy(regressor)
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


def check_at_least(name: str, value: Any, least: int) -> None:
    """Raises ValueError unless ``value`` is a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_kernel_width(kernel_width: Any) -> float:
    """The width as a float; raises ValueError unless it is a finite number above 0."""
    try:
        width = float(kernel_width)
    except (TypeError, ValueError):
        width = float("nan")
    if not 0 < width < float("inf"):
        raise ValueError(f"kernel_width must be a number above 0, got {kernel_width!r}")
    return width


def check_feature_selection(feature_selection: str) -> None:
    """Raises ValueError for an unknown method; the message lists the known ones."""
    if feature_selection not in FEATURE_SELECTIONS:
        raise ValueError(f"feature_selection must be one of {', '.join(FEATURE_SELECTIONS)}, got {feature_selection!r}")


def selection_used(request: Request) -> str:
    """The selection method after ``auto`` is resolved."""
    return resolved(request.feature_selection, request.num_features)
