import re
from typing import Any

import pytest

from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of, seeds_of

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {"kernel_width_factor": [0.5, 1], "num_samples": [1000, 250]}


def test_cells_are_all_combinations() -> None:
    grid = grid_of({**SETTINGS, "feature_selection": ["auto", "none"], "discretizer": ["quartile", "decile"]})
    assert len(grid.cells(default=3.0)) == 2 * 2 * 2
    assert [sampling["discretizer"] for sampling in grid.samplings] == ["quartile", "decile"]
    assert grid.sample_counts == [250, 1000]


def test_widths_are_stated_both_ways() -> None:
    assert grid_of(SETTINGS).widths(3.0) == [(1.5, 0.5), (3.0, 1.0)]
    absolute = grid_of({**SETTINGS, "kernel_width_factor": None, "kernel_width": [6.0, None]})
    assert absolute.widths(3.0) == [(6.0, 2.0), (3.0, 1.0)]
    neither = grid_of({**SETTINGS, "kernel_width_factor": None})
    assert neither.widths(3.0) == [(3.0, 1.0)]


def test_repeated_values_are_one() -> None:
    assert grid_of({**SETTINGS, "num_samples": [500, 500]}).sample_counts == [500]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kernel_width": -1, "kernel_width_factor": None}, "kernel_width must be a number above 0, got -1"),
        ({"kernel_width_factor": 0}, "must be a number above 0, got 0"),
        ({"kernel_width": 1.0}, "state the same thing: give one"),
        ({"num_samples": 0}, "lime.num_samples must be a whole number of at least 2, got 0"),
        ({"num_samples": [100, 2.5]}, "lime.num_samples must be a whole number of at least 2, got 2.5"),
        ({"num_samples": []}, "lime.num_samples must have at least one value"),
        ({"num_features": 0}, "lime.num_features must be a whole number of at least 1, got 0"),
        ({"feature_selection": "best"}, "forward_selection, highest_weights, lasso_path, none, got 'best'"),
        ({"discretizer": "tercile"}, "quartile, decile, entropy, got 'tercile'"),
        ({"discretize_continuous": "yes"}, "must be true or false, got 'yes'"),
        ({"sampling_method": "sobol"}, "gaussian, lhs, got 'sobol'"),
        ({"distance_metric": "euclid"}, "euclidean, .*got 'euclid'"),
        ({"width": 1}, "keys for tables must be among .*, got width"),
    ],
)
def test_wrong_settings(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message if ".*" in message else re.escape(message)):
        grid_of({**SETTINGS, **changed})


def test_seeds() -> None:
    assert seeds_of(3) == [0, 1, 2]
    assert seeds_of([7, 5]) == [7, 5]


@pytest.mark.parametrize("seeds", [0, -1, [], [1, 1], [-3], 1.5, "ten", True])
def test_wrong_seeds(seeds: Any) -> None:
    with pytest.raises(ValueError, match="seeds must be"):
        seeds_of(seeds)
