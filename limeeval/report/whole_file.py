"""A file that is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Has a file written beside its place, and put there once it is whole; what was there stays until then.

    Args:
        path: of the file.
        write: writes it, to the path that it is given.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
