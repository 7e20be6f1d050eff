import numpy as np
import pytest
from scipy import stats

from limeeval.inference.interval import t_quantile
from limeeval.inference.jackknife import jackknife_variance, pairs_without_each, without_each
from limeeval.inference.paired import (
    Seeds,
    effect_size,
    paired_difference,
    population_difference,
    seed_changes,
    unseen,
)
from limeeval.inference.pseudo_run import agreement
from limeeval.metrics.leading import leading
from limeeval.metrics.pairs import Similarity, mean_over_pairs, sums_without_diagonal
from limeeval.metrics.ranking import jaccard, jaccard_similarity

from .conftest import COUNTS, TRUTHS


def of_mean(x):
    """The mean over instances and seeds (m, R), whose jackknife is known to be that of a mean."""
    m, runs = x.shape
    left_out = (x.sum(axis=1, keepdims=True) - x) / (runs - 1)
    return Seeds(float(x.mean()), seed_changes(left_out) / m, np.full(m, runs), np.zeros(m))


def of_pairs(similarity):
    """The mean over instances of the similarity of pairs (m, R, R)."""
    m, runs = similarity.pairs.shape[:2]
    changes = seed_changes(pairs_without_each(sums_without_diagonal(similarity.pairs)))
    doubts = unseen(similarity.one_swap, runs) / m
    return Seeds(float(mean_over_pairs(similarity.pairs).mean()), changes / m, np.full(m, runs), doubts)


def alike(value, one_swap, m=3, runs=10):
    return of_pairs(Similarity(np.full((m, runs, runs), value), np.full(m, one_swap), np.zeros(m)))


def draws(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def test_squares_of_changes_are_the_jackknife_variance():
    left_out = draws(0, 4, 7)
    np.testing.assert_allclose(np.square(seed_changes(left_out)).sum(axis=-1), jackknife_variance(left_out))
    has_seed = np.array([True, False, True, True, False, True, True])
    some = seed_changes(left_out, np.broadcast_to(has_seed, left_out.shape))
    np.testing.assert_allclose(np.square(some).sum(axis=-1), jackknife_variance(left_out[:, has_seed]))
    assert (some[:, ~has_seed] == 0).all()


def test_of_one_instance_and_a_mean_it_is_the_paired_t_test():
    one, other = draws(1, 1, 8), draws(2, 1, 8) + 0.5
    found = paired_difference(of_mean(one), of_mean(other), is_paired=True)
    expected = stats.ttest_rel(other[0], one[0])
    assert (found.p, found.df) == pytest.approx((expected.pvalue, 7))
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval())
    assert found.p_below == pytest.approx(stats.ttest_rel(other[0], one[0], alternative="less").pvalue)


def test_of_one_instance_and_independent_means_it_is_welchs_t_test():
    one, other = draws(1, 1, 8), 3 * draws(2, 1, 5) + 0.5
    padded = Seeds(*of_mean(one))._replace(changes=np.concatenate([of_mean(one).changes, np.zeros((1, 5))], axis=1))
    own = of_mean(other)
    shifted = own._replace(changes=np.concatenate([np.zeros((1, 8)), own.changes], axis=1))
    found = paired_difference(padded, shifted, is_paired=False)
    expected = stats.ttest_ind(other[0], one[0], equal_var=False)
    assert (found.p, found.df) == pytest.approx((expected.pvalue, expected.df))
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval())


def test_the_same_seed_is_left_out_of_both_within_each_instance():
    runs = [np.random.default_rng(number).random((3, 6, 8)) for number in (0, 1)]
    sides = [of_pairs(jaccard_similarity(leading(one, 3))) for one in runs]
    parts = []
    for i in range(3):
        left_out = without_each(
            lambda kept, i=i: jaccard(runs[1][i, kept], 3) - jaccard(runs[0][i, kept], 3),
            6,
        )
        parts.append(jackknife_variance(left_out) / 9)
    df = sum(parts) ** 2 / (np.square(parts) / 5).sum()
    found = paired_difference(*sides, is_paired=True)
    assert found.standard_error == pytest.approx(np.sqrt(sum(parts)))
    assert found.high - found.estimate == pytest.approx(t_quantile(df) * np.sqrt(sum(parts)))


