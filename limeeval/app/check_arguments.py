"""What stands on the command line of ``check``, and whether it goes together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from limeeval.report.nearest import did_you_mean

REPORTS = ("--junit", "--markdown", "--json")
VALUED = ("--thresholds", "--baseline", "--update-baseline", "--init", *REPORTS)
FLAGS = ("--unpaired", "--help")
USAGE = """\
python -m limeeval check [RUN_DIR] --thresholds FILE [OPTION ...]

Holds a run, the newest if none is named, against thresholds. Exit code 0: all
passed; 1: some failed; 2: wrong usage or data, nothing was judged.

  --thresholds FILE       a yaml, or the name of one in conf/thresholds
  --baseline RUN|FILE     what no_worse_than_baseline compares with
  --unpaired              the baseline may have explained other instances
  --junit FILE            test cases for CI systems
  --markdown FILE         a table
  --json FILE             for programs

  --init FILE             writes thresholds to begin with, from the run
  --update-baseline FILE  writes a baseline from the run, to be committed; with
                          --init, thresholds that compare with it"""
_MAKING = ("--init", "--update-baseline")


@dataclass(frozen=True)
class Asked:
    """What stands on the command line.

    Attributes:
        folder: of the run; None for the newest.
        options: values by long name.
        flags: those that are there.
    """

    folder: Path | None
    options: Mapping[str, str]
    flags: frozenset[str]

    @property
    def makes(self) -> list[str]:
        """Options that write what a later check reads, if any are there."""
        return [name for name in _MAKING if name in self.options]

    def path(self, option: str) -> Path | None:
        """The value of an option, as a path."""
        return Path(self.options[option]) if option in self.options else None


def asked_by(arguments: Sequence[str]) -> Asked:
    """What is asked for.

    Raises:
        ValueError: an option that there is not, lacks its value or does not go with another, or a file that cannot be
            written to where it is said.
    """
    asked = _read(arguments)
    if "--help" not in asked.flags:
        _check_together(asked)
        _check_targets(asked)
    return asked


def _read(arguments: Sequence[str]) -> Asked:
    folders: list[Path] = []
    options: dict[str, str] = {}
    flags: set[str] = set()
    words = iter(arguments)
    for word in words:
        if not word.startswith("-") or word == "-":
            folders.append(_folder(word, folders))
            continue
        name, equals, value = word.partition("=")
        name = "--help" if name == "-h" else name
        if name in FLAGS and not equals:
            flags.add(name)
        elif name not in VALUED:
            known = (*VALUED, *FLAGS)
            raise ValueError(f"check takes {', '.join(known)}, got {word}{did_you_mean(name, known)}")
        elif name in options:
            raise ValueError(f"{name} must stand once, got it twice")
        else:
            options[name] = _value(name, value if equals else None, words)
    return Asked(folders[0] if folders else None, options, frozenset(flags))


def _folder(word: str, before: Sequence[Path]) -> Path:
    if not word:
        raise ValueError("check takes the folder of a run, got an empty name")
    if "=" in word and not Path(word).is_dir():
        known = (*VALUED, *FLAGS)
        near = did_you_mean(f"--{word.partition('=')[0]}", known)
        raise ValueError(f"check takes the folder of a run, and {', '.join(known)}, got {word}{near}")
    if before:
        raise ValueError(f"check takes the folder of one run, got {before[0]} and {word}")
    return Path(word)


def _value(name: str, value: str | None, words: Iterator[str]) -> str:
    if value is None:
        value = next(words, "")
        if value.startswith("--"):
            raise ValueError(f"{name} takes a value, got {value}")
    if not value:
        raise ValueError(f"{name} takes a value, got none")
    return value


def _check_together(asked: Asked) -> None:
    """Checks that options go together."""
    if not asked.makes:
        if "--thresholds" not in asked.options:
            raise ValueError("check needs --thresholds FILE (--init FILE writes one to begin with), got none")
        if "--unpaired" in asked.flags and "--baseline" not in asked.options:
            raise ValueError("--unpaired is about a --baseline, got none")
        return
    fitting = {*_MAKING, *(["--thresholds"] if "--init" not in asked.options else [])}
    others = sorted({*asked.options, *asked.flags} - fitting)
    if others:
        raise ValueError(f"{asked.makes[0]} judges nothing, and goes without {', '.join(others)}")


def _check_targets(asked: Asked) -> None:
    """Checks that what is to be written can be, and neither is read nor what nobody would want to lose."""
    from limeeval.check.outputs.files import check_target

    read = {Path(asked.options[name]).resolve() for name in ("--thresholds", "--baseline") if name in asked.options}
    for option in (*REPORTS, "--init", "--update-baseline"):
        path = asked.path(option)
        if path is None:
            continue
        check_target(path, option)
        is_device = path.exists() and not path.is_file()
        if path.resolve() in read and not is_device:
            raise ValueError(f"{option} must be another file than those that are read, got {path}")
        if option == "--init" and path.exists():
            raise ValueError(f"--init must be a new file, got {path}, which is there already")
        _check_lost(path, option)
        read.add(path.resolve())


def _check_lost(path: Path, option: str) -> None:
    """Checks that no file of a run is replaced, nor by a baseline what is none."""
    from limeeval.study.files import PROVENANCE, SUMMARY, TABLES

    if not path.is_file():
        return
    of_a_run = {*(f"{name}.parquet" for name in TABLES), SUMMARY, PROVENANCE}
    if path.name in of_a_run and path.with_name(SUMMARY).is_file():
        raise ValueError(f"{option} must not replace a file of a run, got {path}")
    if option == "--update-baseline" and not _may_be_baseline(path):
        raise ValueError(f"{option} must be a new file or a baseline, got {path}, which is something else")


def _may_be_baseline(path: Path) -> bool:
    """Whether a file is empty, or Parquet."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"", b"PAR1")
    except OSError as error:
        raise ValueError(
            f"--update-baseline must be a file that can be written, got {path} ({error.strerror})"
        ) from error
