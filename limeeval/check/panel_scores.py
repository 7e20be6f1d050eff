"""A metric of some instances and settings, as a panel has it; and what seeds do to it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions


class Scored(NamedTuple):
    """One metric, of some instances and settings: their numbers in ``clusters`` (c,), and the columns of these (c,)."""

    metric: str
    clusters: Positions
    k: Positions
    runs: Positions
    weight: Array
    estimate: Array
    standard_error: Array
    unseen: Array
    logs: list[Any] | None = None


def seed_errors(changes: Array, setting: Positions, is_shared_of: NDArray[np.bool_]) -> Array:
    """Standard errors (c,) of what seeds do (c, S); where these are shared, shares of that of all instances at once."""
    found: Array = np.sqrt(np.square(changes).sum(axis=-1))
    for number in np.unique(setting[is_shared_of[setting]]):
        own = setting == number
        whole, total = np.sqrt(np.square(changes[own].sum(axis=0)).sum()), found[own].sum()
        found[own] *= whole / total if total > 0 else 0.0
    return found
