"""Every agreement metric there is, found rather than registered.

A metric is a public function of a module of this package, of ``(coefficients)`` or ``(coefficients, k)``, that returns
an ``Array``: coefficients (..., R, d) of R runs in, one number (...) out. Its name is its name in every table. A
function of the same name with ``_by_chance`` appended, of ``(d)`` or ``(d, k)``, gives what unrelated runs score, nan
for no such level; a metric without one is corrected for chance: 0. Nothing else needs to be written, and
tests/metrics/test_contract.py holds every metric to the rules that all share:

- the first line of the docstring states the range and the direction, as in ``0..1, higher is better``;
- a single run scores nan, and so do runs of which any coefficient is nan;
- runs whose coefficients are all 0 say nothing: 0 where higher is better, else nan, and no warning.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import limeeval.metrics
from limeeval.lime.domain import Array


@dataclass(frozen=True)
class Metric:
    """One agreement metric: its function, and what unrelated runs score.

    Attributes:
        of: the function of (coefficients) or (coefficients, k).
        by_chance: the function of (d) or (d, k); None for a metric that is 0 by chance.
        at_k: whether it is about the k leading features.
    """

    of: Callable[..., Array]
    by_chance: Callable[..., float] | None
    at_k: bool

    def score(self, coefficients: Array, k: int) -> Array:
        """Its value (...) for coefficients (..., R, d); k counts only for metrics at k."""
        return self.of(coefficients, k) if self.at_k else self.of(coefficients)

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


def _metrics_of(module: ModuleType) -> dict[str, Metric]:
    return {
        name: Metric(function, getattr(module, f"{name}_by_chance", None), at_k="k" in parameters)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if (parameters := tuple(inspect.signature(function).parameters)) in {("coefficients",), ("coefficients", "k")}
        if inspect.get_annotations(function, eval_str=True).get("return") == Array
    }
