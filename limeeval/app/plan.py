"""From settings to a plan."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limeeval.sweep.plan import FunctionPlan, Plan
    from limeeval.sweep.store import Store
    from limeeval.tasks import ImageTask, Task


_USUAL_INSTANCES = 10


def task_and_plan(settings: Mapping[str, Any]) -> tuple[Task | ImageTask, Plan | FunctionPlan]:
    """The task, its model fitted, and what is to be run on it. What can be checked before is checked before.

    Raises:
        ValueError: a setting that does not fit.
    """
    from limeeval.sweep.grid import grid_of, seeds_of
    from limeeval.sweep.plan import plan_of_task
    from limeeval.tasks import load_task, select_instances

    _check_values(settings)
    lime = dict(settings["lime"])
    asked = lime.pop("labels"), lime.pop("top_labels")
    grid, seeds = grid_of(lime, trust=settings["trust"]), seeds_of(settings["seeds"])
    task = load_task(**settings["task"], model=settings["model"])
    _check_modality(task, lime)
    labels, top_labels = _labels(*asked, task.mode, task.labels)
    asked_for = min(_USUAL_INSTANCES, len(task.test)) if settings["instances"] is None else settings["instances"]
    rows = [int(row) for row in select_instances(task, asked_for)]
    plan = plan_of_task(
        task,
        rows,
        seeds=seeds,
        grid=grid,
        labels=labels,
        top_labels=top_labels,
        fidelity_at=settings["target"]["fidelity_at"],
        batch_rows=settings["batch_rows"],
        nonlinearity=settings["nonlinearity"],
    )
    return task, plan if settings["explainer"] == "lime" else _function_plan(plan, settings)


def _check_modality(task: Task | ImageTask, lime: Mapping[str, Any]) -> None:
    from limeeval.tasks import Task

    wanted, given = "table" if isinstance(task, Task) else "image", "image" if "segmentation" in lime else "table"
    if wanted != given:
        hint = f"(its yaml says so under defaults: override /modality@_global_.modality: {wanted})"
        raise ValueError(f"modality must be {wanted} for task {task.name}, got {given} {hint}")


def _check_values(settings: Mapping[str, Any]) -> None:
    """Checks what is neither the grid's nor the task's.

    Raises:
        ValueError: a setting that does not fit.
    """
    from limeeval.lime.neighborhood import BLOCK
    from limeeval.lime.request import check_at_least, check_kernel_width

    if settings["batch_rows"] is not None:
        check_at_least("batch_rows", settings["batch_rows"], 1 if "segmentation" in settings["lime"] else BLOCK)
    n_jobs = settings["n_jobs"]
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
        raise ValueError(f"n_jobs must be a number of processes, or -1 for all cores, got {n_jobs}")
    target = settings["target"]
    check_kernel_width(target["fidelity_at"], "target.fidelity_at")
    for key in ("trust", "dry_run", "nonlinearity"):
        if not isinstance(settings[key], bool):
            raise ValueError(f"{key} must be true or false, got {settings[key]}")
    for key in ("jaccard", "r2_margin"):
        value = target[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ValueError(f"target.{key} must be between 0 and 1, got {value}")
    limit = settings["store_limit"]
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not limit > 0:
        raise ValueError(f"store_limit must be a number of GiB above 0, got {limit}")
    if settings["explainer"] != "lime" and settings["nonlinearity"]:
        raise ValueError(f"nonlinearity=true needs explainer=lime, which has samples, got {settings['explainer']}")
    if settings["explainer"] != "lime" and not settings["trust"]:
        raise ValueError(
            f"trust=true must be given to run code that the command line names, got explainer={settings['explainer']}"
        )


def store_of(settings: Mapping[str, Any], model_id: str | None) -> Store | None:
    """Where predictions are kept; None for nowhere.

    Raises:
        ValueError: it is no folder.
    """
    from platformdirs import user_cache_path

    from limeeval.sweep.store import Store

    asked = settings["store"]
    if asked is None or model_id is None:
        return None
    root = user_cache_path("limeeval") / "predictions" if asked == "default" else Path(str(asked))
    if asked == "" or (root.exists() and not root.is_dir()):
        raise ValueError(f"store must be a folder, or null for none, got {asked or 'nothing'}")
    return Store(root.absolute(), model_id)


def _function_plan(plan: Plan, settings: Mapping[str, Any]) -> FunctionPlan:
    """The same rows, seeds and labels for a function, with those of LIME's settings that it takes."""
    from limeeval.sweep.functions import accepted
    from limeeval.sweep.plan import FunctionPlan, Names

    path = settings["explainer"]
    if "segmentation" in settings["lime"]:
        raise ValueError(f"explainer must be lime for tasks of images, got {path}")
    function = _imported(path)
    lime = {key: value for key, value in settings["lime"].items() if key not in ("labels", "top_labels")}
    if lime["kernel_width"] is None:
        lime["kernel_width"] = [width.kernel_width for width in plan.grid.widths(plan.explainer.default_kernel_width)]
    taken = accepted(function, lime)
    if "kernel_width" in taken:
        taken.pop("kernel_width_factor", None)
    name = path.rpartition(":")[2]
    return FunctionPlan(
        names=Names(plan.names.task, plan.names.model, name),
        explain=function,
        instances=plan.instances,
        ids=plan.ids,
        predict_fn=plan.predict_fn,
        seeds=plan.seeds,
        settings={key: value if isinstance(value, list) else [value] for key, value in taken.items()},
        labels=plan.labels,
    )


def _imported(path: str) -> Any:
    """The function at ``module:callable``; of a class, an object made without arguments.

    Raises:
        ValueError: there is none.
    """
    module, colon, name = str(path).partition(":")
    try:
        found = getattr(importlib.import_module(module), name) if colon else None
    except Exception as error:
        raise ValueError(
            f"explainer must be lime or a module:callable that can be imported, got {path}: {error}"
        ) from error
    if inspect.isclass(found):
        found = found()
    if not callable(found):
        raise ValueError(f"explainer must be lime or a module:callable, got {path}")
    return found


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
