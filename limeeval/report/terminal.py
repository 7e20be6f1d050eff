"""The answer on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from limeeval.metrics.ranking import jaccard_by_chance

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.tasks import Task

LIME_SAMPLES = 5000


def what_was_run(task: Task, *, instances: int, seeds: int, labels: str) -> str:
    """One line: data, model and its quality, rows, seeds, label."""
    return escape(
        f"{task.name} · {task.model_name} ({task.quality_metric} {task.quality:.2f} held out) · "
        f"{instances} {task.unit} · {seeds} seeds · {labels}"
    )


def table_of_cells(scores: pd.DataFrame, *, k: int, d: int) -> Group:
    """Width x samples: how often two runs name the same k features, Jaccard, and weighted R2; marks LIME's defaults.

    Cells with fewer than ten effective samples for each unknown carry a mark.
    """
    chance = jaccard_by_chance(d, k)
    title = f"Do two runs of LIME name the same {k} reasons?   (by chance: Jaccard {chance:.2f})"
    notes = (
        "width: in multiples of LIME's default.  R2: weighted, on each fit's own samples.\n"
        f"!: fewer than {10 * (d + 1)} effective samples, ten for each unknown: not to be trusted."
    )
    return Group(Text(title, style="bold"), _table(scores, k=k, d=d), Text(notes, style="dim"))


def _table(scores: pd.DataFrame, *, k: int, d: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("width", "samples", f"same {k}", f"Jaccard@{k}", "R2"):
        table.add_column(name, justify="right")
    table.add_column("")
    extra = [c for c in _swept(scores) if c not in ("kernel_width", "kernel_width_factor", "num_samples")]
    for cell in scores.to_dict("records"):
        table.add_row(
            f"x{cell['kernel_width_factor']:.3g}",
            f"{cell['num_samples']:,}",
            f"{cell['same_set']:.0%}",
            f"{cell['jaccard']:.2f}",
            f"{cell['r2']:.2f}",
            Text(_remarks(cell, extra, d)),
        )
    return table


def cost(rows_predicted: int, rows_of_a_loop: int) -> str:
    """What the sweep cost, beside a loop over LIME."""
    return (
        f"{rows_predicted:,} model rows predicted; a loop over LIME needs {rows_of_a_loop:,} "
        f"({rows_of_a_loop / rows_predicted:.1f} times as many)"
    )


def _swept(scores: pd.DataFrame) -> list[str]:
    """Columns that take several values."""
    settings = scores.columns.drop(["same_set", "jaccard", "r2", "ess"])
    return [column for column in settings if scores[column].nunique(dropna=False) > 1]


def _remarks(cell: Mapping[Any, Any], extra: list[str], d: int) -> str:
    ess = float(cell["ess"])
    parts = [f"{key}={cell[key]}" for key in extra]
    if cell["kernel_width_factor"] == 1 and cell["num_samples"] == LIME_SAMPLES:
        parts.append("<- LIME's defaults")
    if (d + 1) / ess > 0.1:
        parts.append(f"! {ess:,.0f} effective samples")
    return "  ".join(parts)
