"""Every agreement metric there is, found rather than registered.

A metric is a public function of a module of this package, of ``(coefficients)`` or ``(coefficients, k)``, that returns
an ``Array``: coefficients (..., R, d) of R runs in, one number (...) out. Its name is its name in every table. A
function of the same name with ``_by_chance`` appended, of ``(d)`` or ``(d, k)``, gives what unrelated runs score, nan
for no such level; a metric without one is corrected for chance: 0. A function with ``_similarity`` appended, of
``(coefficients)`` or of the features that runs name ``(sets)``, gives the similarities of pairs whose mean the metric
is, and thereby its intervals. Nothing else needs to be written, and tests/metrics/test_contract.py holds every metric
to the rules that all share:

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

import limeeval.metrics
from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading, first, leading
from limeeval.metrics.pairs import Similarity


@dataclass(frozen=True)
class Metric:
    """One agreement metric: its function, and what unrelated runs score.

    Attributes:
        of: the function of (coefficients) or (coefficients, k).
        by_chance: the function of (d) or (d, k); None for a metric that is 0 by chance.
        at_k: whether it is about the k leading features.
        of_pairs: similarities of runs, as a function of their coefficients (..., R, d); None for other metrics.
        of_sets: the same of the features that runs name: the k leading ones, or the first if not at k.
    """

    of: Callable[..., Array]
    by_chance: Callable[..., float] | None
    at_k: bool
    of_pairs: Callable[[Array], Similarity] | None = None
    of_sets: Callable[[Leading], Similarity] | None = None

    def score(self, coefficients: Array, k: int) -> Array:
        """Its value (...) for coefficients (..., R, d); k counts only for metrics at k."""
        return self.of(coefficients, k) if self.at_k else self.of(coefficients)

    def count(self, k: int) -> int:
        """How many leading features it looks at, if it is one of sets: k, or 1."""
        return k if self.at_k else 1

    def chance(self, d: int, k: int) -> float:
        """What unrelated runs score; nan if there is no such level."""
        if self.by_chance is None:
            return 0.0
        return self.by_chance(d, k) if self.at_k else self.by_chance(d)


def agreement_metrics() -> dict[str, Metric]:
    """All of them by name, module by module.

    >>> agreement_metrics()["jaccard"].chance(d=10, k=5) > 0.3
    True
    """
    modules = [import_module(f"limeeval.metrics.{found.name}") for found in iter_modules(limeeval.metrics.__path__)]
    return {name: metric for module in modules for name, metric in _metrics_of(module).items()}


def similarities(metrics: Mapping[str, Metric], coefficients: Array, k: int) -> dict[str, Similarity]:
    """How alike runs (..., R, d) are by each metric that is a mean over pairs of them; sets are made once for all.

    >>> import numpy as np
    >>> found = similarities(agreement_metrics(), np.array([[3.0, 2.0, 1.0], [0.0, 1.0, 2.0]]), k=2)
    >>> float(found["jaccard"].pairs[0, 1])
    0.3333333333333333
    """
    of_sets = {metric.at_k for metric in metrics.values() if metric.of_sets}
    sets = {at_k: leading(coefficients, k) if at_k else first(coefficients) for at_k in of_sets}
    found = {}
    for name, metric in metrics.items():
        if metric.of_sets:
            found[name] = metric.of_sets(sets[metric.at_k])
        elif metric.of_pairs:
            found[name] = metric.of_pairs(coefficients)
    return found


def _metrics_of(module: ModuleType) -> dict[str, Metric]:
    return {
        name: Metric(
            function, getattr(module, f"{name}_by_chance", None), "k" in parameters, **_similarity(module, name)
        )
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if (parameters := tuple(inspect.signature(function).parameters)) in {("coefficients",), ("coefficients", "k")}
        if inspect.get_annotations(function, eval_str=True).get("return") == Array
    }


def _similarity(module: ModuleType, name: str) -> dict[str, Callable[..., Similarity]]:
    function = getattr(module, f"{name}_similarity", None)
    if function is None:
        return {}
    return {"of_sets" if "sets" in inspect.signature(function).parameters else "of_pairs": function}
