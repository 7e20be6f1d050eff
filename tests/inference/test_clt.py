import numpy as np
import pytest

from limeeval.inference.clt import clt_limits, mean_and_spread
from limeeval.metrics.catalogue import agreement_metrics
from limeeval.metrics.ranking import jaccard

from .conftest import COUNTS, TRUTHS, coverage

METRICS = {name: metric for name, metric in agreement_metrics().items() if metric.of_sets and name != "vsi"}

OF_LOTS = ("feature_agreement", "signed_agreement")


def limits(b, errors, k=2, name="jaccard", seed=0):
    return clt_limits(METRICS, b, errors, k=k, generator=np.random.default_rng(seed))[name]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("count", COUNTS)
def test_it_covers(instances, name, truth, count):
    """60 replications of 5 instances: standard error 0.013 of the mean at 0.95, 0.028 of one instance."""
    found = []
    for number, one in enumerate(instances(METRICS[name].score, truth)):
        b, errors = one.runs(60, count, seed=number)
        found.append(coverage(limits(b, errors, one.k, name, seed=100 + number), one.truth))
    assert np.mean(found) >= 0.88
    assert min(found) >= 0.8


@pytest.mark.parametrize("name", ["jaccard", "nogueira_phi"])
@pytest.mark.parametrize("count", COUNTS)
def test_it_covers_where_hardly_anything_agrees(instances, name, count):
    """As many replications as above; the coefficients are little more than noise."""
    found = []
    for number, one in enumerate(instances(METRICS[name].score, 0.2)):
        b, errors = one.runs(60, count, seed=number)
        found.append(coverage(limits(b, errors, one.k, name, seed=100 + number), one.truth))
    assert np.mean(found) >= 0.88
    assert min(found) >= 0.8


def test_more_runs_give_shorter_intervals(instances):
    (one, *_) = instances(jaccard, 0.9)
    few, many = (limits(*one.runs(20, count, seed=0), one.k) for count in (5, 30))
    assert np.mean(many.high - many.low) < 0.8 * np.mean(few.high - few.low)


def test_equal_seeds_give_equal_limits_and_each_cell_stands_alone():
    generator = np.random.default_rng(0)
    b, errors = generator.normal(size=(2, 3, 4, 6)), np.full((2, 3, 4, 6), 0.3)
    together = limits(b, errors)
    assert together.low.shape == (2, 3)
    alone = limits(b[1, 2], errors[1, 2])
    assert (alone.low, alone.high) == (together.low[1, 2], together.high[1, 2])


def test_arguments_are_not_written_to():
    b, errors = np.random.default_rng(0).normal(size=(4, 6)), np.full((4, 6), 0.3)
    b.flags.writeable = errors.flags.writeable = False
    limits(b, errors)


def test_a_single_run_has_limits():
    found = limits(np.array([[5.0, 4.0, 1.0, 0.5]]), np.full((1, 4), 1.0))
    assert 0 < found.low < found.high <= 1


@pytest.mark.parametrize("name", METRICS)
def test_limits_are_quantiles_of_expected_scores(name):
    """Drawn anew, all pairs of many runs: what is left is the noise of 100 draws, and of the runs of each."""
    generator = np.random.default_rng(1)
    b, sd, runs, k = np.array([3.0, -2.0, 1.5, 1.0, 0.5, 0.1, 0.0, 0.0]), 0.6, 5, 3
    drawn = b + sd / np.sqrt(runs) * generator.standard_normal((400, 1, 8))
    expected = METRICS[name].score(drawn + sd * generator.standard_normal((400, 100, 8)), k)
    found = limits(np.tile(b, (runs, 1)), np.full((runs, 8), sd), k, name)
    assert [found.low, found.high] == pytest.approx(np.quantile(expected, [0.025, 0.975]), abs=0.06)


