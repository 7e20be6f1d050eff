"""A study from a run's folder: every file is checked once, here, and what is wrong is one message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile
from zlib import error as ZlibError

import limeeval
from limeeval.report.answer.commands import PROGRAM, quoted
from limeeval.study.files import (
    RICHER,
    SUMMARY,
    TABLES,
    changed_files,
    json_object,
    one_line,
    provenance_in,
    read_table,
)
from limeeval.study.matching import check_match
from limeeval.study.picture_files import SEGMENTS, load_pictures
from limeeval.study.schema import check_values, missing_columns
from limeeval.study.study import Study
from limeeval.study.summary import OtherSchema, described, texts
from limeeval.study.unfinished import what_is_there
from limeeval.sweep.pictures import Pictures


class _SeveralRuns(ValueError):
    """Files that are not of one run."""


def load(folder: str | os.PathLike[str]) -> Study:
    """The study that a folder holds; its scores are made anew from its rows.

    A file that is not the one that ``provenance.json`` describes is said so in the remarks.

    Raises:
        ValueError: the folder is no run, or one that has not finished; files cannot be read, are those of another
            version, or not all of one run.
    """
    path = Path(folder)
    missing = [name for name in (*(f"{table}.parquet" for table in TABLES[:3]), SUMMARY) if not (path / name).is_file()]
    if missing:
        raise ValueError(f"{folder} must be the folder of a finished run, got {what_is_there(path, missing)}")
    summary: Mapping[str, Any] = {}
    try:
        summary = json_object(path / SUMMARY)
        return _study(path, summary)
    except OtherSchema as error:
        wrote = f"limeeval {summary['limeeval']}" if summary.get("limeeval") else "an unknown version"
        raise ValueError(
            f"{folder} must be a run as limeeval {limeeval.__version__} writes it, "
            f"got one of {wrote}: {error}. {_again(path)}"
        ) from error
    except (OSError, ValueError) as error:
        what = "are not of one run" if isinstance(error, _SeveralRuns) else "cannot be read"
        raise ValueError(f"{folder} must be the folder of a run, got files that {what}: {one_line(error)}") from error


def _study(path: Path, summary: Mapping[str, Any]) -> Study:
    descriptions, target = described(summary)
    tables = {name: read_table(path, name) for name in (*TABLES[:3], *RICHER) if (path / f"{name}.parquet").is_file()}
    lacking = missing_columns(tables)
    if lacking:
        raise OtherSchema(lacking)
    check_values(tables)
    attributions, fits, instances = (tables.pop(name) for name in TABLES[:3])
    try:
        check_match(attributions, fits, instances, descriptions)
    except ValueError as error:
        raise _SeveralRuns(str(error)) from error
    said = {name: texts(summary, name) for name in ("arguments", "failures", "remarks")}
    files = [*(f"{name}.parquet" for name in (*TABLES[:3], *RICHER)), SEGMENTS]
    remarks = dict.fromkeys([*said.pop("remarks"), *changed_files(path, provenance_in(path), files)])
    return Study(
        attributions,
        fits,
        instances,
        descriptions=descriptions,
        target=target,
        remarks=tuple(remarks),
        pictures=_pictures(path),
        **said,  # type: ignore[arg-type]
        **tables,  # type: ignore[arg-type]
    )


def _pictures(folder: Path) -> Pictures | None:
    path = folder / SEGMENTS
    if path.is_file() and not is_zipfile(path):
        raise ValueError(f"{SEGMENTS} is no archive of arrays")
    try:
        return load_pictures(folder)
    except (BadZipFile, EOFError, SyntaxError, ZlibError) as error:
        raise ValueError(f"pictures cannot be read ({one_line(error)})") from error


def _again(folder: Path) -> str:
    """What to do about a run of another version."""
    arguments = None
    with suppress(ValueError):
        arguments = (provenance_in(folder) or {}).get("arguments")
    if isinstance(arguments, list):
        return f"Run it again: {PROGRAM} rerun {quoted(str(folder))}"
    return "Evaluate it again, and save it"
