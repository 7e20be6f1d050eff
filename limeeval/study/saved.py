"""A run as its folder has it, read table by table when each is asked for: gates are to start at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from limeeval.report.answer.commands import PROGRAM, quoted
from limeeval.report.description import Description, Target
from limeeval.study.files import SUMMARY, TABLES, changed_files, json_object, one_line, provenance_in, read_table
from limeeval.study.summary import OtherSchema, described, texts
from limeeval.study.unfinished import what_is_there

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.report.run import Run

_SCORES = "scores.parquet"


@dataclass(frozen=True, eq=False)
class SavedRun:
    """What a run's folder holds; its scores are those that were saved.

    Attributes:
        folder: where it is.
        descriptions: what was run.
        target: what it is judged by.
        failures: what did not finish, jobs of several that left no rows included.
        remarks: what else there is to know.
        provenance: where its numbers come from; empty where nothing is known.
    """

    folder: Path
    descriptions: Sequence[Description]
    target: Target
    failures: Sequence[str]
    remarks: Sequence[str]
    provenance: Mapping[str, Any]

    @cached_property
    def attributions(self) -> pd.DataFrame:
        """One row a fit and feature."""
        return self._table("attributions")

    @cached_property
    def fits(self) -> pd.DataFrame:
        """One row a fit."""
        return self._table("fits")

    @cached_property
    def instances(self) -> pd.DataFrame:
        """One row an explained instance and label."""
        return self._table("instances")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Every score."""
        return self._table("scores")

    def _table(self, name: str) -> pd.DataFrame:
        """A table; those that are no scores as :func:`limeeval.load` checks them."""
        try:
            found = read_table(self.folder, name)
        except ValueError as error:
            raise _unreadable(self.folder, str(error)) from error
        if name != "scores":
            from limeeval.study.schema import check_values, missing_columns

            try:
                if lacking := missing_columns({name: found}):
                    raise ValueError(lacking)
                check_values({name: found})
            except ValueError as error:
                raise _unreadable(self.folder, one_line(error)) from error
        return found


def run_at(folder: str | os.PathLike[str]) -> Run:
    """The finished run in a folder, with the scores that were saved there; made anew only where they are not.

    Raises:
        ValueError: as :func:`saved_run` does.
    """
    path = Path(folder)
    if (path / _SCORES).is_file():
        return saved_run(path)
    from limeeval.study.loaded import load

    scores = load(path).scores
    found = _saved(path)
    vars(found)["scores"] = scores  # Where the property keeps what it has read.
    return cast("Run", found)


def saved_run(folder: Path) -> Run:
    """The run that a folder holds, as it was written.

    Raises:
        ValueError: the folder is no run, or one that has not finished; what it says of itself cannot be read, or a
            table is not the one that its provenance describes (SHA-256).
    """
    missing = [name for name in (*(f"{table}.parquet" for table in TABLES), SUMMARY) if not (folder / name).is_file()]
    if missing:
        again = f"; {PROGRAM} report {quoted(str(folder))} makes it" if missing == [_SCORES] else ""
        said = f"no scores.parquet{again}" if again else what_is_there(folder, missing)
        raise ValueError(f"{folder} must be the folder of a finished run, got {said}")
    return cast("Run", _saved(folder))  # All of a run that checks ask for.


def _saved(folder: Path) -> SavedRun:
    """The run in a folder that has all of its files, but for the scores if need be."""
    try:
        summary = json_object(folder / SUMMARY)
        descriptions, target = described(summary)
        provenance = provenance_in(folder) or {}
        failures = dict.fromkeys([*texts(summary, "failures"), *map(str, provenance.get("missing", []))])
        remarks = dict.fromkeys(texts(summary, "remarks"))
    except (OtherSchema, OSError, ValueError) as error:
        raise _unreadable(folder, one_line(error)) from error
    _check_unchanged(folder, provenance)
    found = SavedRun(folder, descriptions, target, tuple(failures), tuple(remarks), provenance)
    if not {f"{table}.parquet" for table in TABLES} <= provenance.get("files_sha256", {}).keys():
        _check_match(found)
    return found


def _check_match(run: SavedRun) -> None:
    """Checks tables that no provenance vouches for: at least they are all of one run."""
    from limeeval.study.matching import check_match

    try:
        check_match(run.attributions, run.fits, run.instances, run.descriptions)
    except ValueError as error:
        what = f"files that are not of one run: {one_line(error)}"
        raise ValueError(f"{run.folder} must be the folder of a run, got {what}") from error


def _check_unchanged(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Checks that tables are those that the run wrote: of others nobody knows what they are a selection of."""
    names = [f"{table}.parquet" for table in TABLES]
    changed = [name for name in names if changed_files(folder, provenance, [name])]
    if changed:
        again = f"{PROGRAM} report {quoted(str(folder))} makes it anew" if changed == [_SCORES] else "run it again"
        raise ValueError(f"{folder} must be as the run wrote it, got {', '.join(changed)} changed since: {again}")


def _unreadable(folder: Path, what: str) -> ValueError:
    return ValueError(f"{folder} must be the folder of a run, got files that cannot be read: {what}")
