"""Several answers beside one another, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from limeeval.report.answer.answer import Answer
from limeeval.report.terminal.several import reading, telling_names

if TYPE_CHECKING:
    import pandas as pd


def names_of(answers: Sequence[Answer]) -> list[str]:
    """What tells each answer apart, such as its task and model."""
    if len(answers) == 1:
        return [answers[0].description.task]
    named = telling_names(answers)
    return [
        " · ".join(f"k = {value}" if name == "k" else str(value) for name, value in own)
        for own in ([(name, getattr(answer.description, name)) for name in named] for answer in answers)
    ]


def overview(answers: Sequence[Answer], names: Sequence[str]) -> pd.DataFrame:
    """One row an answer: what its reference cell is worth, and the setting to use, if there is one."""
    import pandas as pd

    rows = []
    for name, answer in zip(names, answers, strict=True):
        cell = answer.reference
        rows.append(
            {
                "run": name,
                "stable": cell.stable,
                "same reasons": cell.same_set.estimate,
                "Jaccard@k": cell.jaccard.estimate,
                "low": cell.jaccard.low,
                "high": cell.jaccard.high,
                "steady": f"{answer.steadiness.steady} of {answer.steadiness.instances}",
                "R2": cell.fidelity.estimate,
                "line is": reading(cell.fidelity.estimate, cell),
                "to use": None if answer.chosen is None else answer.chosen.name or "as it is",
            }
        )
    return pd.DataFrame(rows)
