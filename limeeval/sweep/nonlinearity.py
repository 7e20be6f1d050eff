"""What a line misses around every instance of a sweep: richer models fitted to the outputs that it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.model import ModelError
from limeeval.lime.moments import GROUPS
from limeeval.lime.neighborhood import Neighborhood
from limeeval.metrics.nonlinearity import Missed, Samples, halves, missed_by_line, within_cells
from limeeval.sweep.gathering import Kept
from limeeval.sweep.grid import Width, setting_text
from limeeval.sweep.plan import Plan
from limeeval.sweep.second_draw import second_outputs
from limeeval.sweep.work import Work

if TYPE_CHECKING:
    import pandas as pd

SUMS = ("spread", "residual_line", "residual_quadratic", "residual_trees", "residual_chosen", "pure_error")
"""Columns of the table of nonlinearity that are weighted sums of squares over a group of scored samples."""
FOUND = (*SUMS, "samples", "chosen", "terms", "terms_in_all")
"""Its columns that hold results: all others say what was fitted."""
_THREADS = 2
"""At least, as a sweep in one process has."""
TOP_TERMS = 5
"""So many squares and pairs of an instance are named, of those that gain anything."""


@dataclass
class Nonlinearity:
    """What richer models found.

    Attributes:
        sums: one row a task, model, explainer, setting of samples, width, instance, label and group of scored samples:
            the columns of FOUND. Sums are nan where nothing could be measured, ``pure_error`` also where the model
            failed; ``samples`` were scored, ``chosen`` are the models chosen (one, or one a direction), ``terms`` the
            squares and pairs in the quadratic surface, out of ``terms_in_all``.
        terms: one row a term: ``term`` in words, ``first`` and ``second`` feature, and the ``gain`` in R2 that it alone
            brings to the line, out of sample. Named for being largest: optimistic where samples are few.
        rows_predicted: rows given to the model to see what z leaves open.
        failures: what the model failed on.
        remarks: what is to be said of the store.
    """

    sums: pd.DataFrame
    terms: pd.DataFrame
    rows_predicted: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class _Around(NamedTuple):
    """One instance's neighborhoods, one a seed, and the outputs (n, L) of each; ``again`` those of a second draw of the
    first: None if they would be the same, nan if the model failed."""

    neighborhoods: Sequence[Neighborhood]
    outputs: Sequence[Array]
    again: Array | None


def nonlinearity(plan: Plan, work: Work, kept: Sequence[Kept], *, n_jobs: int = 1) -> Nonlinearity:
    """Richer models of what a sweep kept, for every instance, label, set of samples and width.

    The model is asked about as many rows as a seed has samples, for every instance and set of samples where z does not
    say all there is of a sample: with bins, or categories. The result is the same for any number of threads.

    Raises:
        ModelChanged: the model does not say again what is stored.
    """
    import pandas as pd

    answers, failures = work.answers(), dict[str, None]()
    around = []
    for one in kept:
        seeds = len(plan.seeds)
        own = work.samplings[one.sampling].neighborhoods[one.instance * seeds : (one.instance + 1) * seeds]
        drawn = [neighborhood for neighborhood in own if neighborhood.seed in one.outputs]
        outputs = [one.outputs[neighborhood.seed] for neighborhood in drawn]
        try:
            again = second_outputs(drawn[0], answers.predict, batch_rows=work.batch_rows)
        except ModelError as error:
            failures[str(error)] = None
            again = np.full(outputs[0].shape, np.nan)
        around.append(_Around(drawn, outputs, again))
    widths = plan.grid.widths(plan.explainer.default_kernel_width)
    found = _in_threads(work, kept, around, widths, n_jobs)
    sums, terms = [], []
    for one, each in zip(kept, found, strict=True):
        for (width, column), measured in each.items():
            keys = _keys(plan, work, one, width, one.labels[column])
            sums.append(pd.DataFrame({**keys, "group": np.arange(GROUPS), **measured.columns}))
            terms.append(pd.DataFrame({**keys, **measured.terms}))
    return Nonlinearity(
        sums=pd.concat(sums, ignore_index=True),
        terms=pd.concat(terms, ignore_index=True),
        rows_predicted=answers.rows_predicted,
        failures=list(failures),
        remarks=answers.remarks,
    )


def _keys(plan: Plan, work: Work, one: Kept, width: Width, output: int) -> dict[str, Any]:
    settings = work.samplings[one.sampling].settings
    return {
        "task": plan.names.task,
        "model": plan.names.model,
        "explainer": plan.names.explainer,
        **{key: setting_text(key, value) for key, value in settings.items()},
        **width._asdict(),
        "num_samples": work.settings.counts[-1],
        "instance": one.instance,
        "label": plan.labels.label(output),
    }


class _Measured(NamedTuple):
    """Columns of the table of sums (GROUPS,), and of that of terms (at most TOP_TERMS,)."""

    columns: Mapping[str, Any]
    terms: Mapping[str, Any]


def _in_threads(
    work: Work, kept: Sequence[Kept], around: Sequence[_Around], widths: Sequence[Width], n_jobs: int
) -> list[dict[tuple[Width, int], _Measured]]:
    """What was measured around each instance, by width and column of its outputs. One thread each: sums do not depend
    on how many there are."""
    import sklearn.ensemble  # noqa: F401 (its threads can be limited only once they are there)
    from joblib import Parallel, delayed, effective_n_jobs
    from threadpoolctl import ThreadpoolController

    threads = ThreadpoolController()

    def measured(one: Kept, own: _Around) -> dict[tuple[Width, int], _Measured]:
        with threads.limit(limits=1, user_api="openmp"):  # It is each thread's own affair.
            return _measured(work.samplings[one.sampling].kernel, own, widths)

    jobs = (delayed(measured)(one, own) for one, own in zip(kept, around, strict=True))
    with threads.limit(limits=1, user_api="blas"):
        return list(Parallel(n_jobs=max(effective_n_jobs(n_jobs), _THREADS), prefer="threads")(jobs))


def _measured(kernel: Kernel, around: _Around, widths: Sequence[Width]) -> dict[tuple[Width, int], _Measured]:
    domain = around.neighborhoods[0].domain
    drawn = [one.domain.design(one.draw(0, one.num_samples)) for one in around.neighborhoods]
    distances = [domain.distance(z) for z in drawn]
    names = [shown.name for shown in domain.shown]
    found = {}
    for width in widths:
        weights = [weights_of(kernel, own, width.kernel_width) for own in distances]
        for column in range(around.outputs[0].shape[1]):
            parts = zip(drawn, around.outputs, weights, strict=True)
            samples = [_perturbed(z, outputs[:, column], w) for z, outputs, w in parts]
            output = float(around.outputs[0][0, column])
            one, other = samples if len(samples) > 1 else halves(*samples[0][:3])
            missed = missed_by_line(one, other, output=output)
            pure = np.zeros(GROUPS)
            if around.again is not None:
                share = samples[0].w.sum() / (one.w.sum() + other.w.sum())
                pure = within_cells(samples[0], around.again[1:, column] - output) / (share or np.nan)
            counts = np.bincount(np.concatenate([one.group, other.group]), minlength=GROUPS)
            found[width, column] = _Measured(_columns(missed, pure, counts), _terms(missed, names))
    return found


def _perturbed(z: Array, outputs: Array, w: Array) -> Samples:
    """All samples (n, ...) but the first, the instance itself, of which outputs are told from then on."""
    return Samples(z[1:], outputs[1:] - outputs[0], w[1:], np.arange(1, len(z)) % GROUPS)


def _columns(missed: Missed | None, pure: Array, counts: NDArray[np.intp]) -> dict[str, Any]:
    if missed is None:
        blank = dict.fromkeys(SUMS, np.full(GROUPS, np.nan))
        return {**blank, "samples": counts, "chosen": None, "terms": 0, "terms_in_all": 0}
    return {
        **dict(zip(SUMS, [*missed.sums, pure], strict=True)),
        "samples": counts,
        "chosen": ", ".join(dict.fromkeys(missed.choices)),
        "terms": missed.tried,
        "terms_in_all": missed.terms.out_of,
    }


def _terms(missed: Missed | None, names: Sequence[str]) -> dict[str, Any]:
    count = 0 if missed is None else int((missed.gains[:TOP_TERMS] > 0).sum())
    first, second = ([], []) if missed is None else (list(part[:count]) for part in missed.terms[:2])
    pairs = zip(first, second, strict=True)
    return {
        "term": [f"{names[a]} squared" if a == b else f"{names[a]} x {names[b]}" for a, b in pairs],
        "first": first,
        "second": second,
        "gain": [] if missed is None else missed.gains[:count],
    }
