"""What a single fit rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments
from limeeval.lime.surrogate import RIDGE_ALPHA, centred

TRUSTED_UP_TO = 0.1
"""(d + 1) / effective sample size above which a fit is not to be trusted."""
SHRINKAGE_UP_TO = 0.1
"""Share of the least affected coefficient that ridge's penalty may take."""


@dataclass(frozen=True)
class Diagnostics:
    """Support of a fit.

    Attributes:
        effective_sample_size: (sum w)^2 / sum w^2 (Kish, 1965), 1 to n; the instance itself included. inf if
            nothing was left to chance.
        unknowns_per_effective_sample: (d + 1) / effective_sample_size; above 0.1 the fit is not to be trusted.
        shrinkage: share that ridge's penalty takes of the least affected coefficient, 0 to 1; above 0.1 the samples
            that differ from the instance carry too little weight.
        condition_number: of the weighted, centred design's varying columns; 1 is best, inf with collinear columns.
        weighted_r2: by label, at most 1; nan where undefined.
        is_fit: whether anything but copies of the instance carries weight.
    """

    effective_sample_size: float
    unknowns_per_effective_sample: float
    shrinkage: float
    condition_number: float
    weighted_r2: Mapping[int, float]
    is_fit: bool

    @property
    def is_supported(self) -> bool:
        """Whether there are ten effective samples for every unknown, and ridge's penalty is no matter."""
        return self.unknowns_per_effective_sample <= TRUSTED_UP_TO and self.shrinkage <= SHRINKAGE_UP_TO


def condition_number(moments: Moments) -> Array:
    """Largest over smallest singular value (...) of the weighted, centred design (at least 1, lower is better).

    Columns that do not vary at all are left out; 1 if none does.
    """
    covariance = centred(moments).covariance
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    varies = variances > 1e-12 * np.diagonal(moments.gram, axis1=-2, axis2=-1)[..., 1:]
    # A variance lies between the smallest and the largest eigenvalue: in the place of a column left out, it adds none.
    some = np.take_along_axis(variances, np.argmax(varies, axis=-1)[..., None], axis=-1)
    some = np.where(varies.any(axis=-1, keepdims=True), some, 1.0)
    apart = np.where(varies[..., :, None] & varies[..., None, :], covariance, 0.0)
    eigenvalues = np.linalg.eigvalsh(apart + np.where(varies, 0.0, some)[..., None] * np.eye(varies.shape[-1]))
    smallest, largest = eigenvalues[..., 0], eigenvalues[..., -1]
    regular = smallest > 1e-15 * largest
    return np.where(regular, np.sqrt(largest / np.where(regular, smallest, 1.0)), np.inf)


def instance_leverage(moments: Moments, weight: Array) -> Array:
    """Leverage (...) of the instance itself in the ridge fit of all features: 0..1, lower is better.

    It is the share of the instance's own output in the line's value there (Hoaglin and Welsch, 1978): the instance has
    the largest weight of all samples, and none of the others that seeds differ in. At 1 the line goes through it,
    whatever the other samples say.

    Args:
        moments: of all samples, the instance included.
        weight: of the instance (...).
    """
    about = centred(moments)
    penalised = about.covariance.copy()
    np.einsum("...ii->...i", penalised)[...] += RIDGE_ALPHA
    across = (about.z * np.linalg.solve(penalised, about.z[..., None])[..., 0]).sum(axis=-1)
    return np.asarray(weight * (1 / about.weight + across))


def exact(found: Diagnostics) -> Diagnostics:
    """Diagnostics of a fit to all that there is to sample from: there is no sampling error."""
    return replace(found, effective_sample_size=math.inf, unknowns_per_effective_sample=0.0, shrinkage=0.0)


def diagnose(moments: Moments, weighted_r2: Mapping[int, float]) -> Diagnostics:
    """Diagnostics of fits to all samples of a neighborhood."""
    ess = float(moments.effective_sample_size)
    return Diagnostics(
        effective_sample_size=ess,
        unknowns_per_effective_sample=len(moments.gram) / ess,
        shrinkage=float(1 / (1 + moments.design_variation)),
        condition_number=float(condition_number(moments)),
        weighted_r2=dict(weighted_r2),
        is_fit=bool(moments.is_fit),
    )
