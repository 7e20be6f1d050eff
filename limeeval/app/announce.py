"""What a run will take, before it calls the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from limeeval.sweep.forecast import Forecast
    from limeeval.sweep.plan import Plan
    from limeeval.sweep.store import Store

LONG_SECONDS = 600
_GIB = 2**30


def announce(plan: Plan, store: Store | None, settings: Mapping[str, Any], console: Console) -> Store | None:
    """Says how many rows will be predicted, how long that takes and what is kept; the store, if room can be made in it.

    Raises:
        ValueError: a row, a label or the model's outputs do not fit.
        ModelError: the model raised.
    """
    from limeeval.sweep.forecast import forecast
    from limeeval.sweep.store import make_room
    from limeeval.sweep.work import work_of

    work = work_of(plan, store)
    units = list(work.units())
    has_first, has_last = (store is not None and work.is_stored(unit) for unit in (units[0], units[-1]))
    if has_first and has_last:
        console.print(f"{plan.rows_to_predict:,} {plan.unit}, of which an earlier run has predictions", style="dim")
        return store
    found = forecast(plan, work)
    processes = 1 if plan.one_process else _processes(settings["n_jobs"])
    known = ", some of them known from an earlier run" if has_first else ""
    parts = [f"{found.rows:,} {plan.unit} to predict{known}", f"about {duration(found.seconds / processes)}"]
    if store is not None:
        limit = int(settings["store_limit"] * _GIB)
        if found.stored_bytes <= limit if settings["dry_run"] else make_room(store.root, found.stored_bytes, limit):
            parts.append(f"{size(found.stored_bytes)} of predictions kept")
        else:
            parts.append(f"{size(found.stored_bytes)} of predictions are over store_limit and not kept")
            store = None
    console.print(" · ".join(parts), style="dim")
    if found.seconds / processes > LONG_SECONDS:
        console.print(cheaper(plan, found, processes))
    return store


def cheaper(plan: Plan, found: Forecast, processes: int) -> str:
    """A plan that takes under ten minutes: fewer seeds, then fewer samples, then fewer instances."""
    seconds = found.seconds / processes
    for keys, share in _reductions(plan):
        if seconds * share <= LONG_SECONDS:
            return f"Cheaper: {keys} takes about {duration(seconds * share)}."
    return f"Cheaper: {keys} takes about {duration(seconds * share)}; a faster model or more processes (n_jobs) help."


def _reductions(plan: Plan) -> Iterator[tuple[str, float]]:
    """Settings that cost less and less, with their share of the cost."""
    seeds, instances, counts = len(plan.seeds), len(plan.ids), plan.grid.sample_counts
    few = min(seeds, 5)
    yield f"seeds={few}", few / seeds
    for last in range(len(counts) - 1, 0, -1):
        kept = ",".join(map(str, counts[:last]))
        yield f"seeds={few} lime.num_samples={kept}", few / seeds * counts[last - 1] / counts[-1]
    kept = ",".join(map(str, counts[: 1 if len(counts) > 1 else None]))
    least = counts[0] / counts[-1]
    yield (
        f"instances={min(instances, 3)} seeds={few} lime.num_samples={kept}",
        few / seeds * least * min(instances, 3) / instances,
    )


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 60:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count: float) -> str:
    """A number of bytes as people say it."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def _processes(n_jobs: int) -> int:
    from joblib import effective_n_jobs

    return int(effective_n_jobs(n_jobs))
