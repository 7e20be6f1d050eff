"""What a plan will take, from one timed block of model calls."""

from __future__ import annotations

import time
from dataclasses import dataclass

from limeeval.lime.domain import Array, State
from limeeval.lime.model import Model, prediction_function
from limeeval.lime.neighborhood import BLOCK
from limeeval.sweep.plan import Plan
from limeeval.sweep.work import Work

_SECONDS_A_ROW, _SECONDS_A_FIT = 2e-6, 3e-4
"""Drawing and folding of a row, and a fit with its errors, about; small beside most models."""
_TIMES, _SHORT = 3, 0.1


@dataclass(frozen=True)
class Forecast:
    """What a plan will take.

    Attributes:
        rows: that the model will be given.
        stored_bytes: that their predictions take in the store.
        seconds: of model calls and fits, in one process.
    """

    rows: int
    stored_bytes: int
    seconds: float


def forecast(plan: Plan, work: Work) -> Forecast:
    """What a plan will take: a row and a block of rows are predicted, and the difference is what each row costs.

    Raises:
        ModelError: the model raised.
        ValueError: labels that do not exist, or outputs of the model that do not fit.
    """
    neighborhood = work.samplings[0].neighborhoods[0]
    count = min(BLOCK, neighborhood.num_samples)
    state = neighborhood.draw(0, count)
    model = Model(prediction_function(plan.predict_fn, plan.labels.mode), plan.labels.mode, plan.batch_rows)
    first = tuple(part[:1] for part in state)
    _, outputs = _seconds(model, work, first)  # Warm, and no mistake is timed.
    one, _ = _seconds(model, work, first)
    block, _ = _seconds(model, work, state)
    each = max(block - one, 0.0) / max(count - 1, 1)
    batches = sum(-(-work.rows(unit) // plan.batch_rows) for unit in work.units())
    labels = len(plan.labels.outputs(outputs[0]))
    fits = plan.neighborhoods * len(plan.cells) * labels
    rows = plan.rows_to_predict + plan.rows_to_redraw
    seconds = batches * one + rows * (each + _SECONDS_A_ROW) + fits * _SECONDS_A_FIT
    return Forecast(rows, 8 * rows * labels, seconds)


def _seconds(model: Model, work: Work, state: State) -> tuple[float, Array]:
    """The time that a call takes, the shortest of several if it is short, and what the model says."""
    domain = work.samplings[0].neighborhoods[0].domain
    taken: list[float] = []
    while len(taken) < _TIMES and sum(taken) < _SHORT:
        inputs = domain.decode(tuple(part.copy() for part in state))
        start = time.perf_counter()
        outputs = model.predict(inputs, rows=len(state[0]), around=domain.description)
        taken.append(time.perf_counter() - start)
    return min(taken), outputs
