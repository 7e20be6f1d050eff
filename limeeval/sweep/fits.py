"""All fits to the samples around one instance: every cell and seed, each scored on the other seeds' samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from limeeval.lime.collect import Evidence
from limeeval.lime.diagnostics import diagnose
from limeeval.lime.domain import Array, Domain
from limeeval.lime.explain import fit_evidence
from limeeval.lime.kernel import Kernel
from limeeval.lime.labels import Labels
from limeeval.lime.moments import Moments
from limeeval.lime.request import Request
from limeeval.lime.surrogate import LinearFit, Surrogate
from limeeval.metrics.fidelity import UNDEFINED, Fidelity, fresh_fidelity
from limeeval.sweep.grid import Cell


class Fit(NamedTuple):
    """One fit: its row of the table of fits, and names, coefficients and standard errors of all d features."""

    row: dict[str, Any]
    feature_names: Sequence[str]
    coefficients: Array
    standard_errors: Array


class _Line(NamedTuple):
    """A surrogate and what it was fitted to: a seed's samples, a cell's setting, the label in this column."""

    seed: int
    cell: Cell
    column: int
    surrogate: Surrogate
    row: dict[str, Any]


def instance_fits(
    domain: Domain, evidence: Iterable[tuple[int, Evidence]], cells: Sequence[Cell], *, kernel: Kernel, labels: Labels
) -> list[Fit]:
    """Every fit to one instance's samples, seed by seed.

    Args:
        domain: the instance.
        evidence: seed and evidence; moments of the largest sample count are kept until all seeds are there.
        cells: settings that share samples.
        kernel: that the evidence was weighed with.
        labels: that it was collected for.
    """
    lines: list[_Line] = []
    drawn: dict[int, dict[float, Moments]] = {}
    for seed, found in evidence:
        drawn[seed] = _drawn(found)
        lines += [line for cell in cells for line in _lines(domain, seed, found, cell, kernel, labels)]
    widths = {cell.kernel_width for cell in cells}
    pooled = {width: reduce(add, (own[width] for own in drawn.values())) for width in widths}
    fits = []
    for line in lines:
        width = line.cell.kernel_width
        fresh = _fresh(line, pooled[width] - drawn[line.seed][width]) if len(drawn) > 1 else UNDEFINED
        row = {**line.row, "r2_fresh": fresh.r2, "fresh_spread": fresh.spread}
        fits.append(Fit(row, domain.feature_names, *_all_features(line.surrogate, len(domain.feature_names))))
    return fits


def _drawn(evidence: Evidence) -> dict[float, Moments]:
    """Moments of the largest sample count by width, without the instance itself."""
    largest = max(count for _, count in evidence.moments)
    return {width: found.groups.total() for (width, count), found in evidence.moments.items() if count == largest}


def _fresh(line: _Line, others: Moments) -> Fidelity:
    """A surrogate's fidelity to the samples of the other seeds."""
    own = line.surrogate
    prediction = line.row["model_prediction"]
    fit = LinearFit(own.coefficients, np.array(own.local_prediction - prediction))
    return fresh_fidelity(fit, own.features, others.label(line.column), output=prediction)


def _lines(
    domain: Domain, seed: int, evidence: Evidence, cell: Cell, kernel: Kernel, labels: Labels
) -> Iterator[_Line]:
    """The fit of each label in one cell of the grid."""
    request = Request(kernel, cell.kernel_width, cell.num_samples, cell.num_features, cell.feature_selection)
    support = diagnose(evidence.moments[cell.kernel_width, cell.num_samples].total, {})
    for column, (output, line) in enumerate(fit_evidence(evidence, domain, request).items()):
        row = {
            "seed": seed,
            **cell._asdict(),
            "label": labels.label(output),
            "intercept": line.intercept,
            "r2": line.r2,
            "output_spread": line.output_spread,
            "local_prediction": line.local_prediction,
            "model_prediction": float(evidence.prediction[output]),
            "ess": support.effective_sample_size,
            "shrinkage": support.shrinkage,
            "condition_number": support.condition_number,
            "is_fit": support.is_fit,
            "is_supported": support.is_supported,
            "rows_predicted": cell.num_samples,
        }
        yield _Line(seed, cell, column, line, row)


def _all_features(line: Surrogate, d: int) -> tuple[Array, Array]:
    """Coefficients and standard errors of all d features: 0 and nan where a feature was not selected."""
    coefficients, errors = np.zeros(d), np.full(d, np.nan)
    coefficients[line.features] = line.coefficients
    errors[line.features] = line.standard_errors
    return coefficients, errors
