"""Scores on pixels, against real pixels: maps are painted here, and nowhere else."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from limeeval.metrics.catalogue import agreement_metrics
from limeeval.metrics.pairs import mean_over_pairs
from limeeval.metrics.pixel_maps import PixelMaps, pixel_maps, shared_pixels
from limeeval.metrics.pixels import pixel_iou, pixel_iou_by_chance, pixel_similarities, pixel_spearman

SCORES = (pixel_spearman, pixel_iou)
HALVES = np.array([[0, 0, 1, 1]] * 2)
every_score = pytest.mark.parametrize("score", SCORES)


def cut(count: int, *, seed: int, size: int = 30) -> np.ndarray:
    """Segments (size, size) around so many random points; no two alike in area or shape."""
    points = np.random.default_rng([seed, count]).random((count, 2, 1, 1)) * size
    segments = np.square(points - np.indices((size, size))).sum(axis=1).argmin(axis=0)
    return np.unique(segments, return_inverse=True)[1].reshape(size, size)


def densities(segments: np.ndarray, runs: int, *, seed: int, ties: bool = False) -> np.ndarray:
    values = np.random.default_rng([seed, 1]).normal(size=(runs, segments.max() + 1))
    return np.round(values) if ties else values


def maps_of(density: np.ndarray, segments: np.ndarray, share: float = 0.1) -> PixelMaps:
    return PixelMaps(density, np.bincount(segments.ravel()).astype(float), share)


def scored(score, one, other, *, share: float = 0.1) -> np.ndarray:
    """All pairs of two (density, segments)."""
    return score(maps_of(*one, share), maps_of(*other, share), shared_pixels(one[1], other[1]))


def painted_top(density: np.ndarray, segments: np.ndarray, share: float, order: np.ndarray) -> np.ndarray:
    """The top pixels of a map, ties broken by an order of all pixels."""
    image = density[segments].ravel()
    top = np.zeros(image.size, dtype=bool)
    top[np.lexsort((order, -image))[: round(share * image.size)]] = True
    return top & (image > 0)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("counts", [(5, 8), (30, 12), (60, 60)])
def test_spearman_equals_that_of_painted_pixels(counts: tuple[int, int], ties: bool) -> None:
    one, other = (cut(count, seed=number) for number, count in enumerate(counts))
    first, second = densities(one, 4, seed=1, ties=ties), densities(other, 3, seed=2, ties=ties)
    expected = [[spearmanr(a[one].ravel(), b[other].ravel())[0] for b in second] for a in first]
    np.testing.assert_allclose(scored(pixel_spearman, (first, one), (second, other)), expected, atol=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("counts", [(4, 7), (30, 12), (25, 25)])
def test_iou_equals_that_of_painted_pixels_with_ties_in_random_order(
    counts: tuple[int, int], share: float, ties: bool
) -> None:
    """Each pixel cut in 30 x 30, so that what is expected of the random order is what one order gives."""
    one, other = (np.kron(cut(count, seed=3, size=16), np.ones((30, 30), dtype=int)) for count in counts)
    first, second = densities(one, 2, seed=3, ties=ties), densities(other, 2, seed=4, ties=ties)
    order = np.random.default_rng(5).permutation(one.size)
    tops = [
        [painted_top(run, segments, share, order) for run in runs] for runs, segments in ((first, one), (second, other))
    ]
    expected = [[(a & b).sum() / max((a | b).sum(), 1) for b in tops[1]] for a in tops[0]]
    found = scored(pixel_iou, (first, one), (second, other), share=share)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_superpixels_larger_than_the_top_agree_as_their_shapes_do() -> None:
    """Left half and upper half: a quarter of the image in both, three quarters in either."""
    left = np.array([[1.0, 0.0]])
    upper = np.array([[0] * 4, [1] * 4])
    for share in (0.1, 0.3):
        assert scored(pixel_iou, (left, HALVES), (left, upper), share=share) == pytest.approx(1 / 3)


def test_the_last_superpixel_belongs_to_the_top_in_part() -> None:
    """Three of ten pixels: all of two, half of two. The first two differ, the halves are one and the same."""
    segments = np.array([[0, 0, 1, 1, 2, 2, 3, 3, 4, 4]])
    runs = np.array([[5.0, 0, 3, 0, -1], [0, 5.0, 3, 0, -1], [5.0, 3.0, 0, 0, -1]])
    found = scored(pixel_iou, (runs, segments), (runs, segments), share=0.3)
    np.testing.assert_allclose(found, [[1, 1 / 5, 2 / 4], [1 / 5, 1, 1 / 5], [2 / 4, 1 / 5, 1]], atol=1e-12)


@every_score
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("count", [3, 11, 50])
def test_a_map_agrees_exactly_with_itself(score, count: int, ties: bool) -> None:
    segments = cut(count, seed=6)
    values = densities(segments, 20, seed=7, ties=ties)
    says = (values.max(axis=1) > 0) & (np.ptp(values, axis=1) > 0)
    found = scored(score, (values[says], segments), (values[says], segments))
    assert np.diagonal(found).tolist() == [1.0] * says.sum()
    assert says.sum() > 10


def test_opposite_maps() -> None:
    segments = cut(20, seed=8)
    runs = densities(segments, 3, seed=8)
    assert np.diagonal(scored(pixel_spearman, (runs, segments), (-runs, segments))).tolist() == [-1.0] * 3
    assert np.diagonal(scored(pixel_iou, (runs, segments), (-runs, segments))).tolist() == [0.0] * 3


@every_score
@pytest.mark.parametrize("value", [0.0, 2.0])
def test_a_map_of_one_density_says_nothing(score, value: float) -> None:
    segments = cut(9, seed=9)
    runs = densities(segments, 3, seed=9)
    runs[1] = value
    found = scored(score, (runs, segments), (runs, segments))
    assert found[1].tolist() == found[:, 1].tolist() == [0.0] * 3
    assert found[0, 0] == 1


def test_what_does_not_speak_for_the_label_is_not_in_the_top() -> None:
    against = np.array([[-1.0, -2.0], [-1.0, 0.0]])
    assert scored(pixel_iou, (against, HALVES), (against, HALVES)).tolist() == [[0.0] * 2] * 2
    few = np.array([[1.0, 0, 0, 0], [1.0, 2.0, 0, 0]])
    quarters = np.array([[0, 1, 2, 3]])
    assert scored(pixel_iou, (few, quarters), (few, quarters), share=0.75)[0, 1] == 0.5


@every_score
def test_a_nan_is_alike_to_none_and_nobody_elses_concern(score) -> None:
    one, other = cut(8, seed=10), cut(12, seed=11)
    first, second = densities(one, 4, seed=10), densities(other, 3, seed=11)
    known = scored(score, (first, one), (second, other))
    first[1, 2], second[2] = np.nan, np.nan
    found = scored(score, (first, one), (second, other))
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 2]).all()
    np.testing.assert_array_equal(found[np.ix_([0, 2, 3], [0, 1])], known[np.ix_([0, 2, 3], [0, 1])])


@every_score
def test_numbers_of_superpixels_are_only_names(score) -> None:
    one, other = cut(14, seed=12), cut(9, seed=13)
    first, second = densities(one, 4, seed=12), densities(other, 3, seed=13)
    names = np.random.default_rng(14).permutation(one.max() + 1)
    renamed = np.empty_like(first)
    renamed[:, names] = first
    expected = scored(score, (first, one), (second, other))
    np.testing.assert_allclose(scored(score, (renamed, names[one]), (second, other)), expected, rtol=1e-12)
    np.testing.assert_allclose(scored(score, (second, other), (first, one)), expected.T, rtol=1e-12)


@every_score
def test_cutting_superpixels_in_two_with_their_coefficients_changes_nothing(score) -> None:
    """Areas of powers of two, so that equal densities stay equal to the last digit."""
    squares = np.kron(np.arange(16).reshape(4, 4), np.ones((4, 4), dtype=int))
    halves = 2 * squares + np.tile([0, 0, 1, 1], (16, 4))
    quarters_of_0 = np.where(squares == 0, halves, squares + 1)
    coefficients = densities(squares, 3, seed=15)
    other = cut(20, seed=16, size=16)
    second = pixel_maps(densities(other, 2, seed=17), other, share=0.3)
    expected = score(pixel_maps(coefficients, squares, share=0.3), second, shared_pixels(squares, other))
    in_halves = np.repeat(coefficients / 2, 2, axis=1)
    first_in_halves = np.concatenate([in_halves[:, :2], coefficients[:, 1:]], axis=1)
    for finer, own in ((halves, in_halves), (quarters_of_0, first_in_halves)):
        found = score(pixel_maps(own, finer, share=0.3), second, shared_pixels(finer, other))
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@every_score
def test_the_unit_of_the_output_does_not_matter(score) -> None:
    one, other = cut(14, seed=18), cut(9, seed=19)
    first, second = densities(one, 4, seed=18), densities(other, 3, seed=19)
    expected = scored(score, (first, one), (second, other))
    np.testing.assert_allclose(scored(score, (100 * first, one), (second, other)), expected, rtol=1e-12)


@every_score
def test_leading_axes_are_separate_cells(score) -> None:
    one, other = cut(14, seed=20), cut(9, seed=21)
    first = np.stack([densities(one, 4, seed=number) for number in range(3)])
    second = np.stack([densities(other, 2, seed=number, ties=True) for number in range(3)])
    found = scored(score, (first, one), (second, other))
    assert found.shape == (3, 4, 2)
    for cell in range(3):
        expected = scored(score, (first[cell], one), (second[cell], other))
        np.testing.assert_allclose(found[cell], expected, rtol=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.25])
def test_unrelated_maps_agree_as_chance_says(share: float) -> None:
    """40,000 pairs of 200 independent maps on either side; the finer the superpixels, the closer."""
    one, other = cut(150, seed=22, size=60), cut(200, seed=23, size=60)
    runs = (densities(one, 200, seed=22), one), (densities(other, 200, seed=23), other)
    assert scored(pixel_iou, *runs, share=share).mean() == pytest.approx(pixel_iou_by_chance(share), rel=0.04)
    assert scored(pixel_spearman, *runs).mean() == pytest.approx(0, abs=0.005)


def test_by_chance_is_the_iou_of_the_overlap_to_be_expected() -> None:
    """Of two squares of 10 x 10 superpixels, 10 of each in the top: one in common, 19 in either."""
    assert pixel_iou_by_chance(0.1) == pytest.approx(1 / 19)


def test_few_large_superpixels_agree_more_by_chance() -> None:
    segments = np.arange(10).reshape(1, 10)
    one, other = densities(segments, 200, seed=24), densities(segments, 200, seed=25)
    found = scored(pixel_iou, (one, segments), (other, segments))
    assert found.mean() == pytest.approx(0.1, abs=0.01)  # One superpixel each: the same or none, 1 in 10.
    assert pixel_iou_by_chance(0.1) < 0.06


CUTS = [cut(14, seed=26), cut(9, seed=27), cut(30, seed=28)]


def coefficients(settings: int = 2, runs: int = 4) -> list[np.ndarray]:
    return [np.random.default_rng(len(cut)).normal(size=(settings, runs, cut.max() + 1)) for cut in CUTS]


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.__name__)
def test_similarities_are_means_over_different_seeds(score) -> None:
    values = coefficients()
    found = pixel_similarities(values, CUTS)[score.__name__]
    assert found.pairs.shape == (3, 3, 2, 4, 4)
    assert found.one_swap.shape == found.minimum.shape == (3, 3, 2)
    for a, b in np.ndindex(3, 3):
        one, other = pixel_maps(values[a], CUTS[a]), pixel_maps(values[b], CUTS[b])
        pairs = score(one, other, shared_pixels(CUTS[a], CUTS[b]))
        expected = pairs[:, ~np.eye(4, dtype=bool)].mean(axis=-1)
        np.testing.assert_allclose(mean_over_pairs(found.pairs)[a, b], expected, rtol=1e-12)
        np.testing.assert_array_equal(found.pairs[a, b], np.swapaxes(found.pairs[b, a], -1, -2))


def test_half_a_superpixel_of_the_top_is_one_swap() -> None:
    """Ten superpixels of ten pixels, two of them the top: what two maps share falls from 20 to 15 of 20 pixels."""
    segments = np.arange(10).repeat(10).reshape(10, 10)
    same = np.tile(np.arange(10.0), (3, 1))
    found = pixel_similarities([same], [segments], share=0.2)
    assert found["pixel_iou"].one_swap[0, 0] == pytest.approx(15 / 25)
    assert found["pixel_spearman"].one_swap[0, 0] == pytest.approx(1 - 12 / 990)


def test_a_single_seed_has_no_mean() -> None:
    for found in pixel_similarities(coefficients(runs=1), CUTS).values():
        assert np.isnan(mean_over_pairs(found.pairs)).all()
        assert np.isfinite(found.pairs).all()


def test_arguments_are_not_written_to() -> None:
    values = coefficients()
    for array in (*values, *CUTS):
        array.setflags(write=False)
    assert np.isfinite(pixel_similarities(values, CUTS)["pixel_iou"].pairs).all()


def test_wrong_input() -> None:
    values = coefficients()
    with pytest.raises(ValueError, match="must be those of 14 superpixels, got 9"):
        pixel_similarities([values[1]], CUTS[:1])
    with pytest.raises(ValueError, match=r"must have one shape, got \(30, 30\) and \(15, 60\)"):
        shared_pixels(CUTS[0], CUTS[1].reshape(15, 60))
    with pytest.raises(ValueError, match=r"the same on all segmentations, got shapes \[\(2, 3\), \(2, 4\)\]"):
        pixel_similarities([values[0], values[1][:, :3]], CUTS[:2])


def test_they_are_no_scores_of_tables() -> None:
    assert not {score.__name__ for score in SCORES} & set(agreement_metrics())
