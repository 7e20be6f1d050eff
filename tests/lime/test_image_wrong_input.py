"""Whatever does not fit an image explainer ends in one message: the rule, then what came."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import LinearSVC

from limeeval.lime import LimeImageExplainer, ModelError

SEGMENTS = np.kron(np.arange(6).reshape(2, 3), np.ones((3, 3), dtype=int))[:, :8]
IMAGE = np.random.default_rng(0).integers(1, 256, (6, 8, 3), dtype=np.uint8)
SOME = np.where(IMAGE > 200, np.nan, IMAGE)
for given in (SEGMENTS, IMAGE):
    given.flags.writeable = False


def probabilities(images):
    p = images.reshape(len(images), -1).mean(axis=1) / 1000
    return np.column_stack([p, 1 - p])


def explain(image=IMAGE, model=probabilities, *, lime=None, **options):
    arguments = {"segmentation_fn": SEGMENTS, "num_samples": 300, **options}
    return LimeImageExplainer(**{"random_state": 0, **(lime or {})}).explain_instance(image, model, **arguments)


def never(images):
    raise AssertionError("the model must not be asked")


@pytest.mark.parametrize(
    ("image", "error", "words"),
    [
        (np.ones(5), ValueError, [r"shape \(H, W\) or \(H, W, channels\)", r"got shape \(5,\)"]),
        (IMAGE[None], ValueError, [r"\(H, W, channels\)", r"got shape \(1, 6, 8, 3\)"]),
        (3.0, ValueError, [r"got shape \(\)"]),
        (np.ones((0, 8, 3)), ValueError, ["have pixels", r"got shape \(0, 8, 3\)"]),
        (np.ones((6, 0)), ValueError, ["have pixels", r"got shape \(6, 0\)"]),
        (np.ones((6, 8, 0)), ValueError, ["have pixels", r"got shape \(6, 8, 0\)"]),
        (SOME, ValueError, ["finite pixels", f"got {np.isnan(SOME).sum()} that are NaN or infinite"]),
        (np.where(np.isnan(SOME), -np.inf, SOME).astype("f2"), ValueError, ["finite pixels", "NaN or infinite"]),
        (IMAGE.astype(object), TypeError, ["array of numbers", "got ndarray of object"]),
        (IMAGE * 1j, TypeError, ["array of numbers", "complex128"]),
        (IMAGE.astype(str), TypeError, ["array of numbers", "<U"]),
        (IMAGE.astype("M8[s]"), TypeError, ["array of numbers", "datetime64"]),
        ("photo.png", TypeError, ["array of numbers", "got str"]),
        (Path("photo.png"), TypeError, ["array of numbers", "got PosixPath|got WindowsPath"]),
        (None, TypeError, ["array of numbers", "got NoneType"]),
        ([[1, 2], [3]], ValueError, ["rows of equal length", "differ"]),
    ],
)
def test_image(image, error, words):
    with pytest.raises(error, match=".*".join(["image must", *words])):
        explain(image, never)


def test_channels_first_are_read_as_rows():
    """Nothing tells (3, 48, 64) from three rows of pixels; the messages say how it was read, and what puts it right."""
    image = np.moveaxis(np.kron(IMAGE, np.ones((8, 8, 1), dtype=np.uint8)), 2, 0)
    said = r"should have shape \(H, W, channels\), got \(3, 48, 64\), read as 3 rows .*: np.moveaxis\(image, 0, -1\)"
    with (
        pytest.warns(UserWarning, match=said),
        pytest.raises(ValueError, match=r"got one from quickshift.*on an image of 3 x 48 pixels"),
    ):
        explain(image, never, segmentation_fn=None)


def raising(image):
    raise KeyError("weights")


@pytest.mark.parametrize(
    ("segmentation", "error", "words"),
    [
        (SEGMENTS[:5], ValueError, [r"labels of shape \(6, 8\), got shape \(5, 8\)"]),
        (SEGMENTS.T, ValueError, [r"\(6, 8\), got shape \(8, 6\)"]),
        (SEGMENTS[..., None], ValueError, [r"\(6, 8\), got shape \(6, 8, 1\)"]),
        (SEGMENTS - 1, ValueError, ["whole numbers of at least 0, got -1"]),
        (SEGMENTS + 0.5, ValueError, ["whole numbers", r"got 0\.5"]),
        (np.where(SEGMENTS == 3, np.nan, SEGMENTS), ValueError, ["whole numbers", "got nan"]),
        (SEGMENTS.astype(str), ValueError, ["whole numbers", "<U"]),
        (0 * SEGMENTS, ValueError, ["at least two superpixels, got one", r"try slic\(n_segments=50\)"]),
        (0 * SEGMENTS + 7, ValueError, ["at least two superpixels, got one"]),
        (None, ValueError, ["at least two.*one from quickshift.*6 x 8 pixels", "try a smaller kernel_size"]),
        (raising, ValueError, ["got KeyError from raising on an image of 6 x 8 pixels: 'weights'"]),
        (lambda image: None, ValueError, [r"\(6, 8\), got shape \(\)"]),
        ("quikshift", ValueError, ["quickshift, slic, felzenszwalb", "got 'quikshift'"]),
        (3, TypeError, ["a name", "an array of labels, got 3"]),
    ],
)
def test_segmentation(segmentation, error, words):
    with pytest.raises(error, match=".*".join(["segmentation must", *words])):
        explain(IMAGE, never, segmentation_fn=segmentation)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (lambda p: p[:3], ["one row a sample: 64 were asked for, got 3"]),
        (lambda p: np.concatenate([p, p]), ["64 were asked for, got 128"]),
        (lambda p: p[:0], ["64 were asked for, got 0"]),
        (lambda p: p[:, 0], [r"shape \(n, classes\) with at least 2 classes, got shape \(64,\)"]),
        (lambda p: p[:, :1], ["at least 2 classes, got one column"]),
        (lambda p: p[:, :, None], [r"got shape \(64, 2, 1\)"]),
        (
            lambda p: p * np.nan,
            ["finite numbers, got NaN.* in 64 of 64 rows", "the image of 6 x 8 x 3 in 6 superpixels"],
        ),
        (lambda p: p / 0, ["finite numbers", "64 of 64"]),
        (lambda p: None, ["one row a sample, got None"]),
        (lambda p: 0.5, ["one row a sample, got 0.5"]),
        (lambda p: [["cat", "dog"]] * len(p), ["numbers, got <U3 such as 'cat'"]),
    ],
)
def test_outputs(output, words):
    def model(images):
        with np.errstate(divide="ignore"):
            return output(probabilities(images))

    with pytest.raises(ValueError, match=".*".join(["predict_fn.* must return", *words])):
        explain(model=model)


@pytest.mark.parametrize("late", [1, 2, 4])
def test_outputs_of_a_later_batch(late):
    calls = []

    def model(images):
        calls.append(len(images))
        return probabilities(images) if len(calls) <= late else probabilities(images)[1:]

    with pytest.raises(ValueError, match="one row a sample"):
        explain(model=model)
    assert len(calls) == late + 1


def test_a_nan_somewhere():
    def model(images):
        found = probabilities(images)
        found[5] = np.nan
        return found

    with pytest.raises(ValueError, match=r"in 1 of 64 rows \(first: row 5\) around the image"):
        explain(model=model)


def test_a_model_that_raises():
    def failing(images):
        raise RuntimeError("expected 224 x 224")

    words = "RuntimeError on 64 rows perturbed around the image of 6 x 8 x 3 in 6 superpixels: expected 224 x 224"
    with pytest.raises(ModelError, match=words) as caught:
        explain(model=failing)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_an_interruption_is_none_of_the_models_errors():
    def interrupted(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain(model=interrupted)


@pytest.mark.parametrize("model", [3, "model.onnx", None, LinearSVC()])
def test_no_model(model):
    with pytest.raises(TypeError, match=r"must be a function or a fitted estimator with predict_proba.*got \w+"):
        explain(model=model)


def test_scores_in_the_place_of_probabilities_warn():
    with pytest.warns(UserWarning, match=r"probabilities must not be negative, got -[0-9.]+") as seen:
        explain(model=lambda images: 10 * probabilities(images) - 5)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(({"batch_size": size}, ["batch_size", "at least 1", f"got {size!r}"]) for size in (0, -1, 1.5, "a", True)),
        *(({"num_samples": n}, ["num_samples", "at least 2", f"got {n!r}"]) for n in (1, 0, -1, 99.0, "a", None, True)),
        *(({"num_features": k}, ["num_features", "at least 1", f"got {k!r}"]) for k in (0, -1, 2.5, "a", None)),
        *(({"top_labels": k}, ["top_labels", "at least 1", f"got {k!r}"]) for k in (0, -1, 1.5, "a", True)),
        *(
            ({"labels": (label,), "top_labels": None}, ["labels must be among 0, 1", f"got {label!r}"])
            for label in (2, -1, "cat", 0.5)
        ),
        ({"labels": (), "top_labels": None}, ["labels must name at least one class", "got none"]),
        ({"distance_metric": "cosinus"}, ["distance_metric", "cosine, dice, euclidean", "'cosinus'"]),
        ({"distance_metric": "precomputed"}, ["distance_metric", "'precomputed'"]),
        ({"distance_metric": None}, ["distance_metric", "None"]),
        ({"distance_metric": "correlation"}, ["distance_metric must give finite distances", "'correlation'"]),
        ({"sampling_method": "gaussian"}, ["sampling_method", "bernoulli, enumeration", "'gaussian'"]),
        ({"sampling_method": None}, ["sampling_method", "None"]),
        ({"sampling_method": "enumeration", "num_samples": 63}, ["num_samples", "64 for 6 superpixels", "got 63"]),
        ({"hide_color": "fuzzy"}, ["hide_color", "'blur' or 'noise'", "'fuzzy'"]),
        ({"hide_color": (1, 2)}, ["hide_color", "3 channels", r"\(2,\)"]),
        ({"hide_color": 256}, ["hide_color", "0 to 255", "256"]),
        ({"lime": {"class_names": ["cat"]}}, ["class_names must name the 2 classes", "got 1"]),
        ({"lime": {"class_names": "abc"}}, ["class_names must name the 2 classes", "got 3"]),
        ({"lime": {"kernel": lambda d, nu: -d}}, ["kernel must return finite weights of at least 0"]),
        ({"lime": {"kernel": lambda d, nu: d / 0}}, ["kernel must return finite weights"]),
        ({"lime": {"kernel": lambda d, nu: 1.0}}, ["kernel must return one weight a distance", r"shape \(\)"]),
        ({"lime": {"kernel": lambda d, nu: 0 * d}}, ["some sample a weight above 0", "kernel_width=0.25"]),
    ],
)
@pytest.mark.filterwarnings("ignore:.*encountered in divide:RuntimeWarning")
def test_options(options, words):
    with pytest.raises(ValueError, match=".*".join(words)):
        explain(**options)


@pytest.mark.parametrize(
    "options",
    [{"batch_size": 0}, {"num_samples": 1}, {"num_features": 0}, {"hide_color": "x"}, {"sampling_method": "x"}],
)
def test_what_can_be_told_before_the_model_is_asked(options):
    with pytest.raises(ValueError, match="must be"):
        explain(IMAGE, never, **options)


def test_a_regressor_that_takes_no_weights():
    with pytest.raises(TypeError, match=r"model_regressor must take sample_weight.*KNeighborsRegressor"):
        explain(model_regressor=KNeighborsRegressor())


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        *(({"kernel_width": width}, ValueError, ["above 0", f"got {width!r}"]) for width in (0, -1, float("nan"), "a")),
        ({"kernel": "exponential"}, TypeError, ["kernel must be a function", "'exponential'"]),
        ({"feature_selection": "best"}, ValueError, ["auto", "lasso_path, none", "'best'"]),
        *(({"random_state": seed}, ValueError, ["random_state", f"got {seed!r}"]) for seed in (-1, 1.5, "a")),
    ],
)
def test_explainer_arguments(arguments, error, words):
    with pytest.raises(error, match=".*".join(words)):
        LimeImageExplainer(**arguments)


def test_labels_that_were_not_explained():
    found = explain(top_labels=1)
    (label,) = found.local_exp
    for read in (found.as_list, found.pixel_map, found.get_image_and_mask, found.as_pyplot_figure, found.boundaries):
        with pytest.raises(
            ValueError, match=rf"label must be one that was explained, {label} \({label}\), got {1 - label}"
        ):
            read(1 - label)
        with pytest.raises(ValueError, match="labels must be among 0, 1, got 'cat'"):
            read("cat")
