"""Fidelity and support of every unit, and over all instances of a setting, from the table of fits.

Everything that carries an interval is a ratio of sums over fits: 1 - sum SSE / sum SST, and for means sum x / sum 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from limeeval.lime.domain import Array
from limeeval.report.scores.groups import sums
from limeeval.report.scores.ratio import Ratio, counted_rows, of_settings, of_units, setting_of_instances
from limeeval.report.scores.scored import Scored, blank
from limeeval.report.scores.units import Units
from limeeval.sweep.columns import width_of

if TYPE_CHECKING:
    import pandas as pd

R2 = {
    "r2": ("r2", "output_spread"),
    "r2_fresh": ("r2_fresh", "fresh_spread"),
    "r2_reference": ("r2_reference", "reference_spread"),
}
"""Columns of R2 and its denominator."""
LACK = ("lack_of_fit", "lack_of_fit_spread")
"""Columns of a share and its denominator."""
MEANS = ("ess", "unknowns_per_effective_sample", "instance_leverage")
GAP = ("local_prediction", "model_prediction")


def fidelity_scores(fits: pd.DataFrame, units: Units) -> list[Scored]:
    """Every score of fits for which the table has the columns."""
    rows = fits.iloc[units.order]
    scored = [Scored(name, of_units(ratio, units), of_settings(ratio, units)) for name, ratio in _ratios(rows)]
    if "condition_number" in rows:
        scored.append(_plain("condition_number", rows["condition_number"], units, "median"))
    if "is_supported" in rows:
        scored.append(_plain("supported", rows["is_supported"], units, "mean"))
    return scored


def _ratios(rows: pd.DataFrame) -> Iterator[tuple[str, Ratio]]:
    for name, columns in R2.items():
        if set(columns) <= set(rows.columns):
            yield name, _r2(rows, name, *columns)
    for kind in filter(None, map(width_of, rows.columns)):
        yield f"r2_{kind}", _r2(rows, f"r2_{kind}", f"r2_{kind}", f"{kind}_spread")
    if set(LACK) <= set(rows.columns):
        yield LACK[0], _share(*(_array(rows, column) for column in LACK))
    if set(GAP) <= set(rows.columns):
        yield "local_gap", _mean(np.abs(_array(rows, GAP[0]) - _array(rows, GAP[1])))
    for name in MEANS:
        if name in rows:
            yield name, _mean(_array(rows, name))


def _r2(rows: pd.DataFrame, name: str, r2: str, spread: str) -> Ratio:
    """Fits without an R2 add nothing, but one that is no fit leaves r2 undefined: the others would be a selection."""
    own, below = _array(rows, r2), _array(rows, spread)
    known = ~np.isnan(own)
    above, below = np.where(known, (1 - own) * below, 0.0), np.where(known, below, 0.0)
    if name != "r2":
        kind = name.removeprefix("r2_")
        residual, spread_of_seed = (_array(rows, f"{kind}_{part}_of_seed") for part in ("residual", "spread"))
        return Ratio(above, below, residual, spread_of_seed, of_r2=True, crossed=True)
    if "is_fit" in rows:
        above = np.where(rows["is_fit"].to_numpy(dtype=bool, na_value=False), above, np.nan)
    return Ratio(above, below, above, below, of_r2=True)


def _share(share: Array, below: Array) -> Ratio:
    """Seeds without a share add nothing."""
    known = ~np.isnan(share)
    above, below = np.where(known, share * below, 0.0), np.where(known, below, 0.0)
    return Ratio(above, below, above, below, of_r2=False)


def _mean(values: Array) -> Ratio:
    known = ~np.isnan(values)
    above, below = np.where(known, values, 0.0), known.astype(float)
    return Ratio(above, below, above, below, of_r2=False)


def _array(rows: pd.DataFrame, column: str) -> Array:
    """A column as numbers (n,); nan if there is none."""
    if column not in rows:
        return np.full(len(rows), np.nan)
    return rows[column].to_numpy(dtype=float, na_value=np.nan)


def _plain(name: str, values: pd.Series, units: Units, statistic: str) -> Scored:
    """A score without limits: a median has no jackknife, a share that is mostly 0 or 1 no t."""
    of_units, of_settings = counted_rows(units), blank(len(units.settings))
    for rows, group in ((of_units, units.unit), (of_settings, units.setting[units.unit])):
        rows.estimate[:] = values.astype(float).groupby(group).agg(statistic)
    of_settings.n[:] = sums(np.ones(units.cluster[-1] + 1), setting_of_instances(units), len(of_settings.n))
    return Scored(name, of_units, of_settings)
