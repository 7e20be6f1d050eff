"""Whether the choice depends on where fidelity is judged: it is made anew for every width of the sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.choice import chosen_of
from limeeval.report.answer.shortfall import fidelities, with_shortfall
from limeeval.sweep.columns import width_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rung:
    """The choice with fidelity judged at one width.

    Attributes:
        width: in multiples of LIME's.
        choice: name of the setting; None if none holds.
        r2: of that setting on samples of this width; of none, the best supported one's.
    """

    width: float
    choice: str | None
    r2: float | None


def ladder_of(fits: pd.DataFrame, cells: Sequence[JudgedCell], *, margin: float) -> tuple[Rung, ...]:
    """The choice at each width of the sweep, the narrowest first; empty where only one was swept."""
    kinds = {float(kind.removeprefix("at_x")): kind for kind in map(width_of, fits.columns) if kind}
    return tuple(_rung(fits, cells, width, kinds[width], margin) for width in sorted(kinds))


def _rung(fits: pd.DataFrame, cells: Sequence[JudgedCell], width: float, kind: str, margin: float) -> Rung:
    found = fidelities(fits, cells, kind, of_width=False)
    judged = [
        with_shortfall(replace(cell, fidelity=Score(one.r2), fidelity_at=width, faithful=None), one.behind, margin)
        for cell, one in zip(cells, found, strict=True)
    ]
    chosen = chosen_of(judged)
    supported = [cell.fidelity.estimate for cell in judged if cell.supported is not False]
    best = max((r2 for r2 in supported if r2 is not None), default=None)
    return Rung(width, None, best) if chosen is None else Rung(width, chosen.name, chosen.fidelity.estimate)
