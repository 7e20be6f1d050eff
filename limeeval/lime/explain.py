"""One explanation, of any domain: neighborhood, moments, features, surrogate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from limeeval.lime.collect import Evidence, collect_evidence
from limeeval.lime.diagnostics import diagnose, exact
from limeeval.lime.domain import Array, Domain
from limeeval.lime.explanation import Explanation, Settings
from limeeval.lime.kernel import weights_of
from limeeval.lime.labels import Labels
from limeeval.lime.left_out import REDRAWN_ABOVE, LeftOut
from limeeval.lime.model import BATCH_ROWS, Model
from limeeval.lime.moments import Moments
from limeeval.lime.neighborhood import Neighborhood, Samples, explained_outputs
from limeeval.lime.regressor import regressor_surrogate
from limeeval.lime.request import Request
from limeeval.lime.selection import resolved, select_features
from limeeval.lime.surrogate import Surrogate, Surrogates, centred, fit_surrogates, full_fit, stacked_surrogates


def explain(
    neighborhood: Neighborhood,
    model: Model,
    request: Request,
    labels: Labels,
    *,
    batch_rows: int = BATCH_ROWS,
    on_samples: Callable[[Samples], None] | None = None,
) -> Explanation:
    """The explanation of the instance that a neighborhood surrounds; ``on_samples`` is told of samples as they come.

    Raises:
        ValueError: labels that do not exist, or outputs of the model that do not fit.
        ModelError: the model raised.
    """
    kept: list[Samples] = []

    def seen(samples: Samples) -> None:
        if request.model_regressor is not None:
            kept.append(samples)
        if on_samples is not None:
            on_samples(samples)

    (evidence,) = collect_evidence(
        [neighborhood],
        explained_outputs(model, labels.outputs),
        kernel=request.kernel,
        kernel_widths=[request.kernel_width],
        sample_counts=[request.num_samples],
        choose_labels=labels.outputs,
        batch_rows=batch_rows,
        on_samples=seen,
    )
    domain = neighborhood.domain
    total, left_out = evidence.totals[0, 0], evidence.left_out[0, 0]
    if request.model_regressor is None:
        with _few_threads(total):
            found = _fits(evidence, domain, request)
            full_fits = {
                labels.label(output): full_fit(found[output], total.label(column), left_out.label(column))
                for column, output in enumerate(evidence.labels)
            }
        fitted = {output: fit.one() for output, fit in found.items()}
    else:
        fitted, full_fits = _fit_regressor(evidence, domain, request, kept), {}
    surrogates = {labels.label(output): line for output, line in fitted.items()}
    diagnostics = diagnose(total, {label: line.r2 for label, line in surrogates.items()})
    return Explanation(
        mode=labels.mode,
        class_names=tuple(labels.names(evidence.prediction)),
        feature_names=tuple(domain.feature_names),
        shown=tuple(domain.shown),
        surrogates=surrogates,
        full_fits=full_fits,
        prediction=evidence.prediction,
        smallest=evidence.smallest,
        largest=evidence.largest,
        representation=domain.design(domain.instance)[0],
        diagnostics=exact(diagnostics) if neighborhood.is_exhaustive else diagnostics,
        settings=Settings(
            request.num_samples,
            request.num_features,
            request.kernel_width,
            resolved(request.feature_selection, request.num_features),
            neighborhood.is_exhaustive,
        ),
        seed=neighborhood.seed,
        top_labels=list(surrogates) if labels.top_labels and labels.mode == "classification" else None,
    )


def fit_evidence(evidence: Evidence, domain: Domain, request: Request) -> dict[int, Surrogate]:
    """The ridge surrogate of each explained output, from moments at the request's width and count."""
    return {output: fit.one() for output, fit in _fits(evidence, domain, request).items()}


def _few_threads(total: Moments) -> AbstractContextManager[Any]:
    """BLAS in one thread where many features are fitted: several wait for each other longer than they compute."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas") if total.gram.shape[-1] > REDRAWN_ABOVE else nullcontext()


def _fits(evidence: Evidence, domain: Domain, request: Request) -> dict[int, Surrogates]:
    cell = evidence.widths.index(request.kernel_width), evidence.counts.index(request.num_samples)
    total, left_out, own = evidence.totals[cell], evidence.left_out[cell], domain.design(domain.instance)[0]
    return {
        label: fit_selected(
            total.label(column),
            left_out.label(column),
            instance=own,
            output=float(evidence.prediction[label]),
            feature_selection=request.feature_selection,
            num_features=request.num_features,
        )
        for column, label in enumerate(evidence.labels)
    }


def fit_selected(
    total: Moments,
    left_out: LeftOut,
    *,
    instance: Array,
    output: Array | float,
    feature_selection: str,
    num_features: int,
) -> Surrogates:
    """Ridge on the features that a method selects, for every setting on the leading axes of one label's moments.

    Arguments as in :func:`select_features` and :func:`fit_surrogates`.
    """
    method = resolved(feature_selection, num_features)
    if method != "lasso_path" and num_features >= instance.shape[-1]:
        method = "none"  # They select everything; their order plays no part in the fit.
    if method == "lasso_path" and total.weight.ndim:
        return _each_lasso(total, left_out, instance=instance, output=output, num_features=num_features)
    features = select_features(centred(total), feature_selection=method, num_features=num_features, instance=instance)
    return fit_surrogates(total, left_out, features, instance=instance, output=output)


def _each_lasso(
    total: Moments, left_out: LeftOut, *, instance: Array, output: Array | float, num_features: int
) -> Surrogates:
    """Setting by setting: the lasso path names as many features as it happens to, so all d are given back, with
    coefficients 0 and standard errors nan where they are not selected."""
    lead, d = total.weight.shape, instance.shape[-1]
    instances, outputs = np.broadcast_to(instance, (*lead, d)), np.broadcast_to(output, lead)
    found = [
        fit_selected(
            total[index],
            left_out[index],
            instance=instances[index],
            output=float(outputs[index]),
            feature_selection="lasso_path",
            num_features=num_features,
        ).on_all_features(d)
        for index in np.ndindex(lead)
    ]
    return stacked_surrogates(found, lead)


def _fit_regressor(
    evidence: Evidence, domain: Domain, request: Request, kept: Sequence[Samples]
) -> dict[int, Surrogate]:
    """Surrogates of a scikit-learn regressor: the one case that needs the samples themselves."""
    total = evidence.totals[0, 0]
    z = np.concatenate([domain.design(samples.state) for samples in kept])
    outputs = np.concatenate([samples.outputs for samples in kept])
    weights = weights_of(request.kernel, domain.distance(z), request.kernel_width)
    fitted = {}
    for column, label in enumerate(evidence.labels):
        features = select_features(
            centred(total.label(column)),
            feature_selection=request.feature_selection,
            num_features=request.num_features,
            instance=z[0],
        )
        line = regressor_surrogate(request.model_regressor, z, outputs[:, column], weights, features)
        if evidence.is_exhaustive:
            line = replace(line, standard_errors=np.zeros(len(features)), intercept_standard_error=0.0)
        fitted[label] = line if total.is_fit else replace(line, r2=float("nan"))
    return fitted
