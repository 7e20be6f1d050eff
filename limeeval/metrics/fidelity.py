"""How much of a model's local variation a linear surrogate carries."""

from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments
from limeeval.lime.selection import Features
from limeeval.lime.surrogate import LinearFit, centred, weighted_r2


class Fidelity(NamedTuple):
    """R2 of a surrogate, and its denominator: the weighted sum of squares of the outputs about their mean.

    Fidelities are pooled as 1 - sum (1 - r2) spread / sum spread, never as a mean of ratios.
    """

    r2: float
    spread: float


UNDEFINED = Fidelity(float("nan"), float("nan"))


def fresh_fidelity(fit: LinearFit, features: Features, samples: Moments, *, output: float) -> Fidelity:
    """R2 of a surrogate on samples it was not fitted on: at most 1, higher is better, below 0 worse than a constant.

    Args:
        fit: coefficients (k,) on ``features``, and the value at the instance, both of y - f(x).
        features: positions (k,) in the representation.
        samples: moments of one label, of drawn samples alone: every run shares the instance itself, and at narrow
            widths it would be all that is measured.
        output: f(x), which sets the scale of rounding.

    nan where the model is constant, or where fewer effective samples than unknowns are left to measure with.
    """
    if samples.effective_sample_size < len(samples.gram):
        return UNDEFINED
    about = centred(samples)
    return Fidelity(float(weighted_r2(about.select(features), fit, output=output)), float(about.spread[0]))


def pooled_r2(r2: Array, spread: Array) -> float:
    """1 - sum SSE / sum SST over several fits (n,); those that are undefined are left out, nan if all are.

    >>> pooled_r2(np.array([0.9, 0.1, np.nan]), np.array([3.0, 1.0, np.nan]))
    0.7
    """
    known = ~np.isnan(r2)
    total = float(spread[known].sum())
    return 1 - float(((1 - r2[known]) * spread[known]).sum()) / total if total > 0 else float("nan")
