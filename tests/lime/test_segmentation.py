"""Segmentations: known answers, every yaml, every error."""

import inspect
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from skimage import data, segmentation
from skimage.color import gray2rgb
from skimage.transform import resize
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from limeeval.lime.colors import grey, rgb
from limeeval.lime.segmentation import (
    SegmentationAlgorithm,
    segment,
    segmentation_name,
    segmentation_of,
    segmentations_of,
)
from limeeval.lime.segmentation_algorithm import ALGORITHMS
from limeeval.lime.segmenters import felzenszwalb, quickshift
from limeeval.tasks.images import digits

YAMLS = sorted((Path(__file__).parents[2] / "conf" / "segmentation").glob("*.yaml"))
LIME_DEFAULT = {"kernel_size": 4, "max_dist": 200, "ratio": 0.2}


def read_only(array):
    array.flags.writeable = False
    return array


def picture(channels, dtype="float"):
    """28 x 28: four quadrants of different colors, a little noise."""
    rng = np.random.default_rng(0)
    colors = rng.integers(20, 235, size=(2, 2, channels))
    levels = np.kron(colors, np.ones((14, 14, 1))) + rng.integers(-9, 10, size=(28, 28, channels))
    if dtype is bool:
        return read_only(levels > 128)
    return read_only(levels.astype(dtype) if np.dtype(dtype).kind != "f" else (levels / 255).astype(dtype))


DIGIT = read_only(gray2rgb(np.uint8(255 * resize(load_digits().images[0] / 16, (28, 28), order=1))))
PHOTO = read_only(data.astronaut()[:96, 180:276].copy())
HALVES = np.repeat([[0, 1]], 4, axis=0)
SQUARE = read_only(np.zeros((4, 2, 3), np.uint8))


def halves(image):
    return np.repeat([np.arange(image.shape[1]) >= image.shape[1] // 2], image.shape[0], axis=0)


def assert_superpixels(labels, shape):
    assert labels.dtype == np.intp
    assert labels.shape == shape
    np.testing.assert_array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert labels.max() >= 1


def distinct(labels):
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


# Known answers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([[1, 2], [2, 9]], [[0, 1], [1, 2]]),
        ([[5, 0], [0, 5]], [[1, 0], [0, 1]]),
        ([[7.0, 7.0], [3.0, 7.0]], [[1, 1], [0, 1]]),
        ([[True, False], [True, True]], [[1, 0], [1, 1]]),
        ([[0, 1], [2, 3]], [[0, 1], [2, 3]]),
    ],
)
def test_labels_are_renumbered_by_their_order(given, expected):
    image, labels = np.zeros((2, 2, 3)), read_only(np.array(given))
    found = segment(image, labels)
    assert_superpixels(found, (2, 2))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(segment(image, lambda pixels: given), expected)


def test_labels_beyond_every_number_of_pixels():
    labels = np.array([[2**63, 2**64 - 1]], dtype=np.uint64)
    np.testing.assert_array_equal(segment(np.zeros((1, 2, 1)), labels), [[0, 1]])


def test_where_slic_starts_to_count_changes_nothing():
    zero, one = (segment(PHOTO, {"algorithm": "slic", "n_segments": 20, "start_label": start}) for start in (0, 1))
    np.testing.assert_array_equal(zero, one)
    np.testing.assert_array_equal(one, segmentation.slic(PHOTO, n_segments=20) - 1)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("quickshift", {"kernel_size": 3, "max_dist": 50, "ratio": 0.5}),
        ("slic", {"n_segments": 30, "compactness": 5}),
        ("felzenszwalb", {"scale": 50, "min_size": 30}),
    ],
)
def test_as_scikit_image_called_directly(name, parameters):
    direct = getattr(segmentation, name)(PHOTO, **parameters)
    np.testing.assert_array_equal(segment(PHOTO, {"algorithm": name, **parameters}), distinct(direct))
    np.testing.assert_array_equal(SegmentationAlgorithm(name, **parameters)(PHOTO), direct)
    np.testing.assert_array_equal(
        segment(PHOTO, {"algorithm": f"skimage.segmentation.{name}", **parameters}), distinct(direct)
    )


