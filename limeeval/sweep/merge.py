"""The tables of several jobs as those of one sweep."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.sweep.order import in_order, keys_of, ranks
from limeeval.sweep.pictures import Cut, Pictures
from limeeval.sweep.stack import stacked

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-9
"""Differences up to this share of the largest coefficient are those of other batches, not another answer."""
NO_SETTINGS = (
    *("instances", "seeds", "labels", "top_labels"),  # rows of their own
    *("out", "dry_run", "trust", "n_jobs", "batch_rows", "store", "store_limit", "nonlinearity"),
    *("task.k", "task.labels", "task.unit"),
)
"""Swept keys that tell no rows apart that their columns do not; ``metrics`` and ``target`` neither."""


class Tables(NamedTuple):
    """Rows of a sweep: see :class:`limeeval.sweep.tables.Sweep`."""

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame


@dataclass(frozen=True)
class Job:
    """The rows of a job, the values, by key, that set it apart from the others, and its pictures if it has any."""

    tables: Tables
    swept: Mapping[str, Any]
    pictures: Pictures | None = None


def merge(jobs: Sequence[Job]) -> Tables:
    """The rows of all jobs, each once, in the order of :func:`limeeval.sweep.order.in_order`.

    Instances are numbered anew: within a task, in the order in which their rows (the user's ids) first appear. Swept
    keys that are no columns become columns. Of a fit that several jobs made, the row of the job with most seeds is
    kept: ``r2_fresh`` and what belongs to it are about the seeds and the largest sample count of that job. Where such
    rows stand beside those of other jobs, what a seed contributes is not known.

    Raises:
        ValueError: no job has rows, or two jobs give different coefficients for the same keys.
    """
    if not jobs:
        raise ValueError("at least one job must have rows to merge, got none")
    numbered = [_numbered(tables, positions) for tables, positions in _positions(_with_settings(jobs))]
    numbered.sort(key=lambda tables: -tables.fits["seed"].nunique())
    attributions, fits, instances = zip(*numbered, strict=True)
    return Tables(
        _once(in_order(stacked(attributions)), check="coefficient"), _fits(fits), _once(in_order(stacked(instances)))
    )


def merged_tables(
    jobs: Sequence[Job], tables: Sequence[pd.DataFrame | None], found: Collection[str]
) -> pd.DataFrame | None:
    """Further tables of the jobs as one, each row once, instances numbered as :func:`merge` numbers them.

    Args:
        jobs: all jobs.
        tables: one a job, None where it has none.
        found: columns that hold results; all others say what a row is about.
    """
    import pandas as pd

    keys = list(jobs[0].tables.attributions.columns)
    settings = [key for key in dict.fromkeys(key for job in jobs for key in job.swept) if _is_setting(key, keys)]
    numbered = [
        _renumbered(table.assign(**{key: job.swept.get(key) for key in settings}), positions)
        for job, table, (_, positions) in zip(jobs, tables, _positions([job.tables for job in jobs]), strict=True)
        if table is not None
    ]
    if not numbered:
        return None
    whole = pd.concat(numbered, ignore_index=True)
    return whole.drop_duplicates([column for column in whole if column not in found], ignore_index=True)


def merged_pictures(jobs: Sequence[Job]) -> Pictures | None:
    """The pictures of all jobs, their instances numbered as :func:`merge` numbers them; None if no job has any.

    An image that two jobs cut differently under one name, as after a key of the task has changed it, loses that cut:
    rows do not say which is theirs.
    """
    segments: dict[Cut, NDArray[Any]] = {}
    thumbnails: dict[tuple[str, int], NDArray[np.uint8]] = {}
    ambiguous: set[Cut] = set()
    for pictures, new in _pictures(jobs):
        thumbnails = {new[image]: own for image, own in pictures.thumbnails.items() if image in new} | thumbnails
        for (*image, name), labels in pictures.segments.items():
            if tuple(image) in new:
                cut = Cut(*new[tuple(image)], name)
                if not np.array_equal(segments.setdefault(cut, labels), labels):
                    ambiguous.add(cut)
    if not segments:
        return None
    return Pictures({cut: labels for cut, labels in segments.items() if cut not in ambiguous}, thumbnails)


def _pictures(jobs: Sequence[Job]) -> Iterator[tuple[Pictures, dict[tuple[Any, ...], tuple[str, int]]]]:
    """The jobs' pictures with the new task and position of each image that was explained, by the old ones."""
    for job, (_, positions) in zip(jobs, _positions([job.tables for job in jobs]), strict=True):
        if job.pictures is not None:
            images = zip(positions.index.tolist(), positions.tolist(), strict=True)
            yield job.pictures, {(task, old): (task, new) for (task, old), new in images}


def _fits(jobs: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The fits of all jobs, each once; what seeds contribute to fidelity is missing where jobs share some of them."""
    import pandas as pd

    table, job = stacked(jobs), np.repeat(np.arange(len(jobs)), [len(rows) for rows in jobs])
    keys = keys_of(table)
    rank, unit = ranks(table, keys), ranks(table, [key for key in keys if key != "seed"])
    order = np.argsort(rank, kind="stable")
    again = np.diff(rank[order], prepend=-1) == 0
    kept = order[~again]
    of_several_jobs = pd.Series(job[kept]).groupby(unit[kept]).transform("nunique").to_numpy() > 1
    shared = np.isin(unit[kept], unit[order[again]])
    found: pd.DataFrame = table.iloc[kept].reset_index(drop=True)
    found.loc[of_several_jobs & shared, [column for column in found if str(column).endswith("_of_seed")]] = np.nan
    return found


def _with_settings(jobs: Sequence[Job]) -> list[Tables]:
    """The jobs' tables, with a column for each swept key that they lack."""
    known = list(jobs[0].tables.attributions.columns)
    keys = [key for key in dict.fromkeys(key for job in jobs for key in job.swept) if _is_setting(key, known)]
    values = {key: _of_one_type([job.swept.get(key) for job in jobs]) for key in keys}
    own = [{key: found[position] for key, found in values.items()} for position in range(len(jobs))]
    return [
        Tables(*(table.assign(**settings) for table in job.tables)) for job, settings in zip(jobs, own, strict=True)
    ]


def _is_setting(key: str, known: list[str]) -> bool:
    name = key.removeprefix("lime.")
    return name not in known and name not in NO_SETTINGS and not key.startswith(("metrics.", "target."))


def _of_one_type(values: list[Any]) -> list[Any]:
    """Numbers as they are; where not all are numbers, text, and what is no text as it is written in a yaml."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return values
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _positions(jobs: Sequence[Tables]) -> Iterator[tuple[Tables, pd.Series[int]]]:
    """Each job's tables with the new position of its instances, by task and old position.

    A row is known by its task, its id, and how many of the same id come before it in the job.
    """
    import pandas as pd

    places: dict[tuple[Any, ...], int] = {}
    counts: dict[Any, int] = {}
    for tables in jobs:
        explained = tables.instances[["task", "instance", "row"]].drop_duplicates().sort_values("instance")
        nth = explained.groupby(["task", "row"]).cumcount()
        found = []
        for task, row, n in zip(explained["task"], explained["row"], nth, strict=True):
            if (task, row, n) not in places:
                places[task, row, n] = counts.get(task, 0)
                counts[task] = places[task, row, n] + 1
            found.append(places[task, row, n])
        yield tables, pd.Series(found, index=pd.MultiIndex.from_frame(explained[["task", "instance"]]))


def _numbered(tables: Tables, positions: pd.Series[int]) -> Tables:

    return Tables(*(_renumbered(table, positions) for table in tables))


def _renumbered(table: pd.DataFrame, positions: pd.Series[int]) -> pd.DataFrame:
    import pandas as pd

    old = pd.MultiIndex.from_frame(table[["task", "instance"]])
    return table.assign(instance=positions.reindex(old).to_numpy())


def _once(table: pd.DataFrame, *, check: str | None = None) -> pd.DataFrame:
    """The rows of a sorted table, of those with equal keys the first.

    Raises:
        ValueError: rows with equal keys differ in the column ``check``.
    """
    again = np.diff(ranks(table, keys_of(table)), prepend=-1) == 0
    if check is not None:
        _check_same(table, np.flatnonzero(again), check)
    kept: pd.DataFrame = table.loc[~again]
    return kept.reset_index(drop=True)


def _check_same(table: pd.DataFrame, again: NDArray[np.intp], column: str) -> None:
    """Checks that rows ``again`` have the value of the rows before them."""
    values = table[column].to_numpy(dtype=float)
    most = np.abs(values[again]).max(initial=0.0)
    others = again[~np.isclose(values[again], values[again - 1], rtol=0, atol=SAME * most, equal_nan=True)]
    if others.size:
        here = others[0]
        keys = ", ".join(f"{key} {table[key].iloc[here]}" for key in keys_of(table))
        raise ValueError(
            f"jobs must give one {column} for equal keys, got {values[here - 1]} and {values[here]} "
            f"for {keys}; {len(others)} rows differ"
        )
