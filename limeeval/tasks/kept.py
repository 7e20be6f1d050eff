"""What takes long to make is made once and kept in the user's cache folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


def kept(name: str, suffix: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` returned when it was first called under ``name``, by this process or any other.

    Files are named ``<name>-<digest of the content><suffix>``, so that a damaged one is known: it is made again, with a
    warning. They come into being whole or not at all, and of several processes one makes what the others wait for.
    Where the folder cannot be written to, a warning says so and nothing is kept.
    """
    folder = models_folder()
    try:
        lock = _locked(folder, name)
    except OSError as error:
        _warn_of(name, error)
        return make()
    try:
        content = _read(folder, name, suffix)
        return _made(folder, name, suffix, make) if content is None else content
    finally:
        lock.release()


def models_folder() -> Path:
    """Folder of the models that are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("limeeval") / "models"


def _locked(folder: Path, name: str) -> BaseFileLock:
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    lock.acquire()
    return lock


def _read(folder: Path, name: str, suffix: str) -> bytes | None:
    """The content kept under a name; files that are not what was written are removed."""
    for path in sorted(folder.glob(f"{name}-*{suffix}")):
        content = path.read_bytes()
        if path.name == _file(name, suffix, content):
            return content
        warnings.warn(f"{path} is damaged; what was in it is made again", UserWarning, stacklevel=3)
        path.unlink()
    return None


def _made(folder: Path, name: str, suffix: str, make: Callable[[], bytes]) -> bytes:
    content = make()
    part = folder / f".{name}.part"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / _file(name, suffix, content))
    except OSError as error:
        part.unlink(missing_ok=True)
        _warn_of(name, error)
    return content


def _file(name: str, suffix: str, content: bytes) -> str:
    return f"{name}-{sha256(content).hexdigest()[:32]}{suffix}"


def _warn_of(name: str, error: OSError) -> None:
    warnings.warn(f"{name} cannot be kept and is made in every run: {error}", UserWarning, stacklevel=3)
