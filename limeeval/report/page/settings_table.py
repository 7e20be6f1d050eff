"""Every setting of an answer in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.drawing.settings import named_settings

if TYPE_CHECKING:
    import pandas as pd


def settings_table(answer: Answer) -> pd.DataFrame:
    """One row a setting: agreement with its limits, fidelity, effective samples, and what is to be said of it.

    Columns without a value are left out.
    """
    import pandas as pd

    cells, k = answer.cells, answer.description.k
    found = pd.DataFrame(named_settings(cells))
    for name, scores in (
        (f"same {k}", [cell.same_set for cell in cells]),
        ("same first", [cell.same_first for cell in cells]),
        (f"Jaccard@{k}", [cell.jaccard for cell in cells]),
        ("R2", [cell.fidelity for cell in cells]),
    ):
        found[name] = [score.estimate for score in scores]
        if name.startswith("Jaccard"):
            found["low"], found["high"] = [score.low for score in scores], [score.high for score in scores]
    found["effective samples"] = [cell.ess for cell in cells]
    found["note"] = [", ".join(_notes(cell, answer)) or None for cell in cells]
    return found.dropna(axis=1, how="all")


def _notes(cell: JudgedCell, answer: Answer) -> list[str]:
    notes = ["LIME's defaults"] if cell.is_default else []
    notes += ["to use"] if cell == answer.chosen and len(answer.cells) > 1 else []
    notes += ["stable"] if cell.stable and cell.supported is not False else []
    notes += ["! too few effective samples"] if cell.supported is False else []
    return notes
