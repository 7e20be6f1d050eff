"""A run as its folder has it, read table by table when each is asked for: gates are to start at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.description import Description, Target
from limeeval.study.files import SUMMARY, TABLES, changed_files, json_object, one_line, provenance_in, read_table
from limeeval.study.summary import OtherSchema, described, texts
from limeeval.study.unfinished import what_is_there

if TYPE_CHECKING:
    import pandas as pd


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
        """A table; those of fits as :func:`limeeval.load` checks them."""
        try:
            found = read_table(self.folder, name)
        except ValueError as error:
            raise _unreadable(self.folder, str(error)) from error
        if name in ("attributions", "fits"):
            from limeeval.study.schema import check_values, missing_columns

            try:
                if lacking := missing_columns({name: found}):
                    raise ValueError(lacking)
                check_values({name: found})
            except ValueError as error:
                raise _unreadable(self.folder, one_line(error)) from error
        return found


def saved_run(folder: Path) -> SavedRun:
    """The run that a folder holds. A file that is not the one that its provenance describes is said so in the remarks.

    Raises:
        ValueError: the folder is no run, or one that has not finished; what it says of itself cannot be read.
    """
    missing = [name for name in (*(f"{table}.parquet" for table in TABLES), SUMMARY) if not (folder / name).is_file()]
    if missing:
        again = f"; python -m limeeval report {folder} makes it" if missing == ["scores.parquet"] else ""
        said = f"no scores.parquet{again}" if again else what_is_there(folder, missing)
        raise ValueError(f"{folder} must be the folder of a finished run, got {said}")
    try:
        summary = json_object(folder / SUMMARY)
        descriptions, target = described(summary)
        provenance = provenance_in(folder) or {}
        files = [f"{table}.parquet" for table in TABLES]
        failures = dict.fromkeys([*texts(summary, "failures"), *map(str, provenance.get("missing", []))])
        remarks = dict.fromkeys([*texts(summary, "remarks"), *changed_files(folder, provenance, files)])
    except (OtherSchema, OSError, ValueError) as error:
        raise _unreadable(folder, one_line(error)) from error
    return SavedRun(folder, descriptions, target, tuple(failures), tuple(remarks), provenance)


def _unreadable(folder: Path, what: str) -> ValueError:
    return ValueError(f"{folder} must be the folder of a run, got files that cannot be read: {what}")
