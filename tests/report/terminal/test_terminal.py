"""What is printed: never more than 30 lines, never wider than the console, whatever things are called."""

import io
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.description import Description, Target
from limeeval.report.terminal.telling import most_telling
from limeeval.report.terminal.terminal import LINES, cost, print_answer, what_was_run

RUN = Description(
    task="german_credit",
    model="random forest",
    explainer="lime",
    quality_metric="AUC",
    quality=0.82,
    unit="applicants",
    instances=10,
    seeds=10,
    explained="label: bad",
    features=20,
    k=4,
    rows_predicted=500_000,
    rows_stored=0,
    rows_of_a_loop=2_500_000,
    seconds=6.2,
)
WIDTHS, SAMPLES = (0.25, 0.5, 1.0, 2.0), (250, 1000, 5000)
NASTY = ["[red]bold[/red]", "🦙🦙 lama", "x" * 300, "a\nb\tc\x1b[31m", "借り手の信用" * 20, "[/]", ":smile:", ""]
NO_RUNS = pd.DataFrame()


def scores(
    description: Description = RUN, *, widths: Any = WIDTHS, samples: Any = SAMPLES, **others: tuple[Any, ...]
) -> pd.DataFrame:
    """Scores of a grid: the more samples, the higher; the smallest width of several rests on too little."""
    rows = []
    for width, count, *more in product(widths, samples, *others.values()):
        setting = {"kernel_width": width, "kernel_width_factor": width, "num_samples": count}
        setting |= dict(zip(others, more, strict=True))
        agreement = 0.5 if count is None else 0.3 + 0.07 * np.log(count)
        weak = width is not None and width < 0.3
        own = {"jaccard": agreement, "same_set": agreement - 0.2, "same_first": 0.9}
        if width is not None:
            own |= {
                "r2_fresh": 0.3,
                "r2": 0.5,
                "r2_reference": 0.3,
                "ess": 6.0 if weak else 900.0,
                "supported": not weak,
            }
        for metric, value in own.items():
            rows.append({**setting, "instance": None, "metric": metric, "estimate": float(value)})
        rows += [{**setting, "instance": i, "metric": "jaccard", "estimate": 0.1 * i} for i in range(10)]
    frame = pd.DataFrame(rows).assign(task=description.task, model=description.model, explainer=description.explainer)
    frame["label"] = frame["instance"].where(frame["instance"].isna(), 0)
    one = description.seeds < 2
    frame["estimate"] = frame["estimate"].mask(frame["metric"].isin(["jaccard", "same_set", "same_first"]) & one)
    frame["low"], frame["high"] = frame["estimate"] - 0.03, frame["estimate"] + 0.03
    frame = frame.assign(k=4, low_population=np.nan, high_population=np.nan, interval="clt", n=10, chance=0.12)
    return frame.astype({"instance": "Int64", "label": "Int64"})


def answer(description: Description = RUN, *, rows: Any = range(10), arguments: Any = (), **grid: Any) -> Answer:
    names = {"task": description.task, "model": description.model}
    instances = pd.DataFrame({"instance": range(10), "row": list(rows)}).assign(**names)
    table = scores(description, **grid)
    return answer_of(table, instances, NO_RUNS, replace(description, arguments=arguments), Target())


