"""The domain of images: which masks a seed stands for, and what is said of an image."""

import pickle

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from limeeval.lime.hidden import hidden_image
from limeeval.lime.image import ImageDomain, checked_image
from limeeval.lime.masking import Masking
from limeeval.lime.neighborhood import BLOCK, MASK_SAMPLING_METHODS, Neighborhood

SEGMENTS = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [3, 3, 3, 3]])
D = 4


def read_only(array):
    array.flags.writeable = False
    return array


def image_of(*shape, dtype="u1", seed=0):
    return read_only(np.random.default_rng(seed).integers(0, 2 if dtype == "?" else 256, shape).astype(dtype))


def domain_of(image=None, segments=SEGMENTS, hide_color=0, **arguments):
    image = image_of(3, 4, 3) if image is None else image
    return ImageDomain(Masking(image, hidden_image(image, segments, hide_color), segments), **arguments)


def masks_of(domain, n, *, seed=0, method="bernoulli"):
    return domain.design(Neighborhood(domain, seed, n, method).draw(0, n))


class TestContent:
    """What tells samples apart: masks, and what any mask shows."""

    def test_masks_are_bits(self):
        domain = domain_of()
        state = Neighborhood(domain, 0, 40).draw(0, 40)
        masks, _ = domain.content(state)
        np.testing.assert_array_equal(np.unpackbits(masks, axis=1, count=D), state[0])

    @pytest.mark.parametrize("dtype", ["?", "u1", "i8", "f2", "f4", "f8"])
    def test_what_masks_show_is_the_same_for_all(self, dtype):
        domain = domain_of(image_of(3, 4, 3, dtype=dtype))
        _, shows = domain.content(Neighborhood(domain, 0, 40).draw(0, 40))
        assert len(shows) == 40
        np.testing.assert_array_equal(shows, np.tile(shows[:1], (40, 1)))

    def test_every_pixel_and_superpixel_counts(self):
        """A pixel of the image or of what hides it, a pixel in another superpixel, superpixels numbered otherwise."""
        image, hidden = image_of(3, 4, 3), image_of(3, 4, 3, seed=1)

        def shown(image=image, hidden=hidden, segments=SEGMENTS):
            domain = ImageDomain(Masking(image, hidden, segments))
            return domain.content(domain.instance)[1].tobytes()

        found = {shown()}
        for pixel in np.ndindex(3, 4):
            brighter = np.zeros((3, 4, 3), dtype="u1")
            brighter[pixel] = 1
            elsewhere = np.where(brighter[..., 0], (SEGMENTS + 1) % D, SEGMENTS)
            found |= {shown(image=image ^ brighter), shown(hidden=hidden ^ brighter), shown(segments=elsewhere)}
        for order in [(1, 0, 2, 3), (1, 2, 3, 0), (0, 1, 3, 2)]:
            found.add(shown(segments=np.array(order)[SEGMENTS]))
        assert len(found) == 1 + 3 * 12 + 3
        assert shown(image.copy(), hidden.copy(), SEGMENTS.copy()) in found


class TestMasks:
    @pytest.mark.parametrize("method", MASK_SAMPLING_METHODS)
    def test_the_first_is_the_whole_image(self, method):
        domain = domain_of()
        neighborhood = Neighborhood(domain, 0, 16, method)
        assert masks_of(domain, 16, method=method)[0].all()
        (first,) = domain.decode(neighborhood.draw(0, 1)).apply(np.copy, 1)
        np.testing.assert_array_equal(first[0], domain.masking.image)
        np.testing.assert_array_equal(domain.design(domain.instance), np.ones((1, D)))

    def test_each_superpixel_is_shown_with_probability_one_half(self):
        """On its own: all 2^d masks are as likely."""
        n = 64_000
        z = masks_of(domain_of(), n + 1)[1:]
        counts = np.bincount((z @ 2 ** np.arange(D)).astype(int), minlength=2**D)
        assert len(counts) == 2**D
        chi2 = np.sum((counts - n / 2**D) ** 2) / (n / 2**D)
        assert chi2 == pytest.approx(2**D - 1, abs=4 * np.sqrt(2 * (2**D - 1)))

    def test_enumeration_has_each_mask_once(self):
        z = masks_of(domain_of(), 2**D, method="enumeration")
        assert len(np.unique(z, axis=0)) == 2**D
        assert set(z.ravel()) == {0.0, 1.0}

    @pytest.mark.parametrize("method", MASK_SAMPLING_METHODS)
    def test_a_block_drawn_alone_is_the_same_block(self, method):
        domain = domain_of(image_of(4, 4, 1), np.arange(16).reshape(4, 4))
        neighborhood = Neighborhood(domain, 3, 1100, method)
        (together,) = neighborhood.draw(0, 1100)
        for start in range(0, 1100, BLOCK):
            (own,) = neighborhood.draw(start, min(start + BLOCK, 1100))
            np.testing.assert_array_equal(own, together[start : start + BLOCK])

    def test_decoded_images_show_what_the_masks_say(self):
        domain = domain_of(hide_color="noise")
        state = Neighborhood(domain, 0, 300).draw(0, 300)
        images, shown = np.concatenate(domain.decode(state).apply(np.copy, 7)), domain.design(state).astype(bool)
        for image, mask in zip(images, shown, strict=True):
            expected = np.where(mask[SEGMENTS][..., None], domain.masking.image, domain.masking.hidden)
            np.testing.assert_array_equal(image, expected)