def test_what_seeds_do_to_both_sides_alike_cancels():
    shared = draws(3, 4, 10)
    one, other = of_mean(shared + 0.01 * draws(4, 4, 10)), of_mean(shared + 0.1 + 0.01 * draws(5, 4, 10))
    paired, added = (paired_difference(one, other, is_paired=is_paired) for is_paired in (True, False))
    assert paired.estimate == added.estimate == pytest.approx(0.1, abs=0.01)
    assert added.standard_error > 20 * paired.standard_error


def test_the_other_way_round_it_is_the_opposite():
    one, other = of_mean(draws(6, 3, 5)), of_mean(draws(7, 3, 5))
    for is_paired in (True, False):
        there, back = (paired_difference(*sides, is_paired=is_paired) for sides in ((one, other), (other, one)))
        assert (there.estimate, there.low, there.high) == pytest.approx((-back.estimate, -back.high, -back.low))
        assert (there.p, there.p_below) == pytest.approx((back.p, 1 - back.p_below))


def test_with_itself_there_is_no_difference():
    found = paired_difference(of_mean(draws(8, 3, 5)), of_mean(draws(8, 3, 5)), is_paired=True)
    assert (found.estimate, found.low, found.high, found.p, found.p_below) == (0, 0, 0, 1, 0.5)


def test_unseen_is_the_error_with_the_artificial_run():
    for runs in (3, 10, 30):
        found = agreement(Similarity(np.ones((runs, runs)), np.array(0.6), np.array(0.0)))
        assert unseen(np.array(0.6), runs) == pytest.approx(np.sqrt(found.extended_variance))


def test_two_perfect_scores_leave_some_doubt():
    """Four artificial runs: of one side of one instance 2 (1 - 2/3) / 11, here of three."""
    one, other = alike(1.0, 2 / 3), alike(1.0, 2 / 3)
    for is_paired in (True, False):
        found = paired_difference(one, other, is_paired=is_paired)
        assert found.standard_error == pytest.approx(2 * (2 / 3 / 11) / 3)
        assert (found.estimate, found.p, found.df) == pytest.approx((0.0, 1.0, 36))
        assert found.low == -found.high < 0


def test_there_are_no_more_doubts_than_sides_of_instances():
    found = paired_difference(alike(1.0, 2 / 3, m=1), alike(1.0, 2 / 3, m=1), is_paired=True)
    assert found.standard_error == pytest.approx(np.sqrt(2) * 2 / 3 / 11)


def test_runs_that_move_are_not_doubted_beside():
    moving = of_mean(draws(9, 3, 10))
    doubting = moving._replace(unseen=np.full(3, 1e6))
    assert paired_difference(doubting, of_mean(draws(10, 3, 10)), is_paired=True) == paired_difference(
        moving, of_mean(draws(10, 3, 10)), is_paired=True
    )


def test_a_seed_that_is_the_same_for_all_instances_is_left_out_of_all_at_once():
    one, other = draws(11, 4, 6), draws(12, 4, 6)
    found = paired_difference(of_mean(one).at_once(), of_mean(other).at_once(), is_paired=True)
    expected = stats.ttest_rel(other.mean(axis=0), one.mean(axis=0))
    assert (found.p, found.df) == pytest.approx((expected.pvalue, 5))


def test_too_few_seeds_are_not_tested():
    pair = of_pairs(Similarity(np.random.default_rng(0).random((3, 2, 2)), np.full(3, 0.5), np.zeros(3)))
    found = paired_difference(pair, pair, is_paired=True)
    assert found.estimate == 0
    assert np.isnan(found[1:]).all()


