"""Units of work: whole neighborhoods whose model calls share a batch, from drawing to fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from limeeval.lime.collect import Evidence, collect_evidence
from limeeval.lime.domain import Array, Domain
from limeeval.lime.labels import Labels
from limeeval.lime.model import Model, prediction_function
from limeeval.lime.moments import GROUPS
from limeeval.lime.neighborhood import (
    Answers,
    Batch,
    Neighborhood,
    Predict,
    Samples,
    explained_outputs,
    predicted_samples,
    rows_at_once,
)
from limeeval.sweep.drawn import Drawn
from limeeval.sweep.fits import Fits, FitSettings, fit_cells
from limeeval.sweep.grid import FIT_KEYS
from limeeval.sweep.plan import Plan, Sampling
from limeeval.sweep.store import Store, StoredPredictions, key_of

KEPT_SEEDS = 2
"""Of an instance's seeds, the first so many are fitted by richer models: one half to fit to, one to score on."""
_CACHED_BYTES = 2 * 2**20
"""Of moments, about what stays in a processor's cache while they are fitted."""


class Unit(NamedTuple):
    """Neighborhoods ``start``..``stop`` of one set of samples; which they are is fixed by the grid alone."""

    sampling: int
    start: int
    stop: int

    def apart(self) -> list[Unit]:
        """Its neighborhoods, each as a unit; none if there is but one."""
        numbers = range(self.start, self.stop) if self.stop > self.start + 1 else ()
        return [Unit(self.sampling, number, number + 1) for number in numbers]


class _Looked(Exception):
    """Whether a batch is stored: raised in place of predicting it."""


class Asked(NamedTuple):
    """A model that answers batches."""

    model: Model
    predict: Predict | StoredPredictions

    @property
    def rows_predicted(self) -> int:
        """Rows given to the model so far."""
        return self.model.rows_predicted

    @property
    def rows_stored(self) -> int:
        """Rows whose predictions were known."""
        return self.predict.rows_read if isinstance(self.predict, StoredPredictions) else 0

    @property
    def remarks(self) -> list[str]:
        """What is to be said of the store."""
        return self.predict.remarks if isinstance(self.predict, StoredPredictions) else []


class Done(NamedTuple):
    """A finished unit: the fits of each of its neighborhoods, and where their predictions came from.

    ``outputs`` are the explained outputs (n, L) of the neighborhoods of kept seeds, by their numbers.
    """

    fits: list[Fits]
    rows_predicted: int
    rows_stored: int
    remarks: list[str]
    outputs: Mapping[int, Array]