class TestKey:
    """Streams of random numbers belong to the image, however it is cut or hidden."""

    def test_of_equal_images(self):
        assert domain_of().key == domain_of(image_of(3, 4, 3).copy()).key == domain_of(hide_color=None).key
        assert domain_of().key == domain_of(segments=np.arange(12).reshape(3, 4)).key
        assert domain_of().key == domain_of(np.asfortranarray(image_of(3, 4, 3))).key

    def test_of_others(self):
        one_pixel = image_of(3, 4, 3).copy()
        one_pixel[-1, -1, -1] ^= 1
        others = [one_pixel, image_of(3, 4, 3).astype(float), image_of(3, 4, 3).view("i1"), image_of(3, 4, 1)]
        assert len({domain_of(image).key for image in [image_of(3, 4, 3), *others]}) == 5

    def test_fits_a_seed(self):
        assert 0 <= domain_of().key < 2**64

    def test_hiding_in_another_way_changes_no_mask(self):
        one, other = masks_of(domain_of(), 500), masks_of(domain_of(hide_color=None), 500)
        np.testing.assert_array_equal(one, other)


class TestDistance:
    @pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan", "jaccard", "hamming", "dice"])
    def test_to_the_whole_image(self, metric):
        domain = domain_of(distance_metric=metric)
        z = masks_of(domain, 2**D, method="enumeration")
        kind = bool if metric in ("jaccard", "dice") else float
        expected = pairwise_distances(z.astype(kind), np.ones((1, D), dtype=kind), metric=metric).ravel()
        np.testing.assert_allclose(domain.distance(z), expected, atol=1e-12)
        assert domain.distance(z)[0] == pytest.approx(0, abs=1e-12)

    def test_cosine_of_nothing_shown_is_one(self):
        assert domain_of().distance(np.zeros((1, D))) == pytest.approx(1)

    def test_of_a_function(self):
        domain = domain_of(distance_metric=lambda one, other: np.abs(one - other).max())
        np.testing.assert_array_equal(domain.distance(np.array([[1.0] * D, [1, 1, 0, 1], [0] * D])), [0, 1, 1])


class TestWords:
    def test_description(self):
        assert domain_of().description == "the image of 3 x 4 x 3 in 4 superpixels"

    def test_names_are_the_numbers_of_the_segments(self):
        assert domain_of().feature_names == ("superpixel 0", "superpixel 1", "superpixel 2", "superpixel 3")

    def test_where_they_are(self):
        assert [shown.value for shown in domain_of().shown] == [
            "3 pixels around row 0, column 0",
            "3 pixels around row 0, column 3",
            "2 pixels around row 1, column 2",
            "4 pixels around row 2, column 2",
        ]
        assert [(shown.number, shown.name) for shown in domain_of().shown] == list(enumerate(domain_of().feature_names))

    def test_large_numbers_are_readable(self):
        halves = np.repeat([0, 1], 2000)[None].repeat(3, axis=0)
        assert domain_of(image_of(3, 4000, 1), halves).shown[1].value == "6,000 pixels around row 1, column 3000"


def test_a_domain_can_be_pickled():
    domain = domain_of()
    masks_of(domain, 300)
    again = pickle.loads(pickle.dumps(domain))
    np.testing.assert_array_equal(masks_of(again, 300, seed=5), masks_of(domain, 300, seed=5))


class TestCheckedImage:
    @pytest.mark.parametrize("dtype", ["?", "u1", "u2", "i4", "i8", "f2", "f4", "f8", ">f4", ">u2"])
    @pytest.mark.parametrize("shape", [(3, 4, 1), (3, 4, 2), (3, 4, 3), (3, 4, 4), (3, 4, 7), (1, 1, 1)])
    def test_is_the_image_itself(self, shape, dtype):
        image = image_of(*shape, dtype=dtype)
        found = checked_image(image)
        assert found.dtype == image.dtype
        np.testing.assert_array_equal(found, image)

    @pytest.mark.parametrize("dtype", ["?", "u1", "f4"])
    def test_one_without_channels_has_three(self, dtype):
        image = image_of(3, 4, dtype=dtype)
        found = checked_image(image)
        assert (found.shape, found.dtype) == ((3, 4, 3), image.dtype)
        for channel in np.moveaxis(found, 2, 0):
            np.testing.assert_array_equal(channel, image)

    @pytest.mark.parametrize("layout", [np.asfortranarray, lambda image: image[::-1, ::2], list])
    def test_is_contiguous(self, layout):
        image = image_of(4, 4, 3, dtype="f4")
        found = checked_image(layout(image))
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, np.array(layout(image)))

    @pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1), (3, 4, 3)])
    def test_is_a_copy(self, shape):
        """An explanation does not change when the array it was made from is filled with the next picture."""
        image = image_of(*shape).copy()
        found = checked_image(image)
        before = found.copy()
        image[:] = 0
        np.testing.assert_array_equal(found, before)
        assert found.flags.writeable
