"""The rows of one instance, from the fits of all its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.moments import stacked_moments
from limeeval.metrics.fresh import fresh_fidelity, lack_of_fit
from limeeval.sweep.columns import DRAWN, MEASURED, at_width
from limeeval.sweep.fits import Fits, FitSettings
from limeeval.sweep.grid import Cell, setting_text
from limeeval.sweep.plan import Plan


@dataclass(frozen=True, eq=False)
class Explained:
    """One instance with one set of samples: the fits of each seed that finished."""

    settings: Mapping[str, Any]
    instance: int
    feature_names: Sequence[str]
    fits: Mapping[int, Fits]


@dataclass(frozen=True, eq=False)
class Rows:
    """Columns of the table of fits (n,), and coefficients and standard errors of all d features, fit by fit (n d,)."""

    fits: Mapping[str, Array]
    feature_names: Sequence[str]
    coefficients: Array
    standard_errors: Array


def rows_of(plan: Plan, settings: FitSettings, explained: Explained) -> Rows:
    """The rows of one instance, each fit scored on the samples of the others."""
    seeds, fits = list(explained.fits), list(explained.fits.values())
    cells, labels = plan.cells, fits[0].labels
    shape = len(seeds), len(cells), len(labels)
    n = int(np.prod(shape))
    rows: dict[str, Any] = {"instance": np.full(n, explained.instance)}
    for key, value in explained.settings.items():
        rows[key] = np.full(n, setting_text(key, value))
    rows["seed"] = np.repeat(seeds, len(cells) * len(labels))
    for column in Cell._fields:
        rows[column] = np.tile(np.repeat([getattr(cell, column) for cell in cells], len(labels)), len(seeds))
    rows["label"] = np.tile([plan.labels.label(output) for output in labels], len(seeds) * len(cells))
    outputs = fits[0].prediction[labels]
    measured = {name: np.stack([fit.measured[name] for fit in fits]) for name in fits[0].measured}
    if len(seeds) > 1:
        factors = np.array([cell.kernel_width_factor for cell in cells[:: len(cells) // settings.swept]])
        measured |= _fresh(settings, factors, fits, outputs)
    measured["model_prediction"] = np.broadcast_to(outputs, shape)
    measured["rows_predicted"] = np.broadcast_to(np.array([[cell.num_samples] for cell in cells]), shape)
    for name in dict.fromkeys([*MEASURED, *measured]):
        rows[name] = measured[name].ravel() if name in measured else np.full(n, np.nan)
    digests = [fit.digests[settings.counts.index(cell.num_samples)] for fit in fits for cell in cells]
    rows[DRAWN] = np.repeat(digests, len(labels))
    coefficients = np.stack([fit.lines[..., 1:] for fit in fits])
    errors = np.stack([fit.standard_errors for fit in fits])
    return Rows(rows, explained.feature_names, coefficients.ravel(), errors.ravel())


def _fresh(settings: FitSettings, factors: Array, fits: Sequence[Fits], outputs: Array) -> dict[str, Array]:
    """Fidelity to the other seeds' samples: columns (R, C, L).

    At each fit's own width, at the one of reference, and, where there are several, at each width that was swept.
    """
    lines = np.stack([fit.lines for fit in fits])
    samples = stacked_moments([fit.samples for fit in fits])
    ladder = [fresh_fidelity(lines, samples[:, width], outputs) for width in range(len(settings.widths))]
    own = np.repeat(np.arange(settings.swept), lines.shape[1] // settings.swept)
    found = _columns("fresh", [_of_own_width(parts, own) for parts in zip(*ladder, strict=True)])
    found |= _columns("reference", ladder[settings.reference])
    if settings.swept > 1:
        for factor, fidelity in zip(factors, ladder, strict=False):
            found |= _columns(at_width(factor), fidelity)
    lack = [lack_of_fit(samples[:, width], outputs) for width in range(settings.swept)]
    shares, spreads = (np.stack(parts, axis=1)[:, own] for parts in zip(*lack, strict=True))
    return found | {"lack_of_fit": shares, "lack_of_fit_spread": spreads}


def _of_own_width(of_widths: Sequence[Array], own: NDArray[np.intp]) -> Array:
    """Of values (R, C, L) at each width, those of each setting at its own (C,)."""
    stacked = np.stack(of_widths)
    return np.moveaxis(stacked[own, :, np.arange(len(own))], 0, 1)


def _columns(kind: str, parts: Sequence[Array]) -> dict[str, Array]:
    names = ("r2_{}", "{}_spread", "{}_residual_of_seed", "{}_spread_of_seed")
    return {name.format(kind): part for name, part in zip(names, parts, strict=True)}
