"""Beside the lime package: the same regression on the same masks, the same answers on average, the same code."""

import inspect
from math import sqrt

import numpy as np
import pytest
from lime.lime_base import LimeBase
from lime.lime_image import ImageExplanation as TheirExplanation
from lime.lime_image import LimeImageExplainer as TheirExplainer
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LinearRegression, LogisticRegression

from limeeval.lime import ImageExplanation, LimeImageExplainer, request
from limeeval.lime.neighborhood import Neighborhood

SEEDS, N, SIGMAS = 25, 400, 4
SEGMENTS = np.array([[0, 0, 0, 1, 1, 1], [0, 2, 2, 2, 1, 1], [3, 3, 2, 4, 4, 1], [3, 3, 5, 5, 4, 4]])
D = 6
IMAGE = np.random.default_rng(0).uniform(0.2, 1, (4, 6, 3))
LABELS = [2, 0]
for given in (SEGMENTS, IMAGE):
    given.flags.writeable = False


def classifier(images):
    """Four classes, not linear in what is shown."""
    red, green, blue = (images[..., channel].reshape(len(images), -1) for channel in range(3))
    scores = [red[:, :8].mean(axis=1), green.max(axis=1) * red[:, 14], blue[:, 9:].mean(axis=1) ** 2, green[:, 20] / 2]
    odds = np.exp(4 * np.column_stack(scores))
    return odds / odds.sum(axis=1, keepdims=True)


def explained(explainer, hide_color, **arguments):
    options = {"num_samples": N, "segmentation_fn": lambda image: SEGMENTS, "hide_color": hide_color, **arguments}
    return explainer.explain_instance(IMAGE, classifier, **options)


def line(explanation, label):
    return [explanation.intercept[label], *(b for _, b in sorted(explanation.local_exp[label]))]


def over_seeds(kind, hide_color):
    """Explanations with other seeds, of the two likeliest labels."""
    return [explained(kind(random_state=seed), hide_color, top_labels=2) for seed in range(SEEDS)]


def differ(ours, theirs):
    """Means of two samples of runs (SEEDS, m), in standard errors of their difference."""
    error = np.sqrt((np.var(ours, axis=0, ddof=1) + np.var(theirs, axis=0, ddof=1)) / SEEDS)
    return np.abs(np.mean(ours, axis=0) - np.mean(theirs, axis=0)) / error


@pytest.mark.parametrize(
    "hide_color", [0, 0.4, (0.1, 0.5, 0.9), None], ids=["zero", "number", "a number a channel", "mean color"]
)
def test_same_answers_on_average(hide_color):
    """With fractions in the image: of whole numbers, lime cuts the mean color off, where here it is rounded."""
    ours, theirs = over_seeds(LimeImageExplainer, hide_color), over_seeds(TheirExplainer, hide_color)
    top = np.argsort(-classifier(IMAGE[None])[0])[:2].tolist()
    assert ours[0].top_labels == theirs[0].top_labels == top
    assert set(ours[0].local_exp) == set(theirs[0].local_exp) == set(top)
    for label in top:
        one, other = (np.array([line(found, label) for found in runs]) for runs in (ours, theirs))
        assert differ(one, other).max() < SIGMAS
        spread = sqrt(np.sum(one.var(axis=0)) / np.sum(other.var(axis=0)))
        assert spread == pytest.approx(1, abs=SIGMAS / sqrt(SEEDS * D / 2))
    # lime keeps only what it fitted last, which is the likeliest label: here there is one of each.
    last = [[found.score[top[0]], found.local_pred[top[0]]] for found in ours]
    assert differ(last, [[found.score, found.local_pred[0]] for found in theirs]).max() < SIGMAS


@pytest.mark.parametrize("hide_color", [0, None])
def test_a_difference_would_be_seen(hide_color):
    """Not every two ways to hide agree."""
    ours, theirs = over_seeds(LimeImageExplainer, hide_color), over_seeds(TheirExplainer, 0.4)
    label = ours[0].top_labels[0]
    one, other = (np.array([line(found, label) for found in runs]) for runs in (ours, theirs))
    assert differ(one, other).max() > 3 * SIGMAS


