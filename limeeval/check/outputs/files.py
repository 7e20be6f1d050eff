"""Reports as files: each is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from limeeval.report.whole_file import write_whole


def check_target(path: Path, option: str) -> None:
    """Checks that a file can be written there, before anything is worked out.

    Raises:
        ValueError: its folder does not exist, or it is a folder itself.
    """
    if path.is_dir():
        raise ValueError(f"{option} must be a file, got the folder {path}")
    if not path.parent.is_dir():
        raise ValueError(f"{option} must be a file in a folder that exists, got {path}")


def write(path: Path, text: str, option: str) -> None:
    """Writes a text, in UTF-8; what is no plain file, such as a device, is written to as it is.

    Raises:
        ValueError: it cannot be written.
    """
    data = text.encode("utf-8", "replace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            write_whole(path, lambda part: part.write_bytes(data))
    except OSError as error:
        raise ValueError(f"{option} must be a file that can be written, got {path} ({error.strerror})") from error
