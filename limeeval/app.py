"""The command line: the only place that knows of Hydra."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

if TYPE_CHECKING:
    from limeeval.sweep.run import Plan, Sweep

DONE, WRONG_USAGE, SOME_FAILED = 0, 2, 3


def configuration_folder() -> Path:
    """``conf/``: inside the package once it is installed from a wheel, beside it in a checkout."""
    inside = Path(__file__).parent / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "conf"


def main() -> None:
    """Runs the command line and exits: 0 done, 2 wrong usage or configuration, 3 the model failed."""
    codes: list[int] = []

    def job(config: DictConfig) -> None:
        codes.append(_guarded(config))

    sys.argv[1:] = _with_lists(sys.argv[1:])
    run = hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name="config")(job)
    try:
        run()
    except SystemExit as stop:
        # Hydra's own complaints, all of them about the configuration, end with 1.
        raise SystemExit(WRONG_USAGE if stop.code == 1 else stop.code) from None
    sys.exit(max(codes, default=DONE))


def _with_lists(arguments: list[str]) -> list[str]:
    """Comma lists of a single run as Hydra's lists: ``seeds=1,2`` becomes ``seeds=[1,2]``, no brackets to quote."""
    if {"-m", "--multirun"} & set(arguments):
        return arguments
    return [_with_list(argument) for argument in arguments]


def _with_list(argument: str) -> str:
    key, equals, value = argument.partition("=")
    is_list = key.startswith("lime.") or key in ("seeds", "instances")
    bare = equals and "," in value and not value.startswith(("[", "{", "'", '"'))
    return f"{key}=[{value}]" if is_list and bare else argument


def _guarded(config: DictConfig) -> int:
    """Runs one job; a user's mistake is one message and an exit code, never a traceback."""
    from limeeval.lime.model import ModelError

    try:
        _sweep(config)
    except (ValueError, TypeError, OSError) as error:
        print(f"limeeval: {error}", file=sys.stderr)
        return WRONG_USAGE
    except ModelError as error:
        print(f"limeeval: {error}", file=sys.stderr)
        return SOME_FAILED
    return DONE


def _sweep(config: DictConfig) -> None:
    from rich.console import Console

    from limeeval.report.cells import cell_scores
    from limeeval.report.terminal import cost, table_of_cells, what_was_run

    folder = Path(HydraConfig.get().runtime.output_dir)
    settings = _settings(config)
    plan = _plan(settings)
    console = Console(highlight=False)
    labels = ", ".join(map(str, plan.labels)) or "the predicted class"
    explained = "predicted value" if plan.task.mode == "regression" else f"label: {labels}"
    console.print(
        what_was_run(plan.task, instances=len(plan.rows), seeds=len(plan.seeds), labels=explained), soft_wrap=True
    )
    d = plan.task.data.shape[1]
    k = _k(settings, plan, d)
    sweep = _with_progress(plan)
    _write(sweep, folder)
    scores = cell_scores(sweep.attributions, sweep.fits, k=k)
    console.print()
    console.print(table_of_cells(scores, k=k, d=d))
    console.print()
    console.print(cost(sweep.rows_predicted, sweep.rows_of_a_loop), soft_wrap=True)
    console.print(f"Tables in {folder}", soft_wrap=True)


def _settings(config: DictConfig) -> dict[str, Any]:
    """The configuration as plain Python; an absolute width given on the command line replaces the default factors."""
    settings = OmegaConf.to_container(config, resolve=True)
    assert isinstance(settings, dict)
    overridden = {override.lstrip("+").split("=")[0] for override in HydraConfig.get().overrides.task}
    lime = settings["lime"]
    if lime["kernel_width"] is not None and "lime.kernel_width_factor" not in overridden:
        lime["kernel_width_factor"] = None
    return {str(key): value for key, value in settings.items()}


def _plan(settings: Mapping[str, Any]) -> Plan:
    from limeeval.lime.request import check_at_least
    from limeeval.sweep.grid import grid_of, seeds_of
    from limeeval.sweep.run import Plan
    from limeeval.tasks import load_task, select_instances

    lime = dict(settings["lime"])
    labels, top_labels = lime.pop("labels"), lime.pop("top_labels")
    if top_labels is not None:
        check_at_least("lime.top_labels", top_labels, 1)
    grid, seeds = grid_of(lime), seeds_of(settings["seeds"])
    check_at_least("batch_rows", settings["batch_rows"], 1)
    task = load_task(**settings["task"], model=settings["model"])
    if labels is None:
        labels = task.labels
    return Plan(
        task=task,
        rows=[int(row) for row in select_instances(task, settings["instances"])],
        seeds=seeds,
        grid=grid,
        labels=[labels] if isinstance(labels, (str, int)) else list(labels),
        top_labels=top_labels,
        batch_rows=settings["batch_rows"],
    )


def _k(settings: Mapping[str, Any], plan: Plan, d: int) -> int:
    """The k of top-k scores: as asked for, as is usual in the task's field, or the default."""
    from limeeval.metrics.ranking import default_k

    asked = settings["metrics"]["k"]
    k = default_k(d) if asked is None and plan.task.k is None else asked or plan.task.k
    if not isinstance(k, int) or not 1 <= k < d:
        raise ValueError(f"metrics.k must be between 1 and {d - 1}, got {k}")
    return k


def _with_progress(plan: Plan) -> Sweep:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from limeeval.sweep.run import run_sweep

    console = Console(stderr=True)
    columns = (TextColumn("predicting"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        bar = progress.add_task("predicting", total=plan.rows_to_predict)
        return run_sweep(plan, on_rows=lambda rows: progress.advance(bar, rows))


def _write(sweep: Sweep, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("attributions", "fits", "instances"):
        getattr(sweep, name).to_parquet(folder / f"{name}.parquet", index=False)
