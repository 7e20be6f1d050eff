import numpy as np
import pytest

from limeeval.inference.jackknife import jackknife_variance, pairs_without_each, without_each
from limeeval.inference.log_sd import log_sd, log_sd_of_seeds
from limeeval.inference.paired import Seeds, paired_difference, seed_changes
from limeeval.metrics.leading import leading
from limeeval.metrics.pairs import mean_over_pairs, sums_without_diagonal
from limeeval.metrics.ranking import jaccard_similarity


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("runs", [2, 3, 5, 30])
def test_of_normal_runs_it_is_right_on_the_mean(runs):
    """20,000 replications: standard error at most 0.008."""
    assert log_sd(2 * normal(runs, 20_000, runs, 1)).mean() == pytest.approx(np.log(2), abs=0.025)


def test_large_samples_need_no_correction():
    x = normal(0, 5000, 3)
    assert log_sd(x) == pytest.approx(np.log(x.std(axis=0, ddof=1)), abs=2e-4)


def test_what_a_seed_does_is_what_the_jackknife_says():
    x = normal(1, 2, 7, 3)
    found = log_sd_of_seeds(x)
    assert found.value == pytest.approx(log_sd(x))
    variance = jackknife_variance(without_each(lambda kept: log_sd(x[:, kept]), 7))
    assert np.square(found.changes).sum(axis=-2) == pytest.approx(variance)


def test_a_feature_that_does_not_vary_has_none():
    x = normal(2, 6, 4)
    x[:, 1] = 0.1 + 0.2
    x[:, 2] = np.r_[1.0, np.zeros(5)]  # One seed alone.
    x[3, 3] = np.nan
    assert np.isnan(log_sd_of_seeds(x).value).tolist() == [False, True, True, True]
    assert np.isnan(log_sd(x)).tolist() == [False, True, False, True]


@pytest.mark.parametrize("factor", [1e200, 1e-200])
def test_large_and_small_numbers_neither_overflow_nor_vanish(factor):
    x = normal(6, 2, 7, 3)
    assert log_sd(factor * x) == pytest.approx(log_sd(x) + np.log(factor))


@pytest.mark.parametrize("runs", [1, 2])
def test_too_few_seeds(runs):
    found = log_sd_of_seeds(normal(3, runs, 2))
    assert np.isnan(found.value).all()
    assert np.isnan(log_sd(normal(3, 1, 2))).all()


def of(x):
    """The mean over instances and features of runs (m, R, d)."""
    found = log_sd_of_seeds(x)
    m, runs = x.shape[:2]
    return Seeds(float(found.value.mean()), found.changes.mean(axis=-1) / m, np.full(m, runs), np.zeros(m))


def normal_runs(generator, count):
    return generator.normal(size=(5, count, 8))


def long_tailed_runs(generator, count):
    return generator.standard_t(6, size=(5, count, 8))


@pytest.mark.parametrize(
    ("draw", "counts"),
    [(normal_runs, (5, 5)), (normal_runs, (10, 10)), (normal_runs, (5, 20)), (long_tailed_runs, (10, 10))],
)
def test_the_log_ratio_is_covered(draw, counts):
    """5 instances of 8 features, 400 replications: standard error 0.011."""
    holds = []
    for r in range(400):
        generator = np.random.default_rng([*counts, r])
        one, other = (of(draw(generator, count)) for count in counts)
        one = one._replace(changes=np.pad(one.changes, ((0, 0), (0, counts[1] - counts[0]))))
        found = paired_difference(one, other, is_paired=False)
        holds.append(found.low <= 0 <= found.high)
    assert np.mean(holds) >= 0.92


def test_a_factor_is_a_shift():
    x = normal(4, 3, 10, 6)
    found = paired_difference(of(x), of(-1.5 * x), is_paired=True)
    assert found.estimate == pytest.approx(np.log(1.5))
    assert found.standard_error == pytest.approx(0, abs=1e-12)


def test_a_tenth_fewer_samples_are_seen_where_the_leading_features_tell_nothing():
    """20 instances x 40 seeds of 10 features: an expected log ratio of 0.053, beside the detection rate of Jaccard."""
    seen = {"log_sd": [], "jaccard": []}
    b = np.linspace(2.0, 0.2, 10)
    for r in range(60):
        generator = np.random.default_rng([9, r])
        one, other = (b + sd * generator.normal(size=(20, 40, 10)) for sd in (0.2, 0.2 / np.sqrt(0.9)))
        found = paired_difference(of(one), of(other), is_paired=False)
        seen["log_sd"].append((found.estimate, found.p_below > 0.95))
        similar = [jaccard_similarity(leading(x, 4)) for x in (one, other)]
        scores = paired_difference(*(of_pairs(own) for own in similar), is_paired=False)
        seen["jaccard"].append((scores.estimate, scores.p_below < 0.05))
    estimates, detected = np.array(seen["log_sd"]).T
    assert estimates.mean() == pytest.approx(0.5 * np.log(1 / 0.9), abs=0.005)
    assert detected.mean() >= 0.95
    assert np.array(seen["jaccard"])[:, 1].mean() < 0.5


def of_pairs(similarity):
    m, runs = similarity.pairs.shape[:2]
    changes = seed_changes(pairs_without_each(sums_without_diagonal(similarity.pairs))) / m
    return Seeds(float(mean_over_pairs(similarity.pairs).mean()), changes, np.full(m, runs), np.zeros(m))
