"""The reasons that runs name for an instance: how large, how far runs differ, and in how many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.metrics.leading import top_k
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.feature_names import column_names, own_names, short_names
from limeeval.report.ranked import Ranked
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.runs import checked, runs_of
from limeeval.report.scores.units import KEYS, units_of

if TYPE_CHECKING:
    import pandas as pd

SURE_FROM = 0.9
"""Share of runs that name a reason that is sure to be named."""
ALL_UP_TO = 39
"""Runs of which the lowest and the highest are shown: of more, the middle 95 % leave out at least one at either end."""


@dataclass(frozen=True, eq=False)
class Reasons:
    """The d features of one instance and label in R runs of one setting.

    Attributes:
        names: of the features (d,), not yet shortened.
        coefficients: (R, d), of runs that have all of them; a feature that a run did not select has 0.
        standard_errors: (R, d); nan where there are none.
        k: how many features a run names.
        left_out: number of runs that lack a coefficient.
    """

    names: Sequence[str]
    coefficients: Array
    standard_errors: Array
    k: int
    left_out: int = 0

    @property
    def runs(self) -> int:
        """R, their number."""
        return len(self.coefficients)

    @cached_property
    def mean(self) -> Array:
        """Mean coefficients (d,)."""
        return np.asarray((self.coefficients / self.runs).sum(axis=0))  # In this order, for sums may overflow.

    @cached_property
    def named(self) -> NDArray[np.intp]:
        """How many runs have the feature among their k largest (d,)."""
        return np.asarray(self._top.sum(axis=0))

    @cached_property
    def is_sure(self) -> NDArray[np.bool_]:
        """Features that at least 90 % of the runs name with the sign of the mean (d,); none from a single run."""
        alike = self._top & (np.sign(self.coefficients) == np.sign(self.mean))
        return np.asarray((alike.sum(axis=0) >= SURE_FROM * self.runs) & (self.runs > 1))

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The features, those named most often first, of these the largest (d,)."""
        return np.lexsort((-np.abs(self.mean), -self.named))

    @cached_property
    def spread(self) -> tuple[Array, Array]:
        """How low and how high the coefficients of single runs are (d,).

        The lowest and the highest; of 40 runs and more the middle 95 %; of a single run two standard errors to either
        side, nan where there are none.
        """
        if self.runs == 1:
            reach = 2 * self.standard_errors[0]
            return self.mean - reach, self.mean + reach
        ends = (0.0, 1.0) if self.runs <= ALL_UP_TO else (0.025, 0.975)
        low, high = np.quantile(self.coefficients, ends, axis=0)
        return low, high

    def short_names(self, length: int) -> list[str]:
        """The names on one line each (d,), told apart."""
        return short_names(self.names, length)

    @cached_property
    def _top(self) -> NDArray[np.bool_]:
        d = len(self.names)
        return top_k(self.coefficients, min(self.k, d - 1)) if d > 1 else self.coefficients != 0


def reasons_of(
    run: Run, answer: Answer, ranked: Sequence[Ranked], *, values: bool = True
) -> tuple[Reasons | None, ...]:
    """The reasons of some instances, of the label that ranks them, in the answer's reference cell.

    None for an instance of which no run has all coefficients.

    Args:
        run: whose rows these are.
        answer: whose task, model, explainer and k count.
        ranked: the instances.
        values: whether names of features may give values of the instances away.
    """
    wanted = {(one.instance, one.label) for one in ranked}
    rows = checked(rows_of_cell(own_rows(run.attributions, answer.description), answer.reference))
    rows = rows[rows["instance"].isin([instance for instance, _ in wanted])]
    parts = {key: own for key, own in rows.groupby(["instance", "label"]) if key in wanted}
    names = (
        {}
        if values
        else column_names(rows, own_rows(run.instances, answer.description), answer.description, values=False)
    )
    found = []
    for one in ranked:
        own = parts.get((one.instance, one.label))
        found.append(None if own is None else _reasons(own, names or own_names(own, answer), answer))
    return tuple(found)


def _reasons(rows: pd.DataFrame, names: dict[int, str], answer: Answer) -> Reasons | None:
    (runs,) = runs_of(rows, units_of(rows, [], key=[KEYS[-1], "feature"]), None)
    coefficients, errors = runs.coefficients[0], runs.standard_errors[0]
    is_whole = ~np.isnan(coefficients).any(axis=-1)
    if not is_whole.any():
        return None
    own = [names[feature] for feature in sorted(rows["feature"].unique().tolist())]
    return Reasons(own, coefficients[is_whole], errors[is_whole], answer.description.k, int((~is_whole).sum()))
