"""Commands to run next: the run's own arguments with changes, in a form that bash, zsh and PowerShell all take."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

PROGRAM = "python -m limeeval"
_NEVER = ("out", "dry_run")
"""Keys of the run itself, not of what is run."""
_BARE = re.compile(r"[\w.,:/+=%-]+", re.ASCII)
_PLAIN_ROW = re.compile(r"[A-Za-z_][\w.-]*( [\w.-]+)*", re.ASCII)
_WORDS_WITH_A_MEANING = ("true", "false", "null", "nan", "inf")


def command(
    arguments: Sequence[str], *, subcommand: str = "", without: Collection[str] = (), having: Mapping[str, str] = {}
) -> str:
    """The command line of a run with the same arguments, except for some.

    Args:
        arguments: of the run, as its process got them.
        subcommand: such as "explain"; none: a sweep.
        without: keys that are left out.
        having: keys and values that are put in, in place of the run's own.
    """
    kept = [argument for argument in _of_one_run(arguments) if not _is_one_of(argument, [*without, *having, *_NEVER])]
    added = [f"{key}={value}" for key, value in having.items()]
    words = [PROGRAM, *([subcommand] if subcommand else []), *map(quoted, [*kept, *added])]
    return " ".join(words)


def listed_keys(arguments: Sequence[str], group: str = "lime.") -> list[str]:
    """Keys of the group to which a list is given."""
    pairs = [argument.partition("=") for argument in arguments]
    return [_key(key) for key, _, value in pairs if _key(key).startswith(group) and ("," in value or "[" in value)]


def quoted(argument: str) -> str:
    """The argument as one word of bash, zsh and PowerShell: bare, in single or in double quotes.

    One that has single quotes beside what double quotes do not protect is written for bash and zsh alone.

    >>> print(quoted("task=iris"), quoted("task.path=my data.csv"), quoted("instances='A 7'"))
    task=iris 'task.path=my data.csv' "instances='A 7'"
    """
    import shlex

    if _BARE.fullmatch(argument):
        return argument
    if "'" not in argument:
        return f"'{argument}'"
    return shlex.quote(argument) if set(argument) & set('"$`\\!') else f'"{argument}"'


def row_argument(row: int | str) -> str | None:
    """The row's id as a value of ``instances``; None for one that a command line could garble.

    >>> row_argument(17), row_argument("A 7"), row_argument("007"), row_argument("$(x)")
    ('17', "'A 7'", "'007'", None)
    """
    if isinstance(row, int):
        return str(row)
    if row.isascii() and row.isdigit():
        return f"'{row}'"
    if not _PLAIN_ROW.fullmatch(row):
        return None
    return f"'{row}'" if " " in row or row.lower() in _WORDS_WITH_A_MEANING else row


def _of_one_run(arguments: Sequence[str]) -> Iterator[str]:
    return (argument for argument in arguments if argument not in ("-m", "--multirun"))


def _is_one_of(argument: str, keys: Collection[str]) -> bool:
    key, equals, _ = argument.partition("=")
    own = _key(key)
    return bool(equals) and (own in keys or own.startswith("hydra."))


def _key(key: str) -> str:
    return key.lstrip("+~")
