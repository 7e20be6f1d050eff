"""A metric over all instances of each setting, from what is known of every unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.interval import Interval
from limeeval.inference.population import population_interval
from limeeval.inference.pseudo_run import Agreement
from limeeval.report.scores.groups import Positions, rectangles
from limeeval.report.scores.scored import Construction, Rows, blank, put_interval
from limeeval.report.scores.units import Units

if TYPE_CHECKING:
    import pandas as pd

LIME = "lime"
"""Name of the explainer that is LIME."""


class Found(NamedTuple):
    """What is known of one metric: rows of all units, and their agreement, if it is a mean over pairs (U,)."""

    rows: Rows
    agreement: Agreement


class Instances(NamedTuple):
    """Intervals and agreement of instances (g, m), their labels averaged, and how the first one's was made (g,)."""

    interval: Interval
    agreement: Agreement
    construction: NDArray[np.object_]


def no_agreement(count: int) -> Agreement:
    """Of so many units, nan: to be filled."""
    return Agreement(*(np.full(count, np.nan) for _ in Agreement._fields))


def over_instances(found: Found, units: Units, for_these: Callable[[Instances], tuple[Interval, Construction]]) -> Rows:
    """The mean over the instances of each setting (S,) that have a score; labels of an instance are averaged first.

    ``for_these`` gives the interval (g,) for these instances and how it was made.
    """
    rows = blank(len(units.settings))
    for group in rectangles(units.setting):
        k = found.rows.k[group.members]
        rows.k[group.groups] = np.where((k == k[:, :1]).all(axis=-1), k[:, 0], 0)
        rows.chance[group.groups] = found.rows.chance[group.members].mean(axis=-1)
    for settings, instances in instances_of(found, units):
        rows.n[settings] = instances.interval.n
        put_interval(rows, settings, *for_these(instances))
        population = _for_their_like(instances)
        if population:
            rows.low_population[settings], rows.high_population[settings] = population.low, population.high
    return rows


def instances_of(found: Found, units: Units) -> Iterator[tuple[Positions, Instances]]:
    """Settings (g,) of equally many instances that have a score, and what is known of these (g, m).

    LIME draws other samples for every instance. A seed of another explainer, such as one that draws a background, may
    change all instances alike: their agreement is that of one, as if all erred together (g, 1).
    """
    known = np.flatnonzero(~np.isnan(found.rows.estimate))
    _, first, instance = np.unique(units.cluster[known], return_index=True, return_inverse=True)
    estimate, low, high = np.empty((3, len(first)))
    agreed = no_agreement(len(first))
    for instances, members in rectangles(instance):
        own = known[members]
        for column, values in zip((estimate, low, high), found.rows, strict=False):
            column[instances] = values[own].mean(axis=-1)
        for column, values in zip(agreed, _of_labels(found.agreement, own), strict=True):
            column[instances] = values
    of_all = is_shared(units.settings)
    for every, all_members in rectangles(units.setting[known[first]]):
        for shared in (False, True):
            of_kind = of_all[every] == shared
            settings, members = every[of_kind], all_members[of_kind]
            if len(settings):
                interval = Interval(estimate[members], low[members], high[members], members.shape[1])
                each = Agreement(*(column[members] for column in agreed))
                together = Agreement(*(column[..., None] for column in _together(each)))
                construction = found.rows.interval[known[first[members[:, 0]]]]
                yield settings, Instances(interval, together if shared else each, construction)


def is_shared(settings: pd.DataFrame) -> NDArray[np.bool_]:
    """Of which settings (S,) a seed may mean the same thing for all instances."""
    if "explainer" not in settings:
        return np.zeros(len(settings), dtype=bool)
    return (settings["explainer"] != LIME).to_numpy(dtype=bool)


def _of_labels(found: Agreement, members: Positions) -> Agreement:
    """Mean agreement of labels (g, L) of one instance: they share their seeds."""
    return _together(Agreement(*(column[members] for column in found)))


def _together(own: Agreement) -> Agreement:
    """Mean agreement (...) of what shares its seeds (..., m): the least that errors may cancel is nothing."""
    variance, extended = (np.square(np.sqrt(one).mean(axis=-1)) for one in (own.variance, own.extended_variance))
    means = Agreement(*(column.mean(axis=-1) for column in own))
    return means._replace(variance=variance, extended_variance=extended)


def _for_their_like(instances: Instances) -> Interval | None:
    """For instances like these; None if scores depend on the number of runs, which their spread says nothing of."""
    if np.isnan(instances.agreement.mean).any():
        return None
    return population_interval(instances.interval.estimate, minimum=instances.agreement.minimum.mean(axis=-1))
