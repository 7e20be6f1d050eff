"""The answer on the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from limeeval.lime.diagnostics import TRUSTED_UP_TO
from limeeval.metrics.ranking import jaccard_by_chance
from limeeval.report.scores import over_all
from limeeval.sweep.grid import KEYS

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.sweep.plan import Plan

LIME_SAMPLES = 5000


def what_was_run(plan: Plan) -> str:
    """One line: data, model and its quality, rows, seeds, and what is explained."""
    task = plan.task
    return escape(
        f"{task.name} · {task.model_name} ({task.quality_metric} {task.quality:.2f} held out) · "
        f"{len(plan.rows)} {task.unit} · {len(plan.seeds)} seeds · {_explained(plan)}"
    )


def _explained(plan: Plan) -> str:
    if plan.task.mode == "regression":
        return "predicted value"
    if plan.top_labels is None:
        return f"label: {', '.join(map(str, plan.labels))}"
    return "label: the predicted class" if plan.top_labels == 1 else f"the {plan.top_labels} most likely classes"


def table_of_cells(scores: pd.DataFrame, *, k: int, d: int) -> Group:
    """Width x samples: how often two runs name the same k features, Jaccard with its limits over seeds, and R2.

    LIME's defaults carry a mark, and so do cells most of whose fits are not to be trusted.
    """
    chance = jaccard_by_chance(d, k)
    title = f"Do two runs of LIME name the same {k} reasons?   (by chance: Jaccard {chance:.2f})"
    notes = (
        "width: in multiples of LIME's default.  R2: weighted, on each fit's own samples,\n"
        "fresh: on those of the other seeds; –: not defined, some are no fits at all.\n"
        f"!: not to be trusted; {d + 1} unknowns want {(d + 1) / TRUSTED_UP_TO:.0f} effective samples."
    )
    return Group(Text(title, style="bold"), _table(scores, k=k), Text(notes, style="dim"))


def _table(scores: pd.DataFrame, *, k: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("width", "samples", f"same {k}", f"Jaccard@{k} [95 %]", "R2", "fresh"):
        table.add_column(name, justify="right")
    table.add_column("")
    cells = over_all(scores)
    extra = [c for c in _swept(cells) if c not in ("kernel_width", "kernel_width_factor", "num_samples")]
    for cell in cells.to_dict("records"):
        table.add_row(
            f"x{cell['kernel_width_factor']:.3g}",
            f"{cell['num_samples']:,}",
            _shown(cell["same_set"], ".0%"),
            _with_limits(cell["jaccard"], cell["low"], cell["high"]),
            _shown(cell["r2"], ".2f"),
            _shown(cell["r2_fresh"], ".2f"),
            Text(_remarks(cell, extra)),
        )
    return table


def cost(rows_predicted: int, rows_of_a_loop: int) -> str:
    """What the sweep cost, beside a loop over LIME."""
    return (
        f"{rows_predicted:,} model rows predicted; a loop over LIME needs {rows_of_a_loop:,} "
        f"({rows_of_a_loop / rows_predicted:.1f} times as many)"
    )


def _swept(scores: pd.DataFrame) -> list[str]:
    """Settings that take several values."""
    return [key for key in KEYS if key in scores and scores[key].nunique(dropna=False) > 1]


def _shown(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)


def _with_limits(value: float, low: float, high: float) -> str:
    return _shown(value, ".2f") if math.isnan(low) else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _remarks(cell: Mapping[Any, Any], extra: list[str]) -> str:
    parts = [f"{key}={cell[key]}" for key in extra]
    if cell["kernel_width_factor"] == 1 and cell["num_samples"] == LIME_SAMPLES:
        parts.append("<- LIME's defaults")
    if cell["supported"] < 0.5:
        parts.append(f"! {cell['ess']:,.0f} effective samples")
    return "  ".join(parts)
