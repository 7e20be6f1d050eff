"""What stands on the command line: a subcommand, Hydra's options, and key=value arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from limeeval.report.nearest import did_you_mean

SUBCOMMANDS = ("explain", "report", "check", "rerun")
FLAGS = {
    "--help": "-h",
    "--hydra-help": "",
    "--version": "",
    "--resolve": "",
    "--run": "-r",
    "--multirun": "-m",
    "--shell-completion": "-sc",
}
"""Hydra's options without a value, and their short forms."""
VALUED = {
    "--cfg": "-c",
    "--package": "-p",
    "--config-path": "-cp",
    "--config-name": "-cn",
    "--config-dir": "-cd",
    "--info": "-i",
    "--experimental-rerun": "",
}
"""Hydra's options with a value."""
CHOICES = {
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}
"""The values of those that have only some."""
_LONG = {short: long for long, short in {**FLAGS, **VALUED}.items() if short}


@dataclass(frozen=True)
class Line:
    """A command line that is meant for Hydra.

    Attributes:
        options: Hydra's own by their long names, in order; the value is None for those that take none.
        overrides: the ``key=value`` arguments, in order.
    """

    options: tuple[tuple[str, str | None], ...]
    overrides: tuple[str, ...]

    @property
    def config_dir(self) -> Path | None:
        """The user's folder of configurations."""
        folders = [value for option, value in self.options if option == "--config-dir" and value is not None]
        return Path(folders[-1]) if folders else None

    @property
    def is_multirun(self) -> bool:
        """Whether Hydra is to make a job of every combination."""
        return self.has("--multirun") or "hydra.mode=MULTIRUN" in self.overrides

    def has(self, option: str) -> bool:
        """Whether an option, by its long name, is there."""
        return option in dict(self.options)

    @property
    def arguments(self) -> list[str]:
        """As Hydra wants them: options first. Between them it would not see the rest."""
        options = [part for option in self.options for part in option if part is not None]
        return [*options, *self.overrides]

    def from_here(self) -> Line:
        """The same with an absolute folder of configurations, for another working directory."""
        absolute = [(name, _absolute(value) if name == "--config-dir" else value) for name, value in self.options]
        return replace(self, options=tuple(absolute))


def split_subcommand(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The subcommand, or None where a sweep is meant, and the other arguments.

    Raises:
        ValueError: the first word is neither a subcommand nor key=value.
    """
    for position, is_option in _words(arguments):
        word = arguments[position]
        if is_option:
            continue
        if word in SUBCOMMANDS:
            return word, [*arguments[:position], *arguments[position + 1 :]]
        if not _is_override(word):
            near = did_you_mean(word, SUBCOMMANDS)
            raise ValueError(
                f"arguments must be key=value or one of the subcommands {', '.join(SUBCOMMANDS)}, got {word}{near}"
            )
        break
    return None, list(arguments)


def line_of(arguments: Sequence[str]) -> Line:
    """The options and overrides among ``arguments``, in any order.

    Raises:
        ValueError: an option that does not exist or lacks its value, or an argument that is not key=value.
    """
    options: list[tuple[str, str | None]] = []
    overrides: list[str] = []
    for position, is_option in _words(arguments):
        word = arguments[position]
        if is_option:
            options.append(_option(word, arguments[position + 1 : position + 2]))
        elif _is_override(word):
            overrides.append(word)
        else:
            first = f"; a subcommand comes first: python -m limeeval {word}" if word in SUBCOMMANDS else ""
            raise ValueError(f"arguments must be key=value, got {word}{first}")
    return Line(tuple(options), tuple(overrides))


def _words(arguments: Sequence[str]) -> Iterator[tuple[int, bool]]:
    """Positions of options (True) and other arguments (False); the value of an option belongs to it."""
    position = 0
    while position < len(arguments):
        word = arguments[position]
        is_option = word.startswith("-") and word != "-"
        yield position, is_option
        position += 2 if is_option and "=" not in word and _LONG.get(word, word) in VALUED else 1


def _option(word: str, following: Sequence[str]) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    long = _LONG.get(name, name)
    if long in FLAGS and not equals:
        return long, None
    if long not in VALUED:
        raise ValueError(f"no option {word}{did_you_mean(word, [*FLAGS, *VALUED])}")
    if not equals and not following:
        raise ValueError(f"{long} takes a value, got none")
    value = value if equals else following[0]
    if value not in CHOICES.get(long, (value,)):
        raise ValueError(f"{long} must be one of {', '.join(CHOICES[long])}, got {value}")
    return long, value


def _is_override(word: str) -> bool:
    return "=" in word or word.startswith("~")


def _absolute(folder: str | None) -> str | None:
    return folder if folder is None else str(Path(folder).absolute())
