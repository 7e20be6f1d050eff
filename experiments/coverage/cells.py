"""From intervals and the true values they are to cover, to shares: cell by cell, and over many cells."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

WHAT = ["scope", "construction", "source", "metric", "instances", "runs"]
"""What an interval is of: scope (one instance, these, or their like), construction, and how much it rests on."""
CELL = [*WHAT, "d", "level"]
COUNTS = ["intervals", "defined", "above", "below", "near", "off", "width"]
ONE, THESE, LIKE_THESE = "one instance", "these instances", "instances like these"
_ROUNDING, _NEAR, _ENOUGH = 1e-9, 1e-3, 60

Truth = Mapping[tuple[Any, str], float]
"""The true value by case and metric; ``metric@R`` where it depends on the number of runs."""


def of_instances(scores: pd.DataFrame, case: Any, truth: Truth, **what: Any) -> pd.DataFrame:
    """The intervals of single instances, each beside its truth; ``case`` is what tells explanations apart."""
    return _beside_truth(scores.assign(case=case)[scores["instance"].notna()], truth, scope=ONE, instances=1, **what)


def of_aggregates(scores: pd.DataFrame, case: Any, truth: Truth, **what: Any) -> pd.DataFrame:
    """The intervals over all instances of a setting, seeds being random."""
    return _beside_truth(scores.assign(case=case)[scores["instance"].isna()], truth, scope=THESE, **what)


def of_populations(scores: pd.DataFrame, truth: Truth, **what: Any) -> pd.DataFrame:
    """The intervals over all instances of a setting, instances being random too."""
    rows = scores[scores["instance"].isna()].assign(case=0, interval="population")
    limits = {"low": rows["low_population"], "high": rows["high_population"]}
    known = limits["low"].notna().groupby(rows["metric"]).transform("any")
    return _beside_truth(rows.assign(**limits)[known], truth, scope=LIKE_THESE, **what)


def _beside_truth(rows: pd.DataFrame, truth: Truth, **what: Any) -> pd.DataFrame:
    """Without metrics that have no truth or no interval; one that is undefined counts as of the usual construction."""
    at_runs = f"@{what['runs']}"
    true = [
        truth.get((case, metric), truth.get((case, metric + at_runs), np.nan))
        for case, metric in zip(rows["case"], rows["metric"], strict=True)
    ]
    usual = rows.groupby("metric")["interval"].agg(lambda names: names.mode().get(0))
    named = rows["interval"].where(rows["interval"].notna(), rows["metric"].map(usual))
    found = rows[["metric", "case", "low", "high"]].assign(truth=true, construction=named, **what)
    return found[found["truth"].notna() & found["construction"].notna()]


def cells(intervals: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Sums of each cell: how many intervals there are, are defined, lie above the truth and below it.

    ``off`` adds up how far those are off, ``width`` all widths. ``worst`` is the lowest share covered of a single case
    of the cell.
    """
    parts = pd.concat([_counted(part) for part in intervals if len(part)], ignore_index=True)
    cases = parts.groupby([*CELL, "case"], as_index=False, sort=False).sum()
    cases["worst"] = coverage(cases)
    sums = cases.groupby(CELL, as_index=False, sort=False)[["truth", *COUNTS]].sum()
    sums["truth"] /= sums["intervals"]
    return sums.merge(cases.groupby(CELL, as_index=False, sort=False)["worst"].min(), on=CELL)


def _counted(found: pd.DataFrame) -> pd.DataFrame:
    """By cell and case."""
    defined = found["low"].notna() & found["high"].notna()
    over, under = found["low"] - found["truth"], found["truth"] - found["high"]
    above, below = defined & (over > _ROUNDING), defined & (under > _ROUNDING)
    flags = found.assign(
        above=above,
        below=below,
        near=(above & (over < _NEAR)) | (below & (under < _NEAR)),
        off=over.where(above, 0.0) + under.where(below, 0.0),
        defined=defined,
        width=(found["high"] - found["low"]).where(defined),
        intervals=1,
        case=found["case"].astype(str),
    )
    grouped = flags.groupby([*CELL, "case"], as_index=False, sort=False)
    return grouped.agg(truth=("truth", "sum"), **{name: (name, "sum") for name in COUNTS})


def coverage(counted: pd.DataFrame) -> pd.Series:
    """Share of the intervals that hold the truth, of those that are defined."""
    return 1 - (counted["above"] + counted["below"]) / counted["defined"].where(counted["defined"] > 0)


def shares(sums: pd.DataFrame) -> pd.DataFrame:
    """Sums as shares: covered, above, below, undefined; mean width, and how far those that miss are off on average.

    ``within_001`` counts as covered what is off by less than 0.001, which is about as well as the truth is known.
    """
    defined = sums["defined"].where(sums["defined"] > 0)
    missing = (sums["above"] + sums["below"]).where(lambda count: count > 0)
    return sums.assign(
        coverage=coverage(sums),
        within_001=coverage(sums) + sums["near"] / defined,
        above=sums["above"] / defined,
        below=sums["below"] / defined,
        off=sums["off"] / missing,
        width=sums["width"] / defined,
        undefined=1 - sums["defined"] / sums["intervals"],
    ).drop(columns=["defined", "near"])


def summary(counted: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Cells of equal keys together; ``lowest`` is the share covered by the cell among them that covers least.

    Cells of fewer than 60 intervals are left out of that: chance would choose.
    """
    sums = counted.groupby(keys, as_index=False)[COUNTS].sum()
    enough = counted.assign(lowest=coverage(counted))[counted["defined"] >= _ENOUGH]
    where = {name: f"lowest_{name}" for name in ("runs", "d", "level", "truth") if name not in keys}
    lowest = enough.loc[enough.groupby(keys)["lowest"].idxmin(), [*keys, "lowest", *where]]
    return shares(sums).merge(lowest.rename(columns=where), on=keys, how="left")


def by_runs(counted: pd.DataFrame) -> pd.DataFrame:
    """What each interval covers, one row a metric: all cells together, and coverage and width for each R."""
    keys = [name for name in WHAT if name != "runs"]
    wide = summary(counted, WHAT).pivot(index=keys, columns="runs", values=["coverage", "width"])
    wide.columns = [f"{name}_{runs}" for name, runs in wide.columns]
    together = summary(counted, keys).drop(columns=["width", "off"])
    return together.merge(wide.reset_index(), on=keys)


def by_level(counted: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A metric of simulated single instances, by the level of agreement that was aimed at."""
    chosen = counted[(counted["scope"] == ONE) & (counted["source"] == "simulated") & (counted["metric"] == metric)]
    return summary(chosen, ["construction", "metric", "runs", "level"])
