"""Runs a plan: as many model rows as the largest sample count needs, for all cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from limeeval.lime.model import ModelError
from limeeval.sweep.executor import Failed, outcomes
from limeeval.sweep.fits import Fits
from limeeval.sweep.plan import Plan
from limeeval.sweep.store import TOLERANCE, ModelChanged, Store
from limeeval.sweep.tables import Explained, Sweep, tables
from limeeval.sweep.work import Done, Unit, Work, work_of


def run_sweep(
    plan: Plan, *, n_jobs: int = 1, store: Store | None = None, on_rows: Callable[[int], None] | None = None
) -> Sweep:
    """Explains every instance with every seed and setting; the result is the same for any number of processes.

    A unit of work that the model fails on is left out and named in ``failures``; the others finish.

    Args:
        plan: what is to be run.
        n_jobs: processes, as joblib counts them; -1 for all cores.
        store: where predictions are kept and found again; None: nowhere.
        on_rows: told of rows as they are predicted.

    Raises:
        ValueError: a row, a label or the model's outputs do not fit.
        ModelError: the model raised, on every unit.
    """
    store = store and replace(store, believed=False)
    try:
        return _run(plan, work_of(plan, store), n_jobs, on_rows or _ignored)
    except ModelChanged:
        assert store is not None
        sweep = _run(plan, work_of(plan, store.anew()), n_jobs, _ignored)
        said = "stored predictions are not what the model says now: it has changed, or is not deterministic"
        sweep.remarks.append(f"{said}; everything was predicted anew")
        return sweep


def _ignored(rows: int) -> None:
    pass


def _run(plan: Plan, work: Work, n_jobs: int, on_rows: Callable[[int], None]) -> Sweep:
    units = list(work.units())
    done, failed = _outcomes(work, units, n_jobs, on_rows)
    apart = [one for unit in failed for one in unit.apart()] if len(units) == 1 else []
    if apart:  # Where everything fits one batch, one instance's failure shall not cost all the others.
        more, again = _outcomes(work, apart, n_jobs, _ignored, strict=False)
        done |= more
        failed = {unit: outcome for unit, outcome in failed.items() if not unit.apart()} | again
    if not done:
        raise ModelError(next(iter(failed.values())).message)
    explained, contradictions = _of_one_mind(_explained(work, done, len(plan.seeds)))
    return tables(
        plan,
        work.settings,
        explained,
        rows_predicted=sum(outcome.rows_predicted for outcome in done.values()),
        rows_stored=sum(outcome.rows_stored for outcome in done.values()),
        failures=list(dict.fromkeys(outcome.message for outcome in failed.values())),
        remarks=list(dict.fromkeys(remark for outcome in done.values() for remark in outcome.remarks)) + contradictions,
    )


def _outcomes(
    work: Work, units: Sequence[Unit], n_jobs: int, on_rows: Callable[[int], None], *, strict: bool = True
) -> tuple[dict[Unit, Done], dict[Unit, Failed]]:
    """What finished and what did not.

    Raises:
        ValueError: what the model gives does not fit, from the beginning (if ``strict``).
    """
    done: dict[Unit, Done] = {}
    failed: dict[Unit, Failed] = {}
    for unit, outcome in outcomes(work, units, n_jobs=n_jobs, on_rows=on_rows):
        if isinstance(outcome, Done):
            done[unit] = outcome
            continue
        failed[unit] = outcome
        if strict and not done and not outcome.by_model:
            raise ValueError(outcome.message)
    return done, failed


def _of_one_mind(explained: Sequence[Explained]) -> tuple[list[Explained], list[str]]:
    """Without the seeds whose f(x) names other labels than the first seed's, and what is to be said of that."""
    kept, off, dropped = [], 0.0, 0
    for one in explained:
        first = next(iter(one.fits.values()))
        shape, labels = first.prediction.shape, first.labels
        same = {s: fits for s, fits in one.fits.items() if (fits.prediction.shape, fits.labels) == (shape, labels)}
        off = max(off, *(float(np.abs(fits.prediction - first.prediction).max()) for fits in same.values()))
        dropped += len(one.fits) - len(same)
        kept.append(replace(one, fits=same))
    largest = max(float(np.abs(fits.prediction).max()) for one in explained for fits in one.fits.values())
    if off <= TOLERANCE * largest and not dropped:
        return kept, []
    said = f"the model is not deterministic: asked again about the same instance, its answer was up to {off:.2g} off"
    return kept, [f"{said}; {dropped} explanations of another label are left out" if dropped else said]


def _explained(work: Work, done: dict[Unit, Done], seeds: int) -> Sequence[Explained]:
    """What finished, instance by instance."""
    found: dict[tuple[int, int], dict[int, Fits]] = {}
    for unit, outcome in done.items():
        for number, fits in enumerate(outcome.fits, start=unit.start):
            seed = work.samplings[unit.sampling].neighborhoods[number].seed
            found.setdefault((unit.sampling, number // seeds), {})[seed] = fits
    return [
        Explained(
            work.samplings[sampling].settings,
            instance,
            work.samplings[sampling].neighborhoods[instance * seeds].domain.feature_names,
            fits,
        )
        for (sampling, instance), fits in sorted(found.items())
    ]
