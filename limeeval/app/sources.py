"""Where a configuration comes from: what was typed, the chosen yamls, and the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limeeval.app.arguments import Line


@dataclass(frozen=True)
class Sources:
    """What a message can point at.

    Attributes:
        overrides: the ``key=value`` arguments.
        folders: of yamls, the user's first.
    """

    overrides: Sequence[str]
    folders: Sequence[Path]

    @property
    def files(self) -> list[Path]:
        """The yamls: those that the arguments choose first, then the user's others, then the rest."""
        named = (override.lstrip("+").partition("=") for override in self.overrides)
        chosen = [self.file(f"{group}/{choice}") for group, _, choice in named if "." not in group]
        others = [path for folder in self.folders for path in sorted(folder.rglob("*.yaml"))]
        return list(dict.fromkeys([*(path for path in chosen if path), *others]))

    def file(self, name: str) -> Path | None:
        """The yaml that Hydra calls ``name``, such as ``task/mine``."""
        paths = (folder / f"{name}.yaml" for folder in self.folders)
        return next((path for path in paths if path.is_file()), None)

    def place_of(self, pattern: str) -> str:
        """The argument, or else the first yaml with a line, that matches; empty if there is none."""
        expression = re.compile(pattern)
        for override in self.overrides:
            if expression.search(override):
                return override
        return next((str(path) for path in self.files if _has(path, expression)), "")

    def undecodable(self) -> Path | None:
        """The first yaml that is not UTF-8."""
        return next((path for path in self.files if not _is_text(path)), None)


def sources_of(line: Line, conf: Path) -> Sources:
    """The sources of a command line, with ``conf`` and the user's own folder, if there is one."""
    return Sources(line.overrides, [folder for folder in (line.config_dir, conf) if folder is not None])


def _has(path: Path, expression: re.Pattern[str]) -> bool:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(expression.search(line) for line in lines if not line.lstrip().startswith("#"))


def _is_text(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True