def test_the_default_is_that_of_lime():
    np.testing.assert_array_equal(segment(PHOTO), distinct(segmentation.quickshift(PHOTO, **LIME_DEFAULT)))
    assert segmentation_of(None) == SegmentationAlgorithm("quickshift", **LIME_DEFAULT)


def test_as_limes_own_wrapper():
    from lime.wrappers.scikit_image import SegmentationAlgorithm as Wrapper

    theirs = Wrapper("slic", n_segments=20, random_seed=5)
    ours = SegmentationAlgorithm("slic", n_segments=20, random_seed=5)
    np.testing.assert_array_equal(ours(PHOTO), theirs(PHOTO))
    assert (ours.algo_type, ours.target_params, ours.target_fn) == ("slic", theirs.target_params, theirs.target_fn)
    ours.set_params(compactness=1)
    theirs.set_params(compactness=1)
    assert ours.target_params == theirs.target_params == {"compactness": 1}
    np.testing.assert_array_equal(ours(PHOTO), theirs(PHOTO))


def test_a_grid_of_squares():
    cells = segment(np.zeros((28, 28, 3)), {"algorithm": "grid", "n_segments": 49})
    np.testing.assert_array_equal(cells, np.arange(49).reshape(7, 7).repeat(4, axis=0).repeat(4, axis=1))
    np.testing.assert_array_equal(
        segment(np.zeros((2, 6, 1)), {"algorithm": "grid", "n_segments": 3}), [[0, 0, 1, 1, 2, 2]] * 2
    )


@pytest.mark.parametrize("shape", [(1, 100), (100, 1), (3, 5), (28, 28), (40, 60), (512, 512)])
def test_cells_of_a_grid_have_about_equal_sides(shape):
    cells = segment(np.zeros((*shape, 1), np.uint8), "grid")
    assert_superpixels(cells, shape)
    assert abs(cells.max() + 1 - min(50, cells.size)) <= 5
    sizes = np.bincount(cells.ravel())
    heights = [np.ptp(np.nonzero(cells == cell)[0]) + 1 for cell in range(len(sizes))]
    widths = sizes / heights
    assert np.ptp(heights) <= 1
    assert np.ptp(widths) <= 1
    assert max(np.max(heights / widths), np.max(widths / heights)) <= 2


def test_watershed_follows_an_edge():
    """Two flat halves: no basin has pixels of both, but for the line where the gradient is."""
    image = np.zeros((20, 20, 3))
    image[:, 10:] = 1
    basins = segment(image, {"algorithm": "watershed", "n_segments": 4, "compactness": 0})
    assert basins.max() + 1 == 4
    assert not set(basins[:, :9].ravel()) & set(basins[:, 11:].ravel())


# By number: scikit-image's quickshift and felzenszwalb

BY_NUMBER = pytest.mark.parametrize("function", [quickshift, felzenszwalb])


@BY_NUMBER
@pytest.mark.parametrize("side", [8, 16, 160])
def test_four_flat_squares(function, side):
    """At 160 x 160 four superpixels are found in a smaller copy of the picture."""
    squares = np.arange(4).reshape(2, 2).repeat(side // 2, axis=0).repeat(side // 2, axis=1)
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    found = function(read_only(colors[squares]), n_segments=4)
    assert adjusted_rand_score(squares.ravel(), found.ravel()) == 1


@BY_NUMBER
@pytest.mark.parametrize("n_segments", [10, 50, 100])
def test_about_as_many_superpixels_as_asked_for(function, n_segments):
    for photo in (PHOTO, data.coffee(), data.chelsea()[:224, :224]):
        found = function(photo, n_segments)
        assert abs(len(np.unique(found)) - n_segments) <= 0.1 * n_segments
        np.testing.assert_array_equal(found, function(photo.copy(), n_segments))


@BY_NUMBER
def test_digits_are_divided_as_finely_as_photos(function):
    numbers = [len(np.unique(function(read_only(image)))) for image in digits().images[:100]]
    assert min(numbers) >= 20
    assert 35 <= np.median(numbers) <= 60


@pytest.mark.parametrize("n_segments", [5, 50, 10**6])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3), (28, 28), (300, 300)])
def test_a_constant_image_has_no_more_superpixels_than_asked_for(shape, n_segments):
    flat = read_only(np.full((*shape, 3), 0.5))
    assert not felzenszwalb(flat, n_segments).any()
    shifted = quickshift(flat, n_segments)
    assert shifted.shape == shape
    assert len(np.unique(shifted)) <= n_segments


