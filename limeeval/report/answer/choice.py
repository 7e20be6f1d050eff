"""Which cells of a grid an answer is about: LIME's defaults, the setting to use, and the one that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from limeeval.report.answer.cells import SEGMENTATION, JudgedCell
from limeeval.sweep.grid import shown_defaults

LEVEL = 0.05
"""Probability of choosing a setting whose Jaccard@k does not reach the target, where none does."""
_SCALES = ("kernel_width_factor", "num_samples")
_LIKE_LIMES = "quickshift"
"""The algorithm of LIME's own segmentation."""


def reference_of(cells: Sequence[JudgedCell]) -> JudgedCell:
    """LIME's defaults, else the cell nearest to them: fewest other settings changed, then width and samples.

    A segmentation by LIME's algorithm with other parameters is half a change. Of another explainer, to which LIME's
    defaults mean nothing, the first cell.
    """
    return min(cells, key=_distance_from_defaults)


def chosen_of(cells: Sequence[JudgedCell]) -> JudgedCell | None:
    """The cheapest cell, see ``price``, that is surely stable, faithful and supported; None if there is none.

    Of settings that differ in their number of samples alone the largest is tested first, and the first failure ends
    the test: a fixed sequence, in which each test may have the whole level. That is LEVEL divided by the number of such
    sequences, so that with no stable setting at all the chance of choosing one is LEVEL at most (Bonferroni).
    """
    level = level_of(cells)
    passed = [cell for ladder in ladders_of(cells) for cell in takewhile(lambda cell: passes(cell, level), ladder)]
    return min(passed, key=price, default=None)


def ladders_of(cells: Sequence[JudgedCell]) -> list[list[JudgedCell]]:
    """The cells that differ in their number of samples alone, the largest first."""
    found: dict[str, list[JudgedCell]] = {}
    for cell in cells:
        found.setdefault(str({**cell.settings, "num_samples": None}), []).append(cell)
    return [sorted(own, key=lambda cell: cell.samples or 0, reverse=True) for own in found.values()]


def level_of(cells: Sequence[JudgedCell]) -> float:
    """The one-sided level at which each cell is tested."""
    return LEVEL / max(len(ladders_of(cells)), 1)


def front_of(cells: Sequence[JudgedCell]) -> list[JudgedCell]:
    """The supported cells than which none is better: as stable, as faithful and as cheap, and in one of these more.

    Fidelity of other samplings is no other ruler here: it is what there is to choose from.
    """
    known = [cell for cell in cells if cell.supported is not False and cell.jaccard.estimate is not None]
    worth = {id(cell): _worth(cell) for cell in known}
    return [cell for cell in known if not any(_is_better(worth[id(one)], worth[id(cell)]) for one in known)]


def _worth(cell: JudgedCell) -> tuple[float, float, float]:
    r2 = cell.fidelity.estimate
    return cell.jaccard.estimate or 0.0, -math.inf if r2 is None else r2, -float(cell.samples or 0)


def _is_better(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def passes(cell: JudgedCell, level: float) -> bool:
    """Whether it holds, and is stable at this level; where p is not known, 95 % limits have to do."""
    return cell.holds and (cell.p is None or cell.p <= level)


def doubted_of(cells: Sequence[JudgedCell]) -> JudgedCell | None:
    """The cheapest cell that holds by itself, but is not chosen; None if there is none."""
    return min((cell for cell in cells if cell.holds), key=price, default=None)


def best_of(cells: Sequence[JudgedCell]) -> JudgedCell | None:
    """The cell of highest Jaccard@k among those that are faithful and supported, or among all if none is.

    None if no agreement is known.
    """
    known = [cell for cell in cells if cell.jaccard.estimate is not None]
    trusted = [cell for cell in known if cell.faithful is not False and cell.supported is not False]
    return max(trusted or known, key=lambda cell: cell.jaccard.estimate or 0.0, default=None)


def stable_of(cells: Sequence[JudgedCell]) -> JudgedCell | None:
    """The cheapest stable cell, a supported one if any is; None if there is none."""
    stable = [cell for cell in cells if cell.stable]
    return min(stable, key=lambda cell: (cell.supported is False, price(cell)), default=None)


def price(cell: JudgedCell) -> tuple[int, float, float]:
    """What makes a cell cheaper than another: fewer samples, then a width, then a segmentation nearer to LIME's."""
    segmentation = _change(cell, SEGMENTATION, shown_defaults(cell.settings)) if cell.is_of_images else 0.0
    return cell.samples or 0, cell.distance_from_default_width, segmentation


def _distance_from_defaults(cell: JudgedCell) -> tuple[float, float]:
    if not cell.is_lime:
        return 0.0, 0.0
    usual = shown_defaults(cell.settings)
    changed = sum(_change(cell, name, usual) for name in usual if name in cell.settings and name not in _SCALES)
    samples = abs(math.log(cell.samples / usual["num_samples"])) if cell.samples else 0.0
    return changed, cell.distance_from_default_width + samples


def _change(cell: JudgedCell, name: str, usual: dict[str, Any]) -> float:
    """How far a setting is from LIME's own: 0..1."""
    if cell.settings[name] == usual[name]:
        return 0.0
    return 0.5 if name == SEGMENTATION and str(cell.settings[name]).startswith(_LIKE_LIMES) else 1.0
