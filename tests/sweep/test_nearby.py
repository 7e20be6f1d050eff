"""Neighbours: how far they are, and that they are explained with the random numbers of their instance."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.reading import read_table
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.nearby import draw_nearby, explain_nearby
from limeeval.sweep.plan import Names, Plan

TRAINING = np.random.default_rng(0).normal(size=(300, 4)) * [1.0, 10.0, 100.0, 0.0]
SCHEMA, MATRIX = read_table(TRAINING, None, None)
SD = MATRIX.std(axis=0)


def test_neighbours_lie_within_the_radius_in_units_of_the_columns_spread() -> None:
    found = draw_nearby(SCHEMA, MATRIX[:3], SD, radius=0.2, neighbors=500)
    steps = (found.rows[:, 1:, :3] - found.rows[:, :1, :3]) / SD[:3]
    np.testing.assert_allclose(found.distances, np.linalg.norm(steps, axis=-1), rtol=1e-6)
    assert found.distances.max() == pytest.approx(0.2)
    # Of Gaussian steps of sd r / sqrt(3), the share beyond r is P(chi2_3 > 3) = 0.392: these lie on the sphere.
    assert (found.distances > 0.2 - 1e-9).mean() == pytest.approx(0.392, abs=0.05)
    assert np.abs(steps.mean(axis=1)).max() < 0.02
    np.testing.assert_array_equal(found.rows[:, 0], MATRIX[:3])


def test_constant_columns_and_categories_and_gaps_stay() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": ["x", "y", "x"], "c": [1.0, np.nan, 3.0]})
    schema, matrix = read_table(frame, None, None)
    found = draw_nearby(schema, matrix, np.array([1.0, 0.5, 1.0]), radius=0.5, neighbors=20).rows
    assert (found[:, :, 1] == matrix[:, None, 1]).all()
    assert np.isnan(found[1, :, 2]).all()
    assert (found[:, 1:, 0] != found[:, :1, 0]).all()
    constant = draw_nearby(SCHEMA, MATRIX[:3], SD, radius=0.2, neighbors=5).rows
    assert (constant[:, :, 3] == MATRIX[:3, None, 3]).all()


def test_whole_numbers_stay_whole_and_in_their_range() -> None:
    frame = pd.DataFrame({"count": np.array([0, 1, 200, 255], dtype=np.uint8)})
    schema, matrix = read_table(frame, None, None)
    found = draw_nearby(schema, matrix, np.array([100.0]), radius=1.0, neighbors=50)
    assert (found.rows == np.rint(found.rows)).all()
    assert found.rows.min() == 0
    assert found.rows.max() == 255
    np.testing.assert_allclose(found.distances, np.abs(found.rows[:, 1:, 0] - found.rows[:, :1, 0]) / 100)


def test_a_radius_that_moves_nothing_is_refused() -> None:
    schema, matrix = read_table(pd.DataFrame({"count": [0, 1, 2]}), None, None)
    with pytest.raises(ValueError, match=r"radius must be large enough .*got 0.01.*instance 0"):
        draw_nearby(schema, matrix, np.array([1.0]), radius=0.01, neighbors=5)


def test_without_a_column_that_can_move_there_are_no_neighbours() -> None:
    schema, matrix = read_table(pd.DataFrame({"a": ["x", "y"], "b": [1.0, 1.0]}), None, None)
    with pytest.raises(ValueError, match="instances must have a column of numbers that vary"):
        draw_nearby(schema, matrix, np.array([0.5, 0.0]), radius=0.1, neighbors=5)


def test_neighbours_depend_on_the_instance_alone() -> None:
    alone = draw_nearby(SCHEMA, MATRIX[4:5], SD, radius=0.2, neighbors=5)
    among = draw_nearby(SCHEMA, MATRIX[:6], SD, radius=0.2, neighbors=5)
    np.testing.assert_array_equal(alone.rows[0], among.rows[4])
    assert (among.rows[4, 1:, 0] - among.rows[4, 0, 0] != among.rows[3, 1:, 0] - among.rows[3, 0, 0]).all()


def plan_of(instances: np.ndarray, **settings: Any) -> Plan:
    return Plan(
        names=Names("made up", "linear"),
        explainer=LimeTabularExplainer(TRAINING[:, :3], mode="regression", discretize_continuous=False),
        instances=instances,
        ids=range(len(instances)),
        predict_fn=lambda rows: np.sin(np.asarray(rows)[:, 0]) + np.asarray(rows)[:, 1] / 10,
        seeds=[3, 5],
        grid=grid_of({**TABLE_DEFAULTS, "num_samples": 300, "discretize_continuous": False, **settings}),
        labels=Labels("regression", None, (0,)),
    )


def test_equal_rows_have_equal_explanations_and_others_share_their_random_numbers() -> None:
    """A row as its own neighbour draws the same samples; so does one nearby, but not another instance of that row."""
    x, near = TRAINING[0, :3], TRAINING[0, :3] + [0.01, 0.0, 0.0]
    rows = np.stack([x, x, near, near, x, near])
    found = explain_nearby(plan_of(rows), [(0, 0), (1, 0)], neighbors=2).coefficients[0]
    np.testing.assert_array_equal(found[0, 0], found[0, 1])
    own_stream = np.abs(found[1, 0] - found[0, 2]).max()
    common = np.abs(found[0, 2] - found[0, 0]).max()
    assert 0 < common < own_stream / 3


def test_settings_and_coefficients_belong_together() -> None:
    rows = TRAINING[:4, :3]
    settings = {"num_samples": [100, 300], "kernel_width_factor": [0.5, 1.0], "sampling_method": ["gaussian", "lhs"]}
    found = explain_nearby(plan_of(rows, **settings), [(0, 0), (1, 0)], neighbors=1)
    assert found.coefficients.shape == (8, 2, 2, 2, 3)
    for cell, asked in enumerate(found.settings.to_dict("records")):
        single = {key: asked[key] for key in settings}
        one = explain_nearby(plan_of(rows, **single), [(0, 0), (1, 0)], neighbors=1)
        np.testing.assert_allclose(found.coefficients[cell], one.coefficients[0], rtol=1e-9)
