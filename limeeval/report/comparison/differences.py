"""The table of a comparison: the difference of every metric, with limits, tests and cost."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.inference.multiple import holm
from limeeval.inference.paired import Difference, effect_size, paired_difference, population_difference
from limeeval.report.comparison.matched import Matched
from limeeval.report.comparison.measures import Measured
from limeeval.report.comparison.sides import Side, Sides
from limeeval.report.scores.units import UNIT

if TYPE_CHECKING:
    import pandas as pd


def difference_table(
    measured: Sequence[Measured], sides: Sides, found: Matched, *, tests: Collection[str]
) -> pd.DataFrame:
    """One row a metric, of which there is at least one: the columns of :func:`limeeval.compare`.

    ``tests`` are the metrics among which p values are adjusted.
    """
    import pandas as pd

    is_paired = sides.may_share_samples and bool(found.has_seed.all(axis=0).any())
    rows = pd.DataFrame([_row(one, _tested(one, sides, is_paired=is_paired)) for one in measured])
    rows["k"] = rows["k"].astype("Int64").where(rows["k"] > 0)
    for name in ("p", "p_worse"):
        rows[f"{name}_holm"] = holm(rows[name].where(rows["metric"].isin(tests)).to_numpy(dtype=float))
    seeds = found.runs.min(axis=-1)
    rows["seeds_one"], rows["seeds_other"] = int(seeds[0]), int(seeds[1])
    rows["paired_seeds"] = found.paired_seeds if is_paired else 0
    rows["shared_samples"] = sides.share_samples and is_paired
    for name, side in (("one", sides.one), ("other", sides.other)):
        rows[f"rows_predicted_{name}"] = _cost(side, found)
    return rows[list(_columns(rows))]


def _tested(measured: Measured, sides: Sides, *, is_paired: bool) -> Difference:
    at_once = [not side.is_lime for side in (sides.one, sides.other)]
    if is_paired:
        at_once = [any(at_once)] * 2
    one, other = (
        own.at_once() if together else own
        for own, together in zip((measured.one, measured.other), at_once, strict=True)
    )
    found = paired_difference(one, other, is_paired=is_paired)
    return found._replace(low=max(found.low, -measured.most), high=min(found.high, measured.most))


def _row(measured: Measured, tested: Difference) -> dict[str, Any]:
    left_out = measured.left_out
    population, effect = population_difference(tested.estimate, left_out), effect_size(tested.estimate, left_out)
    if not measured.is_sound:
        tested = Difference(tested.estimate, *[math.nan] * 6)
        population, effect = population._replace(low=np.array(np.nan), high=np.array(np.nan)), math.nan
    return {
        "metric": measured.metric,
        "k": measured.k,
        "one": measured.one.estimate,
        "other": measured.other.estimate,
        "difference": tested.estimate,
        "low": tested.low,
        "high": tested.high,
        "standard_error": tested.standard_error,
        "low_population": float(population.low),
        "high_population": float(population.high),
        "effect_size": effect,
        "p": tested.p,
        "p_worse": tested.p_below if measured.is_better_higher else 1 - tested.p_below,
        "n": len(left_out),
    }


def _columns(rows: pd.DataFrame) -> Iterator[str]:
    """The columns, with adjusted p values beside their own."""
    for name in rows.columns:
        if not name.endswith("_holm"):
            yield name
        if f"{name}_holm" in rows:
            yield f"{name}_holm"


def _cost(side: Side, found: Matched) -> float:
    """Rows given to the model for an explanation, of which labels share theirs; nan if that is not known."""
    fits = side.tables.fits
    if fits is None or "rows_predicted" not in fits:
        return float("nan")
    own = fits.merge(found.units.keys.iloc[: found.pairs], on=UNIT)
    return float(own.drop_duplicates(["instance", "seed"])["rows_predicted"].astype(float).mean())
