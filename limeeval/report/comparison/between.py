"""How far the explanations of one setting agree with those of another, beside how far each agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.inference.crossed import crossed_interval, crossed_interval_over_instances
from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import Agreement
from limeeval.metrics.catalogue import Metric
from limeeval.report.answer.cells import IDENTITY
from limeeval.report.answer.places import plain
from limeeval.report.comparison.agreed import Agreed, agreed_units
from limeeval.report.comparison.arguments import check_k, check_where
from limeeval.report.comparison.matched import Matched, matched
from limeeval.report.comparison.measures import compared_metrics
from limeeval.report.comparison.tables import Tables, distinct, matches, tables_of
from limeeval.report.comparison.words import suggested
from limeeval.report.scores.instances import Found, Instances, over_instances
from limeeval.report.scores.scored import COLUMNS, Scored, blank, put_interval, table_of
from limeeval.report.scores.units import units_of

if TYPE_CHECKING:
    import pandas as pd

_CONSTRUCTION = "jackknife over seeds"
_ONE, _OTHER = "one", "other"
_ITSELF = tuple(f"itself_{side}" for side in (_ONE, _OTHER))


def agreement_between(
    attributions: Any,
    *,
    by: str,
    metric: str = "jaccard",
    k: int | None = None,
    where: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """How far a run of one setting agrees with a run of another: the mean over pairs of runs of different seeds.

    One row for every two values of a setting (each two once) and for each with itself, all other settings being equal,
    over the instances and labels that both have. Two settings that agree with each other as each does with itself
    differ by no more than the noise of seeds.

    Columns: the other settings; ``one`` and ``other``; ``metric``, ``k``; ``estimate``, ``low``, ``high`` (95 %, for
    these instances: seeds are random), ``low_population``, ``high_population`` (for instances like these),
    ``interval``, ``n`` (instances), ``chance`` as in :func:`limeeval.score`; ``itself_one`` and ``itself_other`` (the
    estimates of each with itself).

    A run is never compared with one of its own seed, which may have drawn the same samples. Only seeds that both have
    count, and there must be two of them; limits take three.

    Args:
        attributions: a study, or a table of attributions.
        by: the setting; ``explainer``, ``kernel_width_factor`` ... Settings that follow from it do not count as others.
        metric: one that is a mean over pairs of runs.
        k: of metrics at k; None: what the study was scored at, else at most 5 and half of d.
        where: the rows to take: {setting: value, or list of values}; rows that do not have a setting are not asked for
            it.

    Raises:
        ValueError: a setting or metric that does not exist, a setting named like a column of the result, k is no whole
            number, nothing to compare, or features that differ.

    >>> import pandas as pd
    >>> rows = [(s, r, f, b) for s in "ab" for r in range(2) for f, b in enumerate([3.0, 2.0, 1.0 + (s == "b") * 9])]
    >>> runs = pd.DataFrame(rows, columns=["version", "seed", "feature", "coefficient"])
    >>> found = agreement_between(runs, by="version")
    >>> found[["one", "other", "estimate"]].to_numpy().tolist()
    [['a', 'a', 1.0], ['a', 'b', 0.0], ['b', 'b', 1.0]]
    """
    known = compared_metrics()
    if not isinstance(metric, str) or metric not in known:
        raise ValueError(f"metric must be a mean over pairs of runs, got {metric!r}{suggested(metric, known)}")
    check_k(k)
    check_where(where)
    tables = tables_of(attributions, "attributions").where(where or {})
    _check_names(tables)
    if by not in tables.settings:
        raise ValueError(f"by must be a setting of the table, got {by!r}{suggested(by, tables.settings)}")
    others = [name for name in tables.settings if name != by and not _follows(name, by, tables)]
    usual = {one.task: one.k for one in tables.descriptions}
    compared = [
        ({**settings, _ONE: one, _OTHER: other}, unit)
        for settings, rows in _groups(tables.attributions, others)
        for one, other, found in _matched(rows, by, usual.get(settings.get("task")) if k is None else k)
        for unit in agreed_units(found, known[metric])
    ]
    if all(settings[_ONE] == settings[_OTHER] for settings, _ in compared):
        raise ValueError(f"{by} must have two values at which all other settings are equal; choose these by `where`")
    return agreement_table(compared, [*others, _ONE, _OTHER], metric, known[metric])


def _check_names(tables: Tables) -> None:
    taken = [name for name in tables.settings if name in (*COLUMNS, _ONE, _OTHER, *_ITSELF)]
    if taken:
        raise ValueError(f"settings must not be named like a column of the result, got {', '.join(taken)}")


def _follows(name: str, by: str, tables: Tables) -> bool:
    """Whether a setting says no more than ``by`` does, as an absolute width where its factor is known."""
    rows = tables.attributions
    given = list(dict.fromkeys([by, *(one for one in IDENTITY if one in rows and one != name)]))
    pairs = rows[[*given, name]].drop_duplicates()
    return name not in IDENTITY and len(pairs) == len(pairs[given].drop_duplicates()) and rows[name].nunique(False) > 1


def _groups(rows: pd.DataFrame, others: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    if not others:
        yield {}, rows
        return
    for values, own in rows.groupby(list(others), dropna=False, sort=False, observed=True):
        yield dict(zip(others, values, strict=True)), own


def _matched(rows: pd.DataFrame, by: str, k: int | None) -> Iterator[tuple[Any, Any, Matched]]:
    """Every value with itself and with those after it."""
    values = distinct(rows[by])
    tables = [rows[matches(rows[by], value)] for value in values]
    for i, one in enumerate(values):
        for j in range(i, len(values)):
            yield one, values[j], matched(tables[i], tables[j], k=k)


def agreement_table(
    compared: Sequence[tuple[dict[str, Any], Agreed]], settings: Sequence[str], name: str, metric: Metric
) -> pd.DataFrame:
    """The table over all instances, as one of scores whose settings are also what is compared."""
    import pandas as pd

    rows = pd.DataFrame([chosen for chosen, _ in compared], dtype=object).infer_objects()
    rows["instance"], rows["label"] = [unit.instance for _, unit in compared], [unit.label for _, unit in compared]
    units = units_of(rows.assign(seed=0), settings, key=["seed"])
    own = [compared[at][1] for at in units.order]
    agreed = Agreement(*(np.array(column) for column in zip(*(unit.found for unit in own), strict=True)))
    scored = blank(len(own))
    scored.n[:] = agreed.runs
    scored.k[:], scored.chance[:] = [unit.k for unit in own], [unit.chance for unit in own]
    put_interval(scored, np.arange(len(own)), crossed_interval(agreed), _CONSTRUCTION)
    table = table_of([Scored(name, scored, over_instances(Found(scored, agreed), units, _for_these))], units)
    found = table[table["instance"].isna()][[*settings, *COLUMNS]].reset_index(drop=True)
    for column in ("estimate", "low", "high", "low_population", "high_population"):
        found[column] *= metric.scale
    return _beside_itself(found, settings[:-2])


def _for_these(instances: Instances) -> tuple[Interval, str]:
    return crossed_interval_over_instances(instances.agreement), _CONSTRUCTION


def _beside_itself(found: pd.DataFrame, others: Sequence[str]) -> pd.DataFrame:
    """With the agreement of either setting with itself."""
    keys = [_values(found[[*others, side]]) for side in (_ONE, _OTHER)]
    itself = {one: value for one, other, value in zip(*keys, found["estimate"], strict=True) if one == other}
    return found.assign(
        **{name: [itself.get(key, np.nan) for key in own] for name, own in zip(_ITSELF, keys, strict=True)}
    )


def _values(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The values of each row, None for missing."""
    return [tuple(plain(value) for value in row) for row in rows.itertuples(index=False, name=None)]