@BY_NUMBER
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", bool])
def test_any_number_of_channels_is_divided_by_number(function, channels, dtype):
    image = picture(channels, dtype)
    found = function(image, n_segments=30)
    assert (found.shape, found.dtype) == ((28, 28), np.intp)
    assert 2 <= len(np.unique(found)) <= 36
    if channels == 1:
        np.testing.assert_array_equal(found, function(np.repeat(image, 3, axis=2), n_segments=30))


@BY_NUMBER
def test_at_least_one_superpixel_is_asked_for(function):
    with pytest.raises(ValueError, match="n_segments must be a whole number of at least 1, got 0"):
        function(PHOTO, n_segments=0)


def test_the_seed_of_quickshift():
    checkered = np.indices((12, 12)).sum(axis=0) % 2
    image = read_only(np.repeat(checkered[:, :, None], 3, axis=2).astype(float))
    np.testing.assert_array_equal(quickshift(image), quickshift(image, random_seed=42))
    assert not np.array_equal(quickshift(image, random_seed=1), quickshift(image, random_seed=2))
    setting = {"algorithm": "limeeval.lime.segmenters.quickshift"}
    np.testing.assert_array_equal(segment(image, setting, random_seed=1), distinct(quickshift(image, random_seed=1)))


# Images of every kind


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", bool])
def test_every_algorithm_takes_every_number_of_channels(name, channels, dtype):
    image = picture(channels, dtype)
    settings = {"quickshift": {"kernel_size": 1}, "felzenszwalb": {"min_size": 5}}.get(name, {})
    labels = segment(image, {"algorithm": name, **settings})
    assert_superpixels(labels, (28, 28))
    np.testing.assert_array_equal(labels, segment(image.copy(), {"algorithm": name, **settings}))


@pytest.mark.parametrize("name", ["slic", "felzenszwalb", "watershed"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 7])
def test_the_container_of_an_image_changes_nothing(name, channels):
    """Whole numbers of 0..255 show the same picture as uint8, int64 and float."""
    image = picture(channels, "uint8")
    expected = segment(image, name)
    for dtype in ("int64", "int32", "float64"):
        np.testing.assert_array_equal(segment(image.astype(dtype), name), expected, err_msg=dtype)


@pytest.mark.parametrize("name", ["quickshift", "slic", "felzenszwalb"])
def test_few_channels_are_those_of_a_picture(name):
    one, four = picture(1, "uint8"), picture(4, "uint8")
    settings = {"algorithm": name, **({"kernel_size": 1} if name == "quickshift" else {})}
    np.testing.assert_array_equal(segment(one, settings), segment(np.repeat(one, 3, axis=2), settings))
    np.testing.assert_array_equal(segment(four, settings), segment(four[:, :, :3], settings))


