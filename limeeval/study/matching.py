"""Whether the tables in a folder are of one run: mixed-up ones would give rows the scores of others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.report.answer.cells import IDENTITY
from limeeval.report.description import Description
from limeeval.report.scores.units import UNIT
from limeeval.study.schema import settings_in

if TYPE_CHECKING:
    import pandas as pd

_EXPLAINED = ("task", "model", *UNIT)
_SAME = 1e-6
"""Predictions that differ by less, relative to the largest, are those of other batches."""
Keys = set[tuple[Any, ...]]


def check_match(
    attributions: pd.DataFrame, fits: pd.DataFrame, instances: pd.DataFrame, descriptions: Sequence[Description]
) -> None:
    """Checks that all are about the same runs; tables have all columns.

    Raises:
        ValueError: two of them are not.
    """
    described = {tuple(getattr(one, name) for name in IDENTITY) for one in descriptions}
    _check_same("summary.json", described, "attributions.parquet", _keys(attributions, IDENTITY), IDENTITY)
    _check_settings(attributions, fits)
    keys = (*IDENTITY, *UNIT, "seed")
    _check_same("fits.parquet", _keys(fits, keys), "attributions.parquet", _keys(attributions, keys), keys)
    explained = [*_EXPLAINED, *(column for column in settings_in(fits) if column in instances)]
    _check_has("instances.parquet", _keys(instances, explained), "fits.parquet", _keys(fits, explained), explained)
    _check_predictions(fits, instances, explained)


def _check_settings(attributions: pd.DataFrame, fits: pd.DataFrame) -> None:
    own, others = sorted(settings_in(attributions)), sorted(settings_in(fits))
    if own != others:
        differing = ", ".join(sorted(set(own) ^ set(others)))
        raise ValueError(f"attributions.parquet and fits.parquet must have the same settings, got {differing} in one")
    for column in own:
        one, other = _keys(fits, [column]), _keys(attributions, [column])
        _check_same("fits.parquet", one, "attributions.parquet", other, [column])


def _check_predictions(fits: pd.DataFrame, instances: pd.DataFrame, keys: list[str]) -> None:
    first, own = (table.drop_duplicates(keys).set_index(keys)["model_prediction"] for table in (fits, instances))
    here = first.to_numpy(dtype=float, na_value=np.nan)
    there = own.reindex(first.index).to_numpy(dtype=float, na_value=np.nan)
    differs = np.abs(here - there) > _SAME * np.abs(here[~np.isnan(here)]).max(initial=0.0)
    if differs.any():
        position = int(np.flatnonzero(differs)[0])
        raise ValueError(
            f"instances.parquet and fits.parquet must be of one run, got model_prediction {there[position]:.6g} "
            f"and {here[position]:.6g} for {_named(first.index[position], keys)}"
        )


def _keys(table: pd.DataFrame, columns: Sequence[str]) -> Keys:
    """The combinations of values that occur; None for missing ones."""
    import pandas as pd

    from limeeval.report.scores.units import combinations

    rows = table.iloc[combinations(table, columns)[1]]
    values = [[None if pd.isna(value) else value for value in rows[column].tolist()] for column in columns]
    return set(zip(*values, strict=True))


def _check_same(one: str, own: Keys, other: str, others: Keys, columns: Collection[str]) -> None:
    _check_has(one, own, other, others, columns)
    _check_has(other, others, one, own, columns)


def _check_has(one: str, own: Keys, other: str, others: Keys, columns: Collection[str]) -> None:
    lacking = sorted(others - own, key=str)
    if lacking:
        raise ValueError(f"{one} and {other} must be of one run, got {_named(lacking[0], columns)} in the latter only")


def _named(key: Sequence[Any], columns: Collection[str]) -> str:
    return ", ".join(f"{column} {value}" for column, value in zip(columns, key, strict=True))