@pytest.mark.parametrize("k", [3, D])
@pytest.mark.parametrize("method", ["auto", "forward_selection", "highest_weights", "lasso_path", "none"])
def test_same_regression_on_the_same_masks(method, k):
    explainer = LimeImageExplainer(random_state=3, feature_selection=method)
    found = explained(explainer, 0, top_labels=None, labels=LABELS, num_features=k)
    domain = explainer.domain(IMAGE, segmentation=SEGMENTS, hide_color=0)
    state = Neighborhood(domain, 3, N).draw(0, N)
    z, outputs = domain.design(state), np.concatenate(domain.decode(state).apply(classifier, 50))
    base = LimeBase(lambda distances: np.sqrt(np.exp(-(distances**2) / 0.25**2)))
    for label in LABELS:
        intercept, theirs, score, local_pred = base.explain_instance_with_data(
            z, outputs, domain.distance(z), label, k, feature_selection=method
        )
        ours = found.local_exp[label]
        assert [number for number, _ in ours] == [number for number, _ in theirs]
        assert [b for _, b in ours] == pytest.approx([b for _, b in theirs], abs=1e-9)
        assert found.intercept[label] == pytest.approx(intercept, abs=1e-9)
        assert found.score[label] == pytest.approx(score, abs=1e-9)
        assert found.local_pred[label] == pytest.approx(local_pred[0], abs=1e-9)


def test_local_exp_is_written_as_theirs():
    ours, theirs = (explained(kind(random_state=0), 0) for kind in (LimeImageExplainer, TheirExplainer))
    assert list(ours.local_exp) == ours.top_labels
    for label, pairs in ours.local_exp.items():
        assert isinstance(pairs, list)
        assert {type(pair) for pair in pairs} == {type(pair) for pair in theirs.local_exp[label]} == {tuple}
        assert {(type(number), type(b)) for number, b in pairs} == {(int, float)}
        for each in (pairs, theirs.local_exp[label]):
            assert [abs(b) for _, b in each] == sorted((abs(b) for _, b in each), reverse=True)
        assert sorted(number for number, _ in pairs) == list(range(D))
    np.testing.assert_array_equal(ours.segments, theirs.segments)
    np.testing.assert_array_equal(ours.image, theirs.image)


def test_a_regressor_of_ones_own():
    ours, theirs = (
        explained(kind(random_state=0), 0, model_regressor=LinearRegression(), num_samples=3000)
        for kind in (LimeImageExplainer, TheirExplainer)
    )
    for label in LABELS:
        np.testing.assert_allclose(line(ours, label), line(theirs, label), atol=0.06)


CHANGED = {"batch_size"}
"""Defaults that are others here: batches of 10 are slow."""


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LimeImageExplainer.__init__, TheirExplainer.__init__),
        (LimeImageExplainer.explain_instance, TheirExplainer.explain_instance),
        (ImageExplanation.get_image_and_mask, TheirExplanation.get_image_and_mask),
    ],
)
def test_arguments_are_theirs_in_their_order(ours, theirs):
    own, known = (list(inspect.signature(function).parameters.values()) for function in (ours, theirs))
    assert [parameter.name for parameter in own[: len(known)]] == [parameter.name for parameter in known]
    for one, other in zip(own, known, strict=False):
        assert one.kind == other.kind
        assert one.default == other.default or one.name in CHANGED
    assert all(parameter.default is not inspect.Parameter.empty for parameter in own[len(known) :])


