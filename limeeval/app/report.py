"""``python -m limeeval report``: scores, answer, page, figures and tables anew, from the rows that runs have saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.nearest import did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from limeeval.report.evidence import Options
    from limeeval.study.study import Study

KEYS = ("out", "report.style", "report.values")


def report(arguments: Sequence[str]) -> int:
    """Rebuilds the reports of runs, the newest one if none is named, and prints their answers.

    Of several runs there is one more report, with all of them beside one another, in ``out``.

    Raises:
        ValueError: a folder that is no finished run, or an argument that means nothing here.
    """
    from limeeval.app.rerun import newest_run
    from limeeval.app.terminal import Terminal

    folders, settings = _read(arguments)
    if "out" in settings and len(folders) < 2:
        raise ValueError("out is where several runs stand beside one another, got a single run")
    options = options_of({key.removeprefix("report."): value for key, value in settings.items() if key != "out"})
    console = Terminal()
    studies = _rebuilt(folders or [newest_run()], options, console)
    if len(studies) > 1:
        out = settings.get("out") or datetime.now().strftime("outputs/%Y-%m-%d/%H-%M-%S-%f")
        _beside_one_another(studies, Path(out), options)
        console.print(f"Side by side: {Path(out) / 'report.html'}", markup=False, soft_wrap=True)
    return 0


def options_of(settings: Mapping[str, Any]) -> Options:
    """The configuration of a report, checked.

    Raises:
        ValueError: a value that is none of those that there are.
    """
    from limeeval.report.evidence import STYLES, Options

    values, style = settings.get("values", True), settings.get("style", STYLES[0])
    if isinstance(values, str) and values.lower() in ("true", "false"):
        values = values.lower() == "true"
    if not isinstance(values, bool):
        raise ValueError(f"report.values must be true or false, got {values}")
    if style not in STYLES:
        raise ValueError(f"report.style must be {' or '.join(STYLES)}, got {style}")
    return Options(values=values, style=style)


def _read(arguments: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    folders, settings = [], {}
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if argument.startswith("-") or (equals and key not in KEYS and not Path(argument).is_dir()):
            raise ValueError(
                f"report takes folders of runs, and {', '.join(f'{known}=' for known in KEYS)}, "
                f"got {argument}{did_you_mean(key, KEYS)}"
            )
        if equals and key in KEYS:
            settings[key] = value
        else:
            folders.append(Path(argument))
    return list(dict.fromkeys(folders)), settings


def _rebuilt(folders: Sequence[Path], options: Options, console: Console) -> dict[Path, Study]:
    """The studies of all folders, each with its report written anew; nothing is, if one of them cannot be read."""
    from limeeval.report.terminal.terminal import print_run
    from limeeval.study.folder import in_use, load, rebuild
    from limeeval.study.report_files import write_report

    studies = {folder: load(folder) for folder in folders}
    for folder, study in studies.items():
        rebuild(study, folder)
        with in_use(folder):
            write_report(study, folder, options)
        print_run(console, study.answers, folder=str(folder))
    return studies


def _beside_one_another(studies: Mapping[Path, Study], out: Path, options: Options) -> None:
    from limeeval.study.folder import in_use
    from limeeval.study.report_files import write_side_by_side

    with in_use(out):
        write_side_by_side(studies, out, options)
