"""All fits to the samples of one neighborhood, setting by setting, and what scoring them on other samples needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from limeeval.lime.collect import Evidence
from limeeval.lime.diagnostics import SHRINKAGE_UP_TO, TRUSTED_UP_TO, condition_number
from limeeval.lime.domain import Array, Domain
from limeeval.lime.explain import fit_selected
from limeeval.lime.moments import Moments
from limeeval.lime.surrogate import Surrogates
from limeeval.metrics.fresh import measurable, residual_sums, spread_sums


@dataclass(frozen=True)
class FitSettings:
    """What is fitted to every neighborhood.

    Attributes:
        widths: of the kernel: those of the grid, and last the one at which fidelity is judged if it is none of them.
        swept: how many of them are the grid's.
        reference: position of the width at which fidelity is judged.
        counts: of samples, ascending.
        fits: (num_features, feature_selection) of each fit at a width and count.
        single_seed: no other seed's samples will be there: fidelity is measured on groups of samples left out.
    """

    widths: Sequence[float]
    swept: int
    reference: int
    counts: Sequence[int]
    fits: Sequence[tuple[int, str]]
    single_seed: bool


@dataclass(frozen=True, eq=False)
class Fits:
    """Fits at C settings to one neighborhood, for L labels and d features.

    Settings are in the order of widths, sample counts, and (num_features, feature_selection).

    Attributes:
        prediction: f(x) (c,).
        labels: positions of the explained outputs (L,).
        lines: value at the instance less f(x), then coefficients, 0 where not selected (C, L, 1 + d).
        standard_errors: nan where not selected (C, L, d).
        measured: columns of the table of fits, each (C, L).
        samples: moments of the perturbed samples at the largest count, at every width (W, ...).
    """

    prediction: Array
    labels: list[int]
    lines: Array
    standard_errors: Array
    measured: dict[str, Array]
    samples: Moments


def fit_cells(evidence: Evidence, domain: Domain, settings: FitSettings) -> Fits:
    """Every fit to one neighborhood, from its evidence at all widths."""
    own = domain.design(domain.instance)[0]
    totals, groups = evidence.totals[: settings.swept], evidence.groups[: settings.swept]
    outputs = evidence.prediction[evidence.labels]
    found = [
        [
            fit_selected(
                totals.label(column),
                groups.label(column),
                instance=own,
                output=float(output),
                feature_selection=feature_selection,
                num_features=num_features,
            )
            for column, output in enumerate(outputs)
        ]
        for num_features, feature_selection in settings.fits
    ]
    named = {
        name: _joined([[getattr(line, name) for line in lines] for lines in found])
        for name in ("intercept", "r2", "output_spread", "local_prediction")
    }
    support = _support(totals).items()
    measured = named | {name: _joined([[value] * len(outputs)] * len(found)) for name, value in support}
    if settings.single_seed:
        measured |= _left_out("fresh", found, groups, outputs)
        at_reference = evidence.groups[settings.reference : settings.reference + 1]
        measured |= _left_out("reference", found, at_reference, outputs)
    return Fits(
        prediction=evidence.prediction,
        labels=evidence.labels,
        lines=_joined([[_line(line, len(own)) for line in lines] for lines in found]),
        standard_errors=_joined([[_errors(line, len(own)) for line in lines] for lines in found]),
        measured=measured,
        samples=evidence.perturbed[:, -1],
    )


def _joined(parts: Sequence[Sequence[Array]]) -> Array:
    """Values (W, N, ...) of each fit and label as one array (C, L, ...)."""
    if len(parts) == len(parts[0]) == 1:
        return parts[0][0].reshape(-1, 1, *parts[0][0].shape[2:])
    stacked = np.stack([np.stack(labels, axis=2) for labels in parts], axis=2)
    return stacked.reshape(-1, *stacked.shape[3:])


def _support(totals: Moments) -> dict[str, Array]:
    """What fits rest on, each (W, N)."""
    ess = totals.effective_sample_size
    unknowns, shrinkage = totals.gram.shape[-1] / ess, 1 / (1 + totals.design_variation)
    return {
        "ess": ess,
        "unknowns_per_effective_sample": unknowns,
        "shrinkage": shrinkage,
        "condition_number": condition_number(totals),
        "is_fit": totals.is_fit,
        "is_supported": (unknowns <= TRUSTED_UP_TO) & (shrinkage <= SHRINKAGE_UP_TO),
    }


def _line(fit: Surrogates, d: int) -> Array:
    """Value at the instance less f(x), then the coefficients of all d features (W, N, 1 + d)."""
    line = np.zeros((*fit.at_instance.shape, 1 + d))
    line[..., 0] = fit.at_instance
    np.put_along_axis(line, 1 + fit.features, fit.coefficients, axis=-1)
    return line


def _errors(fit: Surrogates, d: int) -> Array:
    errors = np.full((*fit.at_instance.shape, d), np.nan)
    np.put_along_axis(errors, fit.features, fit.standard_errors, axis=-1)
    return errors


def _left_out(name: str, found: Sequence[Sequence[Surrogates]], groups: Moments, outputs: Array) -> dict[str, Array]:
    """R2 and its denominator, of the fits without each group of samples on that group alone: columns (C, L)."""
    residuals = _joined([[_residual(fit, groups.label(column)) for column, fit in enumerate(fits)] for fits in found])
    everything = groups.total(axis=2)
    spread = np.where(measurable(everything, outputs), spread_sums(everything), np.nan)
    shape = (*found[0][0].at_instance.shape, len(outputs))
    spread = _joined([list(np.moveaxis(np.broadcast_to(spread, shape), -1, 0))] * len(found))
    return {f"r2_{name}": 1 - residuals / spread, f"{name}_spread": spread}


def _residual(fit: Surrogates, groups: Moments) -> Array:
    """Sum of squared residuals (W, N) of the fits without each group on that group's samples; of one label."""
    lines = np.concatenate([fit.replicates.at_instance[..., None], fit.replicates.coefficients], axis=-1)
    own = groups.select(fit.features)
    flat = Moments(
        *(np.broadcast_to(part, (*lines.shape[:3], *part.shape[3:])).reshape(-1, *part.shape[3:]) for part in own.parts)
    )
    sums = residual_sums(lines.reshape(-1, 1, 1, lines.shape[-1]), flat)
    return np.asarray(sums.reshape(lines.shape[:3]).sum(axis=-1))