IMPORTS = {
    "lime": "from lime import lime_image\nfrom lime.wrappers.scikit_image import SegmentationAlgorithm",
    "limeeval": "from limeeval import lime as lime_image\nfrom limeeval.lime import SegmentationAlgorithm",
}
WALK_THROUGH = """
import matplotlib.pyplot as plt
import numpy as np
from skimage.color import label2rgb
from skimage.segmentation import mark_boundaries

explainer = lime_image.LimeImageExplainer(verbose=False)
segmenter = SegmentationAlgorithm('quickshift', kernel_size=1, max_dist=200, ratio=0.2)

explanation = explainer.explain_instance(
    digit, classifier_fn=predict_proba, top_labels=10, hide_color=0, num_samples=1000, segmentation_fn=segmenter
)

image, mask = explanation.get_image_and_mask(
    truth, positive_only=True, num_features=10, hide_rest=False, min_weight=0.01
)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
left.imshow(label2rgb(mask, image, bg_label=0), interpolation='nearest')
right.imshow(mark_boundaries(image, mask))

figure, panels = plt.subplots(2, 5, figsize=(12, 6))
for i, panel in enumerate(panels.ravel()):
    image, mask = explanation.get_image_and_mask(
        i, positive_only=True, num_features=1000, hide_rest=False, min_weight=0.01
    )
    panel.imshow(label2rgb(mask, image, bg_label=0), interpolation='nearest')

both, signs = explanation.get_image_and_mask(
    explanation.top_labels[0], positive_only=False, num_features=10, hide_rest=True
)
plt.imshow(mark_boundaries(both, signs))

ind = explanation.top_labels[0]
dict_heatmap = dict(explanation.local_exp[ind])
heatmap = np.vectorize(dict_heatmap.get)(explanation.segments)
plt.imshow(heatmap, cmap='RdBu', vmin=-heatmap.max(), vmax=heatmap.max())
plt.colorbar()
"""


def small(images):
    """Grey 8 x 8 of images (n, 24, 24, 3), as rows."""
    return images[..., 0].reshape(-1, 8, 3, 8, 3).mean(axis=(2, 4)).reshape(len(images), 64)


@pytest.fixture(scope="module")
def walked():
    """What the walk-through leaves behind, with either import, and with a seed that it does not ask for."""
    digits = load_digits()
    model = LogisticRegression(C=0.05, max_iter=1000).fit(digits.data / 16, digits.target)
    digit = np.repeat(np.kron(digits.images[0] / 16, np.ones((3, 3)))[:, :, None], 3, axis=2)
    left = {}
    for name, imports in IMPORTS.items():
        left[name] = {
            "digit": digit.copy(),
            "truth": digits.target[0],
            "predict_proba": lambda images: model.predict_proba(small(images)),
        }
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(request.secrets, "randbits", lambda bits: 0)
            np.random.seed(0)  # noqa: NPY002
            exec(f"{imports}\n{WALK_THROUGH}", left[name])
        plt.close("all")
    return left


def test_the_walk_through_runs_with_only_its_imports_changed(walked):
    ours, theirs = walked["limeeval"], walked["lime"]
    assert type(ours["explanation"]).__module__.startswith("limeeval.")
    assert type(theirs["explanation"]).__module__.startswith("lime.")
    assert ours["explanation"].top_labels == theirs["explanation"].top_labels
    np.testing.assert_array_equal(ours["explanation"].segments, theirs["explanation"].segments)
    assert ours["explanation"].segments.max() > 5
    for name in ("image", "mask", "both", "signs", "heatmap"):
        one, other = ours[name], theirs[name]
        assert one.shape == other.shape
        assert one.dtype.kind == other.dtype.kind


def test_the_walk_through_finds_the_same(walked):
    """To the error of 1000 samples."""
    ours, theirs = walked["limeeval"], walked["lime"]
    assert np.corrcoef(ours["heatmap"].ravel(), theirs["heatmap"].ravel())[0, 1] > 0.9
    np.testing.assert_array_equal(ours["heatmap"], ours["explanation"].pixel_map())
    main = [set(dict(found["explanation"].local_exp[found["ind"]][:5])) for found in (ours, theirs)]
    assert len(main[0] & main[1]) >= 3
    assert np.mean(ours["signs"] == theirs["signs"]) > 0.8