def test_many_channels_are_averages_over_the_first_the_middle_and_the_last():
    image = np.arange(2 * 7.0).reshape(1, 2, 7) / 14
    expected = [image[:, :, :3].mean(axis=2), image[:, :, 2:5].mean(axis=2), image[:, :, 4:].mean(axis=2)]
    np.testing.assert_allclose(rgb(image), np.stack(expected, axis=2), rtol=1e-15)
    a, b = image[:, :, 0], image[:, :, 1]
    np.testing.assert_allclose(rgb(image[:, :, :2]), np.stack([a, (a + b) / 2, b], axis=2), rtol=1e-15)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0.0, 1.0]), [0.0, 1.0]),
        (np.array([-2.1, 2.6]), [-2.1, 2.6]),
        (np.array([0.0, 102.0]), [0.0, 0.4]),
        (np.array([-510.0, 255.0]), [-1.0, 0.5]),
        (np.array([0, 51]), [0.0, 0.2]),
        (np.array([-128, 127], np.int8), [-128 / 255, 127 / 255]),
        (np.array([0, 65535], np.int32), [0.0, 1.0]),
        (np.array([0, 300], np.uint16), [0, 300]),
        (np.array([0, 255], np.uint8), [0, 255]),
    ],
)
def test_values_are_scaled_to_what_scikit_image_reads(values, expected):
    found = rgb(values.reshape(1, 2, 1))
    np.testing.assert_allclose(found, np.repeat(np.reshape(expected, (1, 2, 1)), 3, axis=2), rtol=1e-15)
    assert (found.dtype == values.dtype) == (values.dtype in (np.uint8, np.uint16) or values.dtype.kind == "f")


def test_grey_is_the_same_for_one_channel_and_for_three():
    one = picture(1)
    np.testing.assert_allclose(grey(one), one[:, :, 0], rtol=1e-12)
    assert grey(picture(7)).shape == (28, 28)


@pytest.mark.parametrize("shape", [(1, 2), (2, 3), (1, 9), (9, 1)])
@pytest.mark.parametrize("name", ["slic", "watershed", "grid"])
@pytest.mark.parametrize("constant", [True, False])
def test_tiny_and_constant_images_have_superpixels(shape, name, constant):
    shown = np.full((*shape, 3), 0.5) if constant else np.random.default_rng(0).random((*shape, 3))
    assert_superpixels(segment(read_only(shown), name), shape)


@pytest.mark.parametrize("shape", [(2, 3), (1, 9), (28, 28)])
@pytest.mark.parametrize("name", ["quickshift", "felzenszwalb"])
def test_nothing_to_tell_apart_is_one_superpixel(shape, name):
    with pytest.raises(ValueError, match=f"got one from {name} on an image of {shape[0]} x {shape[1]} pixels"):
        segment(np.full((*shape, 3), 0.5), name)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_image_of_one_pixel(name):
    with pytest.raises(ValueError, match=f"got one from {name} on an image of 1 x 1 pixels: try a larger image"):
        segment(np.zeros((1, 1, 3)), name)


def test_functions_are_given_the_image_as_it_is():
    seen = []

    def own(image):
        seen.append(image.copy())
        image[:] = 0
        return halves(image)

    image = picture(7, "int64")
    before = image.copy()
    assert_superpixels(segment(image, own), (28, 28))
    np.testing.assert_array_equal(seen[0], before)
    assert seen[0].dtype == before.dtype
    np.testing.assert_array_equal(image, before)


def test_any_function_of_scikit_image():
    """One that knows of no channels is given a grey image."""
    labels = segment(PHOTO, {"algorithm": "skimage.segmentation.chan_vese", "max_num_iter": 5})
    assert_superpixels(labels, (96, 96))
    np.testing.assert_array_equal(labels, segmentation.chan_vese(grey(PHOTO), max_num_iter=5))
    assert labels.max() == 1


# Yamls


def setting_of(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in YAMLS if path.stem != "lime"], ids=lambda path: path.stem)
@pytest.mark.parametrize("image", [DIGIT, PHOTO, data.astronaut()], ids=["digit", "crop", "photo"])
def test_every_yaml_gives_about_as_many_superpixels_on_every_picture(path, image):
    setting = setting_of(path)
    assert setting["algorithm"].rpartition(".")[2] == path.stem
    assert setting["n_segments"] == 50
    labels = segment(image, setting)
    assert_superpixels(labels, image.shape[:2])
    assert 30 <= labels.max() + 1 <= 70
    np.testing.assert_array_equal(labels, segment(image, setting))