def test_for_instances_like_these_it_is_the_paired_t_test_over_them():
    one, other = draws(13, 7), draws(14, 7) + 1
    differences = other - one
    left_out = (differences.sum() - differences) / 6
    found = population_difference(differences.mean(), left_out)
    expected = stats.ttest_rel(other, one).confidence_interval()
    assert (float(found.low), float(found.high)) == pytest.approx(tuple(expected))
    assert effect_size(differences.mean(), left_out) == pytest.approx(differences.mean() / differences.std(ddof=1))


@pytest.mark.parametrize("differences", [np.array([0.3]), np.full(6, 0.3), np.array([0.1, 0.2, 0.3, 0.4])])
def test_few_instances_or_without_spread_have_no_limits(differences):
    m = len(differences)
    left_out = (differences.sum() - differences) / (m - 1) if m > 1 else np.array([np.nan])
    found = population_difference(0.3, left_out)
    assert np.isnan([found.low, found.high]).all()
    assert np.isnan(effect_size(0.3, left_out)) == (m != 4)


def compared(one, other, *, runs, share, is_paired, replications=150):
    """Differences of panels of five instances; ``share`` of a run's noise is the same on both sides."""
    sides = []
    for number, panel in enumerate((one, other)):
        similar = []
        for position, instance in enumerate(panel):
            common, own = (
                np.random.default_rng([stream, position, runs]).normal(size=(replications, runs, len(instance.b)))
                for stream in (7, number)
            )
            noise = np.sqrt(share) * common + np.sqrt(1 - share) * own
            similar.append(jaccard_similarity(leading(instance.b + instance.sd * noise, instance.k)))
        sides.append(
            [
                Similarity(*(np.stack(part) for part in zip(*own, strict=True)))
                for own in zip(
                    *([Similarity(*(part[r] for part in one)) for r in range(replications)] for one in similar),
                    strict=True,
                )
            ]
        )
    found = [paired_difference(of_pairs(a), of_pairs(b), is_paired=is_paired) for a, b in zip(*sides, strict=True)]
    return [np.array(column) for column in zip(*found, strict=True)]


@pytest.mark.parametrize(("share", "is_paired"), [(0.0, False), (0.0, True), (0.7, True)])
@pytest.mark.parametrize("count", COUNTS)
def test_it_covers_and_seldom_cries_wolf(instances, count, share, is_paired):
    """150 replications of three panels: standard error 0.01 of the mean at 0.95, 0.018 of one of them."""
    panels = [instances(jaccard, truth) for truth in TRUTHS]
    found = [compared(panel, panel, runs=count, share=share, is_paired=is_paired) for panel in panels]
    holds = [np.mean((low <= 0) & (high >= 0)) for _, _, _, low, high, _, _ in found]
    assert np.mean(holds) >= 0.93
    assert min(holds) >= 0.9
    assert [np.mean(p < 0.05) for *_, p, _ in found] == pytest.approx([1 - one for one in holds])
    assert np.mean([np.mean(below < 0.05) for *_, below in found]) <= 0.07


@pytest.mark.parametrize("count", COUNTS)
def test_it_covers_a_difference(instances, count):
    one, other = (instances(jaccard, truth) for truth in (0.5, 0.9))
    truth = np.mean([there.truth - here.truth for here, there in zip(one, other, strict=True)])
    _, _, _, low, high, p, _ = compared(one, other, runs=count, share=0.7, is_paired=True)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.91
    assert np.mean(p < 0.05) >= 0.99


def test_sides_that_share_seeds_of_all_instances_are_covered_only_if_left_out_at_once():
    """A seed that moves all instances alike, as a background of SHAP does; 400 replications: standard error 0.011."""
    one, other = ([draws([side, r], 1, 8) + 0.3 * draws([side + 2, r], 6, 8) for r in range(400)] for side in (0, 1))
    own = [(of_mean(a), of_mean(b)) for a, b in zip(one, other, strict=True)]
    apart = np.mean([paired_difference(a, b, is_paired=False).p < 0.05 for a, b in own])
    at_once = np.mean([paired_difference(a.at_once(), b.at_once(), is_paired=False).p < 0.05 for a, b in own])
    assert apart > 0.3
    assert at_once == pytest.approx(0.05, abs=0.03)