@pytest.mark.parametrize("name", METRICS)
def test_ties_are_treated_as_in_the_score(name):
    """Features of no spread: all draws are alike, and equal magnitudes occur. Lots are drawn where the score does."""
    b = np.array([[1.0, -2.0, 2.0, 1.0, 1.0, 0.0, 0.0]])
    found = limits(b, np.where(np.arange(7) < 6, 0.0, 0.01)[None], 4, name)
    expected = METRICS[name].score(np.tile(b, (2, 1)), 4)
    assert expected == (pytest.approx((2 + 3 * (2 / 3) ** 2) / 4) if name in OF_LOTS else 1)
    assert [found.low, found.high] == pytest.approx([expected, expected])
    many = limits(np.tile(b, (2, 2)), np.zeros((2, 14)), 12, name)  # Of ten that are not 0.
    assert [many.low, many.high] == pytest.approx([1, 1])


def test_certain_runs_agree_for_certain():
    found = limits(np.tile([3.0, 2.0, 1.0], (5, 1)), np.zeros((5, 3)))
    assert (found.low, found.high) == (1, 1)


def test_k_next_to_d():
    found = limits(np.random.default_rng(0).normal(size=(5, 3)), np.full((5, 3), 1.0), k=2)
    assert 1 / 3 <= found.low <= found.high <= 1


def test_mean_and_spread_of_a_feature():
    b = np.array([[1.0, 2.0, 0.0, 3.0], [1.0, 0.0, 0.0, 5.0]])
    errors = np.array([[0.3, 0.1, np.nan, np.nan], [0.4, np.nan, np.nan, np.nan]])
    # Selected by both runs; by one; by none; by both, without errors.
    mean, spread = mean_and_spread(b, errors)
    assert mean == pytest.approx([1, 2, 0, np.nan], nan_ok=True)
    assert spread == pytest.approx([np.sqrt(0.125), 0.1, 0, np.nan], nan_ok=True)


@pytest.mark.parametrize("missing", ["coefficient", "error"])
def test_what_is_unknown_is_nan(missing):
    b, errors = np.random.default_rng(0).normal(size=(2, 1, 5)), np.full((2, 1, 5), 0.2)
    (b if missing == "coefficient" else errors)[0, 0, :] = np.nan
    found = limits(b, errors)
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert np.isfinite([found.low[1], found.high[1]]).all()


@pytest.mark.parametrize("selected", [2, 3])
def test_runs_that_select_no_more_than_they_name_have_no_limits(selected):
    """All agree on the set, but nothing tells how close the others were."""
    b = np.tile([3.0, 2.0, 1.0, 0.0], (5, 1)) * (np.arange(4) < selected)
    found = limits(b, np.where(b != 0, 0.1, np.nan))
    assert np.isnan(found.low) == np.isnan(found.high) == (selected == 2)


def test_no_limits_where_a_named_feature_was_not_selected_elsewhere():
    b = np.array([[5.0, 4.0, 3.0, 2.0, 0.0], [5.0, 0.0, 3.0, 2.0, 4.0]])
    assert np.isnan(limits(b, np.where(b != 0, 0.1, np.nan)).low)
    b = np.array([[5.0, 4.0, 3.0, 2.0, 0.0], [5.0, 4.0, 3.0, 0.0, 2.0]])
    assert np.isfinite(limits(b, np.where(b != 0, 0.1, np.nan)).low)


def test_it_covers_where_runs_select_twice_as_many_as_they_name(instances):
    """Each run keeps its 2k largest coefficients: the rest are 0, their errors nan. As many replications as above."""
    found = []
    for number, one in enumerate(instances(jaccard, 0.9)):
        b, errors = one.runs(60, 10, seed=number)
        kept = np.argsort(np.argsort(-np.abs(b), axis=-1), axis=-1) < 2 * one.k
        both = limits(np.where(kept, b, 0.0), np.where(kept, errors, np.nan), one.k)
        there = np.isfinite(both.low)
        found.append(coverage(both._replace(low=both.low[there], high=both.high[there]), one.truth))
    assert np.mean(found) >= 0.88
    assert min(found) >= 0.8


@pytest.mark.parametrize("k", [0, 4])
def test_k_out_of_range(k):
    with pytest.raises(ValueError, match=f"k must be between 1 and 3, got {k}"):
        limits(np.ones((3, 4)), np.ones((3, 4)), k=k)
