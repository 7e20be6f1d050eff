"""What a plan is said to take, against what it takes."""

from typing import Any

import numpy as np
import pytest

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.sweep.forecast import forecast
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.work import work_of

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {"num_samples": [100, 600], "num_features": 2}
DATA = np.random.default_rng(0).normal(size=(100, 4))


class Timed:
    """A model that takes so many seconds a call and a row, on a clock of its own."""

    def __init__(self, call: float = 0.0, row: float = 0.0) -> None:
        self.call, self.row, self.now, self.rows = call, row, 0.0, 0

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.now += self.call + self.row * len(rows)
        self.rows += len(rows)
        yes = 1 / (1 + np.exp(-rows[:, 0]))
        return np.column_stack([1 - yes, yes])


def plan_of(predict_fn: Any, *, batch_rows: int = 20_000, top_labels: int = 1, **changed: Any) -> Plan:
    return Plan(
        names=Names("made up", "timed"),
        explainer=LimeTabularExplainer(DATA),
        instances=DATA[:2],
        ids=["a", "b"],
        predict_fn=predict_fn,
        seeds=[0, 7],
        grid=grid_of(SETTINGS | changed),
        labels=Labels("classification", None, (), top_labels),
        batch_rows=batch_rows,
    )


def test_rows_and_bytes_are_those_of_the_largest_count() -> None:
    for labels, num_samples in ((1, [100, 600]), (2, [100, 600]), (1, [20])):
        plan = plan_of(Timed(), top_labels=labels, num_samples=num_samples)
        found = forecast(plan, work_of(plan))
        assert found.rows == plan.rows_to_predict == run_sweep(plan).rows_predicted
        assert found.stored_bytes == 8 * found.rows * labels


@pytest.mark.parametrize("batch_rows", [750, 1500, 20_000])
@pytest.mark.parametrize("model", [Timed(row=0.0004), Timed(call=0.1), Timed(call=0.05, row=0.0002)])
def test_the_time_is_what_the_model_takes(monkeypatch: pytest.MonkeyPatch, model: Timed, batch_rows: int) -> None:
    plan = plan_of(model, batch_rows=batch_rows)
    monkeypatch.setattr("limeeval.sweep.forecast.time.perf_counter", lambda: model.now)
    said = forecast(plan, work_of(plan)).seconds
    model.now = 0.0
    run_sweep(plan)
    assert said == pytest.approx(model.now, rel=0.15)  # One row more a call, and our own time beside the model's.


def test_a_small_part_of_the_plan_is_tried() -> None:
    model = Timed()
    plan = plan_of(model, num_samples=25_000)
    forecast(plan, work_of(plan))
    assert model.rows <= 4 * 250


def test_a_model_that_fails_is_an_error_before_the_run() -> None:
    def failing(rows: np.ndarray) -> np.ndarray:
        raise OSError("no such file")

    plan = plan_of(failing)
    with pytest.raises(ModelError, match="no such file"):
        forecast(plan, work_of(plan))
