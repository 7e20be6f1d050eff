"""All fits to the samples of one neighborhood, setting by setting, and what scoring them on other samples needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from limeeval.lime.collect import Evidence
from limeeval.lime.diagnostics import SHRINKAGE_UP_TO, TRUSTED_UP_TO, condition_number, instance_leverage
from limeeval.lime.domain import Array, Domain
from limeeval.lime.explain import fit_selected
from limeeval.lime.left_out import LeftOut, left_out_together
from limeeval.lime.moments import Moments, stacked_moments
from limeeval.lime.surrogate import Surrogates, full_lines
from limeeval.metrics.fresh import measurable, spread_sums


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
        digests: of what was drawn, one a sample count.
        samples: moments of the perturbed samples at the largest count, at every width (W, ...).
    """

    prediction: Array
    labels: list[int]
    lines: Array
    standard_errors: Array
    measured: dict[str, Array]
    digests: Sequence[str]
    samples: Moments


def fit_cells(
    evidence: Sequence[Evidence], domains: Sequence[Domain], digests: Sequence[Sequence[str]], settings: FitSettings
) -> list[Fits]:
    """Every fit to B neighborhoods of as many features and labels, together: from each one's evidence at all widths.

    ``digests`` are those of its samples, one a sample count.
    """
    own = np.stack([domain.design(domain.instance)[0] for domain in domains])[:, None, None]
    d = own.shape[-1]
    outputs = np.stack([one.prediction[one.labels] for one in evidence])[:, None, None]
    totals = stacked_moments([one.totals for one in evidence])[:, : settings.swept]
    left_out = left_out_together([one.left_out for one in evidence])
    swept = left_out[:, : settings.swept]
    found = [
        [
            fit_selected(
                totals.label(column),
                swept.label(column),
                instance=own,
                output=outputs[..., column],
                feature_selection=feature_selection,
                num_features=num_features,
            )
            for column in range(outputs.shape[-1])
        ]
        for num_features, feature_selection in settings.fits
    ]
    measured = {
        name: _joined([[getattr(line, name) for line in lines] for lines in found])
        for name in ("intercept", "r2", "output_spread", "local_prediction")
    }
    instances = stacked_moments([one.instances for one in evidence])[:, : settings.swept]
    for name, value in _support(totals, instances.weight).items():
        measured[name] = _joined([[value] * outputs.shape[-1]] * len(found))
    if settings.single_seed:
        perturbed, reference = stacked_moments([one.perturbed for one in evidence]), [settings.reference]
        measured |= _left_out("fresh", found, swept, perturbed[:, : settings.swept], outputs)
        measured |= _left_out("reference", found, left_out[:, reference], perturbed[:, reference], outputs)
    lines = _joined([[full_lines(line, line.features, d) for line in lines] for lines in found])
    errors = _joined([[_errors(line, d) for line in lines] for lines in found])
    return [
        Fits(
            prediction=one.prediction,
            labels=one.labels,
            lines=lines[b],
            standard_errors=errors[b],
            measured={name: value[b] for name, value in measured.items()},
            digests=digests[b],
            samples=one.perturbed[:, -1],
        )
        for b, one in enumerate(evidence)
    ]


def _joined(parts: Sequence[Sequence[Array]]) -> Array:
    """Values (B, W, N, ...) of each fit and label as one array (B, C, L, ...)."""
    count = len(parts[0][0])
    if len(parts) == len(parts[0]) == 1:
        return parts[0][0].reshape(count, -1, 1, *parts[0][0].shape[3:])
    stacked = np.stack([np.stack(labels, axis=3) for labels in parts], axis=3)
    return stacked.reshape(count, -1, *stacked.shape[4:])


def _support(totals: Moments, of_instance: Array) -> dict[str, Array]:
    """What fits rest on, each (B, W, N); ``of_instance`` (B, W, 1) are the instances' own weights."""
    ess = totals.effective_sample_size
    unknowns, shrinkage = totals.gram.shape[-1] / ess, 1 / (1 + totals.design_variation)
    return {
        "ess": ess,
        "unknowns_per_effective_sample": unknowns,
        "shrinkage": shrinkage,
        "condition_number": condition_number(totals),
        "instance_leverage": instance_leverage(totals, of_instance),
        "is_fit": totals.is_fit,
        "is_supported": (unknowns <= TRUSTED_UP_TO) & (shrinkage <= SHRINKAGE_UP_TO),
    }


def _errors(fit: Surrogates, d: int) -> Array:
    errors = np.full((*fit.at_instance.shape, d), np.nan)
    np.put_along_axis(errors, fit.features, fit.standard_errors, axis=-1)
    return errors


def _left_out(
    name: str, found: Sequence[Sequence[Surrogates]], groups: LeftOut, everything: Moments, outputs: Array
) -> dict[str, Array]:
    """R2 and its denominator, of the fits without each group of samples on that group alone: columns (B, C, L)."""
    d = everything.gram.shape[-1] - 1
    each = [[_residual(fit, groups.label(column), d) for column, fit in enumerate(fits)] for fits in found]
    residuals = _joined(each)
    spread = np.where(measurable(everything, outputs), spread_sums(everything), np.nan)
    shape = (*found[0][0].at_instance.shape, outputs.shape[-1])
    spread = _joined([list(np.moveaxis(np.broadcast_to(spread, shape), -1, 0))] * len(found))
    return {f"r2_{name}": 1 - residuals / spread, f"{name}_spread": spread}


def _residual(fit: Surrogates, groups: LeftOut, d: int) -> Array:
    """Sum of squared residuals (B, W, N) of the fits without each group on that group's samples; of one label."""
    return groups.residuals(full_lines(fit.replicates, fit.features[..., None, :], d))
