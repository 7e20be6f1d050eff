"""How far runs agree on the direction in which the leading features push."""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.metrics.pairs import mean_over_pairs
from limeeval.metrics.ranking import overlap_and_union, top_k


def sign_agreement(coefficients: Array, k: int) -> Array:
    """Share of the features in A u B with equal signs, mean over pairs of runs: 0..1, higher is better; by chance 0.5.

    A and B are the top k of two runs of coefficients (..., R, d). A feature in only one of them counts too, with
    whatever sign the other run gives it; a coefficient of exactly 0 has no sign, and agrees with none. This is not the
    sign agreement of Krishna et al. (2022), which calls a feature outside A n B a disagreement and so mixes direction
    with choice.

    The chance level is that of random signs. Runs that name nothing, all their coefficients being 0, agree with none
    among themselves. nan for a single run, and where any coefficient is nan.

    Raises:
        ValueError: k is not between 1 and d - 1.

    >>> float(sign_agreement(np.array([[3.0, -2.0, 1.0, 0.0], [3.0, 1.0, 2.0, 0.0]]), k=2))
    0.6666666666666666
    """
    named = top_k(coefficients, k)
    equal = _equal_within_union(coefficients > 0, named) + _equal_within_union(coefficients < 0, named)
    _, union = overlap_and_union(named)
    return mean_over_pairs(equal / np.maximum(union, 1.0), coefficients)


def sign_agreement_by_chance(d: int, k: int) -> float:
    """Expected agreement of random signs, whatever d and k.

    >>> sign_agreement_by_chance(30, 5)
    0.5
    """
    return 0.5


def _equal_within_union(of_one_sign: NDArray[np.bool_], named: NDArray[np.bool_]) -> Array:
    """How many features (..., R, R) have this sign in both runs, and are named by at least one of them."""
    signed = of_one_sign.astype(float)
    leading = signed * named
    by_first = leading @ np.swapaxes(signed, -1, -2)
    by_both = leading @ np.swapaxes(leading, -1, -2)
    counts: Array = by_first + np.swapaxes(by_first, -1, -2) - by_both
    return counts
