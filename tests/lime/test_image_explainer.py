"""The image explainer: every argument does what it says, on any kind of image."""

import pickle
import sys
import tracemalloc
import warnings
from io import StringIO

import numpy as np
import pytest
from skimage.segmentation import slic
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from limeeval.lime import ImageExplanation, LimeImageExplainer, SegmentationAlgorithm
from limeeval.lime.image_explainer import IMAGES_AT_ONCE
from limeeval.lime.left_out import REDRAWN_ABOVE

SHAPE = (6, 8)
SEGMENTS = np.kron(np.arange(6).reshape(2, 3), np.ones((3, 3), dtype=int))[:, :8]
SEGMENTS.flags.writeable = False
D = 6
CLASSES = 4
KINDS = {"?": 1, "u1": 255, "u2": 1000, "i4": 1000, "f2": 1, "f4": 1, "f8": 1}
"""The largest number of images of each dtype."""


def read_only(array):
    array.flags.writeable = False
    return array


def picture(*shape, dtype="u1", seed=0):
    """No pixel is 0 but in images of truths."""
    values = np.random.default_rng(seed).random(shape or (*SHAPE, 3))
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return read_only(values < 0.6)
    top = KINDS[dtype.str[1:]]
    return read_only((0.1 + 0.9 * values if top == 1 else 1 + (top - 1) * values).astype(dtype))


IMAGE = picture()
BLOCKS = read_only(np.kron(picture(3, 3, 3), np.ones((8, 8, 1), dtype=np.uint8)))
LIME_DEFAULT = SegmentationAlgorithm("quickshift", kernel_size=4, max_dist=200, ratio=0.2)


def weights_of(shape):
    """A weight a number of the image and class, positive."""
    return np.random.default_rng(9).random((int(np.prod(shape)), CLASSES - 1))


def linear(images):
    """Four classes; all but the last are linear in the pixels."""
    pixels = images.reshape(len(images), -1).astype(float)
    weights = weights_of(images.shape[1:])
    p = pixels @ weights / (CLASSES * weights.sum(axis=0) * 1000)
    return np.column_stack([p, 1 - p.sum(axis=1)])


def linear_coefficients(image, segments, hidden=0.0):
    """What the linear model makes of each superpixel (d, classes), on images of the classifier's shape."""
    difference = np.asarray(image, dtype=float) - hidden
    weights = weights_of(image.shape)
    share = difference.reshape(-1, 1) * weights / (CLASSES * weights.sum(axis=0) * 1000)
    labels = np.repeat(segments.ravel(), image.shape[2])
    found = np.array([share[labels == number].sum(axis=0) for number in range(segments.max() + 1)])
    return np.column_stack([found, -found.sum(axis=1)])


def curved(images):
    """Three classes, not linear in anything."""
    pixels = images.reshape(len(images), *SHAPE, -1).mean(axis=3) / max(KINDS.get(images.dtype.str[1:], 1), 1)
    a, b, c = (
        pixels[:, :3, :4].mean(axis=(1, 2)),
        pixels[:, 3:, :4].mean(axis=(1, 2)),
        pixels[:, :, 4:].mean(axis=(1, 2)),
    )
    scores = np.exp(4 * np.column_stack([a * b, c**2, np.maximum(a, c)]))
    return scores / scores.sum(axis=1, keepdims=True)


class Watched:
    """A model that keeps a copy of what it was given."""

    def __init__(self, model=curved):
        self.model, self.batches = model, []

    def __call__(self, images):
        self.batches.append(images.copy())
        return self.model(images)

    @property
    def images(self):
        return np.concatenate(self.batches)

    @property
    def masks(self):
        """Which superpixels were shown (n, D), hidden ones being 0."""
        first = np.unique(SEGMENTS, return_index=True)[1]
        return self.images.reshape(-1, SEGMENTS.size, self.images.shape[3])[:, first, 0] != 0


def explain(image=IMAGE, model=curved, *, seed=0, lime=None, **options):
    arguments = {"segmentation_fn": SEGMENTS, "num_samples": 300, "hide_color": 0, **options}
    return LimeImageExplainer(**{"random_state": seed, **(lime or {})}).explain_instance(image, model, **arguments)