def printed(*answers: Answer, width: int = 80, folder: str | None = None, terminal: bool = False) -> str:
    """Everything that a run prints."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system="standard" if terminal else None)
    if len(answers) == 1:
        console.print(what_was_run(answers[0].description))
    print_answer(console, answers, folder=folder)
    return out.getvalue()


def height(text: str, width: int = 80) -> int:
    """Lines on a terminal, which breaks those that are too long for it."""
    return sum(max(-(-cell_len(line) // width), 1) for line in text.splitlines())


def is_readable(text: str, width: int = 80) -> bool:
    """Whether nothing but commands and folders is wider than the console, and all fits on a screen."""
    lines = [line for line in text.splitlines() if "python -m" not in line and not line.startswith("Page")]
    return height(text) <= LINES and all(cell_len(line) <= width for line in lines)


def test_the_default_run_is_thirty_lines_that_say_everything() -> None:
    text = printed(answer())
    assert is_readable(text)
    lines = text.splitlines()
    assert lines[0] == "german_credit · random forest (AUC 0.82 held out)"
    assert lines[1] == "10 applicants · 10 seeds · label: bad · top 4 of 20 features"
    assert "Do two runs of LIME name the same 4 reasons?  (by chance: Jaccard 0.12)" in lines
    assert "   x1    5,000     70%  0.90 [0.87, 0.93]      0.30  <- LIME's defaults" in lines
    assert "x0.25    5,000     70%  0.90 [0.87, 0.93]      0.30  ! 6 effective samples" in lines
    assert "Cost    500,000 model rows predicted in 6 s; a loop over LIME: 2,500,000." in lines
    assert "Next    python -m limeeval explain instances=0" in lines
    starts = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert starts[-5:] == ["Stable?", "Faithful?", "Set", "Cost", "Next"]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("field", ["task", "model", "explainer", "unit", "explained", "quality_metric"])
def test_any_name_is_printed_within_the_console(name: str, field: str) -> None:
    description = replace(RUN, **{field: name})
    text = printed(answer(description))
    assert is_readable(text)
    assert "\x1b" not in text
    beginning = " ".join(name.split())[:8] if name.isprintable() else ""
    assert beginning in text


@pytest.mark.parametrize("row", NASTY)
def test_any_row_id_is_printed_within_the_console(row: str) -> None:
    text = printed(answer(rows=[row + str(i) for i in range(10)]))
    assert is_readable(text)
    assert "\x1b" not in text


def test_everything_long_at_once() -> None:
    long = dict.fromkeys(("task", "model", "explainer", "unit", "explained", "quality_metric"), "名 [b]" * 60)
    assert is_readable(printed(answer(replace(RUN, **long), rows=["r" * 300] * 10)))


@pytest.mark.parametrize("folder", [None, "outputs/2030-01-01/10-00-00", "deep/" * 27])
@pytest.mark.parametrize("arguments", [[], [f"lime.feature_selection={'x' * 150}", "task=german_credit"]])
def test_large_grids_show_the_most_telling_cells(folder: str | None, arguments: list[str]) -> None:
    found = answer(widths=(0.1, 0.25, 0.5, 1.0, 2.0, 4.0), discretizer=("quartile", "decile"), arguments=arguments)
    text = printed(found, folder=folder)
    assert is_readable(text)
    shown = sum(line.lstrip().startswith("x") for line in text.splitlines()) - 1
    assert f"({len(found.cells) - shown} more: scores.parquet)" in text
    assert "quartile  <- LIME's" in text
    assert "decile" in text
    assert folder is None or f"Page    {Path(folder) / 'report.html'}" in text.splitlines()


def test_the_most_telling_cells_come_in_order_and_each_width_is_among_them() -> None:
    found = answer(samples=(100, 250, 500, 1000, 5000, 20000))
    for room in (0, 1, 4, 8, 100):
        shown = most_telling(found, room)
        assert len(shown) == min(max(room, 1), len(found.cells))
        assert found.reference in shown
        positions = [found.cells.index(cell) for cell in shown]
        assert positions == sorted(positions)
    assert {(cell.settings["kernel_width_factor"], cell.samples) for cell in most_telling(found, 8)} >= {
        *((width, 20000) for width in WIDTHS),
        (1.0, 5000),
    }


def test_a_single_seed_shows_no_columns_of_dashes() -> None:
    text = printed(answer(replace(RUN, seeds=1)))
    assert is_readable(text)
    assert "Jaccard@4" not in text
    assert "Stable?    Not known: it takes at least two seeds" in text
    assert "· 1 seed ·" in text


def test_an_explainer_without_settings_and_fits_shows_what_there_is() -> None:
    text = printed(answer(replace(RUN, explainer="mine:MyShap"), widths=(None,), samples=(None,)))
    assert is_readable(text)
    lines = text.splitlines()
    assert "Do two runs of mine:MyShap name the same 4 reasons?  (by chance: Jaccard 0.12)" in lines
    header = lines.index("same 4   Jaccard@4 [95 %]")
    assert lines[header + 1] == "   30%  0.50 [0.47, 0.53]"
    assert "nan" not in text
    assert "None" not in text


def test_several_answers_have_a_line_each() -> None:
    tasks = ("german_credit", "breast_cancer")
    text = printed(*(answer(replace(RUN, task=task), arguments=[f"task={task}"]) for task in tasks), folder="out")
    assert is_readable(text)
    assert "german_credit      no  0.90 [0.87, 0.93]  0.30  summary" in text
    assert "Stable?    0 of 2" in text
    assert "Cost    1,000,000 model rows predicted in 12 s; a loop over LIME: 5,000,000." in text
    assert "python -m limeeval explain task=german_credit instances=0" in text


def several(*descriptions: Description, **grid: Any) -> list[Answer]:
    """Answers with the longest of settings to use."""
    found = [answer(description, **grid) for description in descriptions]
    chosen = [next(cell for cell in one.cells if cell.samples == 20_000) for one in found]
    return [replace(one, chosen=cell) for one, cell in zip(found, chosen, strict=True)]


def test_names_of_several_answers_are_readable_and_where_they_were_judged_is_noted() -> None:
    runs = [replace(RUN, task=t, model=m) for t in ("iris", "wine") for m in ("forest", "logistic regression")]
    near = several(*runs, widths=(0.5,), samples=(1000, 20_000))
    text = printed(*near)
    assert is_readable(text)
    lines = text.splitlines()
    row = "iris, logistic regression     yes  0.99 [0.96, 1.02]  0.30  summary  x0.5 20,000"
    assert row in lines
    assert "Judged at LIME's defaults or the nearest setting." in lines
    assert "k = 4; by chance Jaccard is 0.12." in lines
    default = printed(*several(*runs, widths=(1.0,), samples=(5000, 20_000))).splitlines()
    assert "Judged at LIME's defaults. k = 4; by chance Jaccard is 0.12." in default


def test_several_answers_of_other_explainers_are_not_judged_at_limes_defaults() -> None:
    runs = [replace(RUN, explainer=name) for name in ("mine:A", "mine:B")]
    others = several(*runs, widths=(1.0,), samples=(5000, 20_000))
    assert "Judged at the first setting of each. k = 4" in printed(*others)
    both = several(RUN, runs[0], widths=(1.0,), samples=(5000, 20_000))
    assert "Judged at LIME's defaults, others at their first." in printed(*both).splitlines()


@pytest.mark.parametrize("name", NASTY)
def test_many_answers_fit(name: str) -> None:
    answers = [answer(replace(RUN, task=f"{name}{i}", model=f"{name}{i}", explainer=name)) for i in range(40)]
    text = printed(*answers)
    assert is_readable(text)
    assert "more: scores.parquet)" in text


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in printed(answer())
    assert "\x1b[33m" in printed(answer(), terminal=True)  # yellow: not yet
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in printed(answer(), terminal=True)


def test_wide_and_narrow_consoles() -> None:
    assert max(map(cell_len, printed(answer(), width=200).splitlines())) <= 100
    narrow = [line for line in printed(answer(), width=50).splitlines() if "python -m" not in line]
    assert max(map(cell_len, narrow[2:])) <= 50


def test_the_cost_names_the_store_and_no_loop_that_is_no_dearer() -> None:
    stored = replace(RUN, rows_predicted=1000, rows_stored=499_000, seconds=61.0)
    assert (
        cost([stored])
        == "1,000 model rows predicted and 499,000 from the store in 1 min 1 s; a loop over LIME: 2,500,000."
    )
    assert (
        cost([replace(RUN, rows_predicted=0, seconds=0.2, rows_of_a_loop=0)]) == "0 model rows predicted in under 1 s."
    )
    assert cost([replace(RUN, rows_of_a_loop=500_000)]) == "500,000 model rows predicted in 6 s."


def test_defaults_without_support_carry_both_marks() -> None:
    found = answer(widths=(1.0,))
    weak = tuple(replace(cell, supported=False, ess=6.0) for cell in found.cells)
    marked = replace(found, cells=weak, reference=next(cell for cell in weak if cell.is_default), best=None)
    assert any(line.endswith("! 6 effective, <- LIME's") for line in printed(marked).splitlines())


def test_the_chosen_cell_is_marked() -> None:
    found = answer(widths=(1.0,))
    chosen: JudgedCell = found.cells[1]
    lines = printed(replace(found, chosen=chosen)).splitlines()
    assert next(line for line in lines if line.endswith("<- set")).split()[:2] == ["x1", "1,000"]
