"""Rows near the instances, and what explains them: x and x' with the same random numbers, in shared model calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.lime.schema import Schema
from limeeval.sweep.executor import Failed, outcomes
from limeeval.sweep.functions import run_functions
from limeeval.sweep.grid import setting_text
from limeeval.sweep.order import keys_of
from limeeval.sweep.plan import FunctionPlan, Plan, Sampling
from limeeval.sweep.work import work_of

if TYPE_CHECKING:
    import pandas as pd


class Nearby(NamedTuple):
    """Encoded rows (n, 1 + m, d), each instance followed by its neighbours, and how far these are (n, m)."""

    rows: Array
    distances: Array


class Explained(NamedTuple):
    """Settings (C rows), and the coefficients (C, U, 1 + m, R, d) of R seeds, for U explained outputs of instances."""

    settings: pd.DataFrame
    coefficients: Array


def draw_nearby(schema: Schema, instances: Array, sd: Array, *, radius: float, neighbors: int) -> Nearby:
    """Neighbours of encoded instances (n, d), drawn from a stream that the instance is the key of.

    Each of the p columns that are numbers and vary gets a Gaussian step of standard deviation radius / sqrt(p), in
    units of ``sd``; the step as a whole, if it is longer than the radius, is shortened to it. Whole numbers are rounded
    to, missing values stay missing, and categories stay what they are. Distances are in the same units.

    Args:
        schema: of the columns.
        instances: (n, d).
        sd: of the columns in the training data (d,).
        radius: above 0.
        neighbors: m of each instance.

    Raises:
        ValueError: no column is a number that varies, or the radius moves none of an instance's.
    """
    moved = sd > 0
    moved[list(schema.categorical)] = False
    if not moved.any():
        raise ValueError("instances must have a column of numbers that vary, got only categories and constants")
    rows = np.repeat(instances[:, None], 1 + neighbors, axis=1)
    for own in rows:
        key = int.from_bytes(blake2b(own[0].tobytes(), digest_size=8).digest(), "little")
        steps = np.random.default_rng([key]).standard_normal((neighbors, int(moved.sum())))
        steps *= radius / np.sqrt(moved.sum())
        steps *= np.minimum(1.0, radius / np.sqrt(np.square(steps).sum(axis=1, keepdims=True)))
        own[1:, moved] += steps * sd[moved]
    smallest, largest = schema.integer_ranges.T
    whole = np.isfinite(smallest)
    rows[..., whole] = np.clip(np.rint(rows[..., whole]), smallest[whole], largest[whole])
    steps = np.nan_to_num((rows[:, 1:] - rows[:, :1])[..., moved] / sd[moved])
    distances = np.sqrt(np.square(steps).sum(axis=-1))
    still = ~(distances > 0).any(axis=1)
    if still.any():
        raise ValueError(
            f"radius must be large enough to move every instance, got {radius:g}, at which all neighbors of the "
            f"instance {int(still.argmax())} equal it"
        )
    return Nearby(rows, distances)


def explain_nearby(plan: Plan, explained: Sequence[tuple[int, int]], *, neighbors: int, n_jobs: int = 1) -> Explained:
    """LIME's explanations of instances and their neighbours, which draw the instance's samples.

    Args:
        plan: whose instances are rows of :class:`Nearby`, one after the other; ``labels`` must name all outputs.
        explained: instance and output of each unit.
        neighbors: m of each instance.
        n_jobs: processes.

    Raises:
        ValueError: something does not fit.
        ModelError: the model raised.
    """
    import pandas as pd

    work = replace(work_of(plan), samplings=[_with_common_keys(one, plan, neighbors) for one in plan.samplings])
    units = list(work.units())
    fits: list[list[Any]] = [[] for _ in work.samplings]
    for unit, outcome in outcomes(work, units, n_jobs=n_jobs, on_rows=_ignored):
        if isinstance(outcome, Failed):
            raise ModelError(outcome.message) if outcome.by_model else ValueError(outcome.message)
        fits[unit.sampling] += [(fit.labels, fit.lines[..., 1:]) for fit in outcome.fits]
    seeds, settings, found = len(plan.seeds), [], []
    for sampling, own in zip(work.samplings, fits, strict=True):
        shown = {key: setting_text(key, value) for key, value in sampling.settings.items()}
        settings += [{**shown, **cell._asdict()} for cell in plan.cells]
        lines = np.stack([coefficients for _, coefficients in own])
        lines = lines.reshape(-1, 1 + neighbors, seeds, *lines.shape[1:])
        labels = own[0][0]
        found.append(np.stack([lines[i, :, :, :, labels.index(output)] for i, output in explained]))
    # Units, rows, seeds, cells, features -> cells, units, rows, seeds, features.
    joined = np.concatenate([np.moveaxis(one, 3, 0) for one in found])
    return Explained(pd.DataFrame(settings), joined)


def explain_nearby_by_function(
    plans: Sequence[FunctionPlan], explained: Sequence[tuple[int, int]], *, n_jobs: int = 1
) -> Explained:
    """A function's explanations of instances (the first plan) and of one neighbour of each (every other plan).

    Each call has all instances of one label in their order, so that whatever the function draws row by row from its
    seed is the same for x and x'. Neighbours are explained for the label of their instance.

    Raises:
        ValueError: something does not fit.
        ModelError: the model or the function raised.
    """
    settings: list[pd.DataFrame] = []
    coefficients: Any = None
    for output in dict.fromkeys(output for _, output in explained):
        units = [unit for unit, (_, own) in enumerate(explained) if own == output]
        instances = [explained[unit][0] for unit in units]
        for number, plan in enumerate(plans):
            shown, values = _called(_restricted(plan, instances, output), n_jobs)
            if coefficients is None:
                settings.append(shown)
                shape = (values.shape[0], len(explained), len(plans), *values.shape[2:])
                coefficients = np.empty(shape)
            coefficients[:, units, number] = values
    return Explained(settings[0], coefficients)


def _with_common_keys(sampling: Sampling, plan: Plan, neighbors: int) -> Sampling:
    """The sampling with each neighbour's samples drawn with the key of its instance."""
    each = (1 + neighbors) * len(plan.seeds)
    keys = [sampling.neighborhoods[start].domain.key for start in range(0, len(sampling.neighborhoods), each)]
    keyed = [replace(one, key=keys[number // each]) for number, one in enumerate(sampling.neighborhoods)]
    return replace(sampling, neighborhoods=keyed)


def _restricted(plan: FunctionPlan, instances: list[int], output: int) -> FunctionPlan:
    rows = plan.instances
    labels = Labels(plan.labels.mode, plan.labels.class_names, (output,))
    return replace(
        plan,
        instances=rows.iloc[instances] if hasattr(rows, "iloc") else rows[instances],
        ids=[plan.ids[i] for i in instances],
        labels=labels,
    )


def _called(plan: FunctionPlan, n_jobs: int) -> tuple[pd.DataFrame, Array]:
    """Settings (C rows) and coefficients (C, n, R, d) of a function's calls, all of which must come to an end."""
    sweep = run_functions(plan, n_jobs=n_jobs)
    if sweep.failures:
        raise ModelError(sweep.failures[0])
    table = sweep.attributions
    settings = [key for key in keys_of(table) if key in plan.settings]
    number = table.groupby(settings, sort=False, dropna=False).ngroup() if settings else 0 * table["feature"]
    ordered = table.assign(_setting=number).sort_values(["_setting", "instance", "seed", "feature"], kind="stable")
    d = int(table["feature"].max()) + 1
    shape = (-1, len(plan.ids), len(plan.seeds), d)
    first = ordered.drop_duplicates("_setting")[settings].reset_index(drop=True)
    return first, ordered["coefficient"].to_numpy(dtype=float).reshape(shape)


def _ignored(rows: int) -> None:
    pass
