"""Would another explainer name other reasons?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.comparison.between import agreement_between
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.heat import apart_sentence, distinct, draw_heat, heat_of, height_of, pairs_table, span
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.runs import checked
from limeeval.report.scores.units import KEYS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST = 10
_LENGTH = 60


def agreement_between_explainers(run: Run, answer: Answer) -> Figure:
    """Mean Jaccard@k of a run of one explainer and a run, with another seed, of another; on the diagonal, of itself.

    Explainers of the answer's task and model, at most ten, each at the setting that its own answer is about.

    Raises:
        NotDrawn: there are no two of them, or none that explain the same instances by the same features, with two seeds
            in common.
    """
    answers = _alternatives(run, answer)
    if len(answers) < 2:
        raise NotDrawn(f"agreement_between_explainers needs two explainers of a model, got {len(answers)}")
    pairs = _pairs(run, answers, answer.description.k)
    names = [own.description.explainer for own in answers]
    heat = heat_of(pairs, names)

    def draw(axes: Axes) -> None:
        draw_heat(axes, heat)

    k = answer.description.k
    return Figure(
        name="agreement_between_explainers",
        title="Would another explainer name other reasons?",
        caption=(
            f"How much of their {k} main reasons two runs share (Jaccard: 1 all, by chance {heat.chance:.2f}). "
            f"Framed: an explainer with itself, only the seed differs. {apart_sentence(heat)}{_settings(answers)}"
        ),
        alt=(
            f"Overlap (Jaccard) of the {k} main reasons of two runs, for {len(names)} explainers. "
            f"Of the same one: {span(heat.itself)}; of two: {span(heat.between)}; by chance {heat.chance:.2f}. "
            f"{apart_sentence(heat)}"
        ),
        table=pairs_table(pairs, distinct(names, _LENGTH), "explainer"),
        draw=draw,
        height=height_of(heat),
        marks=len(pairs),
    )


def _alternatives(run: Run, answer: Answer) -> list[Answer]:
    """One answer of each explainer of the same task and model, of the answer's k where there are several."""
    about = answer.description
    found: dict[str, Answer] = {}
    for own in run.answers:
        one = own.description
        if (one.task, one.model) == (about.task, about.model) and (one.explainer not in found or one.k == about.k):
            found[one.explainer] = own
    return list(found.values())[:_MOST]


def _pairs(run: Run, answers: Sequence[Answer], k: int) -> pd.DataFrame:
    """Agreement of every two: ``one`` and ``other`` are their positions.

    Raises:
        NotDrawn: they cannot be compared.
    """
    import pandas as pd

    names = [*KEYS, "feature", "coefficient", "standard_error"]
    tables = [
        checked(rows_of_cell(own_rows(run.attributions, own.description), own.reference))
        .reindex(columns=names)
        .assign(version=at)
        for at, own in enumerate(answers)
    ]
    try:
        return agreement_between(pd.concat(tables, ignore_index=True), by="version", k=k)
    except ValueError as error:
        raise NotDrawn(f"agreement_between_explainers needs explainers that can be compared: {error}") from error


def _settings(answers: Sequence[Answer]) -> str:
    """At which setting each explainer is that has several."""
    parts = [
        f"{shortened(own.description.explainer)} at {shortened(own.reference.name, _LENGTH)}"
        for own in answers
        if len(own.cells) > 1
    ]
    return f" Compared: {'; '.join(parts)}." if parts else ""
