"""A study from a run's folder: every file is checked once, here, and what is wrong is one message."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile
from zlib import error as ZlibError

import limeeval
from limeeval.report.answer.commands import PROGRAM, quoted
from limeeval.report.description import Description
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

_SCORES = "scores.parquet"
_ROWS = [*(f"{name}.parquet" for name in (*TABLES[:3], *RICHER)), SEGMENTS]
"""Files that scores are made of."""


class _SeveralRuns(ValueError):
    """Files that are not of one run."""


def load(folder: str | os.PathLike[str]) -> Study:
    """The study that a folder holds.

    Its scores are those that were saved, where this version made them and ``provenance.json`` describes every file they
    rest on as it is (SHA-256); else they are made anew from its rows. A file that is not the one that is described
    there is said so in the remarks.

    Raises:
        ValueError: the folder is no run, or one that has not finished; files cannot be read, are those of another
            version, or not all of one run.
    """
    return _loaded(Path(folder), is_compact=False)


def load_to_draw(folder: Path) -> Study:
    """The same in less memory where the scores are known: with compact tables, as ``read_table`` calls them."""
    return _loaded(folder, is_compact=True)


def _loaded(folder: Path, *, is_compact: bool) -> Study:
    missing = [f"{table}.parquet" for table in TABLES[:3]]
    missing = [name for name in (*missing, SUMMARY) if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{folder} must be the folder of a finished run, got {what_is_there(folder, missing)}")
    summary: Mapping[str, Any] = {}
    try:
        summary = json_object(folder / SUMMARY)
        return _study(folder, summary, is_compact=is_compact)
    except OtherSchema as error:
        wrote = f"limeeval {summary['limeeval']}" if summary.get("limeeval") else "an unknown version"
        raise ValueError(
            f"{folder} must be a run as limeeval {limeeval.__version__} writes it, "
            f"got one of {wrote}: {error}. {_again(folder)}"
        ) from error
    except (OSError, ValueError) as error:
        what = "are not of one run" if isinstance(error, _SeveralRuns) else "cannot be read"
        raise ValueError(f"{folder} must be the folder of a run, got files that {what}: {one_line(error)}") from error


def _study(path: Path, summary: Mapping[str, Any], *, is_compact: bool) -> Study:
    descriptions, target = described(summary)
    is_scored = has_scores(path, descriptions)
    names = [*TABLES[:3], *RICHER, *(["scores"] if is_scored else [])]
    there = [name for name in names if (path / f"{name}.parquet").is_file()]
    tables = {name: read_table(path, name, compact=is_compact and is_scored) for name in there}
    scores = tables.pop("scores", None)
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
    changed = [] if is_scored else changed_files(path, provenance_in(path), _ROWS)
    study = Study(
        attributions,
        fits,
        instances,
        descriptions=descriptions,
        target=target,
        remarks=tuple(dict.fromkeys([*said.pop("remarks"), *changed])),
        pictures=_pictures(path),
        **said,  # type: ignore[arg-type]
        **tables,  # type: ignore[arg-type]
    )
    if scores is not None:
        vars(study)["scores"] = scores  # Where the property keeps what it has made.
    return study


def has_scores(folder: Path, descriptions: Sequence[Description]) -> bool:
    """Whether a folder has scores that are surely what this version makes of the rows there."""
    provenance: Mapping[str, Any] = {}
    with suppress(ValueError):  # One that cannot be read vouches for nothing.
        provenance = provenance_in(folder) or {}
    files = [name for name in (*_ROWS, _SCORES) if (folder / name).is_file()]
    is_described = _SCORES in files and set(files) <= provenance.get("files_sha256", {}).keys()
    if not is_described or provenance.get("limeeval") != limeeval.__version__:
        return False
    if changed_files(folder, provenance, files):
        return False
    import pandas as pd

    known = pd.read_parquet(folder / _SCORES, columns=["k"])["k"]
    return {one.k for one in descriptions} <= set(known.dropna())


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
