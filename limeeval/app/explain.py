"""``python -m limeeval explain``: one instance, on the terminal and as a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.app.plan import task_and_plan

if TYPE_CHECKING:
    from rich.console import Console

USUAL = {"instances": "1", "seeds": "1", "lime.kernel_width_factor": "1", "lime.num_samples": "5000"}
"""What is explained unless the user says otherwise: one instance, at LIME's defaults."""


def with_usual(overrides: Sequence[str]) -> list[str]:
    """The arguments, with a single value of whatever a sweep has several of; ``instances`` is a row's number."""
    given = {override.lstrip("+~").partition("=")[0] for override in overrides}
    if "lime.kernel_width" in given:
        given.add("lime.kernel_width_factor")
    rows = [re.sub(r"^(instances=)(\d+)$", r"\1[\2]", override) for override in overrides]
    return [*(f"{key}={value}" for key, value in USUAL.items() if key not in given), *rows]


def explain(settings: Mapping[str, Any], folder: Path, console: Console) -> None:
    """Prints LIME's explanation of an instance and saves it as a page.

    Raises:
        ValueError: several instances, seeds or values of a setting, or an argument that does not fit.
        ModelError: the model raised.
    """
    from limeeval.sweep.plan import Plan

    task, plan = task_and_plan(settings)
    if not isinstance(plan, Plan):
        raise ValueError(f"explain is about LIME, got explainer={settings['explainer']}")
    several = [key for key, values in plan.grid.values.items() if len(values) > 1]
    several += [key for key, found in (("instances", plan.ids), ("seeds", plan.seeds)) if len(found) > 1]
    if several:
        raise ValueError(f"explain takes one value of each setting, got several of {', '.join(several)}")
    (cell,), (sampling,) = plan.cells, plan.grid.samplings
    metric, method = sampling.pop("distance_metric"), sampling.pop("sampling_method")
    explainer = plan.explainer.remade(
        **sampling,
        kernel_width=cell.kernel_width,
        feature_selection=cell.feature_selection,
        random_state=plan.seeds[0],
    )
    asked = plan.labels.labels
    asked = [asked] if isinstance(asked, (int, str)) else asked
    explanation = explainer.explain_instance(
        plan.instance(0),
        plan.predict_fn,
        labels=asked or (1,),
        top_labels=plan.labels.top_labels,
        num_features=cell.num_features,
        num_samples=cell.num_samples,
        distance_metric=metric,
        sampling_method=method,
    )
    console.print(f"{task.name} · {task.model_name} · row {plan.ids[0]}", markup=False)
    console.print(repr(explanation), markup=False, soft_wrap=True)
    page = folder / "explanation.html"
    folder.mkdir(parents=True, exist_ok=True)
    explanation.save_to_file(str(page))
    console.print(f"Page: {page}", markup=False, soft_wrap=True)
