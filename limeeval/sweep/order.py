"""The one order of a table's rows, whichever way they were computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from limeeval.sweep.columns import is_measured
from limeeval.sweep.grid import FIT_KEYS, SAMPLING_KEYS, WIDTH_KEYS

if TYPE_CHECKING:
    import pandas as pd

FIRST = ("task", "model")
"""Keys before those that only some sweeps have."""
LAST = (
    "explainer",
    "instance",
    "label",
    *SAMPLING_KEYS,
    *WIDTH_KEYS,
    *FIT_KEYS,
    "num_samples",
    "seed",
    "feature",
)
"""Keys after them."""
FOUND = ("feature_name", "coefficient", "standard_error", "row", "label_name")
"""Columns that are no keys, as are results and the values of instances."""


def keys_of(table: pd.DataFrame) -> list[str]:
    """Columns that say what a row of attributions, fits or instances is about, in the order they are sorted by."""
    others = [column for column in table.columns if column not in (*FIRST, *LAST, *FOUND) and not is_measured(column)]
    own = sorted(column for column in others if not column.startswith("value_"))
    return [key for key in (*FIRST, *own, *LAST) if key in table.columns]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of attributions, fits or instances, sorted by their keys; missing values last."""
    return table.iloc[np.argsort(ranks(table, keys_of(table)), kind="stable")].reset_index(drop=True)


def ranks(table: pd.DataFrame, keys: list[str]) -> NDArray[np.int64]:
    """A number for each row (n,): equal where all keys are, and otherwise in the order of the first that differs."""
    import pandas as pd

    rank, most = np.zeros(len(table), dtype=np.int64), 1
    for key in keys:
        codes, values = pd.factorize(table[key], sort=True)
        size = len(values) + 1
        if most > 2**62 // size:  # More combinations than numbers: count those that occur.
            occurring, rank = np.unique(rank, return_inverse=True)
            most = len(occurring)
        rank = rank * size + np.where(codes < 0, size - 1, codes)
        most *= size
    return rank
