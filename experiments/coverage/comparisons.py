"""Intervals of the difference of two settings, with the same seeds and with others."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from cells import THESE
from pools import QUADRATIC, WINE, Pool, pool_of
from repeated import in_panels, studies
from truths import Setting, truth_of

from limeeval import compare
from limeeval.inference.log_sd import log_sd

FEW, MANY = (1.0, 250), (1.0, 500)
KINDS: Mapping[str, tuple[Setting, Setting, int]] = {
    "paired difference": (FEW, MANY, 0),
    "difference, other seeds": (FEW, MANY, 1),
    "no difference, other seeds": (FEW, FEW, 1),
}
"""The two settings, and how many studies further the other side's seeds are."""


def differences(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Of two numbers of samples, and of two sets of seeds at one of them; single instances, and panels of five."""
    for source in (QUADRATIC,) if quick else (QUADRATIC, WINE):
        pool = pool_of(source, 5, 200 if quick else 600, num_samples=[FEW[1], MANY[1]])
        for size in (1, 5):
            truth = truth_of(pool, size) | _true_log_sd(pool, size)
            for count in (10,) if quick else (5, 10, 30):
                tables = _tables(pool, count, size, most=3 if quick else 40 if size > 1 else 12)
                what = {"source": source.name, "runs": count, "instances": size, "scope": THESE}
                for kind, (one, other, apart) in KINDS.items():
                    yield from _covered(tables, (one, other), truth, apart, construction=kind, **what)


def _tables(pool: Pool, count: int, size: int, *, most: int) -> dict[tuple[int, int, Setting], Any]:
    """Attributions and fits by study, panel and setting."""
    sweep = studies(pool, count, most)
    keys = ["repetition", "panel", "kernel_width_factor", "num_samples"]
    parts = [dict(list(in_panels(rows, size).groupby(keys))) for rows in (sweep.attributions, sweep.fits)]
    return {
        (int(study), panel, (factor, samples)): tuple(
            part[study, panel, factor, samples].drop(columns=["repetition", "panel"]) for part in parts
        )
        for study, panel, factor, samples in parts[0]
    }


def _covered(
    tables: Mapping[tuple[int, int, Setting], Any],
    settings: tuple[Setting, Setting],
    truth: Mapping[Any, float],
    apart: int,
    **what: Any,
) -> Iterator[pd.DataFrame]:
    one, other = settings
    for study, panel, setting in tables:
        if setting != one or (study + apart, panel, other) not in tables:
            continue
        sides = tables[study, panel, one], tables[study + apart, panel, other]
        found = compare(*sides).table
        true = [
            truth.get(((panel, other), name), np.nan) - truth.get(((panel, one), name), np.nan)
            for name in found["metric"]
        ]
        d = sides[0][0]["feature"].nunique()
        rows = found[["metric", "low", "high"]].assign(case=panel, truth=true, d=d, level=1.0, **what)
        yield rows[rows["truth"].notna()]


def _true_log_sd(pool: Pool, size: int) -> dict[tuple[tuple[int, Setting], str], float]:
    """Mean over features and the instances of a panel, of all seeds."""
    each = np.stack([log_sd(np.moveaxis(pool.coefficients(instance), 0, 1)) for instance in range(len(pool.fits))])
    return {
        ((panel, setting), "log_sd"): float(each[panel * size : (panel + 1) * size, number].mean())
        for panel in range(len(pool.fits) // size)
        for number, setting in enumerate((FEW, MANY))
    }