def coefficients(explanation, label):
    return np.array([b for _, b in sorted(explanation.local_exp[label])])


class TestSeeds:
    def test_an_int_gives_the_same_answer_on_every_call(self):
        explainer = LimeImageExplainer(random_state=4)
        one, two = (explainer.explain_instance(IMAGE, curved, num_samples=300, segmentation_fn=SEGMENTS) for _ in "12")
        assert one.local_exp == two.local_exp
        assert one.local_exp == explain(seed=4, hide_color=None).local_exp
        assert one.seed == 4

    def test_none_gives_a_fresh_seed_that_is_recorded(self):
        explainer = LimeImageExplainer()
        one, two = (explainer.explain_instance(IMAGE, curved, num_samples=300, segmentation_fn=SEGMENTS) for _ in "12")
        assert one.seed != two.seed
        assert one.local_exp != two.local_exp
        assert explain(seed=one.seed, hide_color=None).local_exp == one.local_exp

    @pytest.mark.parametrize("kind", [np.random.RandomState, np.random.default_rng])
    def test_a_generator_gives_one_integer(self, kind):
        explainer = LimeImageExplainer(random_state=kind(3))
        one, two = (explainer.explain_instance(IMAGE, curved, num_samples=300, segmentation_fn=SEGMENTS) for _ in "12")
        assert one.local_exp == two.local_exp
        assert one.seed == LimeImageExplainer(random_state=kind(3)).random_state

    def test_the_image_is_part_of_the_key(self):
        """Two images with one seed are not perturbed alike, and one image always is."""
        one, two, again = (Watched() for _ in "123")
        explain(model=one)
        explain(picture(seed=1), model=two)
        explain(model=again)
        assert np.mean(one.masks == two.masks) == pytest.approx(0.5, abs=0.05)
        np.testing.assert_array_equal(one.masks, again.masks)


class TestImages:
    @pytest.mark.parametrize("dtype", KINDS)
    @pytest.mark.parametrize("channels", [None, 1, 2, 3, 4, 7])
    def test_of_any_kind_go_in_as_they_are(self, channels, dtype):
        image = picture(*SHAPE, *([channels] if channels else []), dtype=dtype)
        model = Watched(linear)
        found = explain(image, model, sampling_method="enumeration", top_labels=CLASSES)
        seen = np.repeat(image[..., None], 3, axis=2) if channels is None else image
        assert {batch.dtype for batch in model.batches} == {image.dtype}
        np.testing.assert_array_equal(model.images[0], seen)
        assert model.images.shape == (2**D, *seen.shape)
        np.testing.assert_array_equal(found.image, seen)
        expected = linear_coefficients(seen, SEGMENTS)
        for label in range(CLASSES):
            np.testing.assert_allclose(coefficients(found, label), expected[:, label], rtol=1e-6, atol=1e-12)

    @pytest.mark.parametrize("kind", [list, np.asfortranarray, lambda image: image.astype(">i4")])
    def test_in_any_container(self, kind):
        found = explain(kind(IMAGE), linear, sampling_method="enumeration")
        expected = linear_coefficients(IMAGE, SEGMENTS)[:, 0]
        np.testing.assert_allclose(coefficients(found, 0), expected, rtol=1e-6)

    @pytest.mark.parametrize("shape", [(1, 17, 3), (17, 1, 1), (2, 1, 3)])
    def test_of_odd_sizes(self, shape):
        image = picture(*shape)
        segments = np.arange(image[..., 0].size).reshape(shape[:2]) % 2
        found = explain(image, linear, segmentation_fn=segments, num_samples=2000, sampling_method="enumeration")
        np.testing.assert_allclose(coefficients(found, 0), linear_coefficients(image, segments)[:, 0], rtol=1e-6)

    def test_the_explanation_keeps_the_picture_of_its_time(self):
        image = IMAGE.copy()
        found = explain(image)
        image[:] = 0
        np.testing.assert_array_equal(found.image, IMAGE)


