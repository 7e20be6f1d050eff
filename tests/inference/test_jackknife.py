import numpy as np
import pytest
from scipy import stats

from limeeval.inference.jackknife import (
    jackknife_interval,
    jackknife_interval_over_instances,
    jackknife_variance,
    pairs_without_each,
    without_each,
)
from limeeval.metrics.pairs import sums_without_diagonal

from .conftest import coverage


def test_of_a_mean_it_is_the_t_interval():
    x = np.random.default_rng(0).normal(size=8)
    found = jackknife_interval(x.mean(), without_each(lambda kept: x[kept].mean(), 8))
    expected = stats.t.interval(0.95, 7, loc=x.mean(), scale=stats.sem(x))
    assert (float(found.low), float(found.high)) == pytest.approx(expected)
    assert found.n == 8


def test_pairs_without_a_run_have_its_row_and_column_deleted():
    pairs = np.random.default_rng(0).random((2, 5, 5))
    pairs = pairs + np.swapaxes(pairs, -1, -2)

    def mean(kept):
        return pairs[:, kept][:, :, kept][:, ~np.eye(4, dtype=bool)].mean(axis=-1)

    assert pairs_without_each(sums_without_diagonal(pairs)) == pytest.approx(without_each(mean, 5))
    assert np.isnan(pairs_without_each(np.ones((3, 2)))).all()


@pytest.mark.parametrize("count", [5, 10, 30])
def test_it_covers_a_ratio_over_pairs_with_rows_and_columns_deleted(count):
    """1 - sum SSE / sum SST, fit of seed r on the samples of seed s, like fidelity; 600 replications: error 0.009."""
    generator = np.random.default_rng(count)
    shift, noise, level = generator.normal(size=(3, 600, count)) * np.array([[[0.3]], [[0.3]], [[0.2]]])
    sse = (shift[:, :, None] - noise[:, None, :]) ** 2 + 0.4 + level[:, None, :] * 0.2
    sst = 1 + level[:, None, :] + np.zeros_like(sse)
    off = ~np.eye(count, dtype=bool)

    def r2(kept):
        cells = np.ix_(np.arange(600), kept, kept)
        here = off[np.ix_(kept, kept)]
        return 1 - (sse[cells] * here).sum(axis=(1, 2)) / (sst[cells] * here).sum(axis=(1, 2))

    found = jackknife_interval(r2(np.arange(count)), without_each(r2, count))
    assert coverage(found, 1 - (0.18 + 0.4) / 1) >= 0.9


def test_instances_add_their_variances():
    panel = [np.random.default_rng(runs).normal(size=runs) for runs in (4, 6, 9)]
    means = np.array([x.mean() for x in panel])
    variances = np.array([jackknife_variance((x.sum() - x) / (len(x) - 1)) for x in panel]) / 9
    runs = np.array([4, 6, 9])
    found = jackknife_interval_over_instances(means.mean(), variances, runs)
    parts = np.array([x.var(ddof=1) / len(x) for x in panel]) / 9
    df = parts.sum() ** 2 / (parts**2 / (runs - 1)).sum()
    assert found.high - found.estimate == pytest.approx(stats.t.ppf(0.975, df) * np.sqrt(parts.sum()))
    one = jackknife_interval_over_instances(means[0], 9 * variances[:1], runs[:1])
    assert one[1:3] == pytest.approx(stats.t.interval(0.95, 3, loc=means[0], scale=stats.sem(panel[0])))


def test_edges():
    single = jackknife_interval(np.array(0.5), np.array([0.5]))
    assert np.isnan([single.low, single.high]).all()
    assert np.isnan(jackknife_interval(np.array(0.5), np.array([0.5, np.nan, 0.4])).low)
    still = jackknife_interval(np.array(0.5), np.full(4, 0.5))
    assert (still.low, still.high) == (0.5, 0.5)
    two = jackknife_interval(np.array(0.5), np.array([0.4, 0.6]))
    assert two.high == pytest.approx(0.5 + 12.706 * 0.1, abs=1e-3)
    assert np.isnan(jackknife_interval_over_instances(np.array(0.5), np.array([0.1, np.nan]), np.array([5, 1])).low)