def test_every_short_name_has_a_yaml():
    assert {path.stem for path in YAMLS} == {*ALGORITHMS, "lime"}


def test_the_yaml_of_the_lime_package_is_its_default():
    (path,) = (path for path in YAMLS if path.stem == "lime")
    assert segmentation_of(setting_of(path)) == segmentation_of(None)
    assert_superpixels(segment(PHOTO, setting_of(path)), (96, 96))


# Seeds


def test_a_seed_is_passed_on_where_it_is_drawn_from():
    checkered = np.indices((12, 12)).sum(axis=0) % 2  # Ties everywhere, which quickshift breaks at random.
    image = read_only(np.repeat(checkered[:, :, None], 3, axis=2).astype(float))
    setting = {"algorithm": "quickshift", "kernel_size": 1}
    seven = distinct(segmentation.quickshift(image, kernel_size=1, rng=7))
    assert not np.array_equal(seven, segment(image, setting))
    np.testing.assert_array_equal(segment(image, setting), segment(image, setting))
    np.testing.assert_array_equal(segment(image, setting, random_seed=7), seven)
    np.testing.assert_array_equal(segment(image, setting | {"random_seed": 7}), seven)
    np.testing.assert_array_equal(segment(image, setting | {"rng": 7}, random_seed=8), seven)
    np.testing.assert_array_equal(segment(image, setting | {"random_seed": None}), segment(image, setting))
    np.testing.assert_array_equal(segment(image, "slic", random_seed=7), segment(image, "slic"))


# Names and values


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "quickshift(kernel_size=4, max_dist=200, ratio=0.2)"),
        ("slic", "slic"),
        ({"algorithm": "slic"}, "slic"),
        (
            {"algorithm": "slic", "n_segments": 50, "compactness": np.float64(0.1)},
            "slic(n_segments=50, compactness=0.1)",
        ),
        ({"algorithm": "slic", "n_segments": [50]}, "slic(n_segments=50)"),
        ({"algorithm": "slic", "spacing": (1, 2)}, "slic(spacing=(1, 2))"),
        (SegmentationAlgorithm("quickshift", random_seed=3), "quickshift(rng=3)"),
        (SegmentationAlgorithm("felzenszwalb", random_seed=3), "felzenszwalb"),
        ("skimage.segmentation.chan_vese", "skimage.segmentation.chan_vese"),
        ({"name": "fine", "algorithm": "slic", "n_segments": 500}, "fine"),
        (halves, "halves"),
        (partial(halves, size=3), "halves(size=3)"),
    ],
)
def test_names(value, name):
    assert segmentation_name(value) == name
    assert segmentation_of(segmentation_of(value)) == segmentation_of(value)


def test_names_of_functions_and_labels():
    class Cutter:
        def __call__(self, image):
            return halves(image)

        def cut(self, image):
            return halves(image)

    def within(image):
        return halves(image)

    assert [segmentation_name(own) for own in (within, Cutter(), Cutter().cut)] == ["within", "Cutter", "Cutter.cut"]
    assert segmentation_name(HALVES).startswith("labels(4 x 2, ")
    assert segmentation_name(HALVES) == segmentation_name(HALVES.copy()) != segmentation_name(HALVES[::-1, ::-1])


def test_labels_are_kept_as_they_were():
    labels = HALVES.copy()
    kept = segmentation_of(labels)
    labels[:] = 0
    np.testing.assert_array_equal(segment(SQUARE, kept), HALVES)


