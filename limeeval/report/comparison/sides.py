"""The two sides of a comparison: one setting each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from limeeval.report.answer.cells import IDENTITY
from limeeval.report.comparison.arguments import check_where
from limeeval.report.comparison.rows import by_row
from limeeval.report.comparison.tables import Tables, distinct, tables_of
from limeeval.report.comparison.words import listed, named, suggested
from limeeval.report.scores.instances import LIME
from limeeval.report.scores.units import KEYS, units_of
from limeeval.sweep.columns import DRAWN
from limeeval.sweep.grid import FIT_KEYS, WIDTH_KEYS

if TYPE_CHECKING:
    import pandas as pd

_SAME_SAMPLES = (*WIDTH_KEYS, *FIT_KEYS, "num_samples")
"""Settings of LIME that may differ between fits to the same samples."""
_OWN_UNITS = ("task", "explainer", "discretize_continuous", "discretizer")
"""What may give coefficients another unit."""

By = str | Mapping[str, tuple[Any, Any]]


class Side(NamedTuple):
    """Rows of one setting, and what they are called."""

    tables: Tables
    settings: Mapping[str, Any]
    name: str

    @property
    def is_lime(self) -> bool:
        """Whether it is LIME, of which a seed draws other samples for every instance."""
        return bool(self.settings.get("explainer") == LIME)

    @property
    def k(self) -> int | None:
        """The k that its run was scored at, if that is known."""
        own = (one for one in self.tables.descriptions if all(self._is(name, one) for name in IDENTITY))
        return next((int(one.k) for one in own), None)

    def _is(self, name: str, description: Any) -> bool:
        return name not in self.settings or getattr(description, name) == self.settings[name]


class Sides(NamedTuple):
    """One and other.

    Attributes:
        one: what is compared with.
        other: what is compared with it.
        differs: the settings that differ, with both values.
        changed: how many instances have the same name but other values.
    """

    one: Side
    other: Side
    differs: Mapping[str, tuple[Any, Any]]
    changed: int = 0

    @property
    def may_share_samples(self) -> bool:
        """Whether what a seed draws may be the same on both sides: unless the task or the explainer is another."""
        return not {"task", "explainer"} & set(self.differs)

    @property
    def same_units(self) -> bool:
        """Whether coefficients are in the same unit, so that standard deviations can be compared."""
        return not set(_OWN_UNITS) & set(self.differs)

    @property
    def share_samples(self) -> bool:
        """Whether a seed of LIME drew the same on both sides: by digests, and by settings where these are not known."""
        if not (self.one.is_lime and self.other.is_lime):
            return False
        is_expected = not self.changed and not set(self.differs) - {*_SAME_SAMPLES, "model"}
        if "num_samples" in self.differs:  # Digests of fewer samples are others.
            return is_expected
        found = equal_digests(self.one.tables.fits, self.other.tables.fits)
        is_known = len(found) > 0 and not found.isna().any()
        return bool(found.all()) and (is_known or is_expected)


def sides_of(one: Any, other: Any, *, by: By | None, where: Mapping[str, Any] | None) -> Sides:
    """Both sides, from one source by a setting or from two.

    Raises:
        ValueError: there is only one side, one that is not a single setting, instances that are all other ones, or two
            fits for a run.
    """
    check_where(where)
    first = tables_of(one, "one")
    second = first if other is None else tables_of(other, "other")
    common = where or {}
    first, second = first.where(common, known=second.columns), second.where(common, known=first.columns)
    pairs = _pairs(by, first, is_one_source=other is None)
    first, second = (
        own.only({name: values[number] for name, values in pairs.items()}) for number, own in enumerate((first, second))
    )
    cells = first.cell("one"), second.cell("other")
    differs = _differences(*cells)
    names = _names(differs)
    changed = 0
    if other is not None:
        first, second, changed = by_row(first, second)
    for tables in (first, second):
        _check_fits(tables)
    return Sides(Side(first, cells[0], names[0]), Side(second, cells[1], names[1]), differs, changed)


def equal_digests(one: pd.DataFrame | None, other: pd.DataFrame | None) -> pd.Series:
    """Of each fit that two tables of one setting each have: whether it rests on the same samples, missing if unknown.

    Fits are of the same instance, label and seed. Empty where a table is None, or has no digests of what was drawn.
    """
    import pandas as pd

    if one is None or other is None or DRAWN not in one or DRAWN not in other:
        return pd.Series(dtype="boolean")
    pairs = one[[*KEYS, DRAWN]].merge(other[[*KEYS, DRAWN]], on=KEYS)
    here, there = pairs[f"{DRAWN}_x"], pairs[f"{DRAWN}_y"]
    return (here == there).astype("boolean").where(here.notna() & there.notna())


def _check_fits(tables: Tables) -> None:
    fits = tables.fits
    if fits is not None and not fits.empty:
        units_of(fits, [name for name in tables.settings if name in fits], key=["seed"])


def _names(differs: Mapping[str, tuple[Any, Any]]) -> tuple[str, str]:
    """Both sides in words: by the settings that both have, if there are any."""
    both = {name: pair for name, pair in differs.items() if None not in pair} or differs
    if not both:
        return "the first run", "the second run"
    one, other = (named({name: pair[number] for name, pair in both.items()}) for number in (0, 1))
    return one, other


def _pairs(by: By | None, tables: Tables, *, is_one_source: bool) -> Mapping[str, tuple[Any, Any]]:
    """The values that tell the sides apart, by setting."""
    if by is None:
        if is_one_source:
            raise ValueError(
                "a comparison must have two sides: another run, or by={setting: (one, other)}; got neither"
            )
        return {}
    if isinstance(by, str):
        if by not in tables.settings:
            raise ValueError(f"by must be a setting of the table, got {by!r}{suggested(by, tables.settings)}")
        values = distinct(tables.attributions[by])
        if len(values) != 2:
            raise ValueError(f"by must have two values, or be {{{by!r}: (one, other)}}, got {listed(values, 12)}")
        return {by: (values[0], values[1])}
    if not isinstance(by, Mapping):
        raise ValueError(f"by must be a setting, or {{setting: (one, other)}}, got {by!r}")
    wrong = [name for name, pair in by.items() if not isinstance(pair, (tuple, list)) or len(pair) != 2]
    if wrong or not by:
        raise ValueError(f"by must give two values for each setting, as in {{'num_samples': (1000, 5000)}}, got {by}")
    return by


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Settings that differ; one that a side does not have is missing there."""
    pairs = {name: (one.get(name), other.get(name)) for name in dict.fromkeys([*one, *other])}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
