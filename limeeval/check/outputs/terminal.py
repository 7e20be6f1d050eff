"""The table on the terminal: what fails comes first, and one sentence at the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from limeeval.check.outputs.legend import legend
from limeeval.check.outputs.marks import marked
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS
from limeeval.report.answer.names import shortened

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from limeeval.check.check import Checked

COLUMNS = 80
PASSED = 12
"""So many checks that pass are shown; of more, how many."""
_STYLES = {PASS: "green", FAIL: "red", INCONCLUSIVE: "yellow", MISSING: "magenta"}


def print_checked(console: Console, checked: Checked) -> None:
    """Prints the table, remarks, and the sentence."""
    for part in _parts(checked):
        console.print(part, width=min(console.width, COLUMNS))


def plain_table(checked: Checked) -> str:
    """The same as text, without colors."""
    from rich.console import Console

    written = io.StringIO()
    print_checked(Console(file=written, width=COLUMNS, highlight=False, color_system=None), checked)
    return "\n".join(line.rstrip() for line in written.getvalue().rstrip().splitlines())


def _parts(checked: Checked) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", width=14)
    table.add_column("check", ratio=5)
    table.add_column("what came", ratio=6)
    passed = [one for one in checked.verdicts if one.status == PASS]
    for one in [*(one for one in checked.verdicts if one.status != PASS), *passed[:PASSED]]:
        rows = Text("\n").join([Text(shortened(one.threshold.short, 200)), Text(one.rows, style="dim")])
        style = _STYLES[one.status] if one.is_red or one.status != FAIL else "yellow"
        table.add_row(Text(marked(one), style=style), rows, Text(one.sentence))
    yield table
    if hidden := passed[PASSED:]:
        yield Text(f"\nand {len(hidden):,} more that pass")
    yield Text()
    for line in legend(checked.verdicts):
        yield Text(line, style="dim")
    for remark in checked.remarks:
        yield Text(f"\nNote: {shortened(remark, 500)}")
    yield Text(f"\n{shortened(checked.summary, 1000)}", style="bold")
