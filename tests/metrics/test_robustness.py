"""Robustness of explanations: known answers, then a loop over neighbours that divides as the sources write it."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from limeeval.metrics import robustness
from limeeval.metrics.robustness import (
    local_lipschitz,
    max_sensitivity,
    relative_input_stability,
    relative_input_stability_of_norms,
    relative_output_stability,
    relative_output_stability_of_norms,
)

RELATIVE = (
    relative_input_stability,
    relative_output_stability,
    relative_input_stability_of_norms,
    relative_output_stability_of_norms,
)
RNG = np.random.default_rng(0)
E, NEARBY = RNG.normal(size=4), RNG.normal(size=(6, 4))
X, NEIGHBORS = RNG.normal(size=3), RNG.normal(size=(6, 3))
DISTANCES = np.linalg.norm(NEIGHBORS - X, axis=1)


def call(of: Callable[..., Any], e: np.ndarray, nearby: np.ndarray, **changed: Any) -> Any:
    if of is local_lipschitz:
        return of(e, nearby, DISTANCES)
    return of(e, nearby) if of is max_sensitivity else of(e, nearby, X, NEIGHBORS, **changed)


@pytest.mark.parametrize("of", [local_lipschitz, max_sensitivity, *RELATIVE])
def test_a_constant_explanation_scores_0(of: Callable[..., Any]) -> None:
    assert call(of, E, np.tile(E, (6, 1))) == 0


def test_a_linear_explanation_has_its_matrix_norm_as_lipschitz_constant() -> None:
    """e(x) = A x: along the first right singular vector the ratio is the largest singular value."""
    matrix = RNG.normal(size=(4, 3))
    _, sizes, directions = np.linalg.svd(matrix)
    moved = X + 0.01 * directions
    found = local_lipschitz(matrix @ X, moved @ matrix.T, np.linalg.norm(moved - X, axis=1))
    assert found == pytest.approx(sizes[0])


def test_a_proportional_explanation_has_a_relative_stability_of_1() -> None:
    """e = x: whatever changes, changes as much in both."""
    assert relative_input_stability(X, NEIGHBORS, X, NEIGHBORS) == pytest.approx(1)
    assert relative_input_stability_of_norms(X, NEIGHBORS, X, NEIGHBORS) == pytest.approx(1)
    assert relative_output_stability_of_norms(X, NEIGHBORS, X, NEIGHBORS) == pytest.approx(1)


def length(values: Any) -> float:
    return float(np.sqrt(sum(value**2 for value in values)))


REFERENCES: dict[Callable[..., Any], Callable[[np.ndarray, np.ndarray], float]] = {
    relative_input_stability: lambda e, x: length((E - e) / E) / length((X - x) / X),
    relative_output_stability: lambda e, x: length((E - e) / E) / length(X - x),
    relative_input_stability_of_norms: lambda e, x: length(E - e) / length(E) / (length(X - x) / length(X)),
    relative_output_stability_of_norms: lambda e, x: length(E - e) / length(E) / (length(X - x) / length(X)),
    local_lipschitz: lambda e, x: length(E - e) / length(X - x),
    max_sensitivity: lambda e, x: length(E - e),
}


@pytest.mark.parametrize("of", REFERENCES)
def test_equals_its_reference(of: Callable[..., Any]) -> None:
    expected = max(REFERENCES[of](e, x) for e, x in zip(NEARBY, NEIGHBORS, strict=True))
    assert call(of, E, NEARBY) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("of", RELATIVE)
def test_only_neighbours_that_count_do(of: Callable[..., Any]) -> None:
    counted = np.array([True, False, True, False, False, False])
    expected = of(E, NEARBY[counted], X, NEIGHBORS[counted])
    assert call(of, E, NEARBY, counted=counted) == pytest.approx(expected)
    assert np.isnan(call(of, E, NEARBY, counted=np.zeros(6, dtype=bool)))


@pytest.mark.parametrize("of", RELATIVE)
def test_nothing_is_relative_to_an_explanation_of_zeros(of: Callable[..., Any]) -> None:
    assert np.isnan(call(of, np.zeros(4), NEARBY))


@pytest.mark.parametrize("of", RELATIVE)
def test_a_neighbour_equal_to_the_instance_is_left_out(of: Callable[..., Any]) -> None:
    equal = np.where(np.arange(6)[:, None] < 2, X, NEIGHBORS)
    assert of(E, NEARBY, X, equal) == pytest.approx(of(E, NEARBY[2:], X, NEIGHBORS[2:]))
    assert np.isnan(of(E, NEARBY, X, np.tile(X, (6, 1))))


def test_a_neighbour_at_distance_0_is_left_out() -> None:
    assert local_lipschitz(E, NEARBY, np.zeros(6)) != local_lipschitz(E, NEARBY, np.zeros(6))  # nan
    some = np.where(np.arange(6) < 2, 0.0, DISTANCES)
    assert local_lipschitz(E, NEARBY, some) == pytest.approx(local_lipschitz(E, NEARBY[2:], DISTANCES[2:]))


def test_elements_that_are_0_have_no_relative_change() -> None:
    e, nearby = np.append(E, 0.0), np.column_stack([NEARBY, np.ones(6)])
    expected = relative_input_stability(E, NEARBY, X, NEIGHBORS)
    assert relative_input_stability(e, nearby, X, NEIGHBORS) == pytest.approx(expected)


def test_the_two_variants_differ_where_a_small_coefficient_moves() -> None:
    """Elements: the change of the small one decides. Norms: it does not."""
    e, nearby = np.array([10.0, 0.01]), np.array([[10.0, 0.03]])
    x, moved = np.array([1.0]), np.array([[1.1]])
    assert relative_input_stability(e, nearby, x, moved) == pytest.approx(20)
    assert relative_input_stability_of_norms(e, nearby, x, moved) == pytest.approx(0.02, rel=1e-3)


@pytest.mark.parametrize("of", [local_lipschitz, max_sensitivity, *RELATIVE])
def test_a_nan_coefficient_makes_its_own_cell_nan(of: Callable[..., Any]) -> None:
    nearby = np.stack([NEARBY, NEARBY])
    nearby[0, 3, 1] = np.nan
    found = call(of, E, nearby)
    assert np.isnan(found).tolist() == [True, False]


def test_leading_axes_are_separate_cells_and_arguments_are_not_written_to() -> None:
    explanations, nearby = RNG.normal(size=(2, 5, 4)), RNG.normal(size=(2, 5, 6, 4))
    for array in (explanations, nearby):
        array.setflags(write=False)
    found = relative_input_stability(explanations, nearby, X, NEIGHBORS)
    assert found.shape == (2, 5)
    assert found[1, 2] == relative_input_stability(explanations[1, 2], nearby[1, 2], X, NEIGHBORS)


def test_every_function_has_a_reference() -> None:
    public = [of for name, of in inspect.getmembers(robustness, inspect.isfunction) if not name.startswith("_")]
    assert {of for of in public if of.__module__ == robustness.__name__} == set(REFERENCES)
