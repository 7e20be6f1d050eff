"""A run's folder: in use by one run at a time, each file written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.description import Description, Target
from limeeval.study.picture_files import load_pictures, remove_pictures, write_pictures
from limeeval.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("attributions", "fits", "instances", "scores")
RICHER = ("nonlinearity", "terms")
"""Tables of what a line misses, where that was asked for."""
SUMMARY, PROVENANCE, STATUS = "summary.json", "provenance.json", "status.json"
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
    """Writes a study's tables, scores and summary.

    Raises:
        ValueError: another run is using the folder, or it cannot be written to.
        OSError: the disk is full.
    """
    path = Path(folder)
    with in_use(path):
        write(study, path)


def write(study: Study, folder: Path) -> None:
    """The same for a folder that is already this run's own."""
    (folder / SUMMARY).unlink(missing_ok=True)  # An earlier run's: tables are no finished run without theirs.
    remove_pictures(folder)
    for name in RICHER:
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    for name in tables_in(study):
        write_table(folder / f"{name}.parquet", getattr(study, name))
    if study.pictures is not None:
        write_pictures(study.pictures, folder, whole=_whole)
    write_json(folder / SUMMARY, summary_of(study))


def tables_in(study: Study) -> list[str]:
    """Names of the tables that a study has."""
    return [*TABLES, *(name for name in RICHER if getattr(study, name) is not None)]


def rebuild(study: Study, folder: Path) -> None:
    """Writes the scores and the summary of a study anew, which were made from the rows that are there.

    Raises:
        ValueError: another run is using the folder, or it cannot be written to.
    """
    with in_use(folder):
        write_table(folder / "scores.parquet", study.scores)
        write_json(folder / SUMMARY, summary_of(study))


def load(folder: str | os.PathLike[str]) -> Study:
    """The study that a folder holds; its scores are made anew from its rows.

    Raises:
        ValueError: the folder is no run, or one that has not finished.
    """
    import pandas as pd

    path = Path(folder)
    missing = [name for name in (*(f"{table}.parquet" for table in TABLES[:3]), SUMMARY) if not (path / name).is_file()]
    if missing:
        began = (path / ".hydra").is_dir() or (path / STATUS).is_file()
        state = "a run that has not finished" if began else "no run"
        raise ValueError(f"{folder} must be the folder of a finished run, got {state}: no {', '.join(missing)}")
    try:
        summary = json.loads((path / SUMMARY).read_text(encoding="utf-8"))
        descriptions = [Description.from_dict(fields) for fields in summary["runs"]]
        target = Target(**summary["target"])
        attributions, fits, instances = (pd.read_parquet(path / f"{table}.parquet") for table in TABLES[:3])
        richer = {name: pd.read_parquet(path / f"{name}.parquet") for name in RICHER if _has(path, name)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} must be the folder of a run, got files that cannot be read: {error}") from error
    return Study(
        attributions,
        fits,
        instances,
        descriptions=descriptions,
        target=target,
        arguments=tuple(summary.get("arguments", ())),
        failures=tuple(summary.get("failures", ())),
        remarks=tuple(summary.get("remarks", ())),
        pictures=load_pictures(path),
        **richer,
    )


def _has(folder: Path, table: str) -> bool:
    return (folder / f"{table}.parquet").is_file()


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
    _whole(path, lambda part: table.to_parquet(part, index=False))


def write_json(path: Path, fields: Mapping[str, Any]) -> None:
    """Writes a JSON file, whole or not at all."""
    text = json.dumps(fields, indent=2, ensure_ascii=False, default=str)
    _whole(path, lambda part: part.write_text(text + "\n", encoding="utf-8"))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def _whole(path: Path, write: Callable[[Path], Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
