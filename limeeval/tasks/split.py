"""Which rows a model learns from, and which are held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def split(
    target: pd.Series[Any], *, mode: str, test_size: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Sorted positions to learn from and held out, stratified by class for classification.

    Raises:
        ValueError: a class with a single row; ``test_size`` leaves no rows for one side.
    """
    from sklearn.model_selection import train_test_split

    stratify = target if mode == "classification" else None
    if stratify is not None:
        single = [str(c) for c, rows in stratify.value_counts().items() if rows == 1]
        if single:
            raise ValueError(f"target must have at least two rows of each class, got one of {', '.join(single)}")
    parts = train_test_split(np.arange(len(target)), test_size=test_size, stratify=stratify, random_state=seed)
    return np.sort(parts[0]), np.sort(parts[1])
