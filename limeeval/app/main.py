"""``python -m limeeval``: which command is meant, and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import limeeval
from limeeval.app.arguments import line_of, split_subcommand
from limeeval.app.exit_codes import DONE, INTERRUPTED, WRONG_USAGE
from limeeval.app.sources import Sources, sources_of


def configuration_folder() -> Path:
    """``conf/``: inside the package once it is installed from a wheel, beside it in a checkout."""
    inside = Path(__file__).parents[1] / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "conf"


def main() -> None:
    """Runs the command line and exits: 0 done, 1 a threshold failed, 2 wrong usage or data, 3 something failed."""
    code = DONE
    try:
        if os.getcwd() not in sys.path:  # The script is to find the user's modules as `python -m` does.
            sys.path.insert(0, os.getcwd())
        code = _command(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("limeeval: interrupted; the same command goes on from here", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:  # Whoever read our output has gone: `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"limeeval: {error}", file=sys.stderr)
        code = WRONG_USAGE
    sys.exit(code)


def _command(arguments: Sequence[str]) -> int:
    sources = Sources((), ())
    try:
        name, rest = split_subcommand(arguments)
        if name == "report":
            from limeeval.app.report import report

            return report(rest)
        if name == "check":
            from limeeval.app.check import check

            return check(rest)
        if name == "rerun":
            rest = _again(rest)
        line = line_of(rest)
        sources = sources_of(line, configuration_folder())
        if line.has("--version"):
            print(f"limeeval {limeeval.__version__}")
            return DONE
        if line.has("--help"):
            from limeeval.app.help import help_text

            print(help_text(configuration_folder(), line.config_dir))
            return DONE
        from limeeval.app.hydra_run import run

        return run(line, sources, explain=name == "explain")
    except ValueError as error:
        print(f"limeeval: {error}", file=sys.stderr)
        return WRONG_USAGE


def _again(rest: Sequence[str]) -> list[str]:
    """The arguments of an earlier run, with changes."""
    from limeeval.app.rerun import arguments_of, newest_run, with_changes

    if rest and "=" not in rest[0] and not rest[0].startswith("-"):
        return with_changes(arguments_of(Path(rest[0])), rest[1:])
    return with_changes(arguments_of(newest_run()), rest)
