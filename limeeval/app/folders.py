"""Folders that a run has made: no others are taken away."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any


@contextmanager
def folders_made() -> Iterator[set[Path]]:
    """The folders that this process makes in the meantime, some of them through Hydra: a set that grows."""
    made: set[Path] = set()
    _told().append(made)
    try:
        yield made
    finally:
        _told().pop()


@cache
def _told() -> list[set[Path]]:
    """The sets that are told of folders; an audit hook is for good, so there is one."""
    sets: list[set[Path]] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if sets and event == "os.mkdir" and not os.path.exists(arguments[0]):
            sets[-1].add(Path(os.fsdecode(arguments[0])).absolute())

    sys.addaudithook(note)
    return sets


def remove_if_empty(folder: Path, made: set[Path]) -> None:
    """Takes away an empty folder and its parents, as far as they are empty and were ``made`` for it."""
    for path in (folder, *folder.parents):
        if path not in made:
            return
        try:
            path.rmdir()
        except OSError:
            return