def test_equal_by_value():
    one = SegmentationAlgorithm("slic", n_segments=50, mask=HALVES == 1)
    assert one == SegmentationAlgorithm("slic", mask=HALVES == 1, n_segments=50)
    assert hash(one) == hash(SegmentationAlgorithm("slic", mask=HALVES == 1, n_segments=50))
    assert one != SegmentationAlgorithm("slic", n_segments=50, mask=HALVES == 0)
    assert one != SegmentationAlgorithm("slic", n_segments=50)
    assert SegmentationAlgorithm("slic") != SegmentationAlgorithm("grid")
    assert SegmentationAlgorithm("slic") != "slic"
    assert repr(SegmentationAlgorithm("slic", n_segments=50)) == "slic(n_segments=50)"


@pytest.mark.parametrize(
    "value", [None, "grid", {"algorithm": "slic", "n_segments": 20}, "skimage.segmentation.chan_vese", HALVES]
)
def test_pickled(value):
    first = segmentation_of(value)
    second = pickle.loads(pickle.dumps(first))
    image = SQUARE if value is HALVES else PHOTO
    assert second.name == first.name
    np.testing.assert_array_equal(segment(image, second), segment(image, first))
    assert isinstance(first, SegmentationAlgorithm) == (second == first)


# Sweeps


@pytest.mark.parametrize("value", ["slic", None, {"algorithm": "slic", "n_segments": 20}])
def test_one_value_is_a_list_of_one(value):
    assert segmentations_of(value) == segmentations_of([value]) == [segmentation_of(value)]


def test_lists_among_parameters_mean_every_combination():
    found = segmentations_of(["grid", {"algorithm": "slic", "n_segments": [20, 50], "compactness": [1, 10]}, halves])
    assert [single.name for single in found] == [
        "grid",
        "slic(n_segments=20, compactness=1)",
        "slic(n_segments=20, compactness=10)",
        "slic(n_segments=50, compactness=1)",
        "slic(n_segments=50, compactness=10)",
        "halves",
    ]
    several = segmentations_of({"algorithm": ["slic", "grid"], "n_segments": 20})
    assert [single.name for single in several] == ["slic(n_segments=20)", "grid(n_segments=20)"]


def test_a_name_of_ones_own_is_followed_by_what_is_swept():
    found = segmentations_of({"name": "fine", "algorithm": "slic", "compactness": 1, "n_segments": [20, 50]})
    assert [single.name for single in found] == ["fine(n_segments=20)", "fine(n_segments=50)"]
    for single, n in zip(found, (20, 50), strict=True):
        plain = {"algorithm": "slic", "compactness": 1, "n_segments": n}
        np.testing.assert_array_equal(segment(PHOTO, single), segment(PHOTO, plain))
        assert pickle.loads(pickle.dumps(single)) == single != segmentation_of(plain)


def test_a_segmentation_with_a_name_of_its_own_is_seeded_and_described_as_any_other():
    checkered = np.repeat((np.indices((12, 12)).sum(axis=0) % 2)[:, :, None], 3, axis=2).astype(float)
    plain = {"algorithm": "quickshift", "kernel_size": 1}
    seven = segment(checkered, plain, random_seed=7)
    assert not np.array_equal(seven, segment(checkered, plain))
    np.testing.assert_array_equal(segment(checkered, plain | {"name": "mine"}, random_seed=7), seven)
    with pytest.raises(ValueError, match=r"got one from slic\(n_segments=1\) on .*: try a larger n_segments"):
        segment(DIGIT, {"name": "mine", "algorithm": "slic", "n_segments": 1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "segmentation must have at least one value, got an empty list"),
        (["slic", "grid", "slic"], "segmentations must have different names, got slic more than once"),
        (["slic", {"algorithm": "slic"}], "different names, got slic more than once"),
        ([HALVES, HALVES.copy()], r"different names, got labels\(4 x 2, \w+\) more than once"),
        ([lambda image: 1, lambda image: 2], "different names, got <lambda> more than once"),
        ({"algorithm": "slic", "n_segments": [5, 5]}, r"different names, got slic\(n_segments=5\) more than once"),
        ({"algorithm": "slic", "n_segments": []}, "parameters must have at least one value, got none for n_segments"),
        ({"algorithm": []}, "parameters must have at least one value, got none for algorithm"),
    ],
)
def test_sweeps_that_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        segmentations_of(values)


