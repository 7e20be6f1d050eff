"""``python -m limeeval check``: a run held against thresholds, and an exit code that a build can trust."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from limeeval.app.check_arguments import REPORTS, USAGE, Asked, asked_by

if TYPE_CHECKING:
    from limeeval.check.check import Checked
    from limeeval.check.power import Power
    from limeeval.check.thresholds import Threshold
    from limeeval.report.run import Run


_LONGEST = 2000
"""Signs of a message."""


def check(arguments: Sequence[str]) -> int:
    """Judges a run, and returns 0, or 1 if a threshold failed; nothing is written before everything is judged.

    Raises:
        ValueError: a mistake in what was asked for, or a run that cannot be judged.
    """
    try:
        return _checked(asked_by(arguments))
    except BrokenPipeError:
        raise
    except (ValueError, OSError) as error:
        from limeeval.report.answer.names import shortened

        message = shortened(str(error), _LONGEST)  # Names in it may be anything, lines of their own included.
        _tell_github(message)
        raise ValueError(message) from error


def _checked(asked: Asked) -> int:
    if "--help" in asked.flags:
        print(USAGE)
        return 0
    run = _run(asked.folder)
    return _make(run, asked) if asked.makes else _judge(run, asked)


def _judge(run: Run, asked: Asked) -> int:
    from limeeval.app.terminal import Terminal
    from limeeval.check.check import check as checked_run
    from limeeval.check.outputs.annotations import annotation_lines
    from limeeval.check.outputs.terminal import print_checked
    from limeeval.study.saved import saved_run

    before, unpaired = asked.path("--baseline"), "--unpaired" in asked.flags
    checked = checked_run(run, _thresholds(asked), baseline=before, unpaired=unpaired, load=saved_run)
    _write(checked, asked)
    console = Terminal()
    print_checked(console, checked)
    if _is_on_github():
        for line in annotation_lines(checked.verdicts):
            console.print(line, markup=False, soft_wrap=True)
    return checked.exit_code


def _is_on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _tell_github(message: str) -> None:
    """Says where a job is looked at that nothing was judged, and why; elsewhere the message is enough."""
    from limeeval.check.outputs.annotations import refusal_line
    from limeeval.check.outputs.markdown import refusal

    if _is_on_github():
        print(refusal_line(message))
        _summarize(lambda room: refusal(message, room=room))


def _run(folder: Path | None) -> Run:
    from limeeval.app.rerun import newest_run
    from limeeval.study.saved import saved_run

    return saved_run(folder or newest_run())


def _thresholds(asked: Asked) -> Path:
    """The file that is meant: one of that name, or a yaml of ours."""
    from limeeval.app.main import configuration_folder

    given = asked.options["--thresholds"]
    own = {path.stem: path for path in (configuration_folder() / "thresholds").glob("*.yaml")}
    if Path(given).exists() or given not in own:
        return Path(given)
    return own[given]


def _make(run: Run, asked: Asked) -> int:
    """Writes thresholds, a baseline, or both, which then belong together."""
    from limeeval.check.check import check_whole
    from limeeval.check.init import first_thresholds
    from limeeval.check.outputs.files import write
    from limeeval.check.thresholds import thresholds_in, thresholds_written

    check_whole(run)
    init, update = asked.path("--init"), asked.path("--update-baseline")
    stated: list[Threshold] = thresholds_in(_thresholds(asked)) if "--thresholds" in asked.options else []
    if init is not None:
        text = first_thresholds(run, has_baseline=update is not None)
        stated = thresholds_written(text, source=str(init))
    if update is not None:
        _update(run, update, stated)
    if init is not None:
        write(init, text, "--init")
        print(f"Thresholds to begin with: {init}")
    return 0


def _update(run: Run, path: Path, stated: Sequence[Threshold]) -> None:
    """Writes a baseline, and says the smallest margins that it can tell from noise."""
    from limeeval.check.asked import check_asked
    from limeeval.check.baseline import baseline_of
    from limeeval.check.power import powers_of
    from limeeval.check.scores import scores_of
    from limeeval.check.thresholds import Threshold

    scores = scores_of(run.scores)
    for one in stated:
        check_asked(one, scores)
    baseline = baseline_of(run)
    compared = [one for one in stated if one.no_worse_than_baseline is not None]
    powers = powers_of(compared or [Threshold("jaccard", no_worse_than_baseline=0.0)], baseline)
    baseline.save(path)
    print(f"Baseline: {path} ({path.stat().st_size / 1024:,.0f} KiB)")
    print(f"Smallest margins that are detected with 95 % when exceeded twofold, for a file of {len(powers)} checks:")
    for power in powers:
        print(f"  {power if compared else _without_margin(power)}")


def _without_margin(power: Power) -> str:
    """What a check could see that nobody has asked for yet."""
    return f"{power.threshold.metric} ({power.rows}): {power.smallest:.3g}"


def _write(checked: Checked, asked: Asked) -> None:
    """Reports, all of them made before any is written."""
    from limeeval.check.outputs.files import write
    from limeeval.check.outputs.markdown import markdown

    texts = {option: _report(option, checked) for option in REPORTS if option in asked.options}
    for option, text in texts.items():
        write(Path(asked.options[option]), text, option)
    _summarize(lambda room: markdown(checked, room=room))


def _report(option: str, checked: Checked) -> str:
    if option == "--junit":
        from limeeval.check.outputs.junit import junit

        return junit(checked.verdicts)
    if option == "--json":
        from limeeval.check.outputs.json import json

        return json(checked)
    from limeeval.check.outputs.markdown import markdown

    return markdown(checked)


def _summarize(text: Callable[[int], str]) -> None:
    """Adds to the summary of a job on GitHub, if there is one, a text that fits into so many bytes.

    Where that cannot be, the verdict stands all the same.
    """
    from limeeval.check.outputs.markdown import LIMIT

    if not (given := os.environ.get("GITHUB_STEP_SUMMARY")):
        return
    summary = Path(given)
    try:
        taken = summary.stat().st_size if summary.exists() else 0
        with summary.open("ab") as file:
            file.write(text(LIMIT - taken).encode("utf-8", "replace"))
    except OSError as error:
        print(f"limeeval: no summary in GITHUB_STEP_SUMMARY, {summary} ({error.strerror})", file=sys.stderr)
