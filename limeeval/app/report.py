"""``python -m limeeval report``: scores and answer anew, from the rows that a run has saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def report(arguments: Sequence[str]) -> int:
    """Rebuilds the scores and the summary of runs, the newest one if none is named, and prints their answers.

    Raises:
        ValueError: a folder that is no finished run.
    """
    from limeeval.app.rerun import newest_run
    from limeeval.app.terminal import Terminal
    from limeeval.report.terminal.terminal import print_run
    from limeeval.study.folder import load, rebuild

    if any(argument.startswith("-") or "=" in argument for argument in arguments):
        raise ValueError(f"report takes folders of runs, got {' '.join(arguments)}")
    console = Terminal()
    for folder in [Path(argument) for argument in arguments] or [newest_run()]:
        study = load(folder)
        rebuild(study, folder)
        print_run(console, study.answers, folder=str(folder))
    return 0
