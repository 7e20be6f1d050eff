import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from limeeval.inference.crossed import crossed_interval, crossed_interval_over_instances
from limeeval.inference.interval import logit_limits, t_quantile
from limeeval.inference.jackknife import jackknife_variance, without_each
from limeeval.inference.pseudo_run import Agreement, agreement
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.pixels import pixel_similarities

from .conftest import COUNTS, coverage

SCORES = ("pixel_spearman", "pixel_iou")
NOISE = (0.03, 0.2, 1.0)
every_score = pytest.mark.parametrize("score", SCORES)


@pytest.fixture(autouse=True)
def one_thread():
    """Products of many small matrices: threads would wait for each other most of the time."""
    with threadpool_limits(1):
        yield


class Image:
    """An image cut twice, whose runs are sums over superpixels of a smooth field, and noise."""

    def __init__(self, number, noise, *, cuts=(20, 33), same_masks=False, size=24):
        self.generator = np.random.default_rng([number, len(cuts)])
        self.cuts = [self._cut(count, size) for count in cuts]
        places = np.indices((size, size)) / size
        centres, heights = self.generator.random((4, 2, 1, 1)), self.generator.normal(size=(4, 1, 1))
        field = (heights * np.exp(-np.square(places - centres).sum(axis=1) / 0.05)).sum(axis=0)
        self.means = [np.bincount(cut.ravel(), weights=field.ravel()) for cut in self.cuts]
        self.sd, self.same_masks = noise * np.abs(self.means[0]).mean(), same_masks

    def _cut(self, count, size):
        points = self.generator.random((count, 2, 1, 1)) * size
        nearest = np.square(points - np.indices((size, size))).sum(axis=1).argmin(axis=0)
        return np.unique(nearest, return_inverse=True)[1].reshape(size, size)

    def draw(self, *shape):
        """Coefficients (shape, d) on each segmentation; with the same masks, superpixels of one number share noise."""
        d = max(map(len, self.means))
        noise = [self.generator.normal(size=(*shape, d)) for _ in self.means]
        return [
            mean + self.sd * noise[0 if self.same_masks else side][..., : len(mean)]
            for side, mean in enumerate(self.means)
        ]

    def similarities(self, *shape, score):
        """Of the two segmentations; if there is one, of it with itself."""
        found = pixel_similarities(self.draw(*shape), self.cuts)[score]
        return Similarity(*(column[0, -1] for column in found))

    def truth(self, score):
        """From 24 x 50 runs."""
        return float(agreement(self.similarities(24, 50, score=score)).mean.mean())


def panel(noise, **kind):
    return [Image(number, noise, cuts=cuts, **kind) for number, cuts in enumerate([(20, 33), (30, 18), (40, 60)])]


@every_score
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("same_masks", [False, True])
def test_it_covers(score, count, same_masks):
    """200 replications of 9 images: standard error 0.005 of the mean at 0.95, 0.015 of one image."""
    found = [
        coverage(crossed_interval(agreement(image.similarities(200, count, score=score))), image.truth(score))
        for noise in NOISE
        for image in panel(noise, same_masks=same_masks)
    ]
    assert np.mean(found) >= 0.93
    assert min(found) >= 0.85


def test_it_covers_runs_of_one_segmentation():
    for count in COUNTS:
        images = [Image(number, 0.2, cuts=(40,)) for number in range(3)]
        for image in images:
            found = crossed_interval(agreement(image.similarities(200, count, score="pixel_iou")))
            assert coverage(found, image.truth("pixel_iou")) >= 0.88


@every_score
@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("count", [5, 20])
def test_means_over_these_images_are_covered(score, noise, count):
    """200 replications: standard error 0.015 at 0.95."""
    images = panel(noise)
    each = [agreement(image.similarities(200, count, score=score)) for image in images]
    found = crossed_interval_over_instances(
        Agreement(*(np.stack(column, axis=-1) for column in zip(*each, strict=True)))
    )
    assert coverage(found, np.mean([image.truth(score) for image in images])) >= 0.9


