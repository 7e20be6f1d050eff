"""The same run again: what was typed for it, with changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from limeeval.app.arguments import Line, line_of

ONE_OF = (
    ("lime.kernel_width", "lime.kernel_width_factor"),
    ("lime.labels", "lime.top_labels"),
    ("out", "hydra.run.dir", "hydra.sweep.dir"),
)
"""Keys that state one thing: a new one replaces whichever there was."""
OWN = ("out", "hydra.run.dir", "hydra.sweep.dir", "dry_run")
"""Keys that were for that run alone."""


def arguments_of(run_dir: Path) -> list[str]:
    """What was typed for the run in ``run_dir``.

    Raises:
        ValueError: no run is there.
    """
    if not run_dir.is_dir():
        raise ValueError(f"RUN_DIR must be the folder of a run, got {run_dir}, which is no folder")
    try:
        provenance = json.loads((run_dir / "provenance.json").read_text(encoding="utf-8"))
        arguments = provenance["arguments"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"RUN_DIR must hold the provenance.json of a run, got {run_dir}: {_reason(error)}") from error
    if not isinstance(arguments, list) or not all(isinstance(argument, str) for argument in arguments):
        raise ValueError(f"RUN_DIR must hold the provenance.json of a run, got {run_dir}: its arguments are no list")
    return arguments


def with_changes(arguments: Sequence[str], changes: Sequence[str]) -> list[str]:
    """Old ``arguments`` with new ones: a new value replaces the old one of its key, ``~key`` takes an old one back.

    The folder of the old run is not kept, so that it is not written over.

    Raises:
        ValueError: as ``line_of``.
    """
    old, new = line_of(arguments), line_of(changes)
    replaced = {same for argument in new.overrides for same in _same(_key(argument))}
    kept = [argument for argument in old.overrides if _key(argument) not in replaced | set(OWN)]
    had = {_key(argument) for argument in old.overrides}
    added = [argument for argument in new.overrides if not (argument.startswith("~") and _key(argument) in had)]
    options = dict(new.options)
    kept_options = [(name, value) for name, value in old.options if name not in options]
    return Line((*kept_options, *new.options), (*kept, *added)).arguments


def newest_run(folder: Path = Path("outputs")) -> Path:
    """The newest run among ``folder/<date>/<time>``, by name.

    Raises:
        ValueError: there is none.
    """
    runs = sorted(rows.parent for rows in folder.glob("*/*/attributions.parquet"))
    if not runs:
        raise ValueError(f"RUN_DIR must be given where {folder} holds no run")
    return runs[-1]


def _key(argument: str) -> str:
    return argument.partition("=")[0].lstrip("+~")


def _same(key: str) -> tuple[str, ...]:
    """A key and those that state the same thing."""
    return next((keys for keys in ONE_OF if key in keys), (key,))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return "it has none"
    return "it lacks the arguments" if isinstance(error, (KeyError, TypeError)) else "it is not JSON"
