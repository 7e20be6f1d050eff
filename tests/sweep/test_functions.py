"""Explainers of any kind: what a function is given, what it may return, and what is said when it fails."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.sweep.functions import accepted, run_functions
from limeeval.sweep.plan import FunctionPlan, Names

INSTANCES = np.random.default_rng(0).normal(size=(5, 3))
SLOPES = np.array([2.0, -1.0, 0.5])
REGRESSION = Labels("regression", None)
YES = Labels("classification", None, (1,))


def linear(rows: np.ndarray) -> np.ndarray:
    return np.asarray(np.asarray(rows) @ SLOPES + 7)


def probabilities(rows: np.ndarray) -> np.ndarray:
    yes = 1 / (1 + np.exp(-linear(rows) + 7))
    return np.column_stack([1 - yes, yes])


def contributions(x: Any, predict_fn: Any, seed: int, *, background: int = 10, scale: float = 1.0) -> np.ndarray:
    """Shapley values of a linear model against a random background: slope times (x - mean of the background)."""
    drawn = np.random.default_rng(seed).normal(size=(background, 3))
    mean = drawn.mean(axis=0)
    values = np.empty(np.shape(x))
    for feature in range(3):
        moved = np.asarray(x, dtype=float).copy()
        moved[:, feature] = mean[feature]
        values[:, feature] = predict_fn(np.asarray(x)) - predict_fn(moved)
    return scale * values


def plan_of(
    explain: Any = contributions, *, labels: Labels = REGRESSION, seeds: Sequence[int] = (0, 4), **changed: Any
) -> FunctionPlan:
    settings = changed.pop("settings", {})
    defaults: dict[str, Any] = {"instances": INSTANCES, "predict_fn": linear}
    return FunctionPlan(
        names=Names("made up", "linear", "shapley"),
        explain=explain,
        ids=list("abcde"),
        seeds=list(seeds),
        settings=settings,
        labels=labels,
        **(defaults | changed),
    )


def assert_equal(one: Any, other: Any) -> None:
    for table in ("attributions", "fits", "instances"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


# --- What comes back -------------------------------------------------------------------------------------------------


def test_contributions_are_those_of_the_function() -> None:
    sweep = run_functions(plan_of(settings={"background": [10, 1000]}))
    assert len(sweep.fits) == 2 * 2 * 5
    assert len(sweep.attributions) == 2 * 2 * 5 * 3
    for key, rows in sweep.attributions.groupby(["background", "seed", "instance"]):
        background, seed, instance = cast(tuple[int, int, int], key)
        mean = np.random.default_rng(seed).normal(size=(background, 3)).mean(axis=0)
        expected = SLOPES * (INSTANCES[instance] - mean)
        np.testing.assert_allclose(rows.sort_values("feature")["coefficient"], expected, atol=1e-12)
    assert sweep.attributions["standard_error"].isna().all()
    assert sweep.attributions["label"].unique().tolist() == [1]
    np.testing.assert_allclose(sweep.instances["model_prediction"], linear(INSTANCES))
    assert sweep.instances["row"].tolist() == list("abcde")


def test_rows_are_counted() -> None:
    sweep = run_functions(plan_of())
    assert sweep.rows_predicted == 5 + 2 * 6 * 5
    assert sweep.fits["rows_predicted"].tolist() == [6.0] * 10


def test_every_combination_of_settings_is_called_with_every_seed() -> None:
    seen: list[tuple[Any, ...]] = []

    def explain(x: Any, predict_fn: Any, seed: int, **settings: Any) -> np.ndarray:
        seen.append((settings["a"], settings["b"], seed))
        return np.ones((5, 3))

    sweep = run_functions(plan_of(explain, settings={"a": [1, 2], "b": ["x", None]}))
    assert seen == [(a, b, seed) for a in (1, 2) for b in ("x", None) for seed in (0, 4)]
    assert not sweep.fits.duplicated(["a", "b", "seed", "instance"]).any()


@pytest.mark.parametrize("value", [5, np.int64(5), 0.5, np.float32(0.5), True, np.bool_(True)])
def test_settings_keep_their_values_in_the_tables(value: Any) -> None:
    sweep = run_functions(plan_of(lambda x, predict_fn, seed, a: np.ones((5, 3)), settings={"a": [value]}))
    assert (sweep.fits["a"] == value).all()


def test_a_frame_names_features() -> None:
    frame = pd.DataFrame(INSTANCES, columns=["age", "income", "debt"])
    sweep = run_functions(plan_of(instances=frame))
    assert sweep.attributions["feature_name"].unique().tolist() == ["age", "income", "debt"]
    assert "value_income" in sweep.instances


def test_a_function_that_asks_for_the_label_is_given_it() -> None:
    """One position of the model's outputs an instance: which class its explanation is of."""
    seen: list[np.ndarray] = []

    def explain(x: Any, predict_fn: Any, seed: int, *, label: np.ndarray) -> np.ndarray:
        seen.append(label)
        return np.asarray(predict_fn(x)[np.arange(5), label][:, None] * np.ones((5, 3)))

    plan = plan_of(explain, labels=Labels("classification", ["no", "yes"], (), 1), predict_fn=probabilities)
    sweep = run_functions(plan)
    most_likely = probabilities(INSTANCES).argmax(axis=1)
    assert len(set(most_likely)) == 2
    np.testing.assert_array_equal(seen, [most_likely] * 2)
    assert sweep.fits.query("seed == 4")["label"].tolist() == most_likely.tolist()
    assert sweep.instances["label_name"].tolist() == [["no", "yes"][label] for label in most_likely]
    first = sweep.attributions.query("feature == 0 and seed == 0")["coefficient"]
    np.testing.assert_allclose(first, probabilities(INSTANCES).max(axis=1))


