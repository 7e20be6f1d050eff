"""What the lime package (0.2.0.1) gets wrong with images is right here: one test a fault, and that it is one."""

import pickle

import numpy as np
import pytest
from lime.lime_image import LimeImageExplainer as TheirExplainer
from skimage.color import gray2rgb
from skimage.segmentation import slic
from skimage.transform import resize
from sklearn.datasets import load_digits

from limeeval.lime import LimeImageExplainer, SegmentationAlgorithm

BLOCKS = np.kron(np.random.default_rng(0).integers(30, 256, (3, 3, 3)), np.ones((8, 8, 1), dtype=int)).astype(np.uint8)
LABELS = np.kron(np.arange(9).reshape(3, 3), np.ones((8, 8), dtype=int))


def brightness(images):
    p = images.reshape(len(images), -1).mean(axis=1) / 512
    return np.column_stack([p, 0.6 - p, np.full(len(images), 0.4)])


def explained(explainer, image=BLOCKS, labels=LABELS, **arguments):
    options = {"num_samples": 200, "hide_color": 0, "segmentation_fn": lambda image: labels, **arguments}
    return explainer.explain_instance(image, brightness, **options)


@pytest.mark.parametrize(("kind", "same"), [(TheirExplainer, False), (LimeImageExplainer, True)])
def test_1_two_calls_with_a_random_state_agree(kind, same):
    explainer = kind(random_state=0)
    assert (explained(explainer).local_exp == explained(explainer).local_exp) is same


class TestFault3:
    """slic counts from 1: there the last superpixel is never hidden, and one that does not exist has a coefficient."""

    def test_there(self):
        labels, seen = slic(BLOCKS, n_segments=9), []
        found = TheirExplainer(random_state=0).explain_instance(
            BLOCKS,
            lambda images: seen.append(images) or brightness(images),
            hide_color=0,
            num_samples=200,
            segmentation_fn=lambda image: labels,
        )
        assert labels.min() == 1
        assert (np.concatenate(seen)[:, labels == labels.max()] != 0).all()
        assert 0 in dict(found.local_exp[0])
        assert labels.max() not in dict(found.local_exp[0])

    def test_here(self):
        seen = []
        found = LimeImageExplainer(random_state=0).explain_instance(
            BLOCKS,
            lambda images: seen.append(images.copy()) or brightness(images),
            hide_color=0,
            num_samples=200,
            segmentation_fn=lambda image: slic(image, n_segments=9),
        )
        hidden = (np.concatenate(seen) == 0).all(axis=3)
        for number in range(found.segments.max() + 1):
            assert hidden[:, number == found.segments].all(axis=1).mean() == pytest.approx(0.5, abs=0.15)
        assert set(dict(found.local_exp[0])) == set(found.segments.ravel())
        assert min(b for _, b in found.local_exp[0]) > 0

    def test_both_starts_here(self):
        one, two = (
            explained(
                LimeImageExplainer(random_state=0), segmentation_fn=SegmentationAlgorithm("slic", start_label=start)
            )
            for start in (0, 1)
        )
        assert one.local_exp == two.local_exp


def test_6_score_and_local_pred_are_kept_for_every_label():
    theirs, ours = (explained(kind(random_state=0), top_labels=3) for kind in (TheirExplainer, LimeImageExplainer))
    assert np.ndim(theirs.score) == 0
    assert set(ours.score) == set(ours.local_pred) == {0, 1, 2}
    for label in (0, 1):
        assert ours.local_pred[label] == pytest.approx(brightness(BLOCKS[None])[0, label], abs=0.05)
        assert ours.score[label] > 0.95


def test_7_a_width_without_support_is_no_fit():
    theirs = explained(TheirExplainer(random_state=0, kernel_width=1e-4))
    assert theirs.score == pytest.approx(1)
    assert {abs(b) < 1e-12 for _, b in theirs.local_exp[0]} == {True}
    with pytest.warns(UserWarning, match="this is not a fit"):
        ours = explained(LimeImageExplainer(random_state=0, kernel_width=1e-4))
    assert np.isnan(ours.score[0])
    assert "Not a fit" in repr(ours)


def test_8_an_unknown_selection_names_the_known_ones():
    with pytest.raises(ValueError, match="auto, forward_selection, highest_weights, lasso_path, none, got 'forward'"):
        LimeImageExplainer(feature_selection="forward")


@pytest.mark.parametrize("channels", [1, 2, 4, 7])
@pytest.mark.parametrize("hide_color", [None, 0])
def test_11_any_number_of_channels(channels, hide_color):
    image = np.random.default_rng(0).integers(1, 256, (24, 24, channels), dtype=np.uint8)
    if hide_color is None:
        with pytest.raises((ValueError, IndexError)):
            explained(TheirExplainer(), image, hide_color=None)
    found = explained(LimeImageExplainer(random_state=0), image, hide_color=hide_color)
    assert found.image.shape == image.shape
    assert len(found.local_exp[0]) == 9


def test_11_one_single_superpixel_is_an_error_with_advice():
    digit = gray2rgb(resize(load_digits().images[0] / 16, (28, 28), order=1))
    theirs = TheirExplainer(random_state=0).explain_instance(digit, brightness, num_samples=20)
    assert len(theirs.local_exp[0]) == 1
    words = (
        r"at least two superpixels, got one from quickshift\(kernel_size=4.*28 x 28 pixels: try a smaller kernel_size"
    )
    with pytest.raises(ValueError, match=words):
        LimeImageExplainer(random_state=0).explain_instance(digit, brightness)
    found = LimeImageExplainer(random_state=0).explain_instance(
        digit, brightness, segmentation_fn=SegmentationAlgorithm("quickshift", kernel_size=1, max_dist=200, ratio=0.2)
    )
    assert len(found.local_exp[0]) > 1


def test_13_explainers_and_explanations_can_be_pickled():
    with pytest.raises((AttributeError, pickle.PicklingError), match="local object"):
        pickle.dumps(TheirExplainer())
    explainer = LimeImageExplainer(random_state=0)
    again = pickle.loads(pickle.dumps(explainer))
    found = explained(again)
    assert found.local_exp == explained(explainer).local_exp
    assert pickle.loads(pickle.dumps(found)).local_exp == found.local_exp


def test_13_pages_are_small_and_need_nothing_else():
    html = explained(LimeImageExplainer(random_state=0), top_labels=1).as_html()
    assert "<script" not in html
    assert len(html) < 150_000


def test_16_errors_of_selected_superpixels_say_so():
    found = explained(LimeImageExplainer(random_state=0), num_features=2)
    assert "± standard error for these features" in repr(found)
    assert "for these features" not in repr(explained(LimeImageExplainer(random_state=0)))
