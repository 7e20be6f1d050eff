"""From an explainer, some instances and a model to a study: the sweep for those who write Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.image_explainer import IMAGES_AT_ONCE, LimeImageExplainer
from limeeval.lime.model import BATCH_ROWS, mode_of
from limeeval.report.description import Target
from limeeval.study.asked import (
    checked_images,
    checked_rows,
    grid_asked,
    ids_of,
    labels_asked,
    name_of,
    settings_asked,
)
from limeeval.study.describe import describe
from limeeval.study.study import Study, study_of
from limeeval.study.top_k import resolved_k
from limeeval.sweep.functions import run_functions
from limeeval.sweep.grid import seeds_of
from limeeval.sweep.plan import FunctionPlan, Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store


def evaluate(
    explainer: LimeTabularExplainer | LimeImageExplainer | Callable[..., Any],
    instances: Any,
    predict_fn: Any,
    *,
    seeds: int | Sequence[int] = 10,
    labels: Sequence[int | str] | int | str | None = None,
    top_labels: int | None = None,
    k: int | None = None,
    target: Target | None = None,
    nonlinearity: bool = False,
    n_jobs: int = 1,
    store: str | Path | None = None,
    model_id: str | None = None,
    task: str = "study",
    **settings: Any,
) -> Study:
    """How far explanations of these instances agree from seed to seed, and how faithful they are, at every setting.

    Args:
        explainer: a :class:`~limeeval.lime.LimeTabularExplainer` or :class:`~limeeval.lime.LimeImageExplainer`, which
            is re-made for every setting and never changed; or any function (X, predict_fn, seed, **settings) ->
            coefficients (n, d), such as one that computes SHAP values with a background drawn by ``seed``. If it has
            a parameter ``label`` it is given the positions (n,) of the explained outputs.
        instances: rows (n, d) in a container that the explainer takes; or images, as an array (n, H, W, channels) or a
            list of arrays of any sizes.
        predict_fn: function from rows or images to probabilities (n, c), or to values (n,); or a fitted estimator.
        seeds: a count, or a list of seeds.
        labels: names or positions of the classes to explain; None: the predicted class of each instance.
        top_labels: explain this many of the most likely classes instead.
        k: of top-k scores; None: at most 5 and half the features.
        target: what counts as stable and as faithful.
        nonlinearity: whether richer models (a quadratic surface, boosted trees) are fitted too, to say how much a line
            misses, why, and which features carry it; about as long again. For LIME only.
        n_jobs: processes, as joblib counts them; threads for images, whose model stays in this process. The result does
            not depend on it.
        store: folder in which predictions are kept and found again; needs ``model_id``.
        model_id: what identifies the model from one session to the next.
        task: what the data are called in the tables.
        settings: of LIME's, under the names that the explainer has for them (``kernel_width``,
            ``kernel_width_factor``, ``num_samples``, ``num_features``, ``discretizer``, ``segmentation`` ...); or of
            the function. Each is a value or a list, of which every combination is run. Those that share samples
            share model calls.

    Returns:
        The study: its repr is the answer.

    Raises:
        ValueError: an argument that does not fit; the message says the rule and what came.
        ModelError: the model raised, on every batch.
    """
    start = time.perf_counter()
    goal = Target() if target is None else target
    if not isinstance(goal, Target):
        raise ValueError(f"target must be a limeeval.Target, got {target!r}")
    if not isinstance(nonlinearity, bool):
        raise ValueError(f"nonlinearity must be True or False, got {nonlinearity!r}")
    is_of_images = isinstance(explainer, LimeImageExplainer)
    rows, chosen = checked_images(instances) if is_of_images else checked_rows(instances), seeds_of(seeds)
    plan: Plan | FunctionPlan
    if isinstance(explainer, (LimeTabularExplainer, LimeImageExplainer)):
        plan = Plan(
            names=Names(task, name_of(predict_fn)),
            explainer=explainer,
            instances=rows,
            ids=ids_of(rows),
            predict_fn=predict_fn,
            seeds=chosen,
            grid=grid_asked(explainer, settings),
            labels=labels_asked(explainer.mode, explainer.class_names, labels, top_labels),
            fidelity_at=goal.fidelity_at,
            batch_rows=IMAGES_AT_ONCE if is_of_images else BATCH_ROWS,
            model_id=model_id,
            one_process=is_of_images,
            nonlinearity=nonlinearity,
        )
        resolved_k(k, None, plan.d, plan.named)
        sweep = run_sweep(plan, n_jobs=n_jobs, store=_store(store, model_id))
    else:
        if nonlinearity:
            raise ValueError("nonlinearity is for LIME, which has samples, got a function")
        plan = FunctionPlan(
            names=Names(task, name_of(predict_fn), name_of(explainer)),
            explain=explainer,
            instances=rows,
            ids=ids_of(rows),
            predict_fn=predict_fn,
            seeds=chosen,
            settings=settings_asked(explainer, settings),
            labels=labels_asked(mode_of(predict_fn, rows), None, labels, top_labels),
        )
        resolved_k(k, None, plan.d, plan.named)
        sweep = run_functions(plan, n_jobs=n_jobs)
    unit = "images" if is_of_images else "rows"
    description = describe(plan, sweep, k=k, seconds=time.perf_counter() - start, unit=unit)
    return study_of(sweep, description, goal, explainer=explainer)


def _store(folder: str | Path | None, model_id: str | None) -> Store | None:
    if folder is None:
        return None
    if model_id is None:
        raise ValueError("store needs model_id, which tells the model from others in a later session, got None")
    return Store(Path(folder).absolute(), model_id)