# Errors


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            np.zeros((2, 4)),
            r"labels of shape \(4, 2\), got shape \(2, 4\) from labels\(2 x 4, \w+\) on an image of 4 x 2",
        ),
        (np.zeros((4, 2, 1)), r"labels of shape \(4, 2\), got shape \(4, 2, 1\)"),
        (HALVES - 1, "whole numbers of at least 0, got -1 from"),
        (HALVES / 2, "whole numbers of at least 0, got 0.5 from"),
        (np.where(HALVES, np.nan, 0), "whole numbers of at least 0, got nan from"),
        (np.where(HALVES, np.inf, 0), "whole numbers of at least 0, got inf from"),
        (HALVES.astype(str), "labels that are whole numbers, got <U21 from"),
        (HALVES * 1j, "labels that are whole numbers, got complex128 from"),
        (lambda image: None, r"labels of shape \(4, 2\), got shape \(\) from <lambda> on an image of 4 x 2 pixels"),
        (
            lambda image: [[1], [1, 2]],
            "a label to every pixel, got ValueError from <lambda> on an image of 4 x 2 pixels",
        ),
    ],
)
def test_labels_that_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        segment(SQUARE, labels)


def test_a_segmentation_that_raises():
    def broken(image):
        raise KeyError("no such thing")

    with pytest.raises(
        ValueError, match="got KeyError from broken on an image of 4 x 2 pixels: 'no such thing'"
    ) as found:
        segment(SQUARE, broken)
    assert isinstance(found.value.__cause__, KeyError)
    with pytest.raises(
        ValueError, match=r"from quickshift\(kernel_size=0\) on an image of 28 x 28 pixels: .*kernel_size"
    ):
        segment(DIGIT, {"algorithm": "quickshift", "kernel_size": 0})
    with pytest.raises(ValueError, match=r"from grid\(n_segments=0\) on .* at least 1, got 0"):
        segment(DIGIT, {"algorithm": "grid", "n_segments": 0})


def test_one_single_superpixel_suggests_settings_that_give_more():
    with pytest.raises(ValueError, match="at least two superpixels") as found:
        segment(DIGIT)
    assert str(found.value) == (
        "segmentation must give at least two superpixels, got one from quickshift(kernel_size=4, max_dist=200, "
        "ratio=0.2) on an image of 28 x 28 pixels: try a smaller kernel_size (kernel_size=1 is the finest) or "
        "max_dist, or slic(n_segments=50), or grid(n_segments=50)"
    )
    for better in ({"algorithm": "quickshift", **LIME_DEFAULT, "kernel_size": 1}, "slic", "grid"):
        assert_superpixels(segment(DIGIT, better), (28, 28))


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"algorithm": "slic", "n_segments": 1}, "a larger n_segments or a smaller compactness, or slic"),
        ({"algorithm": "skimage.segmentation.slic", "n_segments": 1}, "a larger n_segments or a smaller compactness"),
        ({"algorithm": "felzenszwalb", "min_size": 10**6}, "a smaller scale and min_size"),
        ({"algorithm": "watershed", "n_segments": 1}, "a larger n_segments"),
        ({"algorithm": "grid", "n_segments": 1}, "a larger n_segments"),
        (np.full((28, 28), 4), "slic"),
    ],
)
def test_what_is_suggested_fits_the_segmentation(value, hint):
    with pytest.raises(ValueError, match=f"at least two superpixels, got one .*: try {hint}"):
        segment(DIGIT, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("slick", "must be one of quickshift, slic, felzenszwalb, watershed, grid, or the dotted name .*, got 'slick'"),
        ({"algorithm": "slick"}, "must be one of quickshift, .*, got 'slick'"),
        ({"n_segments": 3}, "must name its algorithm, one of quickshift, .*, got {'n_segments': 3}"),
        ({"algorithm": "slic", "name": ""}, "must have a name that is text, got ''"),
        ({"algorithm": "slic", "name": ["a", "b"]}, r"must have a name that is text, got \['a', 'b'\]"),
        ({"algorithm": 3}, "must name its algorithm, .*, got {'algorithm': 3}"),
        ({"algorithm": "slic", "n_segments": [3, 4]}, "must be a single one, got 2 in {'algorithm': 'slic', "),
        (
            {"algorithm": "slic", "n_segmnts": 3},
            "parameters of slic must be among n_segments, compactness, .*, got n_segm",
        ),
        ({"algorithm": "grid", "compactness": 3}, "parameters of grid must be among n_segments, got compactness"),
        ("skimage.segmentation.random_walker", "random_walker must be given labels, got no parameters"),
        ("skimage.segmentation.slick", "must be a name that can be imported, got 'skimage.segmentation.slick': "),
        ("skimage.segmentation", "must name a function, got 'skimage.segmentation', a module"),
        ("shop.cut", "inside skimage or limeeval .*, got 'shop.cut': import the function yourself .* trust=true"),
        (
            "limeeval.lime.segmenters.np.zeros_like",
            "inside skimage or limeeval .*, got 'limeeval.lime.segmenters.np.ze",
        ),
    ],
)
def test_values_that_are_refused(value, message):
    with pytest.raises(ValueError, match=message):
        segmentation_of(value)
    with pytest.raises(ValueError, match=message):
        segment(SQUARE, value)


