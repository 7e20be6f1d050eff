"""A run's folder: in use by one run at a time, each file written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.whole_file import write_whole
from limeeval.study.files import PROVENANCE as PROVENANCE
from limeeval.study.files import RICHER as RICHER
from limeeval.study.files import STATUS as STATUS
from limeeval.study.files import SUMMARY as SUMMARY
from limeeval.study.files import TABLES as TABLES
from limeeval.study.files import digest_of as digest_of
from limeeval.study.files import provenance_in as provenance_in
from limeeval.study.loaded import has_scores
from limeeval.study.loaded import load as load
from limeeval.study.picture_files import remove_pictures, write_pictures
from limeeval.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

_LOCK = ".lock"


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Keeps other runs out of a folder, which is made if need be; a run that is killed lets go of it.

    Raises:
        ValueError: another run is using it, or it cannot be written to.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, blocking=False):
            yield
    except Timeout:
        raise ValueError(f"out must be a folder that no other run is using, got {folder}") from None
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise ValueError(f"out must be a folder that can be written to, got {folder} ({error.strerror})") from error


def save(study: Study, folder: str | os.PathLike[str]) -> None:
    """Writes a study's tables, scores and summary, and where they come from; an earlier report there goes.

    Rows that the folder already has keep what is known of their origin.

    Raises:
        ValueError: another run is using the folder, or it cannot be written to.
        OSError: the disk is full.
    """
    from limeeval.study.provenance import saved_provenance
    from limeeval.study.report_files import remove_report

    path, before = Path(folder), None
    with in_use(path):
        with suppress(ValueError):  # One that cannot be read says nothing of these rows.
            before = provenance_in(path)
        remove_report(path)
        write(study, path)
        write_json(path / PROVENANCE, saved_provenance(study, path, before=before))


def write(study: Study, folder: Path) -> None:
    """The same, but for where they come from, for a folder that is already this run's own."""
    summary = summary_of(study)
    for name in (SUMMARY, PROVENANCE):  # An earlier run's: tables are no finished run without theirs.
        (folder / name).unlink(missing_ok=True)
    remove_pictures(folder)
    for name in RICHER:
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    for name in tables_in(study):
        write_table(folder / f"{name}.parquet", getattr(study, name))
    if study.pictures is not None:
        write_pictures(study.pictures, folder)
    write_json(folder / SUMMARY, summary)


def tables_in(study: Study) -> list[str]:
    """Names of the tables that a study has."""
    return [*TABLES, *(name for name in RICHER if getattr(study, name) is not None)]


def rebuild(study: Study, folder: Path) -> None:
    """Writes the scores and the summary of a study that was loaded from a folder; scores that it had stay.

    Raises:
        ValueError: another run is using the folder, or it cannot be written to; nothing is written either if there is
            no answer, or where the provenance cannot be read.
    """
    summary, before = summary_of(study), provenance_in(folder)
    with in_use(folder):
        if not has_scores(folder, study.descriptions):
            write_table(folder / "scores.parquet", study.scores)
        write_json(folder / SUMMARY, summary)
        if before is not None and "files_sha256" in before:
            digests = {**before["files_sha256"], "scores.parquet": digest_of(folder / "scores.parquet")}
            write_json(folder / PROVENANCE, {**before, "files_sha256": digests})


def summary_of(study: Study) -> dict[str, Any]:
    """What was run and the answer, as plain data."""
    import limeeval

    return {
        "limeeval": limeeval.__version__,
        "runs": [description.to_dict() for description in study.descriptions],
        "target": asdict(study.target),
        "answers": [answer.to_dict() for answer in study.answers],
        "arguments": list(study.arguments),
        "failures": list(study.failures),
        "remarks": list(study.remarks),
    }


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Writes a Parquet file, whole or not at all."""
    write_whole(path, lambda part: table.to_parquet(part, index=False))


def write_json(path: Path, fields: Mapping[str, Any]) -> None:
    """Writes a JSON file, whole or not at all."""
    text = json.dumps(fields, indent=2, ensure_ascii=False, default=str)
    write_whole(path, lambda part: part.write_text(text + "\n", encoding="utf-8"))