class Explainer:
    """An explainer that is an object, and holds what it was made with."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, x: Any, predict_fn: Any, seed: int, background: int = 10) -> np.ndarray:
        return contributions(x, predict_fn, seed, background=background, scale=self.scale)


@pytest.mark.parametrize(
    "explain",
    [
        Explainer(3.0),
        Explainer(3.0).__call__,
        partial(contributions, scale=3.0),
        lambda x, predict_fn, seed, background: contributions(x, predict_fn, seed, background=background, scale=3.0),
    ],
    ids=["object", "method", "partial", "lambda"],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_anything_that_can_be_called_will_do(explain: Any, n_jobs: int) -> None:
    settings = {"background": [10, 20]}
    expected = run_functions(plan_of(settings=settings)).attributions["coefficient"] * 3.0
    found = run_functions(plan_of(explain, settings=settings), n_jobs=n_jobs)
    np.testing.assert_allclose(found.attributions["coefficient"], expected, rtol=1e-12)
    assert found.rows_predicted == 5 + 4 * 6 * 5


@pytest.mark.parametrize("labels", [YES, REGRESSION])
def test_two_processes_give_the_rows_of_one(labels: Labels) -> None:
    predict_fn = probabilities if labels is YES else linear

    def explain(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        return np.tile(np.asarray(predict_fn(x)).reshape(5, -1)[:, :1], 3) + np.random.default_rng(seed).normal(size=3)

    plan = plan_of(explain, labels=labels, predict_fn=predict_fn, seeds=range(6))
    calls: list[None] = []
    assert_equal(run_functions(plan, n_jobs=2, on_call=lambda: calls.append(None)), run_functions(plan))
    assert len(calls) == 6


# --- What a function takes -------------------------------------------------------------------------------------------

OFFERED = {"a": [1], "b": [2]}


@pytest.mark.parametrize(
    ("explain", "taken"),
    [
        (lambda x, predict_fn, seed: None, []),
        (lambda x, predict_fn, seed, b=0: None, ["b"]),
        (lambda x, predict_fn, seed, **settings: None, ["a", "b"]),
        (lambda x, predict_fn, seed, *, a=0: None, ["a"]),
        (lambda x, predict_fn, seed, *, a: None, ["a"]),
        (lambda x, predict_fn, seed, a: None, ["a"]),
        (lambda x, predict_fn, seed, *, label: None, []),
        (lambda x, predict_fn, seed, label, a: None, ["a"]),
        (lambda *everything: None, []),
        (partial(contributions, scale=2.0), []),
    ],
)
def test_settings_are_given_by_name(explain: Any, taken: list[str]) -> None:
    assert list(accepted(explain, OFFERED)) == taken


@pytest.mark.parametrize("explain", [lambda: None, lambda x: None, lambda x, predict_fn: None, 5, "shap"])
def test_what_cannot_be_called_so_is_refused(explain: Any) -> None:
    with pytest.raises(ValueError, match="explainer must be a function"):
        accepted(explain, {})


def test_a_setting_nobody_offers_is_named() -> None:
    with pytest.raises(ValueError, match="alpha"):
        accepted(lambda x, predict_fn, seed, *, alpha: None, {"a": [1]})


# --- What goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "returned",
    [
        np.ones((3, 5)),
        np.ones(5),
        np.ones((5, 3, 1)),
        np.ones((5, 0)),
        np.full((5, 3), np.nan),
        np.full((5, 3), np.inf),
        None,
        [[1, 2, 3]] * 4 + [[1, 2]],
        [["a"] * 3] * 5,
    ],
    ids=["transposed", "vector", "cube", "no features", "nan", "inf", "nothing", "ragged", "words"],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_coefficients_must_fit(returned: Any, n_jobs: int) -> None:
    with pytest.raises(ValueError, match=r"explainer must return (finite )?coefficients"):
        run_functions(plan_of(lambda x, predict_fn, seed: returned), n_jobs=n_jobs)


@pytest.mark.parametrize("more", [-1, 1])
def test_every_call_must_return_as_many_features(more: int) -> None:
    with pytest.raises(ValueError, match="features"):
        run_functions(plan_of(lambda x, predict_fn, seed: np.ones((5, 3 + more * (seed > 0)))))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_call_that_fails_is_left_out_and_named(n_jobs: int) -> None:
    def explain(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        if seed == 4:
            raise ZeroDivisionError("no background")
        return contributions(x, predict_fn, seed)

    sweep = run_functions(plan_of(explain, seeds=(0, 4, 8)), n_jobs=n_jobs)
    assert sweep.failures == ["the explainer shapley raised ZeroDivisionError with seed 4: no background"]
    assert_equal(sweep, run_functions(plan_of(seeds=(0, 8))))


def test_a_model_that_fails_inside_is_named_as_the_model() -> None:
    def refusing(rows: np.ndarray) -> np.ndarray:
        if (np.asarray(rows)[:, 0] == 99).any():
            raise OverflowError("out of range")
        return linear(rows)

    def explain(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        predict_fn(np.full((1, 3), 99.0 if seed == 4 else 0.0))
        return np.ones((5, 3))

    sweep = run_functions(plan_of(explain, predict_fn=refusing))
    assert sweep.fits["seed"].unique().tolist() == [0]
    assert len(sweep.failures) == 1
    assert "the model raised OverflowError" in sweep.failures[0]


def test_a_function_that_always_fails_is_an_error() -> None:
    def explain(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        raise KeyError("background")

    with pytest.raises(ModelError, match="shapley raised KeyError"):
        run_functions(plan_of(explain))


def test_one_label_an_instance() -> None:
    two = Labels("classification", None, (0, 1))
    with pytest.raises(ValueError, match="one label"):
        run_functions(plan_of(labels=two, predict_fn=probabilities))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_instances_are_not_written_to(n_jobs: int) -> None:
    """Each call sees the instances as they were given."""

    def explain(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        values = np.array(x)
        with suppress(ValueError):  # Read-only.
            x[:] = 0.0
        return values

    sweep = run_functions(plan_of(explain, seeds=(0, 4, 8), instances=INSTANCES.copy()), n_jobs=n_jobs)
    for _, rows in sweep.attributions.groupby("seed"):
        np.testing.assert_array_equal(rows["coefficient"], INSTANCES.ravel())


def test_a_function_that_cannot_be_sent_is_named() -> None:
    lock = threading.Lock()

    def locked(x: Any, predict_fn: Any, seed: int) -> np.ndarray:
        with lock:
            return np.ones((5, 3))

    with pytest.raises(ValueError, match=r"n_jobs must be 1 .*locked"):
        run_functions(plan_of(locked), n_jobs=2)
    assert len(run_functions(plan_of(locked)).fits) == 10
