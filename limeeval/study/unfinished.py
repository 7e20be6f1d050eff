"""What a folder that holds no finished run is, and what it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from limeeval.study.files import STATUS, SUMMARY, json_object

_RECORD, _OF_SEVERAL = ".hydra", "multirun.yaml"


def what_is_there(folder: Path, missing: Sequence[str]) -> str:
    """In words: no run at all, or one that has not finished, with the files that it lacks and what came of its jobs."""
    if not folder.is_dir():
        return f"no run: {'it is a file' if folder.exists() else 'there is no such folder'}"
    jobs = list(_jobs(folder))
    began = any((folder / name).exists() for name in (_RECORD, STATUS, _OF_SEVERAL)) or jobs
    state = "a run that has not finished" if began else "no run"
    said = [f"{state}: no {', '.join(missing)}", _outcome(folder), *([f"its jobs: {', '.join(jobs)}"] if jobs else [])]
    return "; ".join(filter(None, said))


def jobs_without_rows(folder: Path, finished: Collection[str]) -> list[str]:
    """What came of the jobs of several that are not among those that have finished, by name."""
    return [
        f"job {path.name} {_outcome(path) or 'has not finished'}"
        for path in _jobs_in(folder)
        if path.name not in finished
    ]


def _jobs(folder: Path) -> Iterator[str]:
    """Each job of several and what came of it."""
    for path in _jobs_in(folder):
        outcome = "has finished" if (path / SUMMARY).is_file() else _outcome(path) or "has not finished"
        yield f"{path.name} {outcome}"


def _jobs_in(folder: Path) -> Iterator[Path]:
    numbered = sorted((path for path in folder.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name))
    return (path for path in numbered if (path / _RECORD).is_dir() or (path / STATUS).is_file())


def _outcome(folder: Path) -> str:
    """What its status says went wrong; nothing if it says nothing."""
    if not (folder / STATUS).is_file():
        return ""
    try:
        status = json_object(folder / STATUS)
    except ValueError as error:
        return str(error)
    if not status.get("code"):
        return ""
    message = " ".join(str(status.get("message") or "").split())
    return f"failed with exit code {status['code']}{f' ({message})' if message else ''}"
