"""What a line misses in one cell, and which squares and pairs of features carry most of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.steadiness import rows_of_cell

if TYPE_CHECKING:
    import pandas as pd

WORTH_NAMING = 0.01
"""Gain in R2, the mean over instances, from which a term is named."""
_NAMED = 2


@dataclass(frozen=True)
class Missed:
    """Shares of the model's local variation, pooled over instances; None where nothing could be measured.

    Attributes:
        by_line: lack of fit of the best line, on samples it was not fitted to.
        within_cells: of that, what bins and categories hide from any function of the features.
        learnt: of that, what a richer model explains: a lower bound of what is not linear.
        terms: squares and pairs that add most to a line, with the mean gain in R2, the largest first.
    """

    by_line: float | None
    within_cells: float | None
    learnt: float | None
    terms: tuple[tuple[str, float], ...]


def missed_in(cell: JudgedCell, scores: pd.DataFrame, terms: pd.DataFrame | None) -> Missed | None:
    """What a line misses at the cell's width; None if that was not asked for."""
    table = scores[scores["instance"].isna() & scores["label"].isna()]
    rows = rows_of_cell(table[table["metric"].isin(["r2_line", "pure_error", "nonlinear_gain"])], cell)
    if rows.empty:
        return None
    found = {metric: None if value != value else float(value) for metric, value in rows[["metric", "estimate"]].values}
    line = found["r2_line"]
    by_line = None if line is None else min(max(1 - line, 0.0), 1.0)
    return Missed(by_line, found["pure_error"], found["nonlinear_gain"], _terms(cell, terms))


def _terms(cell: JudgedCell, terms: pd.DataFrame | None) -> tuple[tuple[str, float], ...]:
    if terms is None or terms.empty:
        return ()
    own = rows_of_cell(terms.drop(columns="num_samples", errors="ignore"), cell)
    units = max(own[["instance", "label"]].drop_duplicates().shape[0], 1)
    gains = (own.groupby("term", sort=False)["gain"].sum() / units).sort_values(ascending=False, kind="stable")
    return tuple((str(term), float(gain)) for term, gain in gains.head(_NAMED).items() if gain >= WORTH_NAMING)
