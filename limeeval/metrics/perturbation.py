"""How well attributions foretell what the model does when features lose their values.

Removing features means putting a baseline in their place: rows that nobody may ever have seen, on which the model was
never tested. All of these numbers depend on that baseline, and on the model's manners off the data: they compare
explanations of one model with one baseline, and nothing else. Attributions (..., d) are contributions of the features
to one output f(x); arguments broadcast over leading axes.
"""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array


def faithfulness_correlation(attributions: Array, subsets: Array, drops: Array) -> Array:
    """Correlation of attributed and actual effects of removing subsets: -1..1, higher is better.

    Pearson's (Bhatt et al., 2020, eq. 2), over s subsets S, of sum_S a_j and f(x) - f(x without S). 1 for the exact
    contributions of a linear model. 0 for attributions that do not tell the subsets apart, such as all zeros. nan where
    the model does not: there is nothing to foretell; and for a single subset. Unrelated attributions score about 0.

    Args:
        attributions: (..., d).
        subsets: 1 where a subset has a feature, else 0 (..., s, d).
        drops: f(x) - f(x without S) (..., s).

    >>> subsets, drops = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), np.array([3.0, 2.0, -1.0])
    >>> round(float(faithfulness_correlation(np.array([6.0, 4.0, -2.0]), subsets, drops)), 3)
    1.0
    """
    attributed = _summed(attributions, subsets)
    one, other = (values - values.mean(axis=-1, keepdims=True) for values in (attributed, drops))
    sizes = [np.sqrt(np.square(values).sum(axis=-1)) for values in (one, other)]
    tell_nothing, hear_nothing = _is_still(sizes[0], attributed), _is_still(sizes[1], drops)
    product = np.where(np.logical_or(tell_nothing, hear_nothing), 1.0, sizes[0] * sizes[1])
    correlation = np.clip((one * other).sum(axis=-1) / product, -1.0, 1.0)
    return np.where(hear_nothing, np.nan, np.where(tell_nothing, 0.0, correlation))


def infidelity(attributions: Array, changes: Array, drops: Array) -> Array:
    """Mean of (I'a - (f(x) - f(x - I)))^2 over perturbations I (Yeh et al., 2019, definition 1): 0.., lower is better.

    In squared units of the output; attributions on another scale are wrong by it (the variant without the source's
    optimal scaling). For contributions, I is 1 where a feature is removed, else 0; for slopes it is the change itself.
    All zeros score the mean squared drop. There is no chance level but that of the same attributions permuted.

    Args:
        attributions: (..., d).
        changes: I (..., s, d).
        drops: f(x) - f(x - I) (..., s).

    >>> float(infidelity(np.array([3.0, 2.0]), np.array([[1, 0], [0, 1]]), np.array([3.0, 4.0])))
    2.0
    """
    mean: Array = np.square(_summed(attributions, changes) - drops).mean(axis=-1)
    return mean


def deletion_auc(outputs: Array) -> Array:
    """Mean output while features are removed, most supporting first (Petsiuk et al., 2018): lower is better.

    Area under the curve of f over the share removed, 0..1, by trapezoids; in units of the output, 0..1 of a
    probability. By chance that of random orders. What has no features left is in it too.

    Args:
        outputs: f with the first 0, 1, ..., d features removed (..., d + 1).

    >>> float(deletion_auc(np.array([1.0, 0.5, 0.0])))
    0.5
    """
    return _area(outputs)


def insertion_auc(outputs: Array) -> Array:
    """Mean output while features are put back, most supporting first (Petsiuk et al., 2018): higher is better.

    As :func:`deletion_auc`, from the baseline alone.

    Args:
        outputs: f with the first 0, 1, ..., d features in place (..., d + 1).

    >>> float(insertion_auc(np.array([0.0, 1.0, 1.0])))
    0.75
    """
    return _area(outputs)


def prediction_gap(output: Array, perturbed: Array) -> Array:
    """Mean |f(x) - f(x')| over perturbed x': 0.., in units of the output (PGI and PGU; Dai et al., 2022).

    PGI where the k most important features of x are perturbed: higher is better. PGU where all others are: lower is
    better. By chance that of k features drawn at random.

    Args:
        output: f(x) (...).
        perturbed: f(x') (..., m).

    >>> float(prediction_gap(np.array(0.5), np.array([0.25, 1.0])))
    0.375
    """
    gap: Array = np.abs(perturbed - output[..., None]).mean(axis=-1)
    return gap


def _summed(attributions: Array, subsets: Array) -> Array:
    """Sums (..., s) over subsets (..., s, d)."""
    return np.asarray((subsets @ attributions[..., None])[..., 0])


def _is_still(size: Array, values: Array) -> NDArray[np.bool_]:
    """Whether values (..., s) differ by no more than rounding, given the length of what is left without their mean."""
    return np.asarray(size <= 1e-12 * np.abs(values).max(axis=-1) * np.sqrt(values.shape[-1]))


def _area(outputs: Array) -> Array:
    mean: Array = (outputs[..., 1:] + outputs[..., :-1]).mean(axis=-1) / 2
    return mean
