"""The command line: the only place that knows of Hydra."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

import limeeval

if TYPE_CHECKING:
    from limeeval.sweep.plan import Plan
    from limeeval.sweep.tables import Sweep

DONE, WRONG_USAGE, SOME_FAILED = 0, 2, 3
SLIPS = {"seed": "seeds", "instance": "instances", "row": "instances", "rows": "instances", "tasks": "task"}


def configuration_folder() -> Path:
    """``conf/``: inside the package once it is installed from a wheel, beside it in a checkout."""
    inside = Path(__file__).parent / "conf"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "conf"


def main() -> None:
    """Runs the command line and exits: 0 done, 2 wrong usage or configuration, 3 something failed on the way."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"limeeval {limeeval.__version__}")
        sys.exit(DONE)
    for argument in arguments:
        key = argument.partition("=")[0].lstrip("+")
        if key in SLIPS:
            print(f"limeeval: the key is {SLIPS[key]}, got {argument}", file=sys.stderr)
            sys.exit(WRONG_USAGE)
    sys.argv[1:] = _with_lists(arguments)
    if os.getcwd() not in sys.path:  # The script is to find the user's modules as `python -m` does.
        sys.path.insert(0, os.getcwd())
    sys.exit(max(_run_jobs(), default=DONE))


def _run_jobs() -> list[int]:
    """Exit codes of all jobs that Hydra makes of the command line."""
    codes: list[int] = []

    def job(config: DictConfig) -> None:
        codes.append(_guarded(config))

    run = hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name="config")(job)
    try:
        run()
    except SystemExit as stop:
        # No job lets an exception out: what Hydra itself complains of, with 1, is the command line or a yaml.
        raise SystemExit(WRONG_USAGE if stop.code == 1 else stop.code) from None
    return codes


def _guarded(config: DictConfig) -> int:
    """Runs one job. A user's mistake is one message; a fault of ours keeps its traceback."""
    from limeeval.lime.model import ModelError

    try:
        _sweep(config)
    except (ValueError, OSError) as error:
        print(f"limeeval: {error}", file=sys.stderr)
        return WRONG_USAGE
    except ModelError as error:
        print(f"limeeval: {error}", file=sys.stderr)
        return SOME_FAILED
    except Exception:
        traceback.print_exc()
        return SOME_FAILED
    return DONE


def _sweep(config: DictConfig) -> None:
    from rich.console import Console

    from limeeval.report.scores import scores_of
    from limeeval.report.terminal import cost, table_of_cells, what_was_run

    folder = Path(HydraConfig.get().runtime.output_dir)
    settings = _settings(config)
    plan = _plan(settings)
    d = plan.task.data.shape[1]
    k = _k(settings["metrics"]["k"], plan, d)
    console = Console(highlight=False)
    console.print(what_was_run(plan), soft_wrap=True)
    sweep = _with_progress(plan)
    _write(sweep, folder)
    scores = scores_of(sweep.attributions, sweep.fits, k=k)
    scores.to_parquet(folder / "scores.parquet", index=False)
    console.print()
    console.print(table_of_cells(scores, k=k, d=d))
    console.print()
    console.print(cost(sweep.rows_predicted, sweep.rows_of_a_loop), soft_wrap=True)
    console.print(f"Tables in {folder}", soft_wrap=True)


def _with_lists(arguments: list[str]) -> list[str]:
    """Comma lists of a single run as Hydra's lists: ``seeds=1,2`` becomes ``seeds=[1,2]``, no brackets to quote."""
    if {"-m", "--multirun"} & set(arguments):
        return arguments
    return [_with_list(argument) for argument in arguments]


def _with_list(argument: str) -> str:
    key, equals, value = argument.partition("=")
    is_list = key.startswith("lime.") or key in ("seeds", "instances")
    bare = equals and "," in value and not set(value) & set("[]{}()'\"")
    return f"{key}=[{value}]" if is_list and bare else argument


def _settings(config: DictConfig) -> dict[str, Any]:
    """The configuration as plain Python; an absolute width given on the command line replaces the default factors.

    Raises:
        ValueError: a key that does not exist, which Hydra admits with a plus sign.
    """
    found = OmegaConf.to_container(config, resolve=True)
    assert isinstance(found, dict)
    settings = {str(key): value for key, value in found.items()}
    default = OmegaConf.to_container(OmegaConf.load(configuration_folder() / "config.yaml"), resolve=False)
    assert isinstance(default, dict)
    _check_keys("", settings, {*map(str, default), "task", "model"} - {"defaults", "hydra"})
    for group in ("lime", "metrics"):
        _check_keys(f"{group}.", settings[group], set(map(str, default[group])))
    lime = settings["lime"]
    overridden = {override.lstrip("+").partition("=")[0] for override in HydraConfig.get().overrides.task}
    if lime["kernel_width"] is not None and "lime.kernel_width_factor" not in overridden:
        lime["kernel_width_factor"] = None
    return settings


def _check_keys(group: str, settings: Any, known: set[str]) -> None:
    unknown = sorted(set(settings) - known) if isinstance(settings, Mapping) else [settings]
    if unknown:
        keys = ", ".join(f"{group}{key}" for key in sorted(known))
        raise ValueError(f"keys must be among {keys}, got {', '.join(f'{group}{key}' for key in unknown)}")


def _plan(settings: Mapping[str, Any]) -> Plan:
    from limeeval.lime.neighborhood import BLOCK
    from limeeval.lime.request import check_at_least
    from limeeval.sweep.grid import grid_of, seeds_of
    from limeeval.sweep.plan import Plan
    from limeeval.tasks import load_task, select_instances

    lime = dict(settings["lime"])
    asked = lime.pop("labels"), lime.pop("top_labels")
    grid, seeds = grid_of(lime), seeds_of(settings["seeds"])
    check_at_least("batch_rows", settings["batch_rows"], BLOCK)
    task = load_task(**settings["task"], model=settings["model"])
    labels, top_labels = _labels(*asked, task.mode, task.labels)
    rows = [int(row) for row in select_instances(task, settings["instances"])]
    return Plan(task, rows, seeds, grid, labels=labels, top_labels=top_labels, batch_rows=settings["batch_rows"])


def _labels(labels: Any, top_labels: Any, mode: str, usual: tuple[str, ...]) -> tuple[list[str | int], int | None]:
    """Labels asked for, else the task's usual ones, else the most likely one."""
    from limeeval.lime.request import check_at_least

    if labels is not None and top_labels is not None:
        raise ValueError(f"lime.labels and lime.top_labels exclude each other, got {labels} and {top_labels}")
    if mode == "regression" and not (labels is None and top_labels is None):
        raise ValueError("lime.labels and lime.top_labels are for classification: regression has one output")
    if top_labels is not None:
        check_at_least("lime.top_labels", top_labels, 1)
        return [], top_labels
    chosen = usual if labels is None else [labels] if isinstance(labels, (str, int)) else labels
    return list(chosen), None if chosen else 1


def _k(asked: int | None, plan: Plan, d: int) -> int:
    """The k of top-k scores: as asked for, as is usual in the task's field, or the default."""
    from limeeval.lime.agreement import default_k

    if d < 2:
        raise ValueError("a task must have at least two features to rank, got one")
    named: int = min(plan.grid.values["num_features"])
    most = min(d - 1, named)
    if asked is None:
        return max(min(plan.task.k or default_k(d), most), 1)
    if isinstance(asked, bool) or not isinstance(asked, int) or not 1 <= asked <= most:
        raise ValueError(
            f"metrics.k must be between 1 and {most}, for {d} features of which {named} are named, got {asked}"
        )
    return asked


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
