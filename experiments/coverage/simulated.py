"""Intervals of agreement where the law of the runs is known: one instance, these instances, instances like these."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from cells import of_aggregates, of_instances, of_populations
from known import COUNTS, Explanations, explanations, scaled, table, true_scores

from limeeval import score

SOURCE = "simulated"
LEVELS = (0.3, 0.5, 0.7, 0.9, 0.95, 0.99)
SHAPES = ((6, 3), (13, 5), (30, 5))
"""d and k."""
EXPLANATIONS = 10
PANELS = (1, 5, 10)
POPULATION, PANELS_DRAWN = 200, (5, 10, 20)


def agreement(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Of single instances and of fixed panels of them, with and without standard errors."""
    repetitions = 6 if quick else 30
    for d, k in SHAPES[1:2] if quick else SHAPES:
        known = explanations(EXPLANATIONS, d, np.random.default_rng(d))
        for level in LEVELS[1::2] if quick else LEVELS:
            one = scaled(known, k, level)
            truth = true_scores(one, k)
            for count in COUNTS[::2] if quick else COUNTS:
                generator = np.random.default_rng([d, count, int(100 * level)])
                what = {"source": SOURCE, "runs": count, "d": d, "level": level}
                yield from _with_errors(one, k, truth, generator, repetitions // 2, what)
                for panel in PANELS[::2] if quick else PANELS:
                    yield from _without_errors(one, k, truth, generator, repetitions, what | {"instances": panel})


def _with_errors(
    known: Explanations, k: int, truth: dict, generator: np.random.Generator, repetitions: int, what: dict
) -> Iterator[pd.DataFrame]:
    """A setting a repetition, of all explanations."""
    scores = score(table(*known.runs(generator, repetitions, what["runs"])), k=k)
    yield of_instances(scores, scores["instance"], truth, **what)


def _without_errors(
    known: Explanations, k: int, truth: dict, generator: np.random.Generator, repetitions: int, what: dict
) -> Iterator[pd.DataFrame]:
    """Panels of so many explanations, each a setting; single ones count as instances too."""
    size, panels = what["instances"], EXPLANATIONS // what["instances"]
    runs, _ = known.runs(generator, repetitions, what["runs"])
    scores = score(table(runs.reshape(-1, size, *runs.shape[2:])), k=k)
    panel = scores["setting"] % panels
    names = {name for _, name in truth}
    means = {
        (p, name): float(np.mean([truth[p * size + e, name] for e in range(size)]))
        for p in range(panels)
        for name in names
    }
    yield of_aggregates(scores, panel, means, **what)
    if size == 1:
        own = {key: value for key, value in what.items() if key != "instances"}
        yield of_instances(scores, panel, truth, **own)


def population(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Of instances drawn at random, whose noise differs: standard deviations times exp N(0, 0.7)."""
    d, k = SHAPES[1]
    count, generator = 60 if quick else POPULATION, np.random.default_rng(0)
    known = explanations(count, d, generator)
    known = known._replace(sd=known.sd * np.exp(generator.normal(0, 0.7, size=(count, 1))))
    for level in (0.9,) if quick else (0.5, 0.9, 0.95):
        typical = scaled(Explanations(known.b, np.ones_like(known.sd)), k, level).sd
        everyone = known._replace(sd=known.sd * typical)
        each = pd.Series(true_scores(everyone, k, runs=400))
        truth = {(0, str(name)): value for name, value in each.groupby(level=1).mean().items()}
        for runs in (5, 10):
            for size in PANELS_DRAWN[:2] if quick else PANELS_DRAWN:
                drawn = everyone.chosen(generator.integers(count, size=size * (20 if quick else 200)))
                coefficients, _ = drawn.runs(generator, 1, runs)
                scores = score(table(coefficients.reshape(-1, size, runs, d)), k=k)
                what = {"source": SOURCE, "runs": runs, "d": d, "level": level, "instances": size}
                yield of_populations(scores, truth, **what)
