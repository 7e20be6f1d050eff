"""``python -m limeeval explain``: one instance, on the terminal and as a page."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.app.plan import task_and_plan

if TYPE_CHECKING:
    from rich.console import Console

    from limeeval.lime import Explanation
    from limeeval.sweep.plan import Plan

USUAL = {"instances": "1", "seeds": "1"}
"""What is explained unless the user says otherwise."""


def with_usual(overrides: Sequence[str]) -> list[str]:
    """The arguments, with one instance and seed if they name none; ``instances`` is a row's number."""
    given = {override.lstrip("+~").partition("=")[0] for override in overrides}
    rows = [re.sub(r"^(instances=)(\d+)$", r"\1[\2]", override) for override in overrides]
    return [*(f"{key}={value}" for key, value in USUAL.items() if key not in given), *rows]


def with_single_values(lime: Mapping[str, Any], asked: Collection[str]) -> dict[str, Any]:
    """LIME's settings, with its default where a sweep has several values that the user did not ask for.

    Of segmentations it is the first; ``asked`` are the keys that the user gave.
    """
    from limeeval.sweep.grid import defaults_of

    keys = ["num_samples"] if lime["kernel_width"] is not None else ["num_samples", "kernel_width_factor"]
    usual = {key: defaults_of(lime)[key] for key in keys}
    if isinstance(lime.get("segmentation"), list):
        usual["segmentation"] = lime["segmentation"][:1]
    return {
        **lime,
        **{key: value for key, value in usual.items() if f"lime.{key}" not in asked and _several(lime[key])},
    }


def _several(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1


def explain(settings: Mapping[str, Any], folder: Path, console: Console) -> None:
    """Prints LIME's explanation of an instance and saves it as a page.

    Raises:
        ValueError: several instances, seeds or values of a setting, or an argument that does not fit.
        ModelError: the model raised.
    """
    from limeeval.lime import ImageExplanation
    from limeeval.sweep.plan import Plan

    task, plan = task_and_plan(settings)
    if not isinstance(plan, Plan):
        raise ValueError(f"explain is about LIME, got explainer={settings['explainer']}")
    several = [key for key, values in plan.grid.values.items() if len(values) > 1]
    several += [key for key, found in (("instances", plan.ids), ("seeds", plan.seeds)) if len(found) > 1]
    if several:
        raise ValueError(f"explain takes one value of each setting, got several of {', '.join(several)}")
    explanation = _explained(plan)
    row = "image" if isinstance(explanation, ImageExplanation) else "row"
    console.print(f"{task.name} · {task.model_name} · {row} {plan.ids[0]}", markup=False)
    console.print(repr(explanation), markup=False, soft_wrap=True)
    page = folder / "explanation.html"
    folder.mkdir(parents=True, exist_ok=True)
    explanation.save_to_file(str(page))
    console.print(f"Page: {page}", markup=False, soft_wrap=True)


def _explained(plan: Plan) -> Explanation:
    """The explanation of the only instance of a plan, at its only setting."""
    (cell,), (sampling,) = plan.cells, plan.grid.samplings
    made = {key: sampling.pop(key) for key in list(sampling) if key in plan.explainer.arguments}
    if "segmentation" in sampling:
        sampling |= {"segmentation_fn": sampling.pop("segmentation"), "batch_size": plan.batch_rows}
    explainer = plan.explainer.remade(
        **made,
        kernel_width=cell.kernel_width,
        feature_selection=cell.feature_selection,
        random_state=plan.seeds[0],
    )
    asked = plan.labels.labels
    return explainer.explain_instance(
        plan.instance(0),
        plan.predict_fn,
        labels=([asked] if isinstance(asked, (int, str)) else asked) or (1,),
        top_labels=plan.labels.top_labels,
        num_features=cell.num_features,
        num_samples=cell.num_samples,
        **sampling,
    )
