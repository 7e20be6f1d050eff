"""Every agreement metric there is, found rather than registered.

A metric is a public function of a module of this package that returns an ``Array``, of ``(coefficients)``, followed by
``standard_errors``, ``k`` or both if it needs them: coefficients (..., R, d) of R runs in, one number (...) out. Its
name is its name in every table. What else belongs to it has the same name with something appended:

- ``_by_chance``, a function of any of ``(d, k, runs)``: what unrelated runs score, nan for no such level. A metric
  without one is corrected for chance: 0.
- ``_similarity``, a function of the same arguments as the metric or of the features that runs name ``(sets)``: the
  similarities of pairs, at most 1, whose mean the metric is. It gives the metric its intervals.
- ``_SCALE``, a constant, the name in capitals: what the mean of the similarities is multiplied with, for metrics that
  are stated in percent.

Nothing else needs to be written, and tests/metrics/test_contract.py holds every metric to the rules that all share:

- the first line of the docstring states the range and the direction, as in ``0..1, higher is better``;
- a single run scores nan, and so do runs of which any coefficient is nan;
- runs whose coefficients are all 0 say nothing: 0 where higher is better, else nan, and no warning.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import numpy as np

import limeeval.metrics
from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, first, leading
from limeeval.metrics.pairs import Similarity

_ARGUMENTS = ("coefficients", "standard_errors", "k")


@dataclass(frozen=True)
class Metric:
    """One agreement metric: its function, and what unrelated runs score.

    Attributes:
        of: the function of coefficients and, if it needs them, standard errors and k.
        by_chance: the function of any of d, k and runs; None for a metric that is 0 by chance.
        at_k: whether it is about the k leading features.
        of_pairs: similarities of runs, as a function of arguments that the metric itself has; None for other metrics.
        of_sets: the same of the features that runs name: the k leading ones, or the first if not at k.
        scale: what the mean of the similarities is multiplied with.
    """

    of: Callable[..., Array]
    by_chance: Callable[..., float] | None
    at_k: bool
    of_pairs: Callable[..., Similarity] | None = None
    of_sets: Callable[[Leading], Similarity] | None = None
    scale: float = 1.0

    def score(self, coefficients: Array, k: int, standard_errors: Array | None = None) -> Array:
        """Its value (...) for coefficients (..., R, d); k and standard errors count only for metrics of these."""
        value: Array = _called(self.of, **_arguments(coefficients, k, standard_errors))
        return value

    def chance(self, d: int, k: int, runs: int) -> float:
        """What so many unrelated runs score; nan if there is no such level."""
        return 0.0 if self.by_chance is None else _called(self.by_chance, d=d, k=k, runs=runs)


def agreement_metrics() -> dict[str, Metric]:
    """All of them by name, module by module.

    >>> agreement_metrics()["jaccard"].chance(d=10, k=5, runs=2) > 0.3
    True
    """
    modules = [import_module(f"limeeval.metrics.{found.name}") for found in iter_modules(limeeval.metrics.__path__)]
    return {name: metric for module in modules for name, metric in _metrics_of(module).items()}


def similarities(
    metrics: Mapping[str, Metric], coefficients: Array, k: int, standard_errors: Array | None = None
) -> dict[str, Similarity]:
    """How alike runs (..., R, d) are by each metric that is a mean over pairs of them; sets are made once for all.

    >>> import numpy as np
    >>> found = similarities(agreement_metrics(), np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2)
    >>> float(found["jaccard"].pairs[0, 1])
    0.3333333333333333
    """
    arguments = _arguments(coefficients, k, standard_errors)
    of_sets = {metric.at_k for metric in metrics.values() if metric.of_sets}
    sets = {at_k: leading(coefficients, k) if at_k else first(coefficients) for at_k in of_sets}
    found = similarities_of_sets(metrics, sets)
    for name, metric in metrics.items():
        if metric.of_pairs:
            found[name] = _called(metric.of_pairs, **arguments)
    return {name: found[name] for name in metrics if name in found}


def similarities_of_sets(metrics: Mapping[str, Metric], sets: Mapping[bool, Leading]) -> dict[str, Similarity]:
    """The same of metrics of the features that runs name; ``sets``: the k leading ones if at k, else the first."""
    functions = {(metric.of_sets, metric.at_k): metric.of_sets for metric in metrics.values() if metric.of_sets}
    found = {key: of_sets(sets[key[1]]) for key, of_sets in functions.items()}
    return {name: found[metric.of_sets, metric.at_k] for name, metric in metrics.items() if metric.of_sets}


def _metrics_of(module: ModuleType) -> dict[str, Metric]:
    return {
        name: Metric(
            function,
            getattr(module, f"{name}_by_chance", None),
            "k" in parameters,
            scale=getattr(module, f"{name.upper()}_SCALE", 1.0),
            **_similarity(module, name),
        )
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if (parameters := tuple(inspect.signature(function).parameters))
        == tuple(one for one in _ARGUMENTS if one in (*parameters, "coefficients"))
        if inspect.get_annotations(function, eval_str=True).get("return") == Array
    }


def _similarity(module: ModuleType, name: str) -> dict[str, Callable[..., Similarity]]:
    function = getattr(module, f"{name}_similarity", None)
    if function is None:
        return {}
    return {"of_sets" if "sets" in inspect.signature(function).parameters else "of_pairs": function}


def _arguments(coefficients: Array, k: int, standard_errors: Array | None) -> dict[str, Any]:
    """What metrics may ask for; standard errors that nobody knows are nan."""
    errors = np.full(coefficients.shape, np.nan) if standard_errors is None else standard_errors
    return {"coefficients": coefficients, "standard_errors": errors, "k": k}


def _called(function: Callable[..., Any], **known: Any) -> Any:
    """What a function returns, given those of the arguments that it asks for."""
    return function(**{name: known[name] for name in inspect.signature(function).parameters})
