"""The instances and labels that both sides have, as arrays with a place for every seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.report.comparison.words import listed
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.runs import NEEDED, Runs, runs_of
from limeeval.report.scores.units import KEYS, UNIT, Units, units_of

if TYPE_CHECKING:
    import pandas as pd

_SIDE = "_side"
_NAMES = ("one", "other")


class Matched(NamedTuple):
    """What both sides have: P pairs of an instance and a label, of m instances, and S seeds of either side.

    Attributes:
        rows: the attributions of both sides, in one table.
        units: of these rows; the first P are those of one side, the others those of the other, in the same order.
        k: of metrics at k; None for the default of each pair.
        instances: names of the instances (m,).
        instance: number of the instance of each pair (P,).
        seeds: all seeds (S,), in order.
        has_seed: which of them each pair has on each side (2, P, S).
        only_in_one: instances, or instances and labels, that one side alone has.
        only_in_other: those of the other.
    """

    rows: pd.DataFrame
    units: Units
    k: int | None
    instances: Sequence[Any]
    instance: Positions
    seeds: Sequence[Any]
    has_seed: NDArray[np.bool_]
    only_in_one: tuple[Any, ...]
    only_in_other: tuple[Any, ...]

    @property
    def pairs(self) -> int:
        """P."""
        return len(self.instance)

    @property
    def runs(self) -> Positions:
        """How many seeds each instance has on each side (2, m); the fewest, where its labels differ in that."""
        count = self.has_seed.sum(axis=-1)
        fewest = np.full((2, len(self.instances)), np.iinfo(np.intp).max)
        for side in (0, 1):
            np.minimum.at(fewest[side], self.instance, count[side])
        return fewest

    @property
    def paired_seeds(self) -> int:
        """How many seeds both sides have of every pair."""
        return int(self.has_seed.all(axis=0).sum(axis=-1).min())

    def parts(self) -> Iterator[tuple[Runs, Positions]]:
        """Runs of units of equal shape, and the places of their seeds (u, R)."""
        flat = self.has_seed.reshape(2 * self.pairs, -1)
        for runs in runs_of(self.rows, self.units, self.k):
            yield runs, np.nonzero(flat[runs.units])[1].reshape(len(runs.units), -1)

    def over_labels(self, values: Array, known: NDArray[np.bool_]) -> Array:
        """Means (2, m, ...) over the labels of each instance, of values (2, P, ...) of pairs of which some are known.

        nan for an instance of which none is.
        """
        count = np.bincount(self.instance, weights=known, minlength=len(self.instances))
        found = np.zeros((2, len(self.instances), *values.shape[2:]))
        for side in (0, 1):
            np.add.at(found[side], self.instance[known], values[side, known])
        shape = (1, -1, *[1] * (values.ndim - 2))
        return found / np.where(count > 0, count, np.nan).reshape(shape)


def matched(one: pd.DataFrame, other: pd.DataFrame, *, k: int | None) -> Matched:
    """The pairs of two checked tables of one setting each.

    Raises:
        ValueError: there are none, keys are numbers on one side and text on the other, their features differ, a run has
            two rows for a feature, or a side has one seed.
    """
    import pandas as pd

    tables = [table.reindex(columns=[*UNIT, *NEEDED, "standard_error"]) for table in (one, other)]
    for side, table in zip(_NAMES, tables, strict=True):
        _check_once(table, side)
    _check_kinds(*tables)
    keys = [table[UNIT].drop_duplicates() for table in tables]
    both = keys[0].merge(keys[1], on=UNIT, how="outer", indicator=True)
    common = both.loc[both["_merge"] == "both", UNIT]
    if common.empty:
        own = " and ".join(f"instances {listed(key['instance'].drop_duplicates(), 5)}" for key in keys)
        raise ValueError(f"both sides must have instances and labels in common, got {own}{_labels(keys)}")
    sides = [
        (own if len(common) == len(key) else own.merge(common, on=UNIT)).assign(**{_SIDE: number})
        for number, (own, key) in enumerate(zip(tables, keys, strict=True))
    ]
    _check_features(*sides)
    rows = pd.concat(sides, ignore_index=True)
    units = units_of(rows, [_SIDE], key=["seed", "feature"])
    instance, instances = pd.factorize(units.keys["instance"].iloc[: len(units.keys) // 2])
    has_seed, seeds = _seeds(rows, units)
    for name, own in zip(_NAMES, has_seed, strict=True):
        if own.sum(axis=-1).min() < 2:
            raise ValueError(f"{name} must have at least two seeds an instance, got {own.sum(axis=-1).min()}")
    missing = [tuple(_names(both.loc[both["_merge"] == side, UNIT], keys)) for side in ("left_only", "right_only")]
    return Matched(rows, units, k, list(instances), instance, seeds, has_seed, missing[0], missing[1])


def _labels(keys: Sequence[pd.DataFrame]) -> str:
    if not set(keys[0]["instance"]) & set(keys[1]["instance"]):
        return ""
    own = " and ".join(f"labels {listed(key['label'].drop_duplicates(), 5)}" for key in keys)
    return f", with {own}"


def _names(missing: pd.DataFrame, keys: Sequence[pd.DataFrame]) -> Iterator[Any]:
    """Instances of one side alone; where the other has some of their labels, with the label."""
    shared = set(keys[0]["instance"]) & set(keys[1]["instance"])
    of_pairs = zip(missing["instance"].tolist(), missing["label"].tolist(), strict=True)
    yield from dict.fromkeys((instance, label) if instance in shared else instance for instance, label in of_pairs)


def _check_once(rows: pd.DataFrame, side: str) -> None:
    twice = rows[rows.duplicated([*KEYS, "feature"])]
    if not twice.empty:
        what = ", ".join(f"{column} {twice[column].iloc[0]}" for column in (*KEYS, "feature"))
        raise ValueError(f"each run must have one row a feature, got two of {side} for {what}")


def _check_kinds(one: pd.DataFrame, other: pd.DataFrame) -> None:
    for column in (*KEYS, "feature"):
        kinds = [_kind(rows[column]) for rows in (one, other)]
        if set(kinds) == {"numbers", "text"}:
            raise ValueError(f"{column} must be of one kind on both sides, got {kinds[0]} and {kinds[1]}")


def _kind(column: pd.Series) -> str:
    from pandas.api.types import infer_dtype, is_numeric_dtype

    if is_numeric_dtype(column) or infer_dtype(column, skipna=True) in ("integer", "floating", "mixed-integer-float"):
        return "numbers"
    return "text" if infer_dtype(column, skipna=True) == "string" else ""


def _check_features(one: pd.DataFrame, other: pd.DataFrame) -> None:
    key = [*UNIT, "feature"]
    found = one[key].drop_duplicates().merge(other[key].drop_duplicates(), on=key, how="outer", indicator=True)
    alone = found[found["_merge"] != "both"]
    if not alone.empty:
        first = alone.iloc[0]
        side = "one" if first["_merge"] == "left_only" else "other"
        raise ValueError(
            "both sides must have the same features of every instance and label, "
            f"got feature {first['feature']} of instance {first['instance']} in {side} alone"
        )


def _seeds(rows: pd.DataFrame, units: Units) -> tuple[NDArray[np.bool_], list[Any]]:
    """Which seeds (S) each pair has on each side (2, P, S), and what they are."""
    import pandas as pd

    codes, seeds = pd.factorize(rows["seed"], sort=True)
    has_seed = np.zeros((len(units.setting), len(seeds)), dtype=bool)
    has_seed[units.unit, codes[units.order]] = True
    return has_seed.reshape(2, -1, len(seeds)), list(seeds)
