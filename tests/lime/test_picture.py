"""Image explanations as arrays and as figures."""

import base64
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from lime.lime_image import ImageExplanation
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from PIL import Image
from skimage.data import astronaut
from skimage.segmentation import slic

from limeeval.lime.heat_map import data_uri, heat_map_figure
from limeeval.lime.picture import boundaries, image_and_mask, pixel_map, viewable
from limeeval.lime.plot import LOWERS, RAISES

SEGMENTS = np.array([[0, 0, 1], [2, 2, 1], [2, 2, 1]])
FEATURES = np.array([2, 0])
COEFFICIENTS = np.array([-0.8, 0.2])
DTYPES = [np.uint8, np.uint16, np.int64, np.float16, np.float32, np.float64, np.bool_]


def frozen(array):
    array = np.asarray(array)
    array.flags.writeable = False
    return array


def explained(shape, d, *, seed=0, k=None):
    """Segments in rows of blocks, features and coefficients (one of them 0) by falling magnitude."""
    height, width = shape
    rng = np.random.default_rng(seed)
    across = int(np.ceil(np.sqrt(d)))
    rows, columns = np.arange(height) * across // height, np.arange(width) * across // width
    segments = np.unique(rows[:, None] * across + columns, return_inverse=True)[1].reshape(shape)
    coefficients = rng.normal(size=segments.max() + 1)
    coefficients[0] = 0.0
    order = np.argsort(-np.abs(coefficients))[:k]
    return frozen(segments), frozen(order), frozen(coefficients[order])


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_pixel_map():
    found = pixel_map(frozen(SEGMENTS), frozen(FEATURES), frozen(COEFFICIENTS))
    np.testing.assert_array_equal(found, [[0.2, 0.2, 0], [-0.8, -0.8, 0], [-0.8, -0.8, 0]])


def test_pixel_map_per_area_sums_to_each_coefficient():
    found = pixel_map(SEGMENTS, FEATURES, COEFFICIENTS, per_area=True)
    np.testing.assert_allclose(found, [[0.1, 0.1, 0], [-0.2, -0.2, 0], [-0.2, -0.2, 0]])
    assert np.bincount(SEGMENTS.ravel(), weights=found.ravel()) == pytest.approx([0.2, 0, -0.8])


@pytest.mark.parametrize("channels", [3, 4, 5])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_picture_and_mask_are_those_of_lime(channels, dtype):
    rng = np.random.default_rng(1)
    image = frozen((rng.random((24, 30, channels)) * 200).astype(dtype))
    segments, features, coefficients = explained((24, 30), 25)
    reference = ImageExplanation(image.copy(), segments.copy())
    reference.local_exp[0] = list(zip(features.tolist(), coefficients.tolist(), strict=True))
    signs = [(True, False), (False, True), (False, False)]
    for (positive, negative), hide, count, least in product(signs, [False, True], [1, 5, 100], [0.0, 0.7, 9.0]):
        asked = {"positive_only": positive, "negative_only": negative, "hide_rest": hide}
        asked |= {"num_features": count, "min_weight": least}
        wanted, wanted_mask = reference.get_image_and_mask(0, **asked)
        picture, mask = image_and_mask(image, segments, features, coefficients, **asked)
        colors = 3 if channels == 4 and hide else channels  # lime makes what it hides transparent
        np.testing.assert_array_equal(picture[..., :colors], wanted[..., :colors], err_msg=str(asked))
        np.testing.assert_array_equal(mask, wanted_mask, err_msg=str(asked))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("positive_only", [True, False])
@pytest.mark.parametrize("hide_rest", [True, False])
def test_picture_keeps_the_dtype(dtype, positive_only, hide_rest):
    image = frozen(np.ones((3, 3, 3), dtype=dtype))
    picture, mask = image_and_mask(
        image, SEGMENTS, FEATURES, COEFFICIENTS, positive_only=positive_only, hide_rest=hide_rest
    )
    assert picture.dtype == dtype
    assert picture.flags.writeable
    assert np.issubdtype(mask.dtype, np.signedinteger)


