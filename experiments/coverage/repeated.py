"""Intervals of real studies, repeated: the truth is what all seeds of a pool say, a study is a few of them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from cells import of_aggregates, of_instances, of_populations
from known import COUNTS
from pools import CANCER, QUADRATIC, WINE, Pool, Source, pool_of
from truths import Truth, at, truth_of

from limeeval import score
from limeeval.sweep.tables import Sweep

SOURCES = ((QUADRATIC, 10, 1200), (WINE, 5, 600), (CANCER, 5, 600))
"""With how many instances and seeds."""
WIDTHS, SAMPLES = [0.5, 1.0], 500
MOST_STUDIES = 80
INSTEAD = "pseudo-run, where clt is undefined"


def sets_of_seeds(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Disjoint sets of seeds of one pool, each a study: single instances, and panels of them."""
    for source, instances, seeds in SOURCES[:1] if quick else SOURCES:
        instances, seeds = (5, 300) if quick else (instances, seeds)
        pool = pool_of(source, instances, seeds, num_samples=SAMPLES, kernel_width_factor=WIDTHS)
        truths = {size: truth_of(pool, size) for size in (1, 5, 10) if size <= instances}
        for count in COUNTS[1:3] if quick else COUNTS:
            sweep = studies(pool, count, 20 if quick else MOST_STUDIES)
            for width in WIDTHS:
                known = {size: at(truth, (width, SAMPLES)) for size, truth in truths.items()}
                yield from _covered(sweep, width, known, source, count)


def studies(pool: Pool, count: int, most: int) -> Sweep:
    """The tables of disjoint sets of so many seeds, numbered by ``repetition``."""
    number = min(len(pool.fits[0]) // count, most)
    return pool.table(
        [
            pool.rows(instance, range(start * count, (start + 1) * count), position=instance, repetition=start)
            for start in range(number)
            for instance in range(len(pool.fits))
        ]
    )


def in_panels(rows: pd.DataFrame, size: int) -> pd.DataFrame:
    """With the panel of so many instances that each belongs to; without instances that are left over."""
    panels = (rows["instance"].max() + 1) // size
    return rows.assign(panel=rows["instance"] // size)[rows["instance"] < panels * size]


def _covered(
    sweep: Sweep, width: float, truths: dict[int, Truth], source: Source, count: int
) -> Iterator[pd.DataFrame]:
    attributions, fits = (rows[rows["kernel_width_factor"] == width] for rows in (sweep.attributions, sweep.fits))
    what = {"source": source.name, "runs": count, "d": attributions["feature"].nunique(), "level": width}
    bare = attributions.drop(columns="standard_error")
    for size, truth in truths.items():
        scores = score(in_panels(bare, size), in_panels(fits, size))
        yield of_aggregates(scores, scores["panel"], truth, **what, instances=size)
        if size == 1:
            without_errors = scores[scores["interval"] == "pseudo-run"]
    yield of_instances(without_errors, without_errors["instance"], truths[1], **what)
    scores = score(attributions, fits)
    narrowed = scores.loc[scores["interval"] == "clt", "metric"].unique()
    is_seen = (scores["interval"] == "pseudo-run") & scores["metric"].isin(without_errors["metric"])
    instead = is_seen & scores["metric"].isin(narrowed)
    scores = scores.assign(interval=scores["interval"].where(~instead, INSTEAD))[~is_seen | instead]
    yield of_instances(scores, scores["instance"], truths[1], **what)


def population(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Panels drawn at random, with replacement, from many rows of the quadratic form; a few of their seeds each."""
    rows, seeds, repetitions = (40, 50, 20) if quick else (150, 50, 200)
    pool = pool_of(QUADRATIC, rows, seeds, num_samples=SAMPLES, kernel_width_factor=WIDTHS)
    truth = truth_of(pool, rows)
    generator = np.random.default_rng(0)
    for count in (5, 10):
        for size in (5, 10) if quick else (5, 10, 20):
            parts = [
                pool.rows(instance, generator.permutation(seeds)[:count], position=position, repetition=number)
                for number in range(repetitions)
                for position, instance in enumerate(generator.integers(rows, size=size))
            ]
            sweep = pool.table(parts)
            scores = score(sweep.attributions.drop(columns="standard_error"), sweep.fits)
            what = {"source": QUADRATIC.name, "runs": count, "instances": size, "d": 8}
            for width, part in scores.groupby("kernel_width_factor"):
                yield of_populations(part, at(truth, (width, SAMPLES)), **what, level=width)
