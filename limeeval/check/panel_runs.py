"""Agreement and noise of every instance and setting, with what each seed does to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.check.panel_scores import Scored, seed_errors
from limeeval.inference.log_sd import log_sd_of_seeds
from limeeval.lime.domain import Array
from limeeval.report.comparison.measures import LOG_SD, compared_metrics, pairs_of_units
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.instances import is_shared
from limeeval.report.scores.ratio import setting_of_instances
from limeeval.report.scores.runs import Runs, runs_of
from limeeval.report.scores.units import Units

if TYPE_CHECKING:
    import pandas as pd


class _Seeds(NamedTuple):
    """Runs of a table (parts), with the places of their seeds (u, R); and which seeds each unit has (U, S)."""

    parts: list[tuple[Runs, Positions]]
    has_seed: NDArray[np.bool_]


def scores_of_runs(
    rows: pd.DataFrame, units: Units, k: Mapping[str, int] | None, wanted: Collection[str]
) -> Iterator[Scored]:
    """Agreement and noise."""
    metrics = {name: metric for name, metric in compared_metrics().items() if name in wanted}
    if not metrics and LOG_SD not in wanted:
        return
    seeds = _seeds(rows, units, k)
    count = len(units.setting)
    pairs = pairs_of_units(seeds.parts, metrics, units=count, seeds=seeds.has_seed.shape[1])
    for name, own in pairs.items():
        yield _mean_over_instances(name, own.mean, own.changes, own.unseen, own.k, units, seeds.has_seed)
    if LOG_SD in wanted:
        mean, changes, logs = _noise(seeds, count)
        nothing = np.zeros(count)
        found = _mean_over_instances(LOG_SD, mean, changes, nothing, nothing, units, seeds.has_seed)
        of_labels = np.split(np.arange(count), np.flatnonzero(np.diff(units.cluster)) + 1)
        yield found._replace(
            logs=[np.concatenate([logs[unit] for unit in of_labels[at]], dtype=np.float32) for at in found.clusters]
        )


def _seeds(rows: pd.DataFrame, units: Units, k: Mapping[str, int] | None) -> _Seeds:
    import pandas as pd

    codes, seeds = pd.factorize(rows["seed"], sort=True)
    has_seed = np.zeros((len(units.setting), len(seeds)), dtype=bool)
    has_seed[units.unit, codes[units.order]] = True
    parts = [
        (runs, np.nonzero(has_seed[runs.units])[1].reshape(len(runs.units), -1)) for runs in runs_of(rows, units, k)
    ]
    return _Seeds(parts, has_seed)


def _noise(seeds: _Seeds, count: int) -> tuple[Array, Array, list[Array]]:
    """Mean log standard deviation of coefficients of units (U,), what seeds do to it (U, S), and that of each."""
    mean, changes = np.full(count, np.nan), np.zeros(seeds.has_seed.shape)
    logs: list[Array] = [np.zeros(0)] * count
    for runs, places in seeds.parts:
        own = log_sd_of_seeds(runs.coefficients)
        still = (runs.coefficients == runs.coefficients[:, :1]).all(axis=1)
        for at, unit in enumerate(runs.units.tolist()):
            moves = np.isfinite(own.value[at])
            logs[unit] = np.where(still[at], -np.inf, own.value[at])
            if moves.any():
                mean[unit] = own.value[at, moves].mean()
                changes[unit, places[at]] = own.changes[at][:, moves].mean(axis=-1)
    return mean, changes, logs


def _mean_over_instances(
    name: str, mean: Array, changes: Array, doubts: Array, k: Array, units: Units, has_seed: NDArray[np.bool_]
) -> Scored:
    """Of each instance the mean over its labels, which share its seeds, and its share in the mean over instances."""
    setting = setting_of_instances(units)
    count = len(setting)
    known = np.isfinite(mean)
    cluster = units.cluster[known]
    labels = np.bincount(cluster, minlength=count)

    def over_labels(values: Array) -> Array:
        found = np.zeros((count, *values.shape[1:]))
        np.add.at(found, cluster, values[known])
        return found / np.maximum(labels, 1).reshape(-1, *[1] * (values.ndim - 1))

    runs, ks = np.full(count, np.iinfo(np.intp).max), np.zeros(count)
    np.minimum.at(runs, units.cluster, has_seed.sum(axis=-1))
    np.maximum.at(ks, units.cluster, np.nan_to_num(k))
    is_known = labels > 0
    weight = is_known / np.maximum(np.bincount(setting, weights=is_known), 1)[setting]
    errors = seed_errors(over_labels(changes) * weight[:, None], setting, is_shared(units.settings))
    estimate = np.where(is_known, over_labels(mean), np.nan)
    return Scored(
        name,
        np.arange(count),
        _k_of_settings(ks, setting),
        runs,
        weight,
        estimate,
        errors,
        over_labels(doubts) * weight,
    )


def _k_of_settings(k: Array, setting: Positions) -> Positions:
    """The k of each instance (c,): that of its setting if all that are known have the same, else 0."""
    most, least = np.zeros(setting.max() + 1), np.full(setting.max() + 1, np.inf)
    np.maximum.at(most, setting, k)
    np.minimum.at(least, setting, np.where(k > 0, k, np.inf))
    return np.where(most == least, most, 0)[setting].astype(np.intp)
