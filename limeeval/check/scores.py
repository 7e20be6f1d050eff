"""The scores that are judged, as a table in which nothing that a threshold names may be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.report.answer.cells import IDENTITY
from limeeval.report.answer.names import shortened
from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import named, said_once

if TYPE_CHECKING:
    import pandas as pd

UNIT = ("instance", "label")
NUMBERS = ("estimate", "low", "high", "n")
"""Columns that verdicts are made of."""
UNBOUNDED = ("condition_number", "ess")
"""Metrics that may be infinite: of features that always go together, and where nothing was left to chance."""
_RESULTS = (*NUMBERS, "low_population", "high_population", "interval", "chance")
_LONGEST = 300
_ROUNDING = 1e-6
_NEEDED = (*UNIT, "metric", "k", *NUMBERS)


@dataclass(frozen=True, eq=False)
class Scores:
    """A table of scores with what every verdict needs to know of it.

    Attributes:
        table: as :func:`limeeval.score` makes it.
    """

    table: pd.DataFrame

    @cached_property
    def filters(self) -> list[str]:
        """Columns that ``where`` may name."""
        return [str(column) for column in self.table if column not in (*_RESULTS, "metric")]

    @cached_property
    def settings(self) -> list[str]:
        """Those of them that say what was run."""
        return [column for column in self.filters if column not in (*UNIT, "k")]

    @cached_property
    def metrics(self) -> list[str]:
        """Metrics that there are."""
        return [str(name) for name in self.table["metric"].unique()]

    @cached_property
    def differing(self) -> list[str]:
        """What tells rows of a metric apart: the task, and what has several values, those of one task where they count.

        A width that follows from the number of features, and is another for each task, tells nothing.
        """
        first = sorted(self.settings, key=lambda name: (*IDENTITY, name).index(name))
        return [name for name in first if name == "task" or self._differs(name)]

    def _differs(self, name: str) -> bool:
        if self.table[name].nunique(dropna=False) < 2:
            return False
        if name in IDENTITY or "task" not in self.table:
            return True
        return bool((self.table.groupby("task", dropna=False)[name].nunique(dropna=False) > 1).any())

    def where(self, row: pd.Series) -> dict[str, Any]:
        """What says which row one is: the task, settings that differ in the table, and an instance and label."""
        found = {name: plain(row[name]) for name in (*self.differing, *UNIT)}
        return said_once({name: value for name, value in found.items() if value is not None})

    def words(self, row: pd.Series) -> str:
        """The same in words."""
        return in_words(self.where(row))


def in_words(where: Mapping[str, Any]) -> str:
    """Values by column, on one line: "task german_credit, num_samples 1,000"."""
    return shortened(named(where) or "all rows", _LONGEST)


def scores_of(table: pd.DataFrame) -> Scores:
    """A table, checked.

    Raises:
        ValueError: a column is missing or holds something else, there is no row, or one is there twice; a score is
            infinite that cannot be, or not within its limits.
    """
    from pandas.api.types import is_numeric_dtype

    lacking = [column for column in _NEEDED if column not in table]
    if lacking:
        raise ValueError(f"scores must have the columns {', '.join(_NEEDED)}, got none called {', '.join(lacking)}")
    if table.empty:
        raise ValueError("scores must have at least one row, got none")
    for column in NUMBERS:
        if not is_numeric_dtype(table[column].dtype):
            raise ValueError(f"{column} of scores must be numbers, got {table[column].dtype}")
    found = Scores(table)
    _check_numbers(found)
    twice = table.duplicated([*found.filters, "metric"])
    if twice.any():
        row = table[twice].iloc[0]
        raise ValueError(f"scores must have each row once, got two of {row['metric']} ({found.words(row)})")
    return found


def _check_numbers(scores: Scores) -> None:
    """Checks that every score can be one, and lies within its limits, if it has any."""
    table = scores.table
    estimate, low, high = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("estimate", "low", "high"))
    may_be_infinite = table["metric"].isin(UNBOUNDED).to_numpy(dtype=bool)
    rounding = _ROUNDING * np.maximum(1, np.abs(estimate))
    with np.errstate(invalid="ignore"):  # inf - inf, of what may be infinite.
        wrong = {
            "a finite estimate and limits": np.any(
                [np.isinf(own) & ~((own > 0) & may_be_infinite) for own in (estimate, low, high)], axis=0
            ),
            "an estimate within its limits": (low > high) | (low - estimate > rounding) | (estimate - high > rounding),
        }
    for rule, rows in wrong.items():
        if rows.any():
            at = int(np.flatnonzero(rows)[0])
            got = f"{estimate[at]:.6g} [{low[at]:.6g}, {high[at]:.6g}]"
            raise ValueError(
                f"scores must have {rule}, got {got} for {table['metric'].iloc[at]} ({scores.words(table.iloc[at])})"
            )
