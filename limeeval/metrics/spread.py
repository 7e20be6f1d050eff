"""How far the coefficients themselves move from run to run."""

import numpy as np

from limeeval.lime.domain import Array


def relative_spread(coefficients: Array) -> Array:
    """Largest standard deviation of a coefficient over runs, in units of the largest mean: 0.., lower is better.

    max_f sd(beta_f) / max_f |mean beta_f| of coefficients (..., R, d), sd with R - 1 below: at 0.1, no coefficient
    moves by more than a tenth of the leading one. The divisor is shared by all features because sd / |mean| of each
    explodes for those near 0, and the maximum is over all of them because one that leaps in and out of the reasons
    counts, whatever its mean. Features must share a unit, as LIME's scaled ones do. There is no chance level.

    nan for a single run, where every mean is 0 (there is nothing to be relative to), and where any coefficient is nan.

    >>> round(float(relative_spread(np.array([[9.0, 1.0], [11.0, 1.0]]))), 3)
    0.141
    """
    if coefficients.shape[-2] < 2:
        return np.full(coefficients.shape[:-2], np.nan)
    leading = np.abs(coefficients.mean(axis=-2)).max(axis=-1)
    spread: Array = coefficients.std(axis=-2, ddof=1).max(axis=-1) / np.where(leading == 0, np.nan, leading)
    return spread


def relative_spread_by_chance(d: int) -> float:
    """Nan, for there is none: the means of unrelated runs shrink with R, and the ratio grows without bound."""
    return float("nan")
