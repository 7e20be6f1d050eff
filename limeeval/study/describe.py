"""What was run, in the words of the answer."""

from __future__ import annotations

from typing import Any

from limeeval.lime.labels import Labels
from limeeval.report.description import Description
from limeeval.study.top_k import resolved_k
from limeeval.sweep.plan import FunctionPlan, Plan
from limeeval.sweep.tables import Sweep


def describe(
    plan: Plan | FunctionPlan,
    sweep: Sweep | None = None,
    *,
    k: Any = None,
    usual_k: int | None = None,
    seconds: float = 0.0,
    **known: Any,
) -> Description:
    """A plan in words, and what it took if it has been run.

    Args:
        plan: what is to be run, or was.
        sweep: what came of it.
        k: as asked for, None for the usual one.
        usual_k: that of the task's field.
        seconds: wall time.
        known: fields of the description that only the caller knows, such as the model's quality.

    Raises:
        ValueError: a k that does not fit.
    """
    return Description(
        task=plan.names.task,
        model=plan.names.model,
        explainer=plan.names.explainer,
        instances=len(plan.ids),
        seeds=len(plan.seeds),
        explained=in_words(plan.labels),
        features=plan.d,
        feature_unit=plan.feature_unit,
        most_features=plan.most_features,
        k=resolved_k(k, usual_k, plan.d, plan.named),
        rows_predicted=sweep.rows_predicted + sweep.rows_redrawn if sweep else 0,
        rows_stored=sweep.rows_stored if sweep else 0,
        rows_of_a_loop=sweep.rows_of_a_loop if sweep else 0,
        seconds=seconds,
        **known,
    )


def in_words(labels: Labels) -> str:
    """Which output is explained."""
    if labels.mode == "regression":
        return "predicted value"
    if labels.top_labels is None:
        asked = [labels.labels] if isinstance(labels.labels, (int, str)) else labels.labels
        return f"label: {', '.join(map(str, asked))}"
    return "label: the predicted class" if labels.top_labels == 1 else f"the {labels.top_labels} most likely classes"
