"""Runs a plan: as many model rows as the largest sample count needs, for all cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from limeeval.lime.model import ModelError
from limeeval.sweep.executor import Failed, outcomes
from limeeval.sweep.gathering import Gathering
from limeeval.sweep.nonlinearity import nonlinearity
from limeeval.sweep.plan import Plan
from limeeval.sweep.store import ModelChanged, Store
from limeeval.sweep.tables import Sweep, tables
from limeeval.sweep.work import Unit, Work, work_of


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
    gathered, units = Gathering(plan, work), list(work.units())
    counts, failed = _gather(gathered, units, n_jobs, on_rows)
    apart = [one for unit in failed for one in unit.apart()] if len(units) == 1 else []
    if apart:  # Where everything fits one batch, one instance's failure shall not cost all the others.
        counts, failed = _gather(gathered, apart, n_jobs, _ignored)
    gathered.finish()
    if not gathered.rows:
        raise ModelError(next(iter(failed.values())).message)
    failures, remarks = [outcome.message for outcome in failed.values()], counts.remarks
    richer: dict[str, Any] = {}
    if gathered.kept:
        found = nonlinearity(plan, work, gathered.kept, n_jobs=n_jobs)
        failures, remarks = [*failures, *found.failures], [*remarks, *found.remarks]
        richer = {"nonlinearity": found.sums, "terms": found.terms, "rows_redrawn": found.rows_predicted}
    return tables(
        plan,
        gathered.rows,
        rows_predicted=counts.predicted,
        rows_stored=counts.stored,
        failures=list(dict.fromkeys(failures)),
        remarks=[*dict.fromkeys(remarks), *gathered.remarks],
        **richer,
    )


@dataclass
class _Counts:
    predicted: int = 0
    stored: int = 0
    remarks: list[str] = field(default_factory=list)


def _gather(
    gathered: Gathering, units: Sequence[Unit], n_jobs: int, on_rows: Callable[[int], None]
) -> tuple[_Counts, dict[Unit, Failed]]:
    """Runs units, and gathers what finished; what it took, and what did not finish.

    Raises:
        ValueError: what the model gives does not fit, from the first unit on.
    """
    counts, failed = _Counts(), dict[Unit, Failed]()
    for unit, outcome in outcomes(gathered.work, units, n_jobs=n_jobs, on_rows=on_rows):
        if isinstance(outcome, Failed):
            failed[unit] = outcome
            if unit == next(gathered.work.units()) and not outcome.by_model:
                raise ValueError(outcome.message)
            continue
        gathered.add(unit, outcome)
        counts.predicted += outcome.rows_predicted
        counts.stored += outcome.rows_stored
        counts.remarks += outcome.remarks
    return counts, failed
