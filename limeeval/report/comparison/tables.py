"""What is compared: the tables of a study, or tables themselves, and the rows of them that are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.report.answer.places import plain
from limeeval.report.comparison.words import listed, said_once, suggested
from limeeval.report.scores.runs import checked, settings_of
from limeeval.report.scores.units import KEYS, UNIT

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 4


class Tables(NamedTuple):
    """Rows of one run; None for tables that are not known.

    Attributes:
        attributions: a checked table.
        fits: one row a fit.
        instances: one row an explained instance and label.
        descriptions: what was run; empty if not known.
    """

    attributions: pd.DataFrame
    fits: pd.DataFrame | None = None
    instances: pd.DataFrame | None = None
    descriptions: tuple[Any, ...] = ()

    @property
    def settings(self) -> list[str]:
        """Columns that say what was run."""
        return settings_of(self.attributions)

    def only(self, chosen: Mapping[str, Any]) -> Tables:
        """The rows of these values, one a column, None for missing; fits too, where they have the column.

        Raises:
            ValueError: a column that is no setting, or a value that it does not have.
        """
        return self._chosen(chosen, or_missing=False)

    def where(self, chosen: Mapping[str, Any], *, known: Iterable[str] = ()) -> Tables:
        """The rows of these values, one or a list a column, and those that do not have the setting.

        Args:
            chosen: values of settings, instances, labels or seeds.
            known: other columns that may be asked for: no row here has them.

        Raises:
            ValueError: a column that is neither, or values of which it has none.
        """
        here = {name: value for name, value in chosen.items() if name in self.columns or name not in set(known)}
        return self._chosen(here, or_missing=True)

    @property
    def columns(self) -> list[str]:
        """What rows can be chosen by."""
        return [*self.settings, *KEYS]

    def _chosen(self, chosen: Mapping[str, Any], *, or_missing: bool) -> Tables:
        found = self
        for name, value in chosen.items():
            if value is None and name not in self.columns:
                continue
            if name not in self.columns:
                raise ValueError(f"settings must be columns of the table, got {name!r}{suggested(name, self.columns)}")
            rows = found.attributions
            if not _have(rows[name], value).any():
                raise ValueError(f"{name} must be one of {listed(distinct(rows[name]), 12)}, got {value!r}")
            found = found._replace(
                attributions=rows[_have(rows[name], value, or_missing=or_missing)],
                fits=found.fits
                if found.fits is None or name not in found.fits
                else found.fits[_have(found.fits[name], value, or_missing=or_missing)],
            )
        return found

    def with_instances(self, names: Mapping[Any, Any]) -> Tables:
        """The same with other names for instances."""
        attributions = self.attributions.assign(instance=self.attributions["instance"].map(names))
        fits = self.fits
        if fits is not None:
            fits = fits[fits["instance"].isin(names)]
            fits = fits.assign(instance=fits["instance"].map(names))
        return self._replace(attributions=attributions, fits=fits)

    def cell(self, side: str) -> dict[str, Any]:
        """The one setting that the rows are of, None for what is missing.

        Raises:
            ValueError: there are several.
        """
        values = {name: distinct(self.attributions[name]) for name in self.settings}
        several = said_once({name: own for name, own in values.items() if len(own) > 1})
        if several:
            what = "; ".join(f"{name} {listed(own, _SHOWN)}" for name, own in several.items())
            raise ValueError(f"{side} must be a single setting (choose it by `by` or `where`), got several: {what}")
        return {name: own[0] for name, own in values.items()}


def tables_of(source: Any, side: str) -> Tables:
    """The tables of a study, a table of attributions, or a pair of one and its fits.

    Raises:
        ValueError: it is none of these, or no table of attributions.
    """
    if hasattr(source, "attributions"):
        return Tables(
            checked(source.attributions),
            _fits(getattr(source, "fits", None), side),
            getattr(source, "instances", None),
            tuple(getattr(source, "descriptions", ())),
        )
    attributions, fits = source if isinstance(source, tuple) and len(source) == 2 else (source, None)
    if not hasattr(attributions, "columns"):
        raise ValueError(
            f"{side} must be a study, a table of attributions, or a pair of one and its fits, "
            f"got {type(source).__name__}"
        )
    return Tables(checked(attributions), _fits(fits, side))


def _have(column: pd.Series, value: Any, *, or_missing: bool = False) -> NDArray[np.bool_]:
    """Which rows have a value, or one of a list."""
    values = list(value) if isinstance(value, (list, tuple, set)) else [value]
    return np.asarray(np.any([matches(column, one) for one in ([*values, None] if or_missing else values)], axis=0))


def matches(column: pd.Series, value: Any) -> NDArray[np.bool_]:
    """Which rows have a value, None for missing; numbers up to rounding."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if value is None or value != value:
        return column.isna().to_numpy(dtype=bool)
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if is_number and is_numeric_dtype(column) and not is_bool_dtype(column):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(np.isclose(numbers, float(value), rtol=1e-9, atol=0))
    return np.asarray((column == value).to_numpy(dtype=bool, na_value=False))


def distinct(column: pd.Series) -> list[Any]:
    """Its values, in order where they have one, None for missing ones last."""
    values = [plain(value) for value in column.unique()]
    known = [value for value in values if value is not None]
    try:
        known = sorted(known)
    except TypeError:
        known = sorted(known, key=str)
    return [*known, None] if len(known) < len(values) else known


def _fits(fits: Any, side: str) -> pd.DataFrame | None:
    if fits is None or not len(fits):
        return None
    if not hasattr(fits, "columns") or "seed" not in fits.columns:
        raise ValueError(f"fits of {side} must be a table with a column seed, got {type(fits).__name__}")
    table: pd.DataFrame = fits.assign(**{column: 0 for column in UNIT if column not in fits})
    return table
