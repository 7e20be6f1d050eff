"""Explainers of any kind: functions (X, predict_fn, seed, **settings) -> coefficients (n, d)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.sweep.executor import sent
from limeeval.sweep.plan import Explain, FunctionPlan
from limeeval.sweep.tables import FunctionCall, Sweep, function_tables


def accepted(explain: Explain, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a function takes by name, or all of them if it takes any.

    Raises:
        ValueError: it does not take instances, a prediction function and a seed.
    """
    name = getattr(explain, "__qualname__", repr(explain))
    try:
        signature = inspect.signature(explain)
        taken = _taken(signature, settings)
        given = taken if "label" not in signature.parameters else {**taken, "label": None}
        signature.bind(None, None, 0, **given)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"explainer must be a function of (X, predict_fn, seed, **settings), got {name}: {error}"
        ) from error
    return taken


def _taken(signature: inspect.Signature, settings: Mapping[str, Any]) -> dict[str, Any]:
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values()):
        return dict(settings)
    return {key: value for key, value in settings.items() if key in list(signature.parameters)[3:]}


def run_functions(plan: FunctionPlan, *, n_jobs: int = 1, on_call: Callable[[], None] | None = None) -> Sweep:
    """Explains all instances once for each seed and combination of settings.

    A call that fails is left out and named in ``failures``; the others finish. A function that has a parameter
    ``label`` is given the explained outputs' positions (n,).

    Raises:
        ValueError: coefficients of a wrong shape, or labels that do not fit.
        ModelError: no call came to an end.
    """
    model, n = plan.model(), len(plan.ids)
    predictions = model.predict(plan.instances, rows=n, around="the instances")
    labels = _one_label_each(plan.labels, predictions)
    calls, failures = [], []
    for outcome in _outcomes(plan, labels, n_jobs):
        if on_call is not None:
            on_call()
        if isinstance(outcome, FunctionCall):
            calls.append(outcome)
        else:
            failures.append(outcome)
    if not calls:
        raise ModelError(failures[0])
    widths = sorted({call.coefficients.shape[1] for call in calls})
    if len(widths) > 1:
        raise ValueError(f"explainer must return as many features in every call, got {', '.join(map(str, widths))}")
    return function_tables(
        plan,
        calls,
        [plan.labels.label(int(label)) for label in labels],
        predictions[np.arange(n), labels],
        rows_predicted=n + sum(call.rows_predicted for call in calls),
        rows_stored=0,
        failures=list(dict.fromkeys(failures)),
    )


def _outcomes(plan: FunctionPlan, labels: NDArray[np.intp], n_jobs: int) -> Iterator[FunctionCall | str]:
    if n_jobs == 1:
        yield from (_called(plan, labels, settings, seed) for settings, seed in plan.calls)
        return
    from joblib import Parallel, delayed

    sent(plan, of=plan.explain)
    jobs = (delayed(_called)(plan, labels, settings, seed) for settings, seed in plan.calls)
    yield from Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)(jobs)


def _called(plan: FunctionPlan, labels: NDArray[np.intp], settings: dict[str, Any], seed: int) -> FunctionCall | str:
    """What a call gave, or why it gave nothing."""
    model = plan.model()

    def predict(inputs: Any) -> Array:
        outputs = model.predict(inputs, rows=_count(inputs), around="the instances")
        return outputs if plan.labels.mode == "classification" else outputs[:, 0]

    given = settings
    if "label" in inspect.signature(plan.explain).parameters:
        given = {**settings, "label": labels}
    try:
        coefficients = plan.explain(plan.instances.copy(), predict, seed, **given)
    except ModelError as error:
        return str(error)
    except Exception as error:
        return f"the explainer {plan.names.explainer} raised {type(error).__name__} with seed {seed}: {error}"
    return FunctionCall(settings, seed, _checked(coefficients, plan), model.rows_predicted)


def _checked(coefficients: Any, plan: FunctionPlan) -> Array:
    try:
        found = np.asarray(coefficients, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[1] < 1 or len(found) != len(plan.ids):
        raise ValueError(
            f"explainer must return coefficients of shape ({len(plan.ids)}, features), one row an instance, got "
            f"{type(coefficients).__name__}{_shape(coefficients)}"
        )
    finite = np.isfinite(found).all(axis=1)
    if not finite.all():
        first = plan.ids[int(finite.argmin())]
        raise ValueError(f"explainer must return finite coefficients, got nan or infinity for the instance {first}")
    return found


def _shape(coefficients: Any) -> str:
    try:
        return f" of shape {np.shape(coefficients)}"
    except ValueError:
        return " of rows of different lengths"


def _one_label_each(labels: Labels, predictions: Array) -> NDArray[np.intp]:
    """The position (n,) of the output that is explained of each instance."""
    outputs = [labels.outputs(prediction) for prediction in predictions]
    if any(len(own) != 1 for own in outputs):
        raise ValueError(f"labels must name one label for an explainer of your own, got {len(outputs[0])}")
    return np.array([own[0] for own in outputs], dtype=np.intp)


def _count(inputs: Any) -> int:
    return int(inputs.shape[0]) if hasattr(inputs, "shape") else len(inputs)