class TestHiddenContent:
    @pytest.mark.parametrize(
        ("hide_color", "hidden"),
        [
            (0, np.zeros((*SHAPE, 3))),
            (7.0, np.full((*SHAPE, 3), 7)),
            ((1, 2, 3), np.broadcast_to([1, 2, 3], (*SHAPE, 3))),
            (picture(seed=5), picture(seed=5)),
            (picture(*SHAPE, seed=5), np.repeat(picture(*SHAPE, seed=5)[..., None], 3, axis=2)),
        ],
        ids=["zero", "number", "color", "image", "grey image"],
    )
    def test_known(self, hide_color, hidden):
        model = Watched(linear)
        found = explain(model=model, hide_color=hide_color, sampling_method="enumeration")
        np.testing.assert_array_equal(model.images[-1], hidden)
        expected = linear_coefficients(IMAGE, SEGMENTS, hidden)
        np.testing.assert_allclose(coefficients(found, 3), expected[:, 3], rtol=1e-6, atol=1e-12)

    @pytest.mark.parametrize("dtype", ["u1", "f8"])
    def test_none_is_the_mean_color(self, dtype):
        image, model = picture(dtype=dtype), Watched(linear)
        found = explain(image, model, hide_color=None, sampling_method="enumeration")
        means = np.array([image[number == SEGMENTS].mean(axis=0) for number in range(D)])[SEGMENTS]
        hidden = np.rint(means) if dtype == "u1" else means
        np.testing.assert_allclose(model.images[-1], hidden, rtol=1e-12)
        expected = linear_coefficients(image, SEGMENTS, hidden)
        np.testing.assert_allclose(coefficients(found, 3), expected[:, 3], rtol=1e-6, atol=1e-12)

    @pytest.mark.parametrize("hide_color", ["blur", "noise"])
    def test_blur_and_noise(self, hide_color):
        model = Watched(linear)
        found = explain(model=model, hide_color=hide_color, sampling_method="enumeration")
        hidden = model.images[-1]
        assert np.mean(hidden != IMAGE) > 0.9
        expected = linear_coefficients(IMAGE, SEGMENTS, hidden.astype(float))
        np.testing.assert_allclose(coefficients(found, 3), expected[:, 3], rtol=1e-6, atol=1e-12)
        assert found.local_exp == explain(model=linear, hide_color=hide_color, sampling_method="enumeration").local_exp

    def test_every_image_is_made_of_the_two(self):
        model = Watched()
        explain(model=model, hide_color=0)
        shown = (model.images == IMAGE).all(axis=3)
        hidden = (model.images == 0).all(axis=3)
        assert (shown ^ hidden).all()
        for number in range(D):
            own = shown[:, number == SEGMENTS]
            assert (own.all(axis=1) | ~own.any(axis=1)).all()


class TestLabels:
    @pytest.mark.parametrize(
        "labels", [{"top_labels": 1}, {"top_labels": 3}, {"top_labels": None, "labels": (0, 1, 2)}, {"top_labels": 99}]
    )
    def test_all_from_one_neighborhood(self, labels):
        model = Watched()
        found = explain(model=model, num_samples=333, **labels)
        assert len(model.images) == 333
        alone = explain(labels=(found.available_labels()[-1],), top_labels=None, num_samples=333)
        (label,) = alone.local_exp
        assert alone.local_exp[label] == found.local_exp[label]

    def test_top_labels_by_falling_probability(self):
        found = explain(top_labels=2)
        order = np.argsort(-curved(IMAGE[None])[0])
        assert found.top_labels == found.available_labels() == list(order[:2])
        assert list(found.local_exp) == found.top_labels

    def test_default_is_the_five_most_likely(self):
        assert len(explain(model=linear).local_exp) == CLASSES
        many = np.random.default_rng(0).dirichlet(np.ones(20))
        found = explain(model=lambda images: np.tile(many, (len(images), 1)))
        assert found.top_labels == list(np.argsort(-many)[:5])

    def test_labels_where_top_labels_are_none(self):
        found = explain(top_labels=None, labels=(2, 0))
        assert list(found.local_exp) == [2, 0]
        assert found.top_labels is None

    def test_one_label_alone(self):
        assert list(explain(top_labels=None, labels=2).local_exp) == [2]

    def test_by_name(self):
        found = explain(top_labels=None, labels=("dog", "cat"), lime={"class_names": ["cat", "cow", "dog"]})
        assert list(found.local_exp) == [2, 0]
        assert found.class_names == ("cat", "cow", "dog")
        assert found.as_list("dog") == found.as_list(2)
        np.testing.assert_array_equal(found.pixel_map("dog"), found.pixel_map(2))

    def test_values_by_label(self):
        found = explain(top_labels=3, num_samples=1000)
        probabilities = curved(IMAGE[None])[0]
        for kind in (found.score, found.local_pred, found.intercept):
            assert list(kind) == found.top_labels
            assert len(set(kind.values())) == 3
        for label in found.top_labels:
            assert found.local_pred[label] == pytest.approx(
                found.intercept[label] + coefficients(found, label).sum(), abs=1e-12
            )
            assert found.local_pred[label] == pytest.approx(probabilities[label], abs=0.1)
            assert 0.5 < found.score[label] <= 1
        np.testing.assert_allclose(found.predict_proba, probabilities)


