"""Where a run's numbers come from: the record that goes beside them."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import limeeval
from limeeval.report.answer.commands import PROGRAM, quoted
from limeeval.report.page.provenance import LIMITS as LIMITS
from limeeval.study.files import digest_of, provenance_in
from limeeval.study.folder import tables_in
from limeeval.study.picture_files import SEGMENTS
from limeeval.study.study import Study
from limeeval.study.unfinished import jobs_without_rows

LIBRARIES = ("numpy", "scipy", "scikit-learn", "scikit-image", "pandas", "pyarrow", "joblib", "hydra-core")
_NETWORKS = ("torch", "keras", "onnxruntime")


def provenance_of(
    study: Study,
    folder: Path,
    *,
    started: datetime,
    configuration: Mapping[str, Any],
    models: Mapping[str, Any],
    chosen: str,
) -> dict[str, Any]:
    """How the files in a folder came about.

    Args:
        study: whose tables they are.
        folder: where they are.
        started: when the run began.
        configuration: every setting, resolved.
        models: by task and model, what identifies the model and its data.
        chosen: how the explained rows were chosen.
    """
    return {
        **_common(study, folder),
        "started": started.isoformat(timespec="seconds"),
        "configuration": dict(configuration),
        "models": dict(models),
        "instances": chosen,
    }


def merged_provenance(study: Study, folder: Path, jobs: Sequence[Path]) -> dict[str, Any]:
    """The same for rows that came from several jobs, whose own records say the rest."""
    records = [record for record in map(provenance_in, jobs) if record is not None]
    known: dict[str, Any] = {"models": {name: own for one in records for name, own in one.get("models", {}).items()}}
    if started := [one["started"] for one in records if "started" in one]:
        known["started"] = min(started)
    if chosen := _chosen(records):
        known["instances"] = chosen
    names = [job.name for job in jobs]
    missing = [*study.failures, *jobs_without_rows(folder, names)]
    return {**_common(study, folder), **known, "jobs": names, "missing": missing}


def saved_provenance(study: Study, folder: Path, *, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The same for a study that was saved from Python, of which only that is known.

    Args:
        study: whose tables they are.
        folder: where they are.
        before: of the files that were there before; where their rows are these, it stays as it is.
    """
    if before is not None and _same_rows(before, folder):
        return {**before, "files_sha256": _digests(study, folder)}
    return _common(study, folder)


def _same_rows(before: Mapping[str, Any], folder: Path) -> bool:
    known = before.get("files_sha256", {})
    return all(known.get(name) == digest_of(folder / name) for name in ("attributions.parquet", "fits.parquet"))


def _chosen(records: Sequence[Mapping[str, Any]]) -> str:
    """How the instances of all jobs were chosen; of which task and model, where that differs."""
    found: dict[str, list[str]] = {}
    for one in records:
        if "instances" in one:
            found.setdefault(str(one["instances"]), []).extend(one.get("models", {}))
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{', '.join(dict.fromkeys(names))}: {chosen}" for chosen, names in found.items())


def _common(study: Study, folder: Path) -> dict[str, Any]:
    is_from_python = all(one.arguments is None for one in study.descriptions)
    return {
        "command": None if is_from_python else " ".join([PROGRAM, *map(quoted, study.arguments)]),
        "arguments": None if is_from_python else list(study.arguments),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "limeeval": limeeval.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version(name) for name in LIBRARIES} | _networks(),
        "git_commit": _commit(),
        "files_sha256": _digests(study, folder),
        "missing": list(study.failures),
        "remarks": list(study.remarks),
        "known_limits": list(LIMITS),
    }


def _digests(study: Study, folder: Path) -> dict[str, str]:
    return {name: digest_of(folder / name) for name in _files(study)}


def _files(study: Study) -> list[str]:
    return [*(f"{name}.parquet" for name in tables_in(study)), *([SEGMENTS] if study.pictures is not None else [])]


def how_chosen(asked: Any, count: int, *, trained: bool) -> str:
    """How ``count`` rows were chosen, given what was asked for, and whether the model was trained on others."""
    if isinstance(asked, Sequence):
        return f"given by the user: {asked if isinstance(asked, str) else ', '.join(map(str, asked))}"
    if not trained:
        return f"the first {count} there are"
    return f"{count} drawn at random, with a fixed seed, from the rows held out of the model's training"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _networks() -> dict[str, str]:
    """Versions of the libraries of networks that are installed."""
    found = {name: _version(name) for name in _NETWORKS}
    return {name: known for name, known in found.items() if known is not None}


def _commit() -> str | None:
    """Commit of the git checkout that the command was given in; None outside of one."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
