"""Runs a plan: as many model rows as the largest sample count needs, for all cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limeeval.lime.model import ModelError
from limeeval.sweep.executor import Failed, outcomes
from limeeval.sweep.fits import Fits
from limeeval.sweep.plan import Plan
from limeeval.sweep.store import ModelChanged, Store
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
    done: dict[Unit, Done] = {}
    failed: dict[Unit, Failed] = {}
    for unit, outcome in outcomes(work, units, n_jobs=n_jobs, on_rows=on_rows):
        if isinstance(outcome, Done):
            done[unit] = outcome
            continue
        failed[unit] = outcome
        if not done and not outcome.by_model:
            raise ValueError(outcome.message)
    if not done:
        raise ModelError(failed[units[0]].message)
    return tables(
        plan,
        work.settings,
        _explained(work, done, len(plan.seeds)),
        rows_predicted=sum(outcome.rows_predicted for outcome in done.values()),
        rows_stored=sum(outcome.rows_stored for outcome in done.values()),
        failures=list(dict.fromkeys(outcome.message for outcome in failed.values())),
        remarks=list(dict.fromkeys(remark for outcome in done.values() for remark in outcome.remarks)),
    )


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