def test_it_is_the_jackknife_that_leaves_a_seed_out_on_both_sides():
    """Runs that differ a lot: the artificial one adds nothing."""
    raw = np.random.default_rng(0).random((6, 6))

    def mean(kept):
        return raw[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)].mean()

    found = crossed_interval(agreement(Similarity((raw + raw.T) / 2, np.array(1.0), np.array(0.0))))
    margin = t_quantile(5) * np.sqrt(jackknife_variance(without_each(mean, 6)))
    np.testing.assert_allclose(found[1:3], logit_limits(mean(np.arange(6)), margin))
    assert (found.estimate, found.n) == (pytest.approx(mean(np.arange(6))), 6)


def alike(value, count=5, one_swap=None, minimum=0.0):
    swapped = value - 0.1 if one_swap is None else one_swap
    return agreement(Similarity(np.full((count, count), value), np.array(swapped), np.array(minimum)))


def test_runs_that_never_change_leave_some_doubt_on_either_side():
    """One run more that is less similar by 0.1: a standard error of 0.2 / (R + 1)."""
    few, many = crossed_interval(alike(0.6)), crossed_interval(alike(0.6, 50))
    np.testing.assert_allclose(few[1:3], logit_limits(np.array(0.6), t_quantile(4) * 0.2 / 6))
    assert few.low < many.low < 0.6 < many.high < few.high


def test_no_doubt_where_one_swap_makes_no_difference():
    found = crossed_interval(alike(0.6, one_swap=0.6))
    np.testing.assert_allclose(found[:3], [0.6, 0.6, 0.6])


def test_ends_of_the_range():
    sure = crossed_interval(alike(1.0))
    assert (sure.estimate, sure.high) == (1, 1)
    assert 0.5 < sure.low < 0.9
    nothing = crossed_interval(alike(0.0, 10, one_swap=0.0))
    assert (nothing.estimate, nothing.low) == (0, 0)
    assert nothing.high == pytest.approx(1 - 0.025 ** (1 / 5))
    opposite = crossed_interval(alike(-1.0, 10, one_swap=-1.0, minimum=-1.0))
    assert (opposite.estimate, opposite.low) == (-1, -1)
    assert -1 < opposite.high < 1


def test_close_to_1_the_limits_do_not_stretch_over_all_values():
    assert crossed_interval(alike(0.999, 10)).low > 0.8


def test_what_a_seed_draws_on_both_sides_is_never_compared():
    pairs = np.random.default_rng(1).random((7, 7))
    pairs += pairs.T
    other = np.where(np.eye(7), np.nan, pairs)
    both = [crossed_interval(agreement(Similarity(one / 2, np.array(0.3), np.array(0.0)))) for one in (pairs, other)]
    assert both[0] == both[1]


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_seeds_have_no_limits(count):
    for value in (0.0, 0.5, 1.0):
        found = crossed_interval(alike(value, count))
        assert np.isnan([found.low, found.high]).all()
        assert np.isnan(found.estimate) == (count == 1)


def test_nan_stays_in_its_cell():
    image = Image(0, 0.2)
    runs = image.draw(2, 5)
    runs[1][0, 3, 4] = np.nan
    found = pixel_similarities(runs, image.cuts)["pixel_iou"]
    limits = crossed_interval(agreement(found))
    np.testing.assert_array_equal(np.isnan(limits.low[0, 1]), [True, False])
    assert np.isfinite(limits.high[0, 0]).all()


@every_score
@pytest.mark.parametrize("count", [3, 4, 7])
def test_limits_hold_the_estimate_and_stay_in_range(score, count):
    for noise in NOISE:
        similarity = Image(0, noise, cuts=(5, 9)).similarities(200, count, score=score)
        found = crossed_interval(agreement(similarity))
        assert np.all((found.low <= found.estimate + 1e-12) & (found.estimate <= found.high + 1e-12))
        assert np.all((found.low >= similarity.minimum) & (found.high <= 1 + 1e-12))


def test_images_add_their_variances():
    one = agreement(Image(0, 1.0).similarities(8, score="pixel_spearman"))
    nine = crossed_interval_over_instances(Agreement(*(np.repeat(column, 9) for column in one)))
    single = crossed_interval(one)
    assert nine.estimate == pytest.approx(single.estimate)
    assert nine.n == 9
    ratio = (single.high - single.low) / (nine.high - nine.low)
    assert ratio == pytest.approx(3 * t_quantile(7) / t_quantile(63), rel=0.05)