class TestBatches:
    @pytest.mark.parametrize("batch_size", [1, 2, 7, 64, 100, 250, 300, 1000])
    def test_size_bounds_what_the_model_sees(self, batch_size):
        model = Watched()
        explain(model=model, batch_size=batch_size, num_samples=333)
        sizes = [len(batch) for batch in model.batches]
        assert max(sizes) <= batch_size
        assert sum(sizes) == 333
        assert len(sizes) <= -(-333 // batch_size) + 1

    def test_of_the_default(self):
        model = Watched()
        explain(model=model, num_samples=600)
        assert max(len(batch) for batch in model.batches) == IMAGES_AT_ONCE

    def test_size_changes_nothing_else(self):
        found = [explain(batch_size=size).local_exp for size in (None, 1, 7, 300)]
        for label, line in found[0].items():
            for other in found[1:]:
                assert dict(other[label]) == pytest.approx(dict(line), abs=1e-12)

    def test_a_model_may_write_into_its_batch_or_keep_it(self):
        def careless(images):
            kept.append(images[:, 0])
            found = curved(images)
            images[...] = 0
            return found

        kept = []
        assert explain(model=careless).local_exp == explain().local_exp
        assert not np.concatenate(kept).any()

    def test_a_model_may_return_a_part_of_its_batch(self):
        image = picture(dtype="f8")

        def view(images):
            images /= 2
            images[:, 0, 1, 0] = 1 - images[:, 0, 0, 0]
            return images[:, 0, :2, 0]

        def copy(images):
            p = images[:, 0, 0, 0] / 2
            return np.column_stack([p, 1 - p])

        assert explain(image, view).local_exp == explain(image, copy).local_exp

    @pytest.mark.parametrize("kind", [np.float32, list])
    def test_outputs_of_any_kind(self, kind):
        found = explain(model=lambda images: kind(curved(images)) if kind is list else curved(images).astype(kind))
        for label, line in explain().local_exp.items():
            assert dict(found.local_exp[label]) == pytest.approx(dict(line), abs=1e-6)


class TestSegmentations:
    def test_slic_explains_the_same_wherever_its_labels_start(self):
        slics = [SegmentationAlgorithm("slic", n_segments=9, start_label=start) for start in (0, 1)]
        found = [explain(BLOCKS, linear, segmentation_fn=algorithm) for algorithm in slics]
        assert found[0].segments.max() > 4
        assert found[0].local_exp == found[1].local_exp
        np.testing.assert_array_equal(found[0].segments, found[1].segments)

    @pytest.mark.parametrize("start_label", [0, 1, 1000])
    def test_every_superpixel_is_hidden_and_no_other_has_a_coefficient(self, start_label):
        labels = slic(BLOCKS, n_segments=9, start_label=0) * 3 + start_label
        model = Watched(linear)
        found = explain(BLOCKS, model, segmentation_fn=labels, sampling_method="enumeration", num_samples=2**12)
        d = len(np.unique(labels))
        assert sorted(dict(found.local_exp[0])) == list(range(d)) == sorted(set(found.segments.ravel()))
        assert (model.images[-1] == 0).all()
        np.testing.assert_allclose(coefficients(found, 0), linear_coefficients(BLOCKS, found.segments)[:, 0], rtol=1e-6)

    @pytest.mark.parametrize("segmentation", [SEGMENTS, lambda image: SEGMENTS, 7.0 * SEGMENTS, SEGMENTS.astype("u1")])
    def test_given_as_labels_or_function(self, segmentation):
        found = explain(segmentation_fn=segmentation)
        assert found.local_exp == explain().local_exp
        np.testing.assert_array_equal(found.segments, SEGMENTS)

    def test_by_name_and_by_default(self):
        image = picture(40, 40, 3)
        default = explain(image, linear, segmentation_fn=None)
        named = explain(image, linear, segmentation_fn=LIME_DEFAULT)
        np.testing.assert_array_equal(default.segments, named.segments)
        assert explain(image, linear, segmentation_fn="grid").segments.max() > 10

    def test_a_seed_of_the_segmentation_leaves_the_masks_alone(self):
        found = [explain(random_seed=seed).local_exp for seed in (None, 0, 1)]
        assert found[0] == found[1] == found[2]

    def test_permuted_labels_permute_the_explanation(self):
        order = np.array([3, 5, 0, 1, 4, 2])
        one = explain(model=linear, sampling_method="enumeration")
        two = explain(model=linear, sampling_method="enumeration", segmentation_fn=order[SEGMENTS])
        np.testing.assert_allclose(coefficients(two, 0)[order], coefficients(one, 0), rtol=1e-9)
        np.testing.assert_allclose(two.pixel_map(0), one.pixel_map(0), rtol=1e-9)

    def test_more_superpixels_than_samples_warns(self):
        segments = np.arange(48).reshape(SHAPE)
        words = "num_samples should exceed the number of superpixels.*got 48 equations for 48 unknowns"
        with pytest.warns(UserWarning, match=words) as seen:
            found = explain(segmentation_fn=segments, num_samples=48)
        assert len(seen) == 1
        assert seen[0].filename == __file__
        assert np.isfinite(coefficients(found, found.top_labels[0])).all()
        assert "Not to be trusted" in repr(found)
        explain(segmentation_fn=segments, num_samples=49)  # No warning: they would be errors.


class TestEnumeration:
    def test_gives_each_mask_once(self):
        model = Watched()
        found = explain(model=model, sampling_method="enumeration", num_samples=5000)
        assert len(model.masks) == 2**D == len(np.unique(model.masks, axis=0))
        assert found.settings.num_samples == 2**D
        assert found.settings.is_exhaustive

    def test_has_no_error_and_says_so(self):
        found = explain(sampling_method="enumeration")
        np.testing.assert_allclose(found.as_frame(found.top_labels[0])["standard_error"], 0, atol=1e-12)
        assert not found.has_errors
        for text in (repr(found), found._repr_html_().partition('<p class="note">')[0]):
            assert "all 64 masks" in text
            assert "±" not in text
            assert "Two runs" not in text
        assert found.diagnostics.effective_sample_size == np.inf
        assert found.diagnostics.shrinkage == 0

    def test_does_not_depend_on_the_seed(self):
        found = [explain(seed=seed, sampling_method="enumeration").local_exp for seed in (0, 1, None)]
        assert found[0] == found[1] == found[2]

    def test_needs_room_for_all_masks(self):
        assert explain(sampling_method="enumeration", num_samples=64).settings.num_samples == 64
        with pytest.raises(ValueError, match=r"at least 2\^d for sampling_method='enumeration', 64 for 6.*got 63"):
            explain(sampling_method="enumeration", num_samples=63)

    @pytest.mark.parametrize("model_regressor", [LinearRegression(), Ridge(1e-9)])
    def test_with_a_regressor_of_ones_own(self, model_regressor):
        own = explain(sampling_method="enumeration", model_regressor=model_regressor)
        for label, line in explain(sampling_method="enumeration").local_exp.items():
            assert dict(own.local_exp[label]) == pytest.approx(dict(line), abs=1e-7)


class TestFits:
    @pytest.mark.parametrize("method", ["auto", "forward_selection", "highest_weights", "lasso_path", "none"])
    def test_feature_selection(self, method):
        found = explain(num_samples=1000, num_features=2, lime={"feature_selection": method})
        every = explain(num_samples=1000, lime={"feature_selection": "none"})
        for label in found.top_labels:
            assert len(found.local_exp[label]) == (D if method == "none" else 2)
            main = {number for number, _ in every.local_exp[label][:2]}
            assert main <= {number for number, _ in found.local_exp[label]}

    def test_num_features(self):
        for k in (1, 3, D, 100):
            for line in explain(num_features=k).local_exp.values():
                assert len(line) == min(k, D)
                assert [abs(b) for _, b in line] == sorted((abs(b) for _, b in line), reverse=True)

    @pytest.mark.parametrize("alpha", [1.0, 50.0])
    def test_model_regressor(self, alpha):
        found = explain(model_regressor=Ridge(alpha), num_samples=500)
        same = explain(num_samples=500)
        for label, line in found.local_exp.items():
            if alpha == 1.0:
                assert dict(line) == pytest.approx(dict(same.local_exp[label]), abs=1e-9)
                assert found.score[label] == pytest.approx(same.score[label], abs=1e-9)
            else:
                assert np.abs(coefficients(found, label)).sum() < 0.9 * np.abs(coefficients(same, label)).sum()
        assert (found.as_frame(found.top_labels[0])["standard_error"] > 0).all()

    def test_kernel_width_and_kernel(self):
        wide, narrow = (explain(lime={"kernel_width": width}, num_samples=1000) for width in (100.0, 0.1))
        assert wide.diagnostics.effective_sample_size == pytest.approx(1000, rel=1e-3)
        assert narrow.diagnostics.effective_sample_size < 300
        same = explain(lime={"kernel": lambda d, nu: np.exp(-((d / nu) ** 2) / 2)})
        assert same.local_exp == explain().local_exp
        flat = explain(lime={"kernel": lambda d, nu: np.ones_like(d)}, num_samples=1000)
        for label in flat.local_exp:
            np.testing.assert_allclose(coefficients(flat, label), coefficients(wide, label), atol=1e-3)

    def test_the_width_of_none_is_the_default(self):
        assert explain(lime={"kernel_width": None}).local_exp == explain(lime={"kernel_width": 0.25}).local_exp

    @pytest.mark.parametrize("metric", ["euclidean", "jaccard", lambda one, other: abs(one - other).mean()])
    def test_distance_metric(self, metric):
        found = explain(distance_metric=metric, lime={"kernel_width": 1.0})
        assert found.local_exp != explain(lime={"kernel_width": 1.0}).local_exp
        assert found.diagnostics.is_fit

    def test_too_narrow_is_no_fit(self):
        with pytest.warns(UserWarning, match="this is not a fit, got [0-9.]+ effective samples") as seen:
            found = explain(lime={"kernel_width": 0.001})
        assert seen[0].filename == __file__
        assert not found.diagnostics.is_fit
        assert "Not a fit" in repr(found)
        assert np.isnan(list(found.score.values())).all()

    def test_hidden_content_that_changes_nothing_is_nothing_to_explain(self):
        found = explain(hide_color=IMAGE)
        assert "Nothing to explain" in repr(found)
        assert found.local_exp[0] == [(number, 0.0) for number in range(D)]

    def test_verbose(self, capsys):
        explain(lime={"verbose": True}, top_labels=2)
        assert capsys.readouterr().out.count("Intercept") == 2
        explain(top_labels=2)
        assert capsys.readouterr().out == ""


def fitted(image=IMAGE):
    """An estimator of flattened images."""
    x = np.random.default_rng(0).integers(0, 256, (60, *image.shape))
    flat = FunctionTransformer(lambda images: images.reshape(len(images), -1) / 255)
    return make_pipeline(flat, LogisticRegression()).fit(x, x[:, :3].mean(axis=(1, 2, 3)) > 127)


class TestModels:
    def test_an_estimator_is_its_probabilities(self):
        model = fitted()
        found = explain(model=model)
        assert found.local_exp == explain(model=model.predict_proba).local_exp
        assert found.local_exp == explain(model=lambda images: model.predict_proba(images)).local_exp
        assert set(coefficients(found, 1)[:3] > 0) == {True}

    def test_the_whole_image_is_asked_about_once(self):
        model = Watched()
        explain(model=model)
        assert (model.images == IMAGE).all(axis=(1, 2, 3)).sum() < 300 / 2**D * 3
        np.testing.assert_array_equal(model.batches[0][0], IMAGE)

    def test_labels_beyond_two_classes_do_not_have_to_sum_to_one(self):
        with pytest.warns(UserWarning, match="sum to 1.*multi-label") as seen:
            explain(model=lambda images: 0.9 * curved(images))
        assert len(seen) == 1


@pytest.fixture(scope="module")
def found():
    return explain(num_samples=500, top_labels=2, lime={"class_names": ["<cat>", "cow", "dog & co"]})


class TestReading:
    def test_repr(self, found):
        text = repr(found)
        assert "500 samples, kernel width 0.25, seed 0" in text
        for label in found.top_labels:
            assert f"why the model gives {found.class_names[label]} a probability of" in text
        assert text.count("superpixel 0") == 2
        assert "±" in text
        assert "Two runs are expected to name" in text

    def test_html(self, found, tmp_path):
        found.save_to_file(tmp_path / "page.html")
        page, fragment = (tmp_path / "page.html").read_text(encoding="utf-8"), found._repr_html_()
        assert page.startswith("<!doctype html>")
        assert not fragment.startswith("<!doctype html>")
        assert page.count("data:image/") == 2
        assert fragment.count("data:image/") == 1
        for html in (page, fragment):
            assert "&lt;cat&gt;" in html
            for unwanted in ("<cat>", "<script", "http"):
                assert unwanted not in html
            assert len(html) < 400_000

    def test_page_of_one_label(self, found):
        html = found.as_html(labels=found.top_labels[:1])
        assert html.count("data:image/") == 1
        assert "Why the model gives" in html

    def test_lists_and_frames(self, found):
        label = found.top_labels[0]
        assert found.as_list(label) == [(f"superpixel {number}", b) for number, b in found.local_exp[label]]
        frame = found.as_frame(label)
        assert list(zip(frame["feature"], frame["coefficient"], strict=True)) == found.local_exp[label]
        assert (frame["standard_error"] > 0).all()

    def test_maps(self, found):
        label = found.top_labels[1]
        expected = coefficients(found, label)[SEGMENTS]
        np.testing.assert_array_equal(found.pixel_map(label), expected)
        np.testing.assert_allclose(
            found.pixel_map(label, per_area=True), expected / np.bincount(SEGMENTS.ravel())[SEGMENTS]
        )
        errors = found.as_frame(label).set_index("feature")["standard_error"].sort_index().to_numpy()
        np.testing.assert_array_equal(found.standard_error_map(label), errors[SEGMENTS])
        np.testing.assert_array_equal(found.pixel_map(), found.pixel_map(found.top_labels[0]))

    def test_image_and_mask(self, found):
        label = found.top_labels[0]
        picture, mask = found.get_image_and_mask(label, num_features=2, hide_rest=True)
        positive = [number for number, b in found.local_exp[label] if b > 0][:2]
        np.testing.assert_array_equal(mask, np.isin(SEGMENTS, positive))
        np.testing.assert_array_equal(picture, np.where(mask[..., None], IMAGE, 0))
        assert found.boundaries(label).shape == (*SHAPE, 3)

    def test_can_be_pickled(self, found):
        again = pickle.loads(pickle.dumps(found))
        assert isinstance(again, ImageExplanation)
        assert again.local_exp == found.local_exp
        assert repr(again) == repr(found)
        np.testing.assert_array_equal(again.pixel_map(), found.pixel_map())


class TestExplainer:
    def test_can_be_pickled(self):
        explainer = LimeImageExplainer(kernel_width=0.5, random_state=3, class_names=["a", "b", "c"])
        again = pickle.loads(pickle.dumps(explainer))
        options = {"num_samples": 300, "segmentation_fn": SEGMENTS}
        one, two = (each.explain_instance(IMAGE, curved, **options) for each in (explainer, again))
        assert one.local_exp == two.local_exp
        assert two.class_names == ("a", "b", "c")

    def test_is_not_changed_by_explaining(self):
        explainer = LimeImageExplainer()
        before = pickle.dumps(explainer)
        explainer.explain_instance(IMAGE, curved, num_samples=300, segmentation_fn=SEGMENTS)
        assert pickle.dumps(explainer) == before
        found = explainer.explain_instance(IMAGE, linear, num_samples=300, segmentation_fn=SEGMENTS)
        assert len(found.class_names) == CLASSES

    def test_remade_replaces_arguments(self):
        explainer = LimeImageExplainer(kernel_width=0.5, feature_selection="none", random_state=3, class_names="abc")
        again = explainer.remade(kernel_width=2.0, random_state=4)
        assert (again.kernel_width, again.feature_selection, again.random_state) == (2.0, "none", 4)
        assert again.class_names == ["a", "b", "c"]
        assert (explainer.kernel_width, explainer.random_state) == (0.5, 3)
        assert explainer.remade() is explainer

    @pytest.mark.parametrize("hide_color", ["blur", "noise", None, "image", "color"])
    def test_arguments_are_never_written_to(self, hide_color):
        known = {"image": picture(seed=5), "color": read_only(np.array([1, 2, 3]))}
        arguments = IMAGE, read_only(SEGMENTS + 5), *known.values()
        before = [argument.copy() for argument in arguments]
        found = explain(hide_color=known.get(hide_color, hide_color), segmentation_fn=arguments[1])
        found.get_image_and_mask(0, hide_rest=True, positive_only=False)
        found.boundaries()
        for argument, own in zip(arguments, before, strict=True):
            np.testing.assert_array_equal(argument, own)

    def test_a_segmentation_may_write_into_its_image(self):
        def careless(image):
            image[...] = 0
            return SEGMENTS

        assert explain(segmentation_fn=careless).local_exp == explain().local_exp

    @pytest.mark.parametrize("sampling_method", ["bernoulli", "enumeration"])
    def test_sampling_methods_agree(self, sampling_method):
        found = explain(num_samples=4000, sampling_method=sampling_method)
        limit = explain(sampling_method="enumeration")
        for label in found.local_exp:
            np.testing.assert_allclose(coefficients(found, label), coefficients(limit, label), atol=0.02)


class Terminal(StringIO):
    def isatty(self):
        return True


class TestProgress:
    def test_nothing_where_there_is_no_terminal(self, capfd):
        explain(progress_bar=True)
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(("progress_bar", "shown"), [(True, True), (False, False)])
    def test_on_a_terminal(self, monkeypatch, capfd, progress_bar, shown):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", Terminal())
        explain(progress_bar=progress_bar, num_samples=600)
        said = sys.stderr.getvalue()
        assert ("images" in said and "100%" in said) is shown
        assert shown or said == ""
        assert capfd.readouterr() == ("", "")

    def test_goes_away_when_the_model_fails(self, monkeypatch):
        monkeypatch.setattr(sys, "stderr", Terminal())

        def failing(images):
            raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            explain(model=failing)
        explain()  # A second bar would not start while the first one lives.


def many_classes(images):
    p = np.full((len(images), 1000), 0.5 / 999)
    p[:, 7] = 0.25 + 0.25 * images[:, 0, 0, 0] / 255
    p[:, 8] = 1 - p[:, 7] - 0.5
    return p / p.sum(axis=1, keepdims=True)


def test_memory_does_not_grow_with_samples():
    """Of 200 superpixels and 1000 classes, of which five are explained: blocks are drawn, predicted and forgotten."""
    image, segments = picture(20, 20, 3), np.arange(400).reshape(20, 20) // 2
    assert segments.max() + 1 == 200 > REDRAWN_ABOVE

    def peak(num_samples):
        explain(image, many_classes, segmentation_fn=segments, num_samples=250)
        tracemalloc.start()
        try:
            explain(image, many_classes, segmentation_fn=segments, num_samples=num_samples)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, some, many = peak(500), peak(2500), peak(8000)
    assert many < 2 * few, (few, many)
    assert many < 1.1 * some, (some, many)  # From a whole draw of the second pass on, next to nothing.


def test_warnings_are_those_announced():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        explain()
        explain(hide_color=None, top_labels=2, num_features=3)
    assert seen == []
