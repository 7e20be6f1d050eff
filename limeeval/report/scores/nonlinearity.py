"""What a line misses, as scores with limits: from the table of nonlinearity, instance by instance and over all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from limeeval.lime.domain import Array
from limeeval.report.scores.groups import sums
from limeeval.report.scores.ratio import Ratio, of_settings, of_units
from limeeval.report.scores.scored import Rows, Scored, table_of
from limeeval.report.scores.units import UNIT, Units, units_of
from limeeval.sweep.nonlinearity import FOUND

if TYPE_CHECKING:
    import pandas as pd

SHARES = ("nonlinear_gain", "nonlinearity_in_z", "pure_error", "misfit_explained")
"""Scores that are shares, 0..1; ratios of sums may fall outside by noise alone."""
MISFIT_FROM = 0.05
"""Where a line misses less, how much of that can be explained says nothing of how much there is."""
_CONSTRUCTION = "jackknife over samples"


def nonlinearity_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Scores of what lines miss, out of sample: columns as those of :func:`limeeval.report.scores.score.score`.

    ``r2_line``, ``r2_quadratic`` and ``r2_trees`` are R2 of the full line and of richer models (at most 1, higher is
    better); 1 - ``r2_line`` is the lack of fit. Shares of the local variance, 0..1, lower is better: ``pure_error``,
    which no function of z explains (cells hide it; 0 where z says all there is of a sample; measured on samples of its
    own, so that its noise may carry it above the lack of fit), ``nonlinearity_in_z``, the
    rest of the lack of fit, and ``nonlinear_gain``, the part of it that a richer model was seen to explain: a lower
    bound, from as many samples as there were. ``misfit_explained`` is that part's share of the lack of fit, nan where
    that is 0.05 or less: how learnable the misfit is, not how large.

    Limits hold for the models that were fitted: groups of scored samples are left out in turn, the models are not
    fitted again. ``n`` is the number of scored samples of an instance; over all, of instances that have a score. nan
    where nothing could be measured; such instances add nothing over all.

    Args:
        table: rows as those of :class:`limeeval.sweep.nonlinearity.Nonlinearity`.

    Raises:
        ValueError: this is no such table.
    """
    missing = [column for column in (*UNIT, "group", *FOUND) if column not in table]
    if missing:
        raise ValueError(f"a table of nonlinearity must have the columns of nonlinearity.parquet, got no {missing[0]}")
    settings = [column for column in table.columns if column not in (*UNIT, "group", *FOUND)]
    units = units_of(table, settings, key=["group"])
    rows = table.iloc[units.order]
    samples = sums(rows["samples"].to_numpy(dtype=float), units.unit, len(units.setting)).astype(np.intp)
    scored = {name: _scored(name, ratio, units, samples) for name, ratio in _ratios(rows).items()}
    of_line, misfit = scored["r2_line"], scored["misfit_explained"]
    _blank(misfit.of_units, of_line.of_units)
    _blank(misfit.of_settings, of_line.of_settings)
    return table_of(list(scored.values()), units)


def scores_at_each(table: pd.DataFrame, settings: pd.DataFrame) -> pd.DataFrame:
    """The scores at each of some settings: all that differ in what is fitted to the same samples share theirs.

    Of jobs with different sample counts, those of the largest.

    Args:
        table: as for :func:`nonlinearity_scores`.
        settings: one row a setting.
    """
    found = nonlinearity_scores(table)
    if "num_samples" in found:
        about = [column for column in found if column in (*settings, *UNIT, "metric") and column != "num_samples"]
        largest = found["num_samples"] == found.groupby(about, dropna=False)["num_samples"].transform("max")
        found = found[largest].drop(columns="num_samples")
    shared = [column for column in settings if column in found]
    if not shared or settings.merge(found[shared].drop_duplicates(), on=shared).empty:
        raise ValueError("nonlinearity must be of settings of the table, got none of these")
    everything = settings.merge(found, on=shared, how="inner")
    return everything[[*settings.columns, *(column for column in found if column not in shared)]]


def _ratios(rows: pd.DataFrame) -> dict[str, Ratio]:
    spread, line, quadratic, trees, chosen, pure = (rows[name].to_numpy(dtype=float) for name in FOUND[:6])
    return {
        "r2_line": _r2(line, spread),
        "r2_quadratic": _r2(quadratic, spread),
        "r2_trees": _r2(trees, spread),
        "nonlinear_gain": _r2(spread - (line - chosen), spread),
        "nonlinearity_in_z": _r2(spread - (line - pure), spread),
        "pure_error": _r2(spread - pure, spread),
        "misfit_explained": _r2(chosen, line),
    }


def _r2(above: Array, below: Array) -> Ratio:
    """1 - sum above / sum below; groups without a value add nothing."""
    known = ~np.isnan(above + below)
    above, below = np.where(known, above, 0.0), np.where(known, below, 0.0)
    return Ratio(above, below, above, below, of_r2=True)


def _scored(name: str, ratio: Ratio, units: Units, samples: np.ndarray) -> Scored:
    limits = [of(ratio, units, construction=_CONSTRUCTION) for of in (of_units, of_settings)]
    found = Scored(name, *limits)
    found.of_units.n[:] = samples
    for rows in (found.of_units, found.of_settings):
        if name in SHARES:
            for part in _values(rows):
                np.clip(part, 0.0, 1.0, out=part)
    return found


def _values(rows: Rows) -> tuple[Array, ...]:
    return rows.estimate, rows.low, rows.high, rows.low_population, rows.high_population


def _blank(misfit: Rows, of_line: Rows) -> None:
    """Takes away what cannot be said where the line fits well."""
    small = ~(1 - of_line.estimate > MISFIT_FROM)
    for part in _values(misfit):
        part[small] = np.nan
    misfit.interval[small] = None
    misfit.n[small] = 0
