"""The stability indices of Visani et al. (2022), in percent, for comparison with what others have published.

Neither is advised. VSI has no correction for chance, and CSI does not measure stability.
"""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.disagreement import feature_agreement_by_chance, feature_agreement_similarity
from limeeval.metrics.leading import leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs

VSI_SCALE = CSI_SCALE = 100.0
_QUANTILE = 1.959963984540054


def vsi(coefficients: Array, k: int) -> Array:
    """Percent of the k leading features that two runs have in common (Visani et al., 2022): 0..100, higher is better.

    Variables stability index; by chance 100 k / d. The mean over pairs of runs of |A & B| / k in percent, A and B the
    features that two runs (..., R, d) select: here their top k. It is ``feature_agreement`` in percent, ties and zeros
    included, and says no more than Jaccard's index.

    nan for a single run, and where any coefficient is nan.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> float(vsi(np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2))
    50.0
    """
    return VSI_SCALE * mean_over_pairs(vsi_similarity(leading(coefficients, k)).pairs)


vsi_similarity = feature_agreement_similarity
"""|A & B| / k of two runs, not in percent. Being one function, it is called once for both."""


def vsi_by_chance(d: int, k: int) -> float:
    """What unrelated runs score, in percent.

    >>> vsi_by_chance(10, 5)
    50.0
    """
    return VSI_SCALE * feature_agreement_by_chance(d, k)


def csi(coefficients: Array, standard_errors: Array) -> Array:
    """Percent of coefficients whose 95 % intervals overlap in two runs (Visani et al., 2022): 0..100, higher is better.

    Coefficients stability index; there is no chance level. For each feature the share of pairs of runs whose 95 %
    intervals beta -+ 1.96 standard errors overlap, in percent; the mean over features. It measures whether the standard
    errors are right, not whether the coefficients are stable: with correct errors two independent intervals overlap
    with probability 2 Phi(2 x 1.96 / sqrt 2) - 1, whatever the noise, so CSI is 99.44 for an explanation that never
    changes its reasons and for one that always does. Below that, errors are too small (or runs differ in more than
    their noise); at 100, they are too large. Visani et al. take them from the residuals of the weighted fit, which
    differ from those of limeeval.

    Runs count for the features that they selected: coefficient not 0, standard error known. A feature that fewer than
    two runs selected is left out. Intervals are closed: equal coefficients without any error overlap. nan without
    standard errors, where no feature has two runs, for a single run, and where any coefficient is nan; 0 where all
    coefficients are 0.

    Args:
        coefficients: (..., R, d).
        standard_errors: of the same shape; nan where unknown.

    >>> float(csi(np.array([[3.0, 1.0], [3.2, 2.0]]), np.full((2, 2), 0.1)))
    50.0
    """
    return CSI_SCALE * mean_over_pairs(csi_similarity(coefficients, standard_errors).pairs)


def csi_similarity(coefficients: Array, standard_errors: Array) -> Similarity:
    """Share of features whose intervals overlap in two runs, in units of 1; one feature less where they differ least.

    A feature that only some pairs of runs selected weighs as much more in these as it is missing in others: the mean
    over pairs is the mean over features.
    """
    *lead, runs, d = coefficients.shape
    known = (coefficients != 0) & np.isfinite(standard_errors)
    half = _QUANTILE * np.where(known, standard_errors, 0.0)
    count = known.sum(axis=-2)
    weight = np.where(count > 1, runs * (runs - 1) / np.maximum(count * (count - 1), 1), 0.0)
    features = (count > 1).sum(axis=-1)
    pairs = np.zeros((*lead, runs, runs))
    for feature in range(d):
        beta, reach, there = coefficients[..., feature], half[..., feature], known[..., feature]
        overlap = np.abs(beta[..., :, None] - beta[..., None, :]) <= reach[..., :, None] + reach[..., None, :]
        both = there[..., :, None] & there[..., None, :]
        pairs += np.where(both & overlap, weight[..., feature, None, None], 0.0)
    unknown = np.asarray(np.isnan(coefficients).any(axis=-1))
    undefined = np.asarray((features == 0) & (coefficients != 0).any(axis=(-2, -1)))
    blank = unknown[..., :, None] | unknown[..., None, :] | undefined[..., None, None]
    out_of = np.maximum(features, 1)
    pairs = np.where(blank, np.nan, pairs / out_of[..., None, None])
    return Similarity(pairs, 1 - 1 / out_of, np.zeros(lead))


def csi_by_chance(d: int) -> float:
    """Nan, for there is none: how often unrelated intervals overlap depends on how long they are."""
    return float("nan")