@pytest.mark.parametrize("value", [3, 0.5, [[0, 1]], ["slic"]])
def test_values_that_are_no_segmentation(value):
    with pytest.raises(TypeError, match=r"must be None, a name, a mapping .* or an array of labels, got "):
        segmentation_of(value)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_misspelt_parameter_is_an_error_and_a_seed_never(name):
    with pytest.raises(ValueError, match=f"parameters of {name} must be among"):
        SegmentationAlgorithm(name, n_segmentz=3)
    takes_rng = "rng" in inspect.signature(SegmentationAlgorithm(name).target_fn).parameters
    assert SegmentationAlgorithm(name, random_seed=3).target_params == ({"rng": 3} if takes_rng else {})


@pytest.fixture
def shop(tmp_path, monkeypatch):
    (tmp_path / "shop_of_cuts.py").write_text(
        "import numpy as np\n"
        "def cut(image, at=1):\n"
        "    return np.arange(image[..., 0].size).reshape(image.shape[:2]) >= at\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "shop_of_cuts.cut"


def test_trusted_names_are_imported_from_anywhere(shop):
    with pytest.raises(ValueError, match="trust=true"):
        segment(SQUARE, shop)
    assert segment(SQUARE, shop, trust=True).sum() == 7
    setting = {"algorithm": shop, "at": [2, 3]}
    found = segmentations_of(setting, trust=True)
    assert [single.name for single in found] == ["shop_of_cuts.cut(at=2)", "shop_of_cuts.cut(at=3)"]
    assert [segment(SQUARE, single).sum() for single in found] == [6, 5]
    assert segmentation_name(shop, trust=True) == shop
    with pytest.raises(ValueError, match=r"parameters of shop_of_cuts.cut must be among at, got size"):
        segmentation_of({"algorithm": shop, "size": 3}, trust=True)
    with pytest.raises(ValueError, match=r"must be a name that can be imported, got 'shop_of_cuts.none'"):
        segmentation_of("shop_of_cuts.none", trust=True)
    assert segmentation_of("slic", trust=True) == SegmentationAlgorithm("slic")
    with pytest.raises(ValueError, match="must be one of quickshift"):
        segmentation_of("slick", trust=True)


def test_functions_without_a_signature_take_any_parameter():
    found = segmentation_of({"algorithm": "numpy.add", "x2": 3}, trust=True)
    assert found.name == "numpy.add(x2=3)"
