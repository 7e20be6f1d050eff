"""How far explanations move when the instance moves a little.

An instance x with the explanation e (..., d), and m neighbours x' with the explanations e' (..., m, d). Every function
takes the worst neighbour: the more of them and the farther they may be, the larger the value, so both belong beside it.
There is no chance level. What the seed alone does is in these numbers too unless x and x' are explained with the same
random numbers: see :func:`limeeval.study.robustness.robustness`.

A neighbour of which a ratio is undefined, 0 being below, is left out; nan where that leaves none. nan where an
explanation has a nan. Arguments broadcast over leading axes.
"""

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

Mask = NDArray[np.bool_]


def local_lipschitz(explanation: Array, nearby: Array, distances: Array) -> Array:
    """max ||e - e'|| / ||x - x'|| over neighbours (Alvarez-Melis and Jaakkola, 2018, eq. 2): 0.., lower is better.

    A neighbour at distance 0 is left out.

    Args:
        explanation: of the instance (..., d).
        nearby: of its neighbours (..., m, d).
        distances: ||x - x'|| (..., m), in a unit that all columns share.

    >>> float(local_lipschitz(np.array([1.0, 0.0]), np.array([[1.0, 1.0], [4.0, 4.0]]), np.array([0.5, 10.0])))
    2.0
    """
    return _largest_ratio(_norm(nearby - explanation[..., None, :]), distances)


def max_sensitivity(explanation: Array, nearby: Array) -> Array:
    """max ||e - e'|| over neighbours (Yeh et al., 2019, definition 2): 0.., in units of e, lower is better.

    The source's variant. Captum and Quantus divide it by ||e||.

    >>> float(max_sensitivity(np.array([1.0, 0.0]), np.array([[1.0, 1.0], [4.0, 4.0]])))
    5.0
    """
    largest: Array = _norm(nearby - explanation[..., None, :]).max(axis=-1)
    return largest


def relative_input_stability(
    explanation: Array, nearby: Array, instance: Array, neighbors: Array, *, counted: Mask | None = None
) -> Array:
    """max ||(e - e') / e|| / ||(x - x') / x|| over neighbours (Agarwal et al., 2022, eq. 2): 0.., lower is better.

    The source's variant: divisions are element by element, so that the least coefficient weighs most. Coefficients and
    columns that are 0 at the instance have no relative change and are left out; nan where all are. (Quantus puts 1e-6
    in place of such zeros, whereby they decide alone. The source puts a small constant below where neighbours do not
    differ; here these are left out.) OpenXAI computes :func:`relative_input_stability_of_norms`.

    Args:
        explanation: of the instance (..., d).
        nearby: of its neighbours (..., m, d).
        instance: its values (..., p).
        neighbors: theirs (..., m, p).
        counted: which neighbours count (..., m); in the source those of the same predicted class. None: all.

    >>> near, moved = np.array([[2.2, 0.5]]), np.array([[1.1, 5.0]])
    >>> round(float(relative_input_stability(np.array([2.0, 1.0]), near, np.array([1.0, 5.0]), moved)), 2)
    5.1
    """
    changes = _relative(nearby, explanation)
    return _largest_ratio(changes, _relative(neighbors, instance), _defined(explanation, counted))


def relative_output_stability(
    explanation: Array, nearby: Array, outputs: Array, outputs_nearby: Array, *, counted: Mask | None = None
) -> Array:
    """max ||(e - e') / e|| / ||f(x) - f(x')|| over neighbours (Agarwal et al., 2022, eq. 5): 0.., lower is better.

    The source's variant: the explanation's change is relative, element by element as in
    :func:`relative_input_stability`, that of the outputs, which are logits in the source, is not. A neighbour whose
    outputs are those of the instance is left out: a forest has many. OpenXAI computes
    :func:`relative_output_stability_of_norms`.

    Args:
        explanation: of the instance (..., d).
        nearby: of its neighbours (..., m, d).
        outputs: of the model at the instance (..., c).
        outputs_nearby: at its neighbours (..., m, c).
        counted: which neighbours count (..., m), None: all.

    >>> near = np.array([[3.0, 1.0]])
    >>> float(relative_output_stability(np.array([2.0, 1.0]), near, np.array([0.5]), np.array([[0.75]])))
    2.0
    """
    changes = _norm(outputs_nearby - outputs[..., None, :])
    return _largest_ratio(_relative(nearby, explanation), changes, _defined(explanation, counted))


def relative_input_stability_of_norms(
    explanation: Array, nearby: Array, instance: Array, neighbors: Array, *, counted: Mask | None = None
) -> Array:
    """max (||e - e'|| / ||e||) / (||x - x'|| / ||x||) over neighbours: 0.., lower is better.

    What OpenXAI (Agarwal et al., 2022) computes as RIS: lengths are divided, not elements, so that the largest
    coefficient weighs most, and the column of the largest numbers. nan for an explanation or an instance of zeros.
    Arguments as in :func:`relative_input_stability`.

    >>> near, moved = np.array([[3.0, 5.0]]), np.array([[0.0, 11.0]])
    >>> float(relative_input_stability_of_norms(np.array([3.0, 4.0]), near, np.array([0.0, 10.0]), moved))
    2.0
    """
    changes = _norm(nearby - explanation[..., None, :]) * _norm(instance)[..., None]
    sizes = _norm(neighbors - instance[..., None, :]) * _norm(explanation)[..., None]
    something = (instance != 0).any(axis=-1)[..., None]
    return _largest_ratio(changes, sizes, something if counted is None else something & counted)


def relative_output_stability_of_norms(
    explanation: Array, nearby: Array, outputs: Array, outputs_nearby: Array, *, counted: Mask | None = None
) -> Array:
    """max (||e - e'|| / ||e||) / (||f(x) - f(x')|| / ||f(x)||) over neighbours: 0.., lower is better.

    What OpenXAI (Agarwal et al., 2022) computes as ROS. nan for an explanation or outputs of zeros. Arguments as in
    :func:`relative_output_stability`.

    >>> near = np.array([[3.0, 5.0]])
    >>> float(relative_output_stability_of_norms(np.array([3.0, 4.0]), near, np.array([0.5]), np.array([[0.25]])))
    0.4
    """
    return relative_input_stability_of_norms(explanation, nearby, outputs, outputs_nearby, counted=counted)


def _norm(values: Array) -> Array:
    return np.asarray(np.sqrt(np.square(values).sum(axis=-1)))


def _relative(nearby: Array, own: Array) -> Array:
    """Length (..., m) of the changes to ``nearby`` (..., m, d) relative to ``own`` (..., d), where that is not 0."""
    own = own[..., None, :]
    return _norm(np.where(own != 0, (nearby - own) / np.where(own != 0, own, 1.0), 0.0))


def _defined(explanation: Array, counted: Mask | None) -> Mask:
    """Which neighbours count (..., m or 1): none where there is nothing to be relative to."""
    something: Mask = (explanation != 0).any(axis=-1)[..., None]
    return something if counted is None else something & counted


def _largest_ratio(above: Array, below: Array, counted: Mask | None = None) -> Array:
    """Largest ratio (...) of those of neighbours (..., m) that count and have no 0 below; nan where none has."""
    defined = below != 0 if counted is None else (below != 0) & counted
    ratios = np.where(defined, above / np.where(below != 0, below, 1.0), -np.inf)
    largest = ratios.max(axis=-1)
    return np.where(np.isneginf(largest), np.nan, largest)
