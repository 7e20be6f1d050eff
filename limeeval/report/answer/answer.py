"""The answer of a run, from its saved rows alone: whether LIME can be trusted here, and with which settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.cells import IDENTITY, JudgedCell
from limeeval.report.answer.choice import best_of, chosen_of, front_of, level_of, reference_of
from limeeval.report.answer.followup import next_commands
from limeeval.report.answer.judged import judged_cells, swept_beside_width_and_samples
from limeeval.report.answer.ladder import Rung, ladder_of
from limeeval.report.answer.missed import Missed, missed_in
from limeeval.report.answer.need import Need, estimated_need
from limeeval.report.answer.pixels import pixel_sentence
from limeeval.report.answer.sentences import faithful_sentence, set_sentence, stable_sentence
from limeeval.report.answer.steadiness import Steadiness, rows_of_cell, steadiness_of
from limeeval.report.description import Description, Target
from limeeval.report.run import own_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Answer:
    """What a run of one task, model and explainer says; plain data.

    Attributes:
        description: what was run.
        target: what it was judged by.
        swept: names of the settings that take several values, beside width and samples.
        cells: every cell of the grid, in the order of the scores.
        reference: the cell that the verdict is about: LIME's defaults, or the cell nearest to them; of another
            explainer the first.
        chosen: the cheapest cell that is surely stable, faithful and supported; None if there is none. Its scores are
            those that it was chosen by, which flatters them.
        front: names of the supported cells than which none is better in stability, fidelity and cost.
        ladder: the choice with fidelity judged at each width of the sweep; empty where there is but one.
        level: one-sided error level at which each cell was tested.
        best: where none is, the most stable one that can be trusted otherwise; None if stability is not known.
        steadiness: of the reference cell, instance by instance.
        need: what would make ``best`` stable, where that can be estimated.
        missed: what a line misses in the reference cell; None if richer models were not asked for.
        stable: the sentence on stability.
        faithful: the sentence on fidelity.
        set: the sentence on the setting to use.
        pixels: the sentence on segmentations; None without several.
        next: commands to run next; none from Python.
    """

    description: Description
    target: Target
    swept: tuple[str, ...]
    cells: tuple[JudgedCell, ...]
    reference: JudgedCell
    chosen: JudgedCell | None
    front: tuple[str, ...]
    ladder: tuple[Rung, ...]
    level: float
    best: JudgedCell | None
    steadiness: Steadiness
    need: Need | None
    missed: Missed | None
    stable: str
    faithful: str
    set: str
    pixels: str | None
    next: tuple[str, ...]

    @property
    def settings(self) -> dict[str, Any] | None:
        """The settings to use, by name; None if no setting holds."""
        return None if self.chosen is None else dict(self.chosen.settings)

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        return asdict(self)


def answer_of(
    scores: pd.DataFrame,
    instances: pd.DataFrame,
    attributions: pd.DataFrame,
    description: Description,
    target: Target,
    *,
    fits: pd.DataFrame | None = None,
    terms: pd.DataFrame | None = None,
) -> Answer:
    """The answer for the task, model and explainer that the description names.

    Args:
        scores: ``scores.parquet``, of one or more tasks, models and explainers.
        instances: ``instances.parquet``.
        attributions: ``attributions.parquet``.
        description: what was run; the next commands carry its arguments over.
        target: what stable and faithful mean.
        fits: ``fits.parquet``; without it, differences of fidelity have no interval, and there is no ladder.
        terms: ``terms.parquet``, where what a line misses was asked for.

    Raises:
        ValueError: the scores have no rows of this task, model and explainer.
    """
    fits = attributions.iloc[:0] if fits is None else fits
    own, rows, runs, fits = (own_rows(table, description) for table in (scores, instances, attributions, fits))
    cells = judged_cells(own, runs, fits, k=description.k, target=target)
    if not cells:
        named = ", ".join(f"{name} {getattr(description, name)}" for name in IDENTITY)
        raise ValueError(f"scores must have rows of {named}, got none")
    reference, chosen = reference_of(cells), chosen_of(cells)
    best = None if chosen else best_of(cells)
    level = level_of(cells)
    need = None if best is None or best.holds else _need(runs, best, description, target, level=level)
    ladder = ladder_of(fits, cells, margin=target.r2_margin)
    missed = missed_in(reference, own, None if terms is None else own_rows(terms, description))
    steadiness = steadiness_of(own, rows, reference, target=target.jaccard)
    return Answer(
        description=description,
        target=target,
        swept=tuple(swept_beside_width_and_samples([cell.settings for cell in cells])),
        cells=cells,
        reference=reference,
        chosen=chosen,
        front=tuple(cell.name for cell in front_of(cells)),
        ladder=ladder,
        level=level,
        best=best,
        steadiness=steadiness,
        need=need,
        stable=stable_sentence(reference, steadiness, description),
        missed=missed,
        faithful=faithful_sentence(reference, description, missed),
        set=set_sentence(
            cells, chosen=chosen, best=best, need=need, ladder=ladder, description=description, target=target
        ),
        pixels=pixel_sentence(reference),
        next=next_commands(
            cells, steadiness, chosen=chosen, best=best, need=need, seeds=_seeds(runs), description=description
        ),
    )


def _seeds(attributions: pd.DataFrame) -> list[int]:
    """The seeds of the runs, ascending; none if they are not known, or are no numbers."""
    if attributions.empty or attributions["seed"].dtype.kind not in "iu":
        return []
    return sorted(attributions["seed"].unique().tolist())


def _need(
    attributions: pd.DataFrame, cell: JudgedCell, description: Description, target: Target, *, level: float
) -> Need | None:
    if cell.samples is None or cell.supported is False or attributions.empty:
        return None
    runs = rows_of_cell(attributions, cell)
    return estimated_need(
        runs, measured=cell.jaccard, num_samples=cell.samples, k=description.k, target=target.jaccard, level=level
    )
