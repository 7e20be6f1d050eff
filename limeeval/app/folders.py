"""Folders that this process has made: no others are taken away."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def folders_made() -> set[Path]:
    """A set into which every folder is put, from now on, that is about to be made. Hydra makes some of them."""
    made: set[Path] = set()

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.mkdir" and not os.path.exists(arguments[0]):
            made.add(Path(os.fsdecode(arguments[0])).absolute())

    sys.addaudithook(note)
    return made


def remove_if_empty(folder: Path, made: set[Path]) -> None:
    """Takes away an empty folder and its parents, as far as they are empty and were ``made`` for it."""
    for path in (folder, *folder.parents):
        if path not in made:
            return
        try:
            path.rmdir()
        except OSError:
            return
