"""Perturbation metrics: the exact contributions of linear models first, then loops as the sources write them."""

import numpy as np
import pytest

from limeeval.metrics.perturbation import (
    deletion_auc,
    faithfulness_correlation,
    infidelity,
    insertion_auc,
    prediction_gap,
)

RNG = np.random.default_rng(0)
SLOPES, X, BASELINE = RNG.normal(size=(3, 6))
SUBSETS = (RNG.random((40, 6)) < 0.4).astype(float)
DROPS = SUBSETS @ (SLOPES * (X - BASELINE))
CONTRIBUTIONS = SLOPES * (X - BASELINE)


def test_exact_contributions_of_a_linear_model_are_faithful() -> None:
    assert faithfulness_correlation(CONTRIBUTIONS, SUBSETS, DROPS) == pytest.approx(1, abs=1e-12)
    assert faithfulness_correlation(-3 * CONTRIBUTIONS, SUBSETS, DROPS) == pytest.approx(-1, abs=1e-12)
    assert infidelity(CONTRIBUTIONS, SUBSETS, DROPS) == pytest.approx(0, abs=1e-12)


def test_slopes_of_a_linear_model_have_no_infidelity_to_its_changes() -> None:
    """The source's own form: I is what the perturbation takes away, not a mask."""
    assert infidelity(SLOPES, SUBSETS * (X - BASELINE), DROPS) == pytest.approx(0, abs=1e-12)


def test_references() -> None:
    attributions = RNG.normal(size=6)
    attributed = [sum(a for a, there in zip(attributions, subset, strict=True) if there) for subset in SUBSETS]
    assert faithfulness_correlation(attributions, SUBSETS, DROPS) == pytest.approx(np.corrcoef(attributed, DROPS)[0, 1])
    expected = np.mean([(a - drop) ** 2 for a, drop in zip(attributed, DROPS, strict=True)])
    assert infidelity(attributions, SUBSETS, DROPS) == pytest.approx(expected)


def test_all_zeros_foretell_nothing() -> None:
    assert faithfulness_correlation(np.zeros(6), SUBSETS, DROPS) == 0
    assert infidelity(np.zeros(6), SUBSETS, DROPS) == pytest.approx(np.mean(DROPS**2))


@pytest.mark.parametrize("still", [0.0, 0.1, 1e6])
def test_equal_contributions_and_subsets_of_one_size_foretell_nothing(still: float) -> None:
    subsets = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    assert faithfulness_correlation(np.full(3, still), subsets, np.array([1.0, 2.0, 4.0])) == 0


@pytest.mark.parametrize("level", [0.0, 0.1, -1e6])
def test_a_model_that_does_not_change_leaves_nothing_to_foretell(level: float) -> None:
    assert np.isnan(faithfulness_correlation(CONTRIBUTIONS, SUBSETS, np.full(40, level)))
    assert np.isnan(faithfulness_correlation(CONTRIBUTIONS, SUBSETS[:1], DROPS[:1]))


def test_unrelated_attributions_correlate_as_chance_does() -> None:
    found = faithfulness_correlation(RNG.normal(size=(4000, 6)), SUBSETS - SUBSETS.mean(axis=0), DROPS)
    assert found.mean() == pytest.approx(0, abs=4 * found.std() / np.sqrt(4000))


def test_areas() -> None:
    assert deletion_auc(np.array([1.0, 0.0, 0.0, 0.0])) == pytest.approx(1 / 6)
    assert insertion_auc(np.array([0.0, 1.0, 1.0, 1.0])) == pytest.approx(5 / 6)
    assert deletion_auc(np.full(9, 0.3)) == insertion_auc(np.full(9, 0.3)) == pytest.approx(0.3)
    curve = RNG.random(8)
    assert deletion_auc(curve) == pytest.approx(np.trapezoid(curve, dx=1 / 7))


def test_the_best_order_of_an_additive_model_deletes_fastest() -> None:
    def area(order: np.ndarray) -> float:
        return float(deletion_auc(np.append(0, -np.cumsum(CONTRIBUTIONS[order]))))

    best = area(np.argsort(-CONTRIBUTIONS))
    others = [area(RNG.permutation(6)) for _ in range(200)]
    assert best == pytest.approx(min([best, *others]))
    assert best < np.mean(others)


def test_gaps_are_means_of_absolute_differences() -> None:
    assert prediction_gap(np.array([0.5, 0.0]), np.array([[0.25, 1.0], [0.0, 0.0]])).tolist() == [0.375, 0.0]


def test_leading_axes_are_separate_cells_and_arguments_are_not_written_to() -> None:
    attributions, drops = RNG.normal(size=(2, 3, 6)), RNG.normal(size=(2, 1, 40))
    for array in (attributions, drops, SUBSETS):
        array.setflags(write=False)
    for of in (faithfulness_correlation, infidelity):
        found = of(attributions, SUBSETS, drops)
        assert found.shape == (2, 3)
        assert found[1, 2] == pytest.approx(of(attributions[1, 2], SUBSETS, drops[1, 0]))
