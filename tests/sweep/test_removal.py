"""Rows without features: what takes their place, and in how many calls the model is asked."""

import numpy as np
import pandas as pd
import pytest

from limeeval.lime.model import Model
from limeeval.lime.reading import read_table
from limeeval.sweep.removal import baseline_of, outputs_without
from limeeval.sweep.removed_sets import asked_of, random_sets

FRAME = pd.DataFrame({"age": [20, 30, 41], "pay": [1.0, np.nan, 4.0], "sex": ["f", "m", "m"], "town": ["b", "a", None]})
SCHEMA, MATRIX = read_table(FRAME, None, None)


def test_the_mean_is_rounded_where_numbers_are_whole_and_the_mode_of_categories() -> None:
    found = baseline_of("mean", SCHEMA, MATRIX, draws=5)
    assert SCHEMA.decode(found.rows).iloc[0].tolist() == [30, 2.5, "m", "a"]
    assert found.name == "mean"


def test_a_sample_is_of_different_rows_and_the_same_every_time() -> None:
    found = baseline_of("sample", SCHEMA, MATRIX, draws=2)
    assert found.name == "sample of 2"
    assert len(np.unique(found.rows[:, 0])) == 2
    np.testing.assert_array_equal(found.rows, baseline_of("sample", SCHEMA, MATRIX, draws=2).rows)
    everything = baseline_of("sample", SCHEMA, MATRIX, draws=20)
    assert everything.name == "sample of 3"
    np.testing.assert_array_equal(everything.rows, MATRIX)


def test_a_row_of_ones_own() -> None:
    found = baseline_of(FRAME.iloc[1], SCHEMA, MATRIX, draws=1)
    np.testing.assert_array_equal(found.rows, MATRIX[1:2])
    assert found.name == "given row"
    with pytest.raises(ValueError, match="data_row must be one row of 4 columns"):
        baseline_of([1, 2, 3], SCHEMA, MATRIX, draws=1)


@pytest.mark.parametrize("name", ["median", "", "Mean"])
def test_unknown_baselines(name: str) -> None:
    with pytest.raises(ValueError, match=rf"baseline must be one of mean, sample, or a row, got '{name}'"):
        baseline_of(name, SCHEMA, MATRIX, draws=1)


def test_removed_features_have_the_baselines_values_in_one_call_for_all() -> None:
    calls = []

    def model(rows: np.ndarray) -> np.ndarray:
        calls.append(len(rows))
        return rows @ np.array([1.0, 10.0, 100.0])

    schema, _ = read_table(np.eye(3), None, None)
    rows, baseline = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]])
    removed = [np.array([[True, False, False], [False, False, False]]), np.array([[False, True, True]])]
    outputs = model(rows)[:, None]
    calls.clear()
    found = outputs_without(Model(model, "regression"), schema, rows, outputs, removed, baseline)
    assert calls == [6]
    np.testing.assert_allclose(found[0].output[:, 0], [321.0, 321.0])
    np.testing.assert_allclose(found[0].gap[:, 0], [1.0, 0.0])
    np.testing.assert_allclose(found[1].output[:, 0], [4 + 110])
    np.testing.assert_allclose(found[1].gap[:, 0], [(650 + 430) / 2])
    batched = outputs_without(Model(model, "regression"), schema, rows, outputs, removed, baseline, batch_rows=4)
    assert calls == [6, 4, 2]
    for one, other in zip(found, batched, strict=True):
        np.testing.assert_allclose(one.output, other.output)
        np.testing.assert_allclose(one.gap, other.gap)


def test_few_subsets_are_all_of_them_and_many_are_drawn() -> None:
    exact = random_sets(5, 2, subsets=10, orders=3).subsets
    assert len(np.unique(exact, axis=0)) == 10
    drawn = random_sets(20, 4, subsets=50, orders=3).subsets
    assert set(drawn.sum(axis=1)) == {4}
    assert len(drawn) == 50
    shares = random_sets(20, 4, subsets=4000, orders=1).subsets.mean(axis=0)
    np.testing.assert_allclose(shares, 0.2, atol=0.03)


def test_equal_sets_of_an_instance_are_asked_for_once() -> None:
    """Three runs of one order need no more sets than one."""
    random = random_sets(6, 2, subsets=4, orders=2)
    once, thrice = asked_of(np.arange(6.0)[None], random, 2), asked_of(np.tile(np.arange(6.0), (3, 1)), random, 2)
    assert len(once.masks) == len(thrice.masks) == len(np.unique(thrice.masks, axis=0))
    np.testing.assert_array_equal(thrice.masks[thrice.deleted[-1]].sum(axis=1), np.arange(7))
    np.testing.assert_array_equal(thrice.masks[thrice.deleted[-1, 1]], [False] * 5 + [True])
    np.testing.assert_array_equal(thrice.masks[thrice.inserted[-1]], ~thrice.masks[thrice.deleted[-1]])
    np.testing.assert_array_equal(thrice.masks[thrice.important[-1]], [False] * 4 + [True] * 2)
    np.testing.assert_array_equal(thrice.masks[thrice.others[-1]], [True] * 4 + [False] * 2)