def test_picture_of_one_channel_is_colored_as_three():
    image = frozen(np.arange(9, dtype=np.uint8).reshape(3, 3, 1))
    picture, mask = image_and_mask(image, SEGMENTS, FEATURES, COEFFICIENTS, positive_only=False)
    np.testing.assert_array_equal(mask, [[1, 1, 0], [-1, -1, 0], [-1, -1, 0]])
    np.testing.assert_array_equal(picture[..., 0], [[0, 1, 2], [8, 8, 5], [8, 8, 8]])
    np.testing.assert_array_equal(picture[..., 1], [[8, 8, 2], [3, 4, 5], [6, 7, 8]])
    np.testing.assert_array_equal(picture[..., 2], image[..., 0])


def test_picture_of_two_channels_is_colored_as_their_mean():
    image = np.stack([np.full((3, 3), 10), np.full((3, 3), 30)], axis=2).astype(np.uint8)
    picture, _ = image_and_mask(image, SEGMENTS, FEATURES, COEFFICIENTS, positive_only=False)
    assert picture.dtype == np.uint8
    assert picture[2, 2].tolist() == [20, 20, 20]
    assert picture[2, 0].tolist() == [30, 20, 20]


def test_what_is_hidden_stays_opaque():
    image = np.full((3, 3, 4), 200, dtype=np.uint8)
    picture, _ = image_and_mask(image, SEGMENTS, FEATURES, COEFFICIENTS, hide_rest=True)
    assert picture[2, 2].tolist() == [0, 0, 0, 200]
    assert picture[0, 0].tolist() == [200, 200, 200, 200]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"negative_only": True}, "at most one of positive_only and negative_only may be True, got both"),
        ({"num_features": 0}, "num_features must be a whole number of at least 1, got 0"),
        ({"num_features": 2.5}, "num_features must be a whole number of at least 1, got 2.5"),
        ({"min_weight": -0.1}, "min_weight must be a number of at least 0, got -0.1"),
        ({"min_weight": float("nan")}, "min_weight must be a number of at least 0, got nan"),
        ({"min_weight": "0.1"}, "min_weight must be a number of at least 0, got '0.1'"),
    ],
)
def test_what_cannot_be_asked_for(asked, message):
    with pytest.raises(ValueError, match=message):
        image_and_mask(np.zeros((3, 3, 3)), SEGMENTS, FEATURES, COEFFICIENTS, **asked)


@pytest.mark.parametrize(
    ("pixels", "dtype", "wanted"),
    [
        ([[[0]], [[255]]], np.uint8, [0, 1]),
        ([[[0]], [[51]]], np.uint8, [0, 0.2]),
        ([[[False]], [[True]]], bool, [0, 1]),
        ([[[0.25]], [[0.5]]], np.float32, [0.25, 0.5]),
        ([[[-0.004]], [[1.004]]], float, [0, 1]),
        ([[[-1.0]], [[0.0]], [[1.0]]], np.float16, [0, 0.5, 1]),
        ([[[0.0]], [[51.0]], [[255.0]]], float, [0, 0.2, 1]),
        ([[[0]], [[1000]], [[4000]]], np.uint16, [0, 0.25, 1]),
        ([[[255.0]], [[255.0]]], float, [1, 1]),
        ([[[-3.0]], [[-3.0]]], float, [0, 0]),
        ([[[0, 51]], [[255, 255]]], np.uint8, [0.1, 1]),
        ([[[0.0, 0.0, 0.0, 0.0, 1.0]]], float, [0.2]),
        ([[0], [255]], np.uint8, [0, 1]),
    ],
)
def test_viewable_values(pixels, dtype, wanted):
    found = viewable(frozen(np.array(pixels, dtype=dtype)))
    assert found.shape == (len(pixels), 1, 3)
    np.testing.assert_allclose(found, np.repeat(np.array(wanted)[:, None, None], 3, axis=2), atol=1e-12)


