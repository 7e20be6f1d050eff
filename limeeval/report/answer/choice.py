"""Which cells of a grid an answer is about: LIME's defaults, the setting to use, and the one that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from limeeval.report.answer.cells import SEGMENTATION, JudgedCell
from limeeval.sweep.grid import shown_defaults

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
    """The cheapest cell that is stable, faithful and supported, see ``price``; None if there is none."""
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
