"""Richer models of a sweep: the tables, the rows they cost, and the same answer however it is run."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import truncnorm

from limeeval.lime import LimeImageExplainer, LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.moments import GROUPS
from limeeval.sweep.grid import IMAGE_DEFAULTS, TABLE_DEFAULTS, grid_of
from limeeval.sweep.nonlinearity import SUMS, TOP_TERMS
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store
from limeeval.sweep.tables import Sweep

DATA = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=["age", "income", "debt"])
N = 600
SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {
    "kernel_width_factor": [1, 2],
    "num_samples": [100, N],
    "discretize_continuous": False,
}


def product(rows: Any) -> np.ndarray:
    x = np.asarray(rows, dtype=float)
    return np.asarray(x[:, 0] + 2 * x[:, 0] * x[:, 1])


def plan_of(predict_fn: Any = product, *, seeds: Any = (0, 7, 9), batch_rows: int = 20_000, **changed: Any) -> Plan:
    return Plan(
        names=Names("made up", "product"),
        explainer=LimeTabularExplainer(DATA, mode="regression"),
        instances=DATA.iloc[:3],
        ids=[0, 1, 2],
        predict_fn=predict_fn,
        seeds=list(seeds),
        grid=grid_of(SETTINGS | changed),
        labels=Labels("regression", None),
        batch_rows=batch_rows,
        nonlinearity=True,
    )


def shares(sweep: Sweep) -> pd.DataFrame:
    """Sums over groups, by width, in shares of the spread."""
    assert sweep.nonlinearity is not None
    sums = sweep.nonlinearity.groupby("kernel_width_factor")[list(SUMS)].sum()
    found: pd.DataFrame = sums.div(sums["spread"], axis=0)
    return found


def assert_same(one: Sweep, other: Sweep) -> None:
    assert one.nonlinearity is not None
    assert one.terms is not None
    pd.testing.assert_frame_equal(one.nonlinearity, other.nonlinearity)
    pd.testing.assert_frame_equal(one.terms, other.terms)


def test_nothing_is_kept_or_fitted_unless_asked_for() -> None:
    sweep = run_sweep(replace(plan_of(), nonlinearity=False))
    assert sweep.nonlinearity is sweep.terms is None
    assert sweep.rows_redrawn == 0


def test_a_product_is_found_without_a_further_model_call() -> None:
    plan = plan_of()
    sweep = run_sweep(plan)
    assert sweep.nonlinearity is not None
    assert sweep.terms is not None
    assert sweep.rows_predicted == plan.rows_to_predict
    assert sweep.rows_redrawn == plan.rows_to_redraw == 0
    assert len(sweep.nonlinearity) == 3 * 2 * GROUPS
    assert (sweep.nonlinearity["chosen"] == "quadratic").all()
    assert (
        sweep.nonlinearity.groupby(["kernel_width_factor", "instance"])["samples"].sum().tolist() == [2 * (N - 1)] * 6
    )
    found = shares(sweep)
    assert (found["residual_line"] > 0.2).all()
    assert found[["residual_chosen", "pure_error"]].to_numpy() == pytest.approx(0, abs=1e-6)
    top = sweep.terms.groupby(["kernel_width_factor", "instance"]).first()
    assert (top["term"] == "age x income").all()
    assert (top[["first", "second"]] == [0, 1]).all(axis=None)
    assert sweep.terms.groupby(["kernel_width_factor", "instance"]).size().max() <= TOP_TERMS


def test_the_first_two_seeds_are_scored_on_each_other() -> None:
    """More seeds change nothing; and sums are those of all their samples but the instance, weighed at each width."""
    assert_same(run_sweep(plan_of()), run_sweep(plan_of(seeds=(0, 7))))
    plan = plan_of()
    (sampling,), sweep = plan.samplings, run_sweep(plan)
    assert sweep.nonlinearity is not None
    spread = 0.0
    for neighborhood in sampling.neighborhoods[3:5]:
        state = neighborhood.draw(0, N)
        z, y = neighborhood.domain.design(state)[1:], product(neighborhood.domain.decode(state))[1:]
        w = sampling.kernel(neighborhood.domain.distance(z), plan.explainer.default_kernel_width)
        spread += w @ np.square(y - np.average(y, weights=w))
    own = sweep.nonlinearity.query("instance == 1 and kernel_width_factor == 1")
    assert own["spread"].sum() == pytest.approx(spread)


def test_a_single_seed_is_split_in_halves() -> None:
    sweep = run_sweep(plan_of(seeds=[4]))
    assert sweep.nonlinearity is not None
    assert sweep.nonlinearity.groupby(["kernel_width_factor", "instance"])["samples"].sum().tolist() == [N - 1] * 6
    assert shares(sweep)["residual_chosen"].to_numpy() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("bins", [True, False])
def test_the_answer_does_not_depend_on_how_it_is_run(bins: bool, tmp_path: Path) -> None:
    plan = plan_of(discretize_continuous=bins)
    sweep = run_sweep(plan)
    assert_same(sweep, run_sweep(plan, n_jobs=2))
    assert_same(sweep, run_sweep(replace(plan, batch_rows=250)))
    store = Store(tmp_path, "product")
    assert_same(sweep, run_sweep(plan, store=store))
    again = run_sweep(plan, store=store)
    assert_same(sweep, again)
    assert again.rows_redrawn == 0


def test_bins_hide_variance_that_costs_one_seed_more() -> None:
    """A line in the value of a column: all that a line in z misses is what bins hide."""

    def sloped(rows: Any) -> np.ndarray:
        return np.asarray(rows, dtype=float)[:, 0] * 3

    plan = plan_of(sloped, discretize_continuous=True, num_samples=4000)
    sweep = run_sweep(plan)
    assert sweep.rows_redrawn == 3 * 4000
    assert sweep.nonlinearity is not None
    found = shares(sweep)
    assert (found["pure_error"] > 0.2).all()
    assert found["pure_error"].to_numpy() == pytest.approx(found["residual_line"].to_numpy(), rel=0.1)
    assert found["residual_chosen"].to_numpy() == pytest.approx(found["residual_line"].to_numpy(), rel=0.02)


def bins_of(column: np.ndarray) -> list[Any]:
    """The truncated normals that the quartiles of a column are drawn from."""
    edges = np.percentile(column, [0, 25, 50, 75, 100])
    found = []
    for low, high in pairwise(edges):
        inside = column[(column > low) & (column <= high) | (column == low) & (column == column.min())]
        mean, sd = inside.mean(), inside.std()
        found.append(truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd))
    return found


@pytest.mark.parametrize("width", [0.6, 2.0])
def test_of_an_additive_model_all_lack_of_fit_is_pure_error_and_known(width: float) -> None:
    """x0 + x1^2: z says which of two mixtures of truncated normals each column is drawn from, and the line their means.

    Given the weights, a column is in its own bin with probability (1/4) / c, c = 1/4 + 3/4 exp(-1 / (2 nu^2)).
    """

    def additive(rows: Any) -> np.ndarray:
        x = np.asarray(rows, dtype=float)
        return np.asarray(x[:, 0] + np.square(x[:, 1]))

    on = 0.25 / (0.25 + 0.75 * np.exp(-1 / (2 * width**2)))
    plan = plan_of(additive, discretize_continuous=True, num_samples=8000, kernel_width=width, kernel_width_factor=None)
    sweep = run_sweep(plan)
    assert sweep.nonlinearity is not None
    for instance in range(3):
        within = between = 0.0
        for j, power in ((0, 1), (1, 2)):
            column = DATA.iloc[:, j].to_numpy()
            own = int(np.searchsorted(np.percentile(column, [25, 50, 75]), column[instance]))
            first, second = ([one.moment(power * times) for one in bins_of(column)] for times in (1, 2))
            mean_on, mean_off = first[own], (sum(first) - first[own]) / 3
            within += on * (second[own] - mean_on**2)
            within += (1 - on) * ((sum(second) - second[own]) / 3 - mean_off**2)
            between += on * (1 - on) * (mean_on - mean_off) ** 2
        expected = within / (within + between)
        sums = sweep.nonlinearity.query("instance == @instance")[list(SUMS)].sum()
        assert sums["pure_error"] / sums["spread"] == pytest.approx(expected, rel=0.06)
        assert sums["residual_line"] / sums["spread"] == pytest.approx(expected, rel=0.06)


def test_a_constant_model_has_rows_that_say_nothing() -> None:
    sweep = run_sweep(plan_of(lambda rows: np.full(len(rows), 3.0)))
    assert sweep.nonlinearity is not None
    assert sweep.terms is not None
    assert sweep.nonlinearity[[*SUMS, "chosen"]].isna().all(axis=None)
    assert sweep.terms.empty
    assert list(sweep.terms) == [
        *list(sweep.nonlinearity)[: list(sweep.nonlinearity).index("group")],
        *list(sweep.terms)[-4:],
    ]


def test_a_model_that_fails_on_the_second_draw_leaves_the_rest() -> None:
    class Tired:
        rows = 0

        def __call__(self, rows: Any) -> np.ndarray:
            self.rows += len(rows)
            if self.rows > 3 * 3 * N + 10:
                raise RuntimeError("no more")
            return product(rows)

    sweep = run_sweep(plan_of(Tired(), discretize_continuous=True))
    assert sweep.nonlinearity is not None
    assert len(sweep.fits) == 3 * 3 * 2 * 2
    assert any("no more" in failure for failure in sweep.failures)
    assert sweep.nonlinearity["pure_error"].isna().all()
    assert sweep.nonlinearity["residual_line"].notna().all()


def test_superpixels_have_pairs_and_no_pure_error() -> None:
    generator = np.random.default_rng(0)
    image = generator.random((12, 12, 3))

    def both(images: np.ndarray) -> np.ndarray:
        mean = images.mean(axis=3)
        p = (mean[:, :6, :6].std(axis=(1, 2)) > 0.05) & (mean[:, 6:, 6:].std(axis=(1, 2)) > 0.05)
        return np.column_stack([1 - p, p]).astype(float)

    settings = IMAGE_DEFAULTS | {"num_samples": 400, "segmentation": {"algorithm": "grid", "n_segments": 4}}
    plan = Plan(
        names=Names("made up", "both"),
        explainer=LimeImageExplainer(),
        instances=[image],
        ids=[0],
        predict_fn=both,
        seeds=[0, 1],
        grid=grid_of(settings),
        labels=Labels("classification", None, (1,)),
        one_process=True,
        nonlinearity=True,
    )
    sweep = run_sweep(plan)
    assert sweep.terms is not None
    assert sweep.rows_redrawn == 0
    assert shares(sweep)["residual_chosen"].to_numpy() == pytest.approx(0, abs=1e-6)
    assert sweep.terms["term"].iloc[0] == "superpixel 0 x superpixel 3"


def test_what_it_will_cost_is_known_before() -> None:
    plan = plan_of(discretize_continuous=True)
    assert plan.rows_to_redraw == 3 * N
    assert run_sweep(plan).rows_redrawn == 3 * N
    assert replace(plan, nonlinearity=False).rows_to_redraw == 0
