"""How far cells fall behind the most faithful one, as a paired interval: both have the same instances and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from limeeval.inference.paired import paired_difference
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.places import place_of
from limeeval.report.comparison.pooled import PooledFits, pooled_fits
from limeeval.report.scores.units import combinations
from limeeval.sweep.grid import SAMPLING_KEYS

if TYPE_CHECKING:
    import pandas as pd


class Fidelity(NamedTuple):
    """Of a cell on the samples of some width: its R2, and how far that is behind the best supported cell's.

    ``r2`` is None where it is undefined, and ``behind`` then has no estimate; None where there is no such best cell.
    """

    r2: float | None
    behind: Score | None


def fidelities(fits: pd.DataFrame, cells: Sequence[JudgedCell], kind: str, *, of_width: bool) -> list[Fidelity]:
    """Fidelity of each cell, beside the best supported one that is measured by the same ruler.

    Each sampling is a ruler of its own, and, if ``of_width``, each kernel width. The limits are those of the paired
    difference for these instances, each seed left out of both; None with fewer than three seeds.

    Args:
        fits: of the cells' task, model and explainer.
        cells: of the grid.
        kind: ``fresh``, ``reference`` or ``at_x...``, as in the names of columns.
        of_width: whether cells are compared within a width.
    """
    sides = _sides(fits, cells, kind)
    r2 = [None if side is None else side.r2 for side in sides]
    rulers = [_ruler(cell, of_width=of_width) for cell in cells]
    best: dict[tuple[str, ...], int] = {}
    known = [(own, place) for place, own in enumerate(r2) if own is not None and cells[place].supported is not False]
    for _, place in sorted(known):
        best[rulers[place]] = place
    found = []
    for side, own, ruler in zip(sides, r2, rulers, strict=True):
        peer = sides[best[ruler]] if ruler in best else None
        found.append(Fidelity(own, peer and (_behind(side, peer) if side else Score())))
    return found


def alike(cell: JudgedCell, cells: Sequence[JudgedCell], *, of_width: bool) -> list[JudgedCell]:
    """The cells that are measured by the same ruler: of the same sampling, and, if ``of_width``, of the same width."""
    own = _ruler(cell, of_width=of_width)
    return [one for one in cells if _ruler(one, of_width=of_width) == own]


def _ruler(cell: JudgedCell, *, of_width: bool) -> tuple[str, ...]:
    names = (*SAMPLING_KEYS, "kernel_width_factor") if of_width else SAMPLING_KEYS
    return tuple(str(cell.settings.get(name)) for name in names)


def with_shortfall(cell: JudgedCell, behind: Score | None, margin: float) -> JudgedCell:
    """The cell judged by how far it falls behind: faithful if surely by no more than the margin.

    ``behind`` is None where there is nothing to compare with, and has no estimate where the cell's own R2 is undefined.
    """
    if behind is None:
        return cell
    most = behind.estimate if behind.high is None else behind.high
    return replace(cell, behind=behind, faithful=most is not None and most <= margin)


def _sides(fits: pd.DataFrame, cells: Sequence[JudgedCell], kind: str) -> list[PooledFits | None]:
    """The fits of each cell; None where no fit has an R2."""
    import pandas as pd

    names = [name for name in (cells[0].settings if cells else ()) if name in fits]
    setting, first = combinations(fits, names)
    codes = [pd.factorize(fits[name], sort=True) for name in ("instance", "seed")]
    (instance, instances), (seed, seeds) = codes
    shape = len(first), len(instances), len(seeds)
    pooled = pooled_fits(fits, kind, setting, instance, seed, shape=shape)
    found: list[PooledFits | None] = [None] * len(cells)
    for code, place in place_of(fits[names].iloc[first], cells).items():
        found[place] = pooled[code] if (pooled[code].spread > 0).any() else None
    return found


def _behind(side: PooledFits, best: PooledFits) -> Score:
    if best is side:
        return Score(0.0, 0.0, 0.0)
    there = (side.spread > 0) & (best.spread > 0)
    one, other = side.of(there), best.of(there)
    difference = paired_difference(one.seeds(), other.seeds(), is_paired=True)
    estimate, low, high = max(difference.estimate, 0.0), difference.low, difference.high
    return Score(estimate) if np.isnan(low) else Score(estimate, max(low, 0.0), max(high, 0.0))
