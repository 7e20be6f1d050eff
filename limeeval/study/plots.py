"""``study.plot.<figure>(ax=None)``: every figure of a report, on axes of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.answer import Answer
from limeeval.report.drawing.axes import on_axes
from limeeval.report.figures.catalogue import figures
from limeeval.report.nearest import did_you_mean
from limeeval.report.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHOSE = ("task", "model", "explainer")


@dataclass(frozen=True)
class Plots:
    """The figures of a study, as methods: ``same_reasons``, ``instances``, ``explanation(which="worst")`` ...

    Each takes ``ax`` (None: a new figure by pyplot), and where a study holds several tasks, models or explainers
    ``task``, ``model`` and ``explainer`` to choose one; further options are those of the figure. It returns the axes.
    ``dir(study.plot)`` names all of them. A figure for which the rows hold nothing raises a ValueError that says what
    it needs.
    """

    study: Run

    def __dir__(self) -> list[str]:
        return sorted(figures())

    def __getattr__(self, name: str) -> Callable[..., Axes]:
        known = figures()
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in known:
            listed = ", ".join(known)
            raise AttributeError(f"study.plot must name a figure, got {name!r}{did_you_mean(name, known)} ({listed})")

        def plot(*, ax: Axes | None = None, **options: Any) -> Axes:
            whose = {key: options.pop(key) for key in _WHOSE if key in options}
            return on_axes(known[name](self.study, _answer(self.study.answers, whose), **options), ax)

        plot.__name__ = plot.__qualname__ = name
        plot.__doc__ = known[name].__doc__
        return plot


def _answer(answers: Sequence[Answer], whose: dict[str, Any]) -> Answer:
    found = [
        answer for answer in answers if all(getattr(answer.description, key) == value for key, value in whose.items())
    ]
    if len(found) == 1:
        return found[0]
    names = "; ".join(
        ", ".join(f"{key} {getattr(answer.description, key)}" for key in _WHOSE) for answer in (found or answers)
    )
    raise ValueError(f"task, model and explainer must choose one answer, got {len(found)} of these: {names}")
