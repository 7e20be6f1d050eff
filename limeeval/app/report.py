"""``python -m limeeval report``: answer, page, figures and tables anew, from the rows that runs have saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.nearest import did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from limeeval.report.options import Options
    from limeeval.study.study import Study

KEYS = ("out", "report.style", "report.values")


def report(arguments: Sequence[str]) -> int:
    """Rebuilds the reports of runs, the newest one if none is named, and prints their answers.

    Of several runs there is one more report, with all of them beside one another, in ``out``. Nothing is written before
    everything has been read and every folder is known to be free.

    Raises:
        ValueError: a folder that is no finished run or is in use, or an argument that means nothing here.
    """
    from limeeval.app.rerun import newest_run
    from limeeval.app.terminal import Terminal
    from limeeval.study.loaded import load_to_draw

    folders, settings = _read(arguments)
    if "out" in settings and len(folders) < 2:
        raise ValueError("out is where several runs stand beside one another, got a single run")
    options = options_of({key.removeprefix("report."): value for key, value in settings.items() if key != "out"})
    studies = {folder: load_to_draw(folder) for folder in folders or [newest_run()]}
    _check_free(studies)
    console = Terminal()
    if len(studies) == 1:
        _rebuild(studies, options, console)
    else:
        out = Path(settings.get("out") or datetime.now().strftime("outputs/%Y-%m-%d/%H-%M-%S-%f"))
        _rebuild_beside_one_another(studies, options, console, out=out)
    return 0


def options_of(settings: Mapping[str, Any]) -> Options:
    """The configuration of a report, checked.

    Raises:
        ValueError: a value that is none of those that there are.
    """
    from limeeval.report.options import STYLES, Options

    values, style = settings.get("values", True), settings.get("style", STYLES[0])
    if isinstance(values, str) and values.lower() in ("true", "false"):
        values = values.lower() == "true"
    if not isinstance(values, bool):
        raise ValueError(f"report.values must be true or false, got {'nothing' if values == '' else values}")
    if style not in STYLES:
        raise ValueError(f"report.style must be {' or '.join(STYLES)}, got {'nothing' if style == '' else style}")
    return Options(values=values, style=style)


def _read(arguments: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    """Folders of runs, each once, and settings."""
    folders: dict[Path, Path] = {}
    settings: dict[str, str] = {}
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
            folders.setdefault(Path(argument).resolve(), Path(argument))
    _check_out(settings.get("out"), folders)
    return list(folders.values()), settings


def _check_out(out: str | None, runs: Collection[Path]) -> None:
    from limeeval.study.files import SUMMARY

    if out is None:
        return
    if not out:
        raise ValueError("out must be a folder, got nothing")
    if out.startswith("~"):
        raise ValueError(f"out must not begin with ~, which shells leave as it is after an equals sign, got out={out}")
    if Path(out).resolve() in runs or (Path(out) / SUMMARY).exists():
        raise ValueError(f"out must be another folder than that of a run, whose own report is there, got {out}")


def _check_free(folders: Iterable[Path]) -> None:
    from limeeval.study.folder import in_use
    from limeeval.study.report_files import check_room

    for folder in folders:
        with in_use(folder):
            check_room(folder)


def _rebuild(studies: Mapping[Path, Study], options: Options, console: Console) -> None:
    from limeeval.report.terminal.terminal import print_run
    from limeeval.study.folder import in_use, rebuild
    from limeeval.study.report_files import write_report

    for folder, study in studies.items():
        rebuild(study, folder)
        with in_use(folder):
            write_report(study, folder, options)
        print_run(console, study.answers, folder=str(folder))


def _rebuild_beside_one_another(
    studies: Mapping[Path, Study], options: Options, console: Console, *, out: Path
) -> None:
    from limeeval.report.terminal.terminal import PAGE
    from limeeval.study.folder import in_use
    from limeeval.study.report_files import check_room, write_side_by_side

    with in_use(out):
        check_room(out)
        _rebuild(studies, options, console)
        write_side_by_side(studies, out, options)
    console.print(f"Side by side: {out / PAGE}", markup=False, soft_wrap=True)