@dataclass(frozen=True, eq=False)
class Work:
    """All that a unit needs; made once, and sent once to every process.

    ``kept_seeds`` are those whose outputs are kept once they are folded into moments.
    """

    samplings: list[Sampling]
    predict_fn: Any
    labels: Labels
    settings: FitSettings
    batch_rows: int
    store: Store | None
    one_process: bool = False
    kept_seeds: Collection[int] = ()

    def units(self) -> Iterator[Unit]:
        """As many whole neighborhoods as fit a batch of rows; one at least, in several batches if it must be."""
        for number, sampling in enumerate(self.samplings):
            total = len(sampling.neighborhoods)
            step = max(rows_at_once(sampling.neighborhoods, self.batch_rows) // self.settings.counts[-1], 1)
            for start in range(0, total, step):
                yield Unit(number, start, min(start + step, total))

    def is_stored(self, unit: Unit) -> bool:
        """Whether the store has the predictions of a unit's first batch."""
        assert self.store is not None
        store = self.store

        def look(batch: Batch) -> Answers:
            raise _Looked(store.has(key_of(batch, self.labels)))

        try:
            next(predicted_samples(self.neighborhoods(unit), look, batch_rows=self.batch_rows))
        except _Looked as looked:
            return bool(looked.args[0])
        raise AssertionError("a batch is always asked for")

    def rows(self, unit: Unit) -> int:
        """Rows that a unit needs predictions of."""
        return (unit.stop - unit.start) * self.settings.counts[-1]

    def neighborhoods(self, unit: Unit) -> Sequence[Neighborhood]:
        """The neighborhoods of a unit."""
        return self.samplings[unit.sampling].neighborhoods[unit.start : unit.stop]

    def run(self, unit: Unit, on_rows: Callable[[int], None] | None = None) -> Done:
        """Draws, predicts or recalls, and fits.

        Raises:
            ValueError: labels that do not exist, or outputs of the model that do not fit.
            ModelError: the model raised.
            ModelChanged: it does not say again what is stored.
        """
        answers = self.answers()
        neighborhoods = self.neighborhoods(unit)
        kept: dict[int, list[Array]] = {
            number: [] for number, one in enumerate(neighborhoods) if one.seed in self.kept_seeds
        }

        drawn = [Drawn(one.domain, self.settings.counts) for one in neighborhoods]

        def predicted(samples: Samples) -> None:
            if samples.neighborhood in kept:
                kept[samples.neighborhood].append(samples.outputs)
            if on_rows is not None:
                on_rows(len(samples.outputs))

        evidence = collect_evidence(
            neighborhoods,
            answers.predict,
            kernel=self.samplings[unit.sampling].kernel,
            kernel_widths=self.settings.widths,
            sample_counts=self.settings.counts,
            choose_labels=self.labels.outputs,
            batch_rows=self.batch_rows,
            on_samples=predicted,
            on_drawn=lambda number, state: drawn[number].add(state),
        )
        found = zip(evidence, drawn, strict=True)
        fits = [fit for several in _together(found) for fit in fit_cells(*several, self.settings)]
        outputs = {unit.start + number: np.concatenate(parts) for number, parts in kept.items()}
        return Done(fits, answers.rows_predicted, answers.rows_stored, answers.remarks, outputs)

    def answers(self) -> Asked:
        """The model, by way of the store if there is one, and what asking it will have taken."""
        model = Model(prediction_function(self.predict_fn, self.labels.mode), self.labels.mode, self.batch_rows)
        predict: Predict = explained_outputs(model, self.labels.outputs)
        return Asked(
            model, predict if self.store is None else StoredPredictions(self.store, model, predict, self.labels)
        )


def _together(
    pairs: Iterable[tuple[Evidence, Drawn]],
) -> Iterator[tuple[list[Evidence], list[Domain], list[list[str]]]]:
    """Evidence, domains and digests of consecutive neighborhoods of one shape: as many as a processor's cache holds."""
    evidence: list[Evidence] = []
    domains: list[Domain] = []
    digests: list[list[str]] = []
    for found, drawn in pairs:
        size, shape = GROUPS * found.perturbed.gram.nbytes, found.perturbed.cross.shape
        if evidence and (shape != evidence[0].perturbed.cross.shape or (1 + len(evidence)) * size > _CACHED_BYTES):
            yield evidence, domains, digests
            evidence, domains, digests = [], [], []
        evidence.append(found)
        domains.append(drawn.domain)
        digests.append(drawn.digests)
    yield evidence, domains, digests


def work_of(plan: Plan, store: Store | None = None) -> Work:
    """A plan's work.

    Raises:
        ValueError: a row that does not fit the training data.
    """
    default = plan.explainer.default_kernel_width
    swept = [width.kernel_width for width in plan.grid.widths(default)]
    reference = plan.fidelity_at * default
    widths = swept if reference in swept else [*swept, reference]
    return Work(
        samplings=plan.samplings,
        predict_fn=plan.predict_fn,
        labels=plan.labels,
        settings=FitSettings(
            widths=widths,
            swept=len(swept),
            reference=widths.index(reference),
            counts=plan.grid.sample_counts,
            fits=[(fit["num_features"], fit["feature_selection"]) for fit in plan.grid.combinations(FIT_KEYS)],
            single_seed=len(plan.seeds) == 1,
        ),
        batch_rows=plan.batch_rows,
        store=store,
        one_process=plan.one_process,
        kept_seeds=plan.seeds[:KEPT_SEEDS] if plan.nonlinearity else (),
    )
