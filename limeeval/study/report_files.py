"""A report in a run's folder: all of its files or none of them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.terminal.terminal import PAGE
from limeeval.report.whole_file import write_whole
from limeeval.study.files import provenance_in

if TYPE_CHECKING:
    from limeeval.report.options import Options
    from limeeval.study.study import Study

SHORT, FOLDERS = "report.md", ("figures", "tables")
_ENDINGS = ("svg", "png", "pdf", "csv", "tex")
_TABLES = ("all_instances", "all_settings", "overview")
_PART = ".report.part"


def write_report(study: Study, folder: Path, options: Options) -> None:
    """Writes the report of a study into the folder of its rows, in place of an earlier one.

    Raises:
        OSError: the disk is full; an earlier report is as it was.
    """
    replace_report(folder, _files({folder.resolve().name: (study, provenance_in(folder))}, options))


def save_report(study: Study, path: str | os.PathLike[str], options: Options) -> None:
    """The same anywhere: a page alone where the path ends on ``.html``, else a folder.

    In the folder that the study was saved to, the report says where its rows come from.

    Raises:
        ValueError: the path cannot be written to, or the provenance that is there cannot be read.
    """
    target = Path(path)
    is_page = target.suffix.lower() in (".html", ".htm")
    folder = target.parent if is_page else target
    provenance = provenance_in(folder) if _is_of(study, folder) else None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = _files({target.stem: (study, provenance)}, options)
        if is_page:
            write_whole(target, lambda part: part.write_bytes(files[PAGE]))
        else:
            replace_report(target, files)
    except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise ValueError(f"path must be one that can be written to, got {path} ({error.strerror})") from error


def _is_of(study: Study, folder: Path) -> bool:
    """Whether the rows in a folder are those of a study."""
    import pandas as pd

    with suppress(OSError, ValueError):  # None are there, or none that can be read.
        return bool(pd.read_parquet(folder / "fits.parquet").equals(study.fits))
    return False


def check_room(folder: Path) -> None:
    """Checks that nothing is in the way of a report.

    Raises:
        ValueError: a folder is named as a file of the report, or a file as a folder of it.
    """
    for name in FOLDERS:
        if (folder / name).exists() and not (folder / name).is_dir():
            raise ValueError(f"{folder / name} must be a folder for the report to be written, got a file")
    for name in (PAGE, SHORT):
        if (folder / name).is_dir():
            raise ValueError(f"{folder / name} must be a file for the report to be written, got a folder")


def replace_report(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files of a report, of which none is changed before all of them are on the disk.

    Raises:
        ValueError: something is in the way.
        OSError: the disk is full; an earlier report is as it was.
    """
    check_room(folder)
    part = folder / _PART
    shutil.rmtree(part, ignore_errors=True)
    try:
        for name, content in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(content)
        for name in files:
            (folder / name).parent.mkdir(exist_ok=True)
        for name in files:
            (part / name).replace(folder / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    for stale in _of_reports(folder):
        if stale.relative_to(folder).as_posix() not in files:
            stale.unlink()


def remove_report(folder: Path) -> None:
    """Removes the report of an earlier run: beside other rows it would say what is not so."""
    for path in (folder / PAGE, folder / SHORT, *_of_reports(folder)):
        path.unlink(missing_ok=True)
    for name in FOLDERS:
        with suppress(OSError):  # Other files are in it.
            (folder / name).rmdir()


def _of_reports(folder: Path) -> Iterator[Path]:
    """The figures and tables of reports, told by their names; other files are not ours."""
    found = [path for name in FOLDERS for path in sorted((folder / name).glob("*"))]
    if found:
        ours = _names_of_reports()
        yield from (path for path in found if ours.fullmatch(path.name))


def _names_of_reports() -> re.Pattern[str]:
    from limeeval.report.figures.catalogue import figures
    from limeeval.report.page.chapters import EACH

    names, endings = "|".join([*figures(), *_TABLES]), "|".join(_ENDINGS)
    return re.compile(rf"([a-z0-9-]+-)?({names})(_({'|'.join(EACH)}))?\.({endings})")


def write_side_by_side(studies: Mapping[Path, Study], folder: Path, options: Options) -> None:
    """Writes one report of several runs, each of which is compared with the first.

    Raises:
        OSError: the disk is full; an earlier report is as it was.
    """
    from limeeval.study.compared import changes

    names = dict(zip(_names(list(studies)), studies, strict=True))
    runs = {name: (studies[path], provenance_in(path)) for name, path in names.items()}
    compared = list(changes({name: study for name, (study, _) in runs.items()}))
    replace_report(folder, _files(runs, options, compared=compared))


def _names(folders: list[Path]) -> list[str]:
    """The last part of each folder's path; more of it where that is not enough to tell them apart."""
    whole = [folder.resolve().parts for folder in folders]
    for count in range(1, max(map(len, whole)) + 1):
        names = ["/".join(parts[-count:]) for parts in whole]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _files(
    runs: Mapping[str, tuple[Study, Mapping[str, Any] | None]],
    options: Options,
    *,
    compared: Sequence[tuple[str, str]] = (),
) -> dict[str, bytes]:
    """The files of a report. Where the rows hold no values, features have the names that are there."""
    from limeeval.report.evidence import evidence
    from limeeval.study.without_values import is_without_values

    studies = [study for study, _ in runs.values()]
    if all(map(is_without_values, studies)):  # Nothing is to be hidden; of images there is nothing to be seen.
        options = replace(options, values=all(study.pictures is None for study in studies))
    return evidence(runs, options, compared=compared)
