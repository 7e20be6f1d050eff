"""The jobs of a multirun as one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def merged(
    folders: Sequence[Path], parent: Path, console: Console, report: Mapping[str, Any], *, arguments: Sequence[str]
) -> None:
    """Writes the rows of all finished jobs into the parent folder, scored together, and prints their answer.

    The parent folder is this run's own by now; ``report`` is the configuration of its page.

    Raises:
        ValueError: rows that contradict each other.
    """
    from limeeval.app.report import options_of
    from limeeval.report.terminal.terminal import print_run
    from limeeval.study.folder import PROVENANCE, write, write_json
    from limeeval.study.merged import merged_study
    from limeeval.study.provenance import merged_provenance
    from limeeval.study.report_files import remove_report, write_report

    study = merged_study(folders, arguments=arguments)
    remove_report(parent)
    write(study, parent)
    write_json(parent / PROVENANCE, merged_provenance(study, parent, folders))
    write_report(study, parent, options_of(report))
    if len(study.answers) == 1:
        console.rule(style="dim")
    print_run(console, study.answers, folder=str(parent))
