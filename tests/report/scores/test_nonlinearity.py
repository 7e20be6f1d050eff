"""Scores of what a line misses: known sums first, then the edges, then coverage for given models."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from limeeval.inference.jackknife import jackknife_interval, without_each
from limeeval.lime.moments import GROUPS
from limeeval.metrics.nonlinearity import Samples, _fit, _scored, missed_by_line
from limeeval.report.scores.nonlinearity import MISFIT_FROM, SHARES, nonlinearity_scores
from limeeval.sweep.nonlinearity import SUMS


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Trees this small take longer to share out than to grow."""
    import sklearn.ensemble  # noqa: F401 (its threads can be limited only once they are there)

    with threadpool_limits(limits=1):
        yield


def table(sums: np.ndarray, **keys: object) -> pd.DataFrame:
    """Rows of sums (GROUPS, 6)."""
    found = pd.DataFrame({"width": 1.0, "instance": 0, "label": 1, "group": np.arange(GROUPS)} | keys)
    found[list(SUMS)] = sums
    return found.assign(samples=10, chosen="trees", terms=3, terms_in_all=3)


def random_sums(seed: int) -> np.ndarray:
    """spread > line > quadratic, trees = chosen; pure error below."""
    parts = np.random.default_rng(seed).uniform(0.5, 1.0, size=(GROUPS, 6))
    parts[:, 1:] *= [0.7, 0.5, 0.4, 0.0, 0.2]
    parts[:, 4] = parts[:, 3]
    return parts


def row(scores: pd.DataFrame, metric: str, instance: int | None = None) -> pd.Series:
    rows = scores[scores["metric"] == metric]
    (found,) = rows[rows["instance"].isna() if instance is None else rows["instance"] == instance].iloc
    return found


def test_scores_are_ratios_of_sums_and_leave_groups_out() -> None:
    sums = random_sums(0)
    spread, line, quadratic, trees, chosen, pure = sums.T
    above = {
        "r2_line": spread - line,
        "r2_quadratic": spread - quadratic,
        "r2_trees": spread - trees,
        "nonlinear_gain": line - chosen,
        "nonlinearity_in_z": line - pure,
        "pure_error": pure,
        "misfit_explained": line - chosen,
    }
    scores = nonlinearity_scores(table(sums))
    assert set(scores["metric"]) == set(above)
    for metric, part in above.items():
        below = line if metric == "misfit_explained" else spread

        def ratio(kept: np.ndarray, part: np.ndarray = part, below: np.ndarray = below) -> np.ndarray:
            return np.asarray(part[kept].sum() / below[kept].sum())

        expected = jackknife_interval(ratio(np.arange(GROUPS)), without_each(ratio, GROUPS))
        found = row(scores, metric, 0)
        limits = [found["estimate"], found["low"], found["high"]]
        assert limits == pytest.approx([float(part) for part in expected[:3]])
        assert found["interval"] == "jackknife over samples"
        assert found["n"] == 10 * GROUPS
    parts = [row(scores, metric, 0)["estimate"] for metric in ("r2_line", "nonlinearity_in_z", "pure_error")]
    assert sum(parts) == pytest.approx(1)


def test_over_instances_sums_are_pooled() -> None:
    each = [random_sums(seed) * (1 + seed) for seed in range(6)]
    scores = nonlinearity_scores(pd.concat([table(sums, instance=i) for i, sums in enumerate(each)]))
    total = np.sum(each, axis=(0, 1))
    found = row(scores, "nonlinear_gain")
    assert found["estimate"] == pytest.approx((total[1] - total[4]) / total[0])
    assert found["n"] == 6
    assert found["low_population"] < found["low"] < found["estimate"] < found["high"]


def test_where_a_line_fits_the_share_of_its_misfit_says_nothing() -> None:
    sums = random_sums(0)
    sums[:, 1] = sums[:, 0] * 0.9 * MISFIT_FROM
    sums[:, 2:5] = 0.0
    scores = nonlinearity_scores(table(sums))
    for instance in (0, None):
        assert row(scores, "misfit_explained", instance)[["estimate", "low", "high", "interval"]].isna().all()
        assert row(scores, "nonlinear_gain", instance)["estimate"] == pytest.approx(0.9 * MISFIT_FROM)


