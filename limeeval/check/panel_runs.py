"""Agreement and noise of every instance and setting, with what each seed does to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.check.panel_scores import Scored, seed_errors
from limeeval.inference.log_sd import log_sd_of_seeds
from limeeval.lime.domain import Array
from limeeval.report.comparison.measures import LOG_SD, PairsOfUnits, compared_metrics, pairs_of_units
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
        yield _mean_over_instances(name, own, units, seeds.has_seed)
    if LOG_SD in wanted:
        noise, logs = _noise(seeds, count)
        found = _mean_over_instances(LOG_SD, noise, units, seeds.has_seed)
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


def _noise(seeds: _Seeds, count: int) -> tuple[PairsOfUnits, list[Array]]:
    """The mean log standard deviation of coefficients of units, and that of each coefficient."""
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
    nothing = np.zeros(count)
    return PairsOfUnits(mean, changes, unseen=nothing, most=nothing, k=nothing), logs


def _mean_over_instances(name: str, own: PairsOfUnits, units: Units, has_seed: NDArray[np.bool_]) -> Scored:
    """Of each instance the mean over its labels, which share its seeds, and its share in the mean over instances."""
    setting = setting_of_instances(units)
    known = np.isfinite(own.mean)
    labels = np.bincount(units.cluster[known], minlength=len(setting))

    def over_labels(values: Array) -> Array:
        found = np.zeros((len(setting), *values.shape[1:]))
        np.add.at(found, units.cluster[known], values[known])
        return found / np.maximum(labels, 1).reshape(-1, *[1] * (values.ndim - 1))

    weight = (labels > 0) / np.maximum(np.bincount(setting, weights=labels > 0), 1)[setting]
    changes = over_labels(own.changes) * weight[:, None]
    return Scored(
        metric=name,
        clusters=np.arange(len(setting)),
        k=_k_of_settings(np.nan_to_num(own.k), units.setting)[setting],
        runs=_fewest_runs(has_seed.sum(axis=-1), units.cluster, len(setting)),
        weight=weight,
        estimate=np.where(labels > 0, over_labels(own.mean), np.nan),
        standard_error=seed_errors(changes, setting, is_shared(units.settings)),
        unseen=over_labels(own.unseen) * weight,
    )


def _fewest_runs(runs: Positions, cluster: Positions, count: int) -> Positions:
    """Of each instance and setting (c,) the fewest that a label of it has."""
    fewest = np.full(count, np.iinfo(np.intp).max)
    np.minimum.at(fewest, cluster, runs)
    return fewest


def _k_of_settings(k: Array, setting: Positions) -> Positions:
    """The k of each setting, of units with these (U,); 0 where none is known or they differ."""
    most, least = np.zeros(setting.max() + 1), np.full(setting.max() + 1, np.inf)
    np.maximum.at(most, setting, k)
    np.minimum.at(least, setting, np.where(k > 0, k, np.inf))
    return np.where(most == least, most, 0).astype(np.intp)
