"""How far all runs at once agree on the order of all features."""

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.metrics.ranks import centred_ranks, of_orders


def kendall_w(coefficients: Array) -> Array:
    """How alike all runs rank the features by size (Kendall and Smith, 1939): 0..1, higher is better.

    Kendall's coefficient of concordance of the magnitudes |beta|: W = 12 S / (R^2 (d^3 - d) - R sum T) of R runs (...,
    R, d), S the sum over features of the squared deviations of their rank sums, T = sum (t^3 - t) over the ties of a
    run, which share their average rank: the share of the variation of ranks that is common to all runs. Unrelated runs
    score 1 / R, not 0, so that values from different numbers of runs are not comparable; without ties W = (1 + (R - 1)
    rho) / R, rho the mean Spearman correlation.

    A run whose magnitudes are all equal ranks nothing and adds nothing; 0, undefined in the source, where no run ranks.
    nan for a single run, for a single feature, and where any coefficient is nan.

    >>> float(kendall_w(np.array([[4.0, -3.0, 2.0, 1.0], [-4.0, 3.0, 1.0, 2.0]])))
    0.9
    """
    return np.maximum(mean_over_pairs(rank_products(coefficients).pairs), 0.0)


def kendall_w_by_chance(runs: int) -> float:
    """Expected concordance of so many random orders.

    >>> kendall_w_by_chance(10)
    0.1
    """
    return 1 / runs


def rank_products(coefficients: Array) -> Similarity:
    """(1 + (R - 1) c) / R of two runs, c the covariance of their ranks in units of the mean variance of all.

    Their mean over pairs is W, which has its intervals from them. They count for as many runs alone: W of any other
    number is to be expected elsewhere. 0 where no run ranks.
    """
    *lead, runs, d = coefficients.shape
    ranks = centred_ranks(np.abs(coefficients))
    products = ranks @ np.swapaxes(ranks, -1, -2)
    variance = np.diagonal(products, axis1=-2, axis2=-1).mean(axis=-1)
    covariances = products / np.where(variance == 0, 1.0, variance)[..., None, None]
    something = np.sign(variance)
    pairs = something[..., None, None] * (1 + (runs - 1) * covariances) / runs
    one_swap = (1 + (runs - 1) * (1 - 12 / max(d**3 - d, 6))) / runs
    return Similarity(of_orders(pairs, d), np.full(lead, one_swap), np.zeros(lead))
