"""What one metric scores: rows for every unit, and for every setting over all its instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import Interval
from limeeval.lime.domain import Array
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.units import UNIT, Units

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("metric", "k", "estimate", "low", "high", "low_population", "high_population", "interval", "n", "chance")
"""Columns of a table of scores beside ``instance``, ``label`` and the settings."""
AGAINST = "against"
"""Column of scores that compare segmentations: with which. It is no setting."""

Construction = str | NDArray[np.object_]
"""How limits were made: all of them, or each of them (n,)."""


class Rows(NamedTuple):
    """Some rows of scores, one entry each (n,); k is 0 where it does not count."""

    estimate: Array
    low: Array
    high: Array
    low_population: Array
    high_population: Array
    interval: NDArray[np.object_]
    n: Positions
    chance: Array
    k: Positions


class Scored(NamedTuple):
    """A metric, its rows for all units (U,) and those for all settings (S,)."""

    metric: str
    of_units: Rows
    of_settings: Rows


def blank(count: int) -> Rows:
    """Rows that say nothing: to be filled."""
    estimate, low, high, low_population, high_population, chance = np.full((6, count), np.nan)
    n, k = np.zeros((2, count), dtype=np.intp)
    interval = np.full(count, None, dtype=object)
    return Rows(estimate, low, high, low_population, high_population, interval, n, chance, k)


def put_limits(rows: Rows, at: Positions, interval: Interval, construction: Construction) -> None:
    """Fills in limits, and how they were made where there are any."""
    rows.low[at], rows.high[at] = interval.low, interval.high
    known = ~np.isnan(interval.low)
    rows.interval[at[known]] = np.broadcast_to(np.asarray(construction, dtype=object), at.shape)[known]


def put_interval(rows: Rows, at: Positions, interval: Interval, construction: Construction) -> None:
    """Fills in estimates and limits."""
    rows.estimate[at] = interval.estimate
    put_limits(rows, at, interval, construction)


def table_of(scored: Sequence[Scored], units: Units) -> pd.DataFrame:
    """The table of scores, setting by setting, metric by metric; instance by instance, then over all."""
    import pandas as pd

    count, settings = len(units.setting), len(units.settings)
    setting = np.tile(np.r_[units.setting, np.arange(settings)], len(scored))
    metric = np.repeat(np.arange(len(scored)), count + settings)
    order = np.lexsort((metric, setting))
    unit = np.tile(np.r_[np.arange(count), np.full(settings, -1)], len(scored))[order]
    parts = [rows for one in scored for rows in (one.of_units, one.of_settings)]
    columns = (np.concatenate(column)[order] for column in zip(*parts, strict=True))
    found = pd.DataFrame(dict(zip(Rows._fields, columns, strict=True)))
    found["metric"] = np.array([one.metric for one in scored], dtype=object)[metric[order]]
    found["k"] = found["k"].astype("Int64").where(found["k"] > 0)
    for name, own in units.keys.items():
        whole = own.astype("Int64") if own.dtype.kind in "iu" else own
        found[name] = whole.reindex(unit).array
    named = units.settings.iloc[setting[order]].reset_index(drop=True)
    return pd.concat([named, found[[*UNIT, *COLUMNS]]], axis=1)
