"""Rows of scores that a threshold is about, and those that they owe most to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from limeeval.check.scores import UNIT, Scores
from limeeval.check.thresholds import Threshold
from limeeval.check.values import is_same, values_of
from limeeval.report.answer.places import plain

if TYPE_CHECKING:
    import pandas as pd


def selected(threshold: Threshold, scores: Scores) -> pd.DataFrame:
    """Rows of a metric: those over all instances, unless ``where`` names instances or labels."""
    return _meant(of_metric(threshold.metric, scores), threshold.where)


def has_rows(where: Mapping[str, Any], scores: Scores) -> bool:
    """Whether there are such rows of any metric."""
    return not _meant(scores.table, where).empty


def _meant(rows: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    is_of_units = any(column in where for column in UNIT)
    rows = rows[rows["instance"].notna() if is_of_units else rows["instance"].isna()]
    for column, value in where.items():
        rows = rows[matches(rows[column], value)]
    return rows


def of_metric(metric: str, scores: Scores) -> pd.DataFrame:
    """All rows of a metric."""
    return scores.table[(scores.table["metric"] == metric).to_numpy(dtype=bool)]


def matches(values: pd.Series, wanted: Any) -> pd.Series:
    """Which values are the one that is wanted, or any of a list: numbers as numbers (1 is 1.0, but not true), None what
    is missing.
    """
    import pandas as pd

    found = pd.Series(False, index=values.index)
    for one in values_of(wanted):
        found |= _equals(values, one)
    return found


def _equals(values: pd.Series, one: Any) -> pd.Series:
    if one is None:
        return values.isna()
    return values.isin([value for value in values.unique() if is_same(plain(value), one)])


def worst(row: pd.Series, scores: Scores, *, lowest: bool, most: int = 3) -> dict[int, float]:
    """Instances that a row over all of them owes most to, and what they score; none for a row of one instance.

    Args:
        row: over all instances.
        scores: all there are.
        lowest: whether low is bad.
        most: how many instances.
    """
    if plain(row["instance"]) is not None:
        return {}
    own = of_metric(row["metric"], scores)
    own = own[own["instance"].notna() & own["estimate"].notna()]
    for column in scores.differing:
        own = own[matches(own[column], plain(row[column]))]
    if (k := plain(row["k"])) is not None:
        own = own[matches(own["k"], k)]
    means = own.groupby("instance")["estimate"].mean().sort_values(ascending=lowest, kind="stable").head(most)
    return {int(instance): float(value) for instance, value in zip(means.index, means, strict=True)}
