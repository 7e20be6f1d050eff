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
from limeeval.study.folder import digest_of, tables_in
from limeeval.study.picture_files import SEGMENTS
from limeeval.study.study import Study

LIBRARIES = ("numpy", "scipy", "scikit-learn", "scikit-image", "pandas", "pyarrow", "joblib", "hydra-core")
_NETWORKS = ("torch", "keras", "onnxruntime")
LIMITS = (
    "Standard errors are conditional on the selected features.",
    "Limits low and high are about these instances: only seeds are random. Limits for instances like these mean "
    "something only if the instances were drawn at random.",
    "Perturbed rows may be unlike any real row; what the model says of them is part of every explanation.",
    "Agreement between runs says that an explanation is reproducible, not that it is right.",
)


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
    return {**_common(study, folder), "jobs": [job.name for job in jobs]}


def _common(study: Study, folder: Path) -> dict[str, Any]:
    return {
        "command": " ".join([PROGRAM, *map(quoted, study.arguments)]),
        "arguments": list(study.arguments),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "limeeval": limeeval.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version(name) for name in LIBRARIES} | _networks(),
        "git_commit": _commit(),
        "files_sha256": {name: digest_of(folder / name) for name in _files(study)},
        "missing": list(study.failures),
        "remarks": list(study.remarks),
        "known_limits": list(LIMITS),
    }


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