def test_shares_do_not_fall_below_0() -> None:
    sums = random_sums(0)
    sums[:, 4] = sums[:, 1] * 1.001
    scores = nonlinearity_scores(table(sums))
    assert row(scores, "nonlinear_gain", 0)[["estimate", "low", "high"]].tolist() == [0, 0, 0]
    for metric in SHARES:
        assert row(scores, metric, 0)["low"] >= 0


def test_an_instance_of_which_nothing_is_known_adds_nothing() -> None:
    blank = table(np.full((GROUPS, 6), np.nan), instance=1)
    alone, both = (
        nonlinearity_scores(pd.concat(parts)) for parts in ([table(random_sums(0))], [table(random_sums(0)), blank])
    )
    for metric in ("r2_line", *SHARES):
        columns = ["estimate", "low", "high", "n"]
        assert row(both, metric)[columns].tolist() == row(alone, metric)[columns].tolist()
        assert row(both, metric, 1)[["estimate", "low", "high", "interval"]].isna().all()


def test_a_second_draw_that_failed_costs_its_own_scores_alone() -> None:
    sums = random_sums(0)
    sums[:, 5] = np.nan
    scores = nonlinearity_scores(table(sums))
    assert np.isnan(row(scores, "pure_error", 0)["estimate"])
    assert np.isnan(row(scores, "nonlinearity_in_z", 0)["estimate"])
    assert np.isfinite(row(scores, "nonlinear_gain", 0)["high"])


def test_of_a_linear_model_nothing_is_missed_and_nothing_divided_by_0() -> None:
    z = np.random.default_rng(0).normal(size=(2, 400, 2))
    found = missed_by_line(*(Samples(x, x @ [1.0, 2.0], np.ones(400), np.arange(400) % GROUPS) for x in z))
    assert found is not None
    scores = nonlinearity_scores(table(np.column_stack([*found.sums, np.zeros(GROUPS)])))
    assert row(scores, "r2_line", 0)["estimate"] == pytest.approx(1)
    assert row(scores, "nonlinear_gain", 0)[["estimate", "low", "high"]].tolist() == [0, 0, 0]
    assert np.isnan(row(scores, "misfit_explained", 0)["estimate"])


def test_intervals_cover_for_given_models() -> None:
    """Models fitted once, scored on 100 fresh pairs of halves: per instance, and pooled over three instances."""
    replications, instances, n, d = 100, 3, 400, 3
    generator = np.random.default_rng(0)

    def samples(slope: float) -> Samples:
        z = generator.normal(size=(n, d))
        y = slope * z[:, 0] + z[:, 0] * z[:, 1] + np.sin(3 * z[:, 2])
        return Samples(z, y, np.exp(-np.square(z - 0.3).sum(axis=1) / 6), np.arange(n) % GROUPS)

    parts = []
    for instance in range(instances):
        fits = [_fit(samples(instance), 0.0) for _ in range(2)]
        for replication in range(replications):
            sums = [np.array(_scored(fit, samples(instance))[0]) for fit in fits]
            both = np.column_stack([*(sums[0] + sums[1]), np.zeros(GROUPS)])
            parts.append(table(both, width=replication, instance=instance))
    rows = pd.concat(parts)
    scores = nonlinearity_scores(rows)
    for metric, chosen in (("r2_line", "residual_line"), ("nonlinear_gain", "residual_chosen")):
        for key in (None, 0, 2):
            own = (rows if key is None else rows[rows["instance"] == key])[list(SUMS)].sum()
            truth = 1 - own["residual_line"] / own["spread"]
            if metric == "nonlinear_gain":
                truth = (own["residual_line"] - own[chosen]) / own["spread"]
            found = scores[
                (scores["metric"] == metric) & (scores["instance"].isna() if key is None else scores["instance"] == key)
            ]
            covered = ((found["low"] <= truth) & (truth <= found["high"])).mean()
            assert 0.88 <= covered <= 0.99, (metric, key, covered)