def test_viewable_colors_stay_and_transparency_shows_white():
    colors = np.array([[[255, 0, 51]]], dtype=np.uint8)
    np.testing.assert_allclose(viewable(colors), [[[1, 0, 0.2]]])
    layered = np.array([[[255, 0, 51, 255], [255, 0, 51, 0], [0, 0, 0, 51]]], dtype=np.uint8)
    np.testing.assert_allclose(viewable(layered), [[[1, 0, 0.2], [1, 1, 1], [0.8, 0.8, 0.8]]])


def test_boundaries_run_around_the_areas_of_a_mask():
    mask = np.zeros((7, 7), dtype=int)
    mask[2:5, 2:5] = 1
    found = boundaries(frozen(np.zeros((7, 7, 1), dtype=np.uint8)), frozen(mask), color=(1.0, 0.0, 0.0))
    drawn = (found == (1.0, 0.0, 0.0)).all(axis=2)
    assert drawn.any()
    assert not drawn[3, 3]
    assert not drawn[[0, 0, 6, 6], [0, 6, 0, 6]].any()
    assert (boundaries(np.full((7, 7, 3), 0.5), np.zeros((7, 7), dtype=int)) == 0.5).all()


SHAPES = [(28, 28, 1), (28, 28, 3), (64, 48, 4), (8, 8, 2), (60, 400, 3), (400, 60, 3), (2, 90, 3), (1, 1, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("title", ["", "why the model gives an egret a probability of 0.9, and costs $5 and $6 " * 3])
def test_figures_of_any_shape_are_drawn_without_warnings(shape, title):
    image = frozen(np.random.default_rng(0).random(shape))
    segments, features, coefficients = explained(shape[:2], 9)
    figure = heat_map_figure(image, segments, features, coefficients, title=title, pyplot=False)
    figure.savefig(BytesIO())
    assert [axes.get_ylabel() for axes in figure.axes] == ["", "", "coefficient"]


def drawn_of(figure):
    """Pictures of both panels, and the map of coefficients."""
    outlined, grey, heat = (picture for axes in figure.axes[:2] for picture in axes.images)
    return outlined.get_array(), grey.get_array(), heat


def test_heat_is_symmetric_about_zero():
    segments, features, coefficients = explained((28, 28), 9)
    heat = drawn_of(heat_map_figure(np.ones((28, 28, 3)), segments, features, coefficients, pyplot=False))[2]
    reach = np.abs(coefficients).max()
    assert heat.get_clim() == (-reach, reach)
    assert heat.cmap(heat.norm(reach))[:3] == pytest.approx(to_rgb(RAISES))
    assert heat.cmap(heat.norm(-reach))[:3] == pytest.approx(to_rgb(LOWERS))
    assert heat.cmap(heat.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)


def test_heat_is_the_pixel_map_in_larger_pixels():
    heat = drawn_of(heat_map_figure(np.ones((3, 3, 3)), SEGMENTS, FEATURES, COEFFICIENTS, pyplot=False))[2].get_array()
    size = len(heat) // 3
    np.testing.assert_array_equal(
        heat[size // 2 :: size, size // 2 :: size], pixel_map(SEGMENTS, FEATURES, COEFFICIENTS)
    )


def test_superpixels_are_outlined_in_their_colors_and_numbered():
    figure = heat_map_figure(np.full((3, 3, 3), 0.5), SEGMENTS, FEATURES, COEFFICIENTS, pyplot=False)
    picture = drawn_of(figure)[0]
    size = len(picture) // 3
    shapes = SEGMENTS.repeat(size, axis=0).repeat(size, axis=1)
    for superpixel, color in ((2, LOWERS), (0, RAISES)):
        inside = picture[shapes == superpixel]
        assert {tuple(pixel) for pixel in np.unique(inside, axis=0)} == {to_rgb(color), (1.0,) * 3, (0.5,) * 3}
    assert np.unique(picture[shapes == 1]).tolist() == [0.5]
    numbers = {int(text.get_text()): text.get_position() for text in figure.axes[0].texts}
    assert numbers.keys() == {0, 2}
    for superpixel, (column, row) in numbers.items():
        assert shapes[row, column] == superpixel
        assert picture[row, column].tolist() == [0.5] * 3


def test_only_the_largest_are_outlined_and_never_a_zero():
    segments, features, coefficients = explained((30, 30), 9)
    figure = heat_map_figure(np.ones((30, 30, 3)), segments, features, coefficients, pyplot=False)
    assert [int(text.get_text()) for text in figure.axes[0].texts] == sorted(features[:5])
    assert "the 5 largest of 9 coefficients" in figure.get_supxlabel()
    figure = heat_map_figure(np.ones((30, 30, 3)), segments, features[-2:], coefficients[-2:], pyplot=False)
    assert [int(text.get_text()) for text in figure.axes[0].texts] == [features[-2]]
    assert "the largest of 9 coefficients" in figure.get_supxlabel()


@pytest.mark.parametrize("k", [0, 9])
def test_nothing_but_zeros(k):
    segments, features, _ = explained((28, 28), 9, k=k)
    figure = heat_map_figure(np.ones((28, 28, 3)), segments, features, np.zeros(k), pyplot=False)
    figure.savefig(BytesIO())
    picture, _, heat = drawn_of(figure)
    assert (picture == 1).all()
    assert heat.get_clim() == (-1, 1)
    assert figure.get_supxlabel() == "No coefficient differs from 0."


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([0.01, 0.03], "Median standard error 0.02."),
        ([np.nan, 0.03], "Median standard error 0.03."),
        ([np.nan, np.nan], None),
        (None, None),
    ],
)
def test_standard_errors_are_stated_where_known(errors, words):
    errors = None if errors is None else np.array(errors)
    figure = heat_map_figure(np.ones((3, 3, 3)), SEGMENTS, FEATURES, COEFFICIENTS, standard_errors=errors, pyplot=False)
    note = figure.get_supxlabel().replace("\n", " ")
    assert (words in note) if words else ("standard error" not in note)


def test_a_superpixel_too_small_to_be_seen_in_a_large_image_is_no_error():
    segments = np.zeros((1400, 10), dtype=int)
    segments[1, 1] = 1
    figure = heat_map_figure(np.ones((1400, 10, 3)), segments, np.array([1, 0]), np.array([2.0, -1.0]), pyplot=False)
    figure.savefig(BytesIO())
    assert drawn_of(figure)[0].shape == (700, 5, 3)


def test_figures_of_pyplot_and_others():
    asked = (np.ones((3, 3, 3)), SEGMENTS, FEATURES, COEFFICIENTS)
    unlisted = heat_map_figure(*asked, pyplot=False)
    assert plt.get_fignums() == []
    listed = heat_map_figure(*asked, title="$x_{1}$", figsize=(5, 3))
    assert plt.get_fignums() == [listed.number]
    assert listed.get_size_inches().tolist() == [5, 3]
    assert listed.get_suptitle() == "$x_{1}$"
    for figure in (unlisted, listed):
        assert data_uri(figure).startswith("data:image/jpeg;base64,")
    assert plt.get_fignums() == [listed.number]


def test_pictures_in_pages_are_small():
    image = astronaut()
    segments = slic(image, 50, start_label=0)
    coefficients = np.linspace(1, -0.5, segments.max() + 1)
    order = np.argsort(-np.abs(coefficients))
    figure = heat_map_figure(image, segments, order, coefficients[order], pyplot=False)
    address = data_uri(figure)
    assert len(address) <= 150_000
    picture = Image.open(BytesIO(base64.b64decode(address.partition(",")[2])))
    assert picture.format == "JPEG"
    assert picture.size == tuple((figure.get_size_inches() * figure.dpi).astype(int))
