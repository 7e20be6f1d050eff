"""What hidden superpixels show: the mean color, a number, a blur, noise or another image, in the image's own dtype."""

import numpy as np
import pytest

from limeeval.lime.hidden import CONTENTS, hidden_image

SEGMENTS = np.array([[0, 0, 1], [2, 0, 1]])
DTYPES = ["?", "u1", "u2", "i2", "i8", "f2", "f4", "f8", ">f4", ">u2"]


def read_only(array):
    array.flags.writeable = False
    return array


def image_of(*, shape=(2, 3), channels=3, dtype="u1", seed=0):
    values = np.random.default_rng(seed).integers(0, 2 if dtype == "?" else 200, (*shape, channels))
    return read_only(values.astype(dtype))


@pytest.fixture(scope="module")
def photo():
    """Stripes one pixel wide over a slow gradient."""
    row, column = np.indices((64, 64))
    levels = 60 + row + 40 * (column % 2)
    return read_only(np.dstack([levels, 255 - levels, levels // 2]).astype(np.uint8))


class TestMeanColor:
    def test_known_answer(self):
        image = np.array([[[10], [20], [1]], [[7], [60], [2]]], dtype=np.float64)
        np.testing.assert_array_equal(hidden_image(image, SEGMENTS)[..., 0], [[30, 30, 1.5], [7, 30, 1.5]])

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("channels", [1, 3, 4, 7])
    def test_of_every_channel(self, dtype, channels):
        image = image_of(channels=channels, dtype=dtype)
        found = hidden_image(image, read_only(SEGMENTS.copy()))
        assert found.dtype == image.dtype
        for number in range(3):
            mean = image[number == SEGMENTS].astype(float).mean(axis=0)
            expected = np.rint(mean) if image.dtype.kind in "bui" else mean
            for pixel in found[number == SEGMENTS]:
                np.testing.assert_allclose(pixel.astype(float), expected, rtol=1e-3 if dtype == "f2" else 1e-6)

    @pytest.mark.parametrize(
        ("values", "mean"), [((1, 2, 2), 2), ((1, 1, 2), 1), ((0, 0, 255), 85), ((254, 255, 255), 255)]
    )
    def test_whole_numbers_are_rounded(self, values, mean):
        """Not cut off, which would make every hidden superpixel darker by half a level on average."""
        image = np.array(values, dtype=np.uint8).reshape(1, 3, 1)
        assert hidden_image(image, np.zeros((1, 3), dtype=np.intp)).ravel().tolist() == [mean] * 3

    def test_of_an_even_image_is_the_image(self):
        image = np.full((2, 3, 3), 0.1)
        np.testing.assert_allclose(hidden_image(image, SEGMENTS), image, rtol=1e-15)


class TestColor:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("number", [0, 1, np.uint8(1), 1.0, True])
    def test_a_number(self, dtype, number):
        found = hidden_image(image_of(dtype=dtype), SEGMENTS, number)
        assert found.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(found, np.full((2, 3, 3), 1.0 if number else 0.0))

    @pytest.mark.parametrize("number", [-2.5, 0.3, 1e30])
    def test_any_number_in_floats(self, number):
        np.testing.assert_array_equal(hidden_image(image_of(dtype="f8"), SEGMENTS, number), np.full((2, 3, 3), number))

    @pytest.mark.parametrize("container", [list, tuple, np.array])
    @pytest.mark.parametrize("channels", [1, 2, 3, 4])
    def test_a_number_a_channel(self, container, channels):
        color = [200, 0, 3, 255][:channels]
        found = hidden_image(image_of(channels=channels), SEGMENTS, container(color))
        for pixel in found.reshape(-1, channels):
            assert pixel.tolist() == color

    def test_another_image(self):
        image, other = image_of(), image_of(seed=1)
        np.testing.assert_array_equal(hidden_image(image, SEGMENTS, other), other)
        np.testing.assert_array_equal(hidden_image(image, SEGMENTS, other.astype(float)), other)

    def test_another_image_without_channels(self):
        other = np.arange(6).reshape(2, 3)
        for channel in np.moveaxis(hidden_image(image_of(), SEGMENTS, other), 2, 0):
            np.testing.assert_array_equal(channel, other)

    def test_is_a_copy(self):
        other = image_of(seed=1).copy()
        found = hidden_image(image_of(), SEGMENTS, other)
        other[:] = 0
        assert found.any()


class TestBlur:
    @pytest.mark.parametrize("dtype", ["u1", "f4", "f8"])
    def test_takes_the_details_and_leaves_the_rest(self, photo, dtype):
        found = hidden_image(photo.astype(dtype), np.zeros((64, 64), dtype=np.intp), "blur").astype(float)
        across = np.abs(np.diff(found[..., 0], axis=1))
        assert np.abs(np.diff(photo[..., 0].astype(float), axis=1)).min() == 40
        assert across.max() <= 1
        assert found[8:-8, :, 0].mean(axis=1) == pytest.approx(80 + np.arange(8, 56), abs=1.5)

    def test_channels_stay_apart(self):
        image = np.zeros((32, 32, 3))
        image[10:20, 10:20, 1] = 1
        found = hidden_image(image, np.zeros((32, 32), dtype=np.intp), "blur")
        assert found[..., 1].max() > 0.5
        assert not found[..., [0, 2]].any()

    @pytest.mark.parametrize("shape", [(1, 17), (1, 1), (2, 300)])
    def test_of_odd_shapes(self, shape):
        image = image_of(shape=shape)
        assert hidden_image(image, np.zeros(shape, dtype=np.intp), "blur").shape == image.shape


class TestNoise:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_is_uniform_over_the_range(self, dtype):
        image = image_of(shape=(60, 60), dtype=dtype)
        found = hidden_image(image, np.zeros((60, 60), dtype=np.intp), "noise")
        low, high = float(image.min()), float(image.max())
        assert found.dtype == image.dtype
        assert low <= found.min()
        assert found.max() <= high
        error = (high - low) / np.sqrt(12 * found.size) + 1e-3 * high
        assert found.mean(dtype=float) == pytest.approx((low + high) / 2, abs=4 * error)

    @pytest.mark.parametrize("seed", [0, 1, 42])
    def test_is_not_the_noise_that_an_image_is_made_of(self, seed):
        image = read_only(np.random.default_rng(seed).random((20, 20, 3)))
        found = hidden_image(image, np.zeros((20, 20), dtype=np.intp), "noise")
        assert abs(np.corrcoef(image.ravel(), found.ravel())[0, 1]) < 0.15

    def test_is_the_same_on_every_call_and_whatever_the_superpixels(self):
        image, one, other = image_of(), SEGMENTS, SEGMENTS.T.reshape(2, 3)
        np.testing.assert_array_equal(hidden_image(image, one, "noise"), hidden_image(image, other, "noise"))

    def test_takes_no_random_numbers_from_elsewhere(self):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        hidden_image(image_of(), SEGMENTS, "noise")
        np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("hide_color", [None, 0, (1, 0, 1), image_of(dtype="?", seed=1), *CONTENTS])
@pytest.mark.parametrize("dtype", DTYPES)
def test_layout(hide_color, dtype):
    """Bytes that can be looked up one by one."""
    image = image_of(dtype=dtype)
    found = hidden_image(image, SEGMENTS, hide_color)
    assert found.flags.c_contiguous
    assert (found.shape, found.dtype) == (image.shape, image.dtype)


@pytest.mark.parametrize(
    ("hide_color", "words"),
    [
        ("fuzzy", ["a number, one a channel, an image", "'blur' or 'noise'", "'fuzzy'"]),
        ("", ["'blur' or 'noise'", "''"]),
        ([1, 2], ["3 channels", r"\(2, 3, 3\)", "'blur'", r"shape \(2,\)"]),
        ([], [r"shape \(0,\)"]),
        ([[1], [2, 3]], ["a number, one a channel, an image", r"\[\[1\], \[2, 3\]\]"]),
        (np.zeros((3, 2)), [r"\(2, 3, 3\)", r"shape \(3, 2\)"]),
        (np.zeros((3, 2, 3)), [r"shape \(3, 2, 3\)"]),
        (np.zeros((2, 3, 4)), [r"shape \(2, 3, 4\)"]),
        (np.zeros((1, 2, 3, 3)), [r"shape \(1, 2, 3, 3\)"]),
        (float("nan"), ["finite", "nan"]),
        ((0, np.inf, 0), ["finite", "inf"]),
        (1j, ["finite numbers", "1j"]),
        ({}, ["numbers", "{}"]),
        ((None, 0, 0), ["numbers", "None"]),
        (-1, ["uint8 image can hold, 0 to 255", "-1"]),
        (-1.0, ["uint8", "-1.0"]),
        (256, ["0 to 255", "256"]),
        (256.0, ["0 to 255", "256"]),
        (1e300, ["0 to 255", "1e"]),
        (0.5, ["0 to 255", r"0\.5"]),
        ((0, 0, 256), ["0 to 255", r"\[0, 0, 256\]"]),
    ],
    ids=repr,
)
def test_what_does_not_fit(hide_color, words):
    with pytest.raises(ValueError, match=".*".join(["hide_color must be", *words])):
        hidden_image(image_of(), SEGMENTS, hide_color)


@pytest.mark.parametrize(
    ("dtype", "number", "known"),
    [
        ("?", 2, "a bool image can hold, 0 or 1"),
        ("i1", 128, "int8 image can hold, -128 to 127"),
        ("u8", -1, "uint64 image can hold, 0 to 18446744073709551615"),
        ("i8", 2.0**63, "int64 image can hold"),
        ("f2", 70_000, "a float16 image can hold, -6.55e[+]04 to 6.55e[+]04, got .70000."),
        ("f4", -1e300, "a float32 image can hold"),
    ],
)
def test_what_the_dtype_does_not_have(dtype, number, known):
    with pytest.raises(ValueError, match=known):
        hidden_image(image_of(dtype=dtype), SEGMENTS, number)
