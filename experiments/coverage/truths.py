"""What all seeds of a pool say: the truth that a study of a few of them is to cover."""

from collections.abc import Iterator

import numpy as np
from cells import Truth
from known import AT_ONCE, pool_scores
from pools import Pool

from limeeval.lime.agreement import default_k
from limeeval.report.scores.fidelity import fidelity_scores
from limeeval.report.scores.scored import table_of
from limeeval.report.scores.units import units_of

Setting = tuple[float, int]
"""Kernel width (in multiples of LIME's) and number of samples."""


def truth_of(pool: Pool, size: int) -> dict[tuple[tuple[int, Setting], str], float]:
    """Of panels of so many instances at each setting: means of agreement, and the pool's own scores of its fits."""
    agreement = [_agreement(pool, instance) for instance in range(len(pool.fits))]
    found: dict[tuple[tuple[int, Setting], str], float] = {}
    for panel in range(len(pool.fits) // size):
        members = range(panel * size, (panel + 1) * size)
        for key in agreement[0]:
            setting, name = key
            found[(panel, setting), name] = float(np.mean([agreement[instance][key] for instance in members]))
        found |= {((panel, setting), name): value for (setting, name), value in _fidelity(pool, members)}
    return found


def at(truth: dict[tuple[tuple[int, Setting], str], float], setting: Setting) -> Truth:
    """By panel, at one setting."""
    return {(panel, name): value for ((panel, own), name), value in truth.items() if own == setting}


def settings_of(pool: Pool) -> list[Setting]:
    return [(cell.kernel_width_factor, cell.num_samples) for cell in pool.plan.cells]


def _agreement(pool: Pool, instance: int) -> dict[tuple[Setting, str], float]:
    runs, errors = pool.coefficients(instance), pool.standard_errors(instance)
    k = default_k(runs.shape[-1])
    return {
        (setting, name): value
        for number, setting in enumerate(settings_of(pool))
        for name, value in pool_scores(runs[:, number], errors[:, number], k).items()
    }


def _fidelity(pool: Pool, members: range) -> Iterator[tuple[tuple[Setting, str], float]]:
    """By setting: sums over sets of 50 seeds, so that each surrogate is measured on 49 others."""
    sets = np.arange(len(pool.fits[0])).reshape(-1, AT_ONCE)
    parts = [pool.rows(instance, seeds, position=instance, repetition=0) for instance in members for seeds in sets]
    fits = pool.table(parts).fits
    units = units_of(fits, ["kernel_width_factor", "num_samples"], key=["seed"])
    scores = table_of(fidelity_scores(fits, units), units)
    known = scores[scores["instance"].isna() & scores["interval"].notna()]
    keys = zip(known["kernel_width_factor"], known["num_samples"], known["metric"], strict=True)
    for (factor, count, name), value in zip(keys, known["estimate"], strict=True):
        yield ((factor, count), name), float(value)
