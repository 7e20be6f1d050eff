"""Masked images equal those of a plain loop bit for bit, in batches that nobody can disturb."""

import gc
import pickle
import weakref

import numpy as np
import pytest

from limeeval.lime import masking
from limeeval.lime.masking import MaskedImages, Masking

DTYPES = [
    *(np.dtype(name) for name in ("?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "g")),
    *(np.dtype(name).newbyteorder(">") for name in ("u2", "i4", "u8", "f2", "f4", "f8")),
]
SHAPES = [(1, 1), (1, 17), (17, 1), (2, 3), (31, 33)]
CACHE = 192 * 2**10


def read_only(array):
    array.flags.writeable = False
    return array


def bits(array):
    """Every byte, so that -0.0 is not 0.0."""
    return np.ascontiguousarray(array).view(np.uint8)


def assert_same_bits(found, expected):
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_array_equal(bits(found), bits(expected))


def content(rng, shape, dtype):
    """Numbers all over the dtype; of floats, among them zeros of both signs, subnormals and the largest."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "ui":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)
    info = np.finfo(dtype)
    special = [0.0, -0.0, info.smallest_subnormal, -info.smallest_subnormal, info.max, info.min, 1.0]
    found = rng.normal(size=shape).astype(dtype)
    chosen = rng.random(shape) < 0.5
    found[chosen] = rng.choice(np.array(special, dtype=dtype), chosen.sum())
    return found


def scattered(rng, shape, d):
    """Superpixels of no shape at all, each with a pixel at least where there are enough."""
    return rng.permutation(np.arange(np.prod(shape)) % d).reshape(shape)


def example(seed=0, *, shape=(31, 33), channels=3, dtype="u1", d=9):
    rng = np.random.default_rng(seed)
    dtype, d = np.dtype(dtype), min(d, int(np.prod(shape)))
    image, hidden = (content(rng, (*shape, channels), dtype) for _ in range(2))
    return Masking(read_only(image), read_only(hidden), read_only(scattered(rng, shape, d)))


def draw_masks(masked, n, seed=1):
    masks = np.random.default_rng(seed).random((n, masked.segments.max() + 1)) < 0.5
    if n > 2:
        masks[:2] = [[True], [False]]  # Everything shown, and nothing.
    return read_only(masks)


def looped(masked, masks):
    """The plain loop."""
    found = []
    for mask in masks:
        temp = masked.image.copy()
        hidden = ~mask[masked.segments]
        temp[hidden] = masked.hidden[hidden]
        found.append(temp)
    return np.array(found, dtype=masked.image.dtype).reshape(-1, *masked.shape)


def composed(masked, masks):
    found = np.empty((len(masks), *masked.shape), dtype=masked.image.dtype)
    bits(found)[...] = 171  # Neither of the two.
    masked.compose(masks, found)
    return found


class TestCompose:
    @pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.str)
    @pytest.mark.parametrize("channels", range(1, 8))
    def test_is_a_plain_loop(self, dtype, channels):
        for shape in SHAPES:
            masked = example(shape=shape, channels=channels, dtype=dtype)
            masks = draw_masks(masked, 12)
            assert_same_bits(composed(masked, masks), looped(masked, masks))

    @pytest.mark.parametrize(
        ("shape", "channels", "dtype"),
        [
            ((300, 301), 3, "u1"),  # Two tiles, the last one smaller.
            ((CACHE // 3, 1), 3, "u1"),  # Exactly one.
            ((CACHE // 3 + 1, 1), 3, "u1"),  # One row more.
            ((3, CACHE), 1, "f8"),  # A row larger than a tile.
            ((97, 211), 7, "f4"),
            ((260, 130), 5, ">u2"),
        ],
    )
    def test_larger_than_a_tile(self, shape, channels, dtype):
        masked = example(shape=shape, channels=channels, dtype=dtype, d=40)
        masks = draw_masks(masked, 3)
        assert_same_bits(composed(masked, masks), looped(masked, masks))

    @pytest.mark.parametrize("pieces", [(5, 7), (1, 1)])
    def test_blocks_and_single_pixels(self, pieces):
        """Superpixels as segmentations make them: runs of many pixels, or of one."""
        masked = example(shape=(30, 42))
        rows, columns = (np.arange(side) // piece for side, piece in zip((30, 42), pieces, strict=True))
        blocks = rows[:, None] * (columns.max() + 1) + columns
        masked = Masking(masked.image, masked.hidden, blocks)
        masks = draw_masks(masked, 20)
        assert_same_bits(composed(masked, masks), looped(masked, masks))

    @pytest.mark.parametrize("order", ["fortran", "strided", "reversed", "transposed"])
    def test_images_that_are_not_contiguous(self, order):
        plain = example(shape=(16, 16), channels=4, dtype="f4")

        def laid_out(array):
            if order == "fortran":
                return read_only(np.asfortranarray(array))
            if order == "strided":
                return read_only(np.repeat(np.repeat(array, 2, axis=0), 3, axis=1))[::2, ::3]
            if order == "reversed":
                return read_only(array[::-1, ::-1].copy())[::-1, ::-1]
            return read_only(np.swapaxes(array, 0, 1).copy()).swapaxes(0, 1)

        image, hidden, segments = (laid_out(part) for part in (plain.image, plain.hidden, plain.segments))
        assert not image.flags.c_contiguous
        masked, masks = Masking(image, hidden, segments), draw_masks(plain, 9)
        assert_same_bits(composed(masked, masks), looped(plain, masks))
        assert masked.content == plain.content

    def test_no_masks(self):
        masked = example()
        assert composed(masked, draw_masks(masked, 0)).shape == (0, 31, 33, 3)

    def test_masks_in_any_layout(self):
        masked = example()
        masks = draw_masks(masked, 11)
        for laid_out in (np.asfortranarray(masks), np.repeat(masks, 2, axis=1)[:, ::2], masks[::-1][::-1]):
            assert_same_bits(composed(masked, laid_out), looped(masked, masks))

    def test_a_second_time_and_after_pickling(self):
        masked, masks = example(), draw_masks(example(), 5)
        expected = looped(masked, masks)
        for again in (masked, masked, pickle.loads(pickle.dumps(masked))):
            assert_same_bits(composed(again, masks), expected)


def gathered(images, at_once):
    """All of the images, and how many there were at a time."""
    parts = images.apply(np.copy, at_once)
    return np.concatenate(parts), [len(part) for part in parts]


class TestBatches:
    @pytest.mark.parametrize(
        ("at_once", "sizes"), [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (64, [10])]
    )
    def test_at_once(self, at_once, sizes):
        masked = example()
        masks = draw_masks(masked, 10)
        found, seen = gathered(MaskedImages.of(masked, masks), at_once)
        assert seen == sizes
        assert_same_bits(found, looped(masked, masks))

    def test_results_are_in_order(self):
        images = MaskedImages.of(example(), draw_masks(example(), 10))
        numbers = iter(range(100))
        assert images.apply(lambda batch: (next(numbers), len(batch)), 4) == [(0, 4), (1, 4), (2, 2)]

    def test_bytes_are_bounded(self):
        masked = example(shape=(1024, 1024), channels=3, dtype="f8")  # 24 MiB an image.
        assert masked.image.nbytes == masking.BATCH_BYTES
        assert gathered(MaskedImages.of(masked, draw_masks(masked, 3)), 64)[1] == [1, 1, 1]

    @pytest.mark.parametrize(("bound", "sizes"), [(1, [1] * 7), (2, [2, 2, 2, 1]), (2.99, [2, 2, 2, 1]), (7, [7])])
    def test_bound_in_images(self, monkeypatch, bound, sizes):
        masked = example()
        monkeypatch.setattr(masking, "BATCH_BYTES", int(bound * masked.image.nbytes))
        masks = draw_masks(masked, 7)
        found, seen = gathered(MaskedImages.of(masked, masks), 64)
        assert seen == sizes
        assert_same_bits(found, looped(masked, masks))

    def test_an_image_above_the_bound_comes_alone(self, monkeypatch):
        monkeypatch.setattr(masking, "BATCH_BYTES", 10)
        assert gathered(MaskedImages.of(example(), draw_masks(example(), 3)), 64)[1] == [1, 1, 1]

    def test_pieces_of_one_kind_share_batches(self):
        """Several instances of one size: a batch may span them."""
        parts = [(example(seed), draw_masks(example(seed), n, seed)) for seed, n in ((0, 4), (1, 1), (2, 6))]
        images = sum((MaskedImages.of(*part) for part in parts[1:]), MaskedImages.of(*parts[0]))
        assert len(images) == 11
        found, seen = gathered(images, 4)
        assert seen == [4, 4, 3]
        assert_same_bits(found, np.concatenate([looped(*part) for part in parts]))

    def test_pieces_of_other_sizes_and_dtypes_do_not(self):
        kinds = [
            {},
            {"shape": (33, 31)},
            {"shape": (33, 31), "dtype": "f4"},
            {"shape": (33, 31), "dtype": ">f4"},
            {"shape": (33, 31), "dtype": ">f4", "channels": 1},
            {},
        ]
        parts = [(example(i, **kind), draw_masks(example(i, **kind), 5, i)) for i, kind in enumerate(kinds)]
        images = sum((MaskedImages.of(*part) for part in parts[1:]), MaskedImages.of(*parts[0]))
        found = images.apply(np.copy, 3)
        assert [len(part) for part in found] == [3, 2] * len(kinds)
        for part, three, two in zip(parts, found[::2], found[1::2], strict=True):
            assert_same_bits(three, looped(*part)[:3])
            assert_same_bits(two, looped(*part)[3:])

    def test_a_function_that_raises_is_not_called_again(self):
        called = []

        def failing(batch):
            called.append(len(batch))
            raise RuntimeError("out of memory")

        with pytest.raises(RuntimeError, match="out of memory"):
            MaskedImages.of(example(), draw_masks(example(), 10)).apply(failing, 4)
        assert called == [4]


class TestRows:
    @pytest.fixture
    def images(self):
        parts = [(example(seed, d=9), draw_masks(example(seed), n, seed)) for seed, n in ((0, 4), (1, 1), (2, 6))]
        return sum((MaskedImages.of(*part) for part in parts[1:]), MaskedImages.of(*parts[0]))

    @pytest.mark.parametrize(
        "rows", [[0], [10], [4], [3, 4, 5], [0, 2, 4, 6, 8, 10], [5, 6, 10], [0, 10], list(range(11))]
    )
    def test_ascending_rows_across_pieces(self, images, rows):
        everything = gathered(images, 64)[0]
        some = images[np.array(rows)]
        assert len(some) == len(rows)
        assert_same_bits(gathered(some, 64)[0], everything[rows])

    def test_no_rows(self, images):
        none = images[np.array([], dtype=np.intp)]
        assert len(none) == 0
        assert none.apply(np.copy, 3) == []

    def test_rows_of_rows(self, images):
        everything = gathered(images, 64)[0]
        some = images[np.array([1, 3, 4, 6, 9])][np.array([1, 2, 4])]
        assert_same_bits(gathered(some, 64)[0], everything[[3, 4, 9]])


class TestContent:
    def of(self, masked, masks):
        return MaskedImages.of(masked, masks).content

    def test_same_of_equal_parts(self):
        one, other = example(), example()
        assert self.of(one, draw_masks(one, 5)) == self.of(other, draw_masks(other, 5))

    @pytest.mark.parametrize("part", ["image", "hidden", "segments"])
    def test_a_single_pixel_tells(self, part):
        base, masks = example(), draw_masks(example(), 5)
        parts = {name: getattr(base, name).copy() for name in ("image", "hidden", "segments")}
        parts[part].flat[-1] = (parts[part].flat[-1] + 1) % 9
        assert self.of(Masking(**parts), masks) != self.of(base, masks)

    def test_image_and_hidden_have_places_of_their_own(self):
        base, masks = example(), draw_masks(example(), 5)
        assert self.of(Masking(base.hidden, base.image, base.segments), masks) != self.of(base, masks)

    def test_dtype_and_shape_tell(self):
        """Of the same bytes."""
        base, masks = example(channels=2, shape=(8, 6)), draw_masks(example(channels=2, shape=(8, 6)), 5)
        signed = Masking(base.image.view(np.int8), base.hidden.view(np.int8), base.segments)
        turned = Masking(*(part.reshape(6, 8, 2) for part in (base.image, base.hidden)), base.segments.reshape(6, 8))
        assert len({str(self.of(each, masks)) for each in (base, signed, turned)}) == 3

    def test_every_bit_of_the_masks_tells(self):
        masked, masks = example(d=3), draw_masks(example(d=3), 4)
        seen = {str(self.of(masked, masks))}
        for position in np.ndindex(masks.shape):
            other = masks.copy()
            other[position] ^= True
            seen.add(str(self.of(masked, other)))
        assert len(seen) == 1 + masks.size

    @pytest.mark.parametrize("d", [2, 3, 9])
    def test_the_number_of_masks_tells(self, d):
        """Masks with everything hidden leave no bit behind."""
        masked = example(d=d)
        assert len({str(self.of(masked, np.zeros((n, d), dtype=bool))) for n in range(1, 9)}) == 8


class Tensor:
    """Holds on to the array it was made from, as torch.from_numpy does."""

    def __init__(self, array):
        self.interface = memoryview(array)

    @property
    def array(self):
        return np.asarray(self.interface)


class Node:
    pass


def in_a_cycle(images):
    """Kept alive by nothing but itself until it is collected."""
    node = Node()
    node.own, node.images = node, images
    return node


KEEPERS = {
    "itself": (lambda images: images, lambda kept: kept),
    "view": (lambda images: images[..., :1], lambda kept: kept),
    "reversed view": (lambda images: images[::-1, ::-1], lambda kept: kept[::-1, ::-1]),
    "flattened view": (lambda images: images.reshape(len(images), -1), lambda kept: kept),
    "transposed view": (lambda images: np.moveaxis(images, 3, 1), lambda kept: np.moveaxis(kept, 1, 3)),
    "list": (lambda images: [1, [images[:]]], lambda kept: kept[1][0]),
    "single images": (list, np.array),
    "closure": (lambda images: lambda: images, lambda kept: kept()),
    "tensor": (Tensor, lambda kept: kept.array),
    "memoryview": (memoryview, np.asarray),
    "buffer": (lambda images: np.frombuffer(images, np.uint8), lambda kept: kept),
    "dlpack": (np.from_dlpack, lambda kept: kept),
    "cycle": (in_a_cycle, lambda kept: kept.images),
}


class TestBuffer:
    @pytest.fixture
    def images(self):
        return MaskedImages.of(example(), draw_masks(example(), 10))

    def test_is_used_again(self, images):
        addresses = images.apply(lambda batch: batch.__array_interface__["data"][0], 3)
        assert len(addresses) == 4
        assert len(set(addresses)) == 1

    def test_is_used_again_when_what_was_kept_is_let_go(self, images):
        kept = []

        def keeps_one_call(batch):
            kept[:] = [batch]
            address = batch.__array_interface__["data"][0]
            kept.clear()
            return address

        assert len(set(images.apply(keeps_one_call, 3))) == 1

    def test_is_not_used_again_while_somebody_keeps_it(self, images):
        kept = images.apply(lambda batch: batch, 3)
        assert len({batch.__array_interface__["data"][0] for batch in kept}) == 4

    @pytest.mark.parametrize("kind", KEEPERS)
    def test_what_is_kept_never_changes(self, images, kind):
        keep, seen = KEEPERS[kind]
        then = []

        def kept_by(batch):
            found = keep(batch)
            then.append(np.array(seen(found)))
            return found

        for found, before in zip(images.apply(kept_by, 3), then, strict=True):
            np.testing.assert_array_equal(seen(found), before)
        assert len({before.tobytes() for before in then}) == 4

    def test_kept_on_the_side(self, images):
        """Not returned, and from some calls only."""
        kept, then = [], []

        def every_other(batch):
            if len(then) % 2:
                kept.append(batch[:, 0])
            then.append(batch[:, 0].copy())

        images.apply(every_other, 2)
        for found, before in zip(kept, then[1::2], strict=True):
            np.testing.assert_array_equal(found, before)

    def test_is_forgotten_afterwards(self, images):
        """Memory does not grow by a buffer a call."""
        seen = []

        def watching(batch):
            seen.append(weakref.ref(batch.base))

        images.apply(watching, 3)
        gc.collect()
        assert [reference() for reference in seen] == [None] * 4

    def test_a_function_that_writes_harms_nothing(self):
        masked, masks = example(), draw_masks(example(), 10)
        before = [part.copy() for part in (masked.image, masked.hidden, masked.segments, masks)]

        def scribbling(batch):
            own = batch.copy()
            batch[...] = 77
            return own

        images = MaskedImages.of(masked, masks)
        for _ in range(2):
            assert_same_bits(np.concatenate(images.apply(scribbling, 3)), looped(masked, masks))
        for part, own in zip((masked.image, masked.hidden, masked.segments, masks), before, strict=True):
            np.testing.assert_array_equal(part, own)

    def test_a_function_that_changes_the_shape_in_place_harms_nothing(self):
        masked, masks = example(), draw_masks(example(), 10)

        def flattening(batch):
            own = batch.copy()
            batch.resize(len(batch), masked.image.size, refcheck=False)
            batch.flags.writeable = False
            return own

        assert_same_bits(np.concatenate(MaskedImages.of(masked, masks).apply(flattening, 3)), looped(masked, masks))

    def test_images_may_be_written_to(self, images):
        """By classifiers that scale what they are given: the buffer is nobody else's."""
        assert images.apply(lambda batch: batch.flags.writeable and batch.flags.c_contiguous, 3) == [True] * 4
