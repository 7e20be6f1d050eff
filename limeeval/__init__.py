"""Measure how far LIME explanations can be trusted.

``limeeval.lime`` is LIME itself, with a standard error for every coefficient; :func:`evaluate` and
``python -m limeeval`` sweep it over kernel widths, sample counts and seeds and score how much its explanations agree.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limeeval.report.comparison.between import agreement_between as agreement_between
    from limeeval.report.comparison.compare import compare as compare
    from limeeval.report.comparison.paired_comparison import PairedComparison as PairedComparison
    from limeeval.report.description import Target as Target
    from limeeval.report.scores.score import score as score
    from limeeval.study.evaluate import evaluate as evaluate
    from limeeval.study.folder import load as load
    from limeeval.study.perturbation import perturbation as perturbation
    from limeeval.study.robustness import robustness as robustness
    from limeeval.study.study import Study as Study

__version__ = "0.1.0"

_PLACES = {
    "PairedComparison": "limeeval.report.comparison.paired_comparison",
    "Study": "limeeval.study.study",
    "Target": "limeeval.report.description",
    "agreement_between": "limeeval.report.comparison.between",
    "compare": "limeeval.report.comparison.compare",
    "evaluate": "limeeval.study.evaluate",
    "load": "limeeval.study.folder",
    "perturbation": "limeeval.study.perturbation",
    "robustness": "limeeval.study.robustness",
    "score": "limeeval.report.scores.score",
}


def __getattr__(name: str) -> Any:
    """What Python users call, imported when it is first asked for: the command line starts without."""
    if name not in _PLACES:
        raise AttributeError(f"module 'limeeval' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_PLACES]
