"""Groups of equal size as rectangles: what comes in ragged groups is worked on as a few whole arrays."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array

Positions = NDArray[np.signedinteger[Any]]


class Rectangle(NamedTuple):
    """Groups of one size: their numbers (g,), and the positions of their members (g, m)."""

    groups: Positions
    members: Positions


def rectangles(group_of: Positions) -> Iterator[Rectangle]:
    """All groups, size by size, given the group of each member (n,): ascending, so that groups are contiguous.

    >>> [found.members.tolist() for found in rectangles(np.array([0, 0, 1, 2, 2]))]
    [[[2]], [[0, 1], [3, 4]]]
    """
    groups, starts, counts = np.unique(group_of, return_index=True, return_counts=True)
    for size in np.unique(counts):
        chosen = counts == size
        yield Rectangle(groups[chosen], starts[chosen, None] + np.arange(size))


def sums(values: Array, group_of: Positions, count: int) -> Array:
    """Sum of the values (n,) of each of so many groups (count,)."""
    return np.bincount(group_of, weights=values, minlength=count).astype(float)
