"""One job: from settings to a folder with a study in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.app.announce import announce
from limeeval.app.plan import store_of, task_and_plan
from limeeval.app.report import options_of

if TYPE_CHECKING:
    from rich.console import Console

    from limeeval.study.study import Study
    from limeeval.sweep.plan import FunctionPlan, Plan
    from limeeval.sweep.store import Store
    from limeeval.sweep.tables import Sweep


def run_job(
    settings: Mapping[str, Any],
    folder: Path,
    console: Console,
    *,
    arguments: Sequence[str],
    own: Sequence[str],
    is_alone: bool,
    record: Callable[[], None],
) -> Study | None:
    """Runs a sweep and writes its folder; None for a dry run.

    Args:
        settings: the whole configuration as plain Python.
        folder: of the tables.
        console: for what the user reads.
        arguments: of the command line.
        own: those that make this job alone, if it is one of several.
        is_alone: whether it is not: jobs of several share one report.
        record: called once the folder is ours.

    Raises:
        ValueError: a setting that does not fit, or a folder that is in use.
        ModelError: the model raised, on every batch.
    """
    from limeeval.report.description import Target
    from limeeval.report.terminal.terminal import COLUMNS, what_was_run
    from limeeval.study.describe import describe
    from limeeval.study.folder import PROVENANCE, in_use, write, write_json
    from limeeval.study.provenance import how_chosen, provenance_of
    from limeeval.study.report_files import check_room, remove_report, write_report
    from limeeval.study.study import study_of
    from limeeval.study.without_values import without_values
    from limeeval.sweep.plan import Plan

    started, clock = datetime.now(UTC), time.perf_counter()
    options = options_of(settings["report"])
    task, plan = task_and_plan(settings)
    known = {"k": settings["metrics"]["k"], "usual_k": task.k, "unit": task.unit, "available": len(task.test)}
    known |= {"arguments": tuple(own), "quality_metric": task.quality_metric, "quality": task.quality}
    console.print(what_was_run(describe(plan, **known), width=min(console.width, COLUMNS)))
    store = store_of(settings, task.model_id) if isinstance(plan, Plan) else None
    store = _foretell(plan, store, settings, console)
    if settings["dry_run"]:
        return None
    with in_use(folder):
        check_room(folder)
        record()
        sweep = _swept(plan, store, settings["n_jobs"])
        description = describe(plan, sweep, seconds=time.perf_counter() - clock, **known)
        study = study_of(sweep, description, Target(**settings["target"]), arguments=arguments)
        study = study if options.values else without_values(study)
        remove_report(folder)
        write(study, folder)
        models = {f"{description.task} / {description.model}": task.digests}
        chosen = how_chosen(settings["instances"], len(plan.ids), trained=len(task.train) > 0)
        origin = provenance_of(study, folder, started=started, configuration=settings, models=models, chosen=chosen)
        write_json(folder / PROVENANCE, origin)
        if is_alone:
            write_report(study, folder, options)
    return study


def _foretell(
    plan: Plan | FunctionPlan, store: Store | None, settings: Mapping[str, Any], console: Console
) -> Store | None:
    from limeeval.sweep.plan import Plan

    if isinstance(plan, Plan):
        return announce(plan, store, settings, console)
    console.print(f"{len(list(plan.calls)):,} calls of {plan.names.explainer}", style="dim", markup=False)
    return None


def _swept(plan: Plan | FunctionPlan, store: Store | None, n_jobs: int) -> Sweep:
    from limeeval.sweep.functions import run_functions
    from limeeval.sweep.plan import Plan
    from limeeval.sweep.run import run_sweep

    if isinstance(plan, Plan):
        with _progress(plan.rows_to_predict, plan.unit) as advance:
            return run_sweep(plan, n_jobs=n_jobs, store=store, on_rows=advance)
    with _progress(len(list(plan.calls)), "calls") as advance:
        return run_functions(plan, n_jobs=n_jobs, on_call=lambda: advance(1))


@contextmanager
def _progress(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left, which goes away when it is full; nothing where the output is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("predicting"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task("predicting", total=total, rate="")

        def advance(count: int) -> None:
            progress.advance(bar, count)
            speed = progress.tasks[0].speed
            if speed:
                progress.update(bar, rate=f"{speed:,.0f}/s")

        yield advance
