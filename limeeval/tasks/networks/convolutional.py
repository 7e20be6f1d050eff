"""A small convolutional network, trained once and kept."""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.progress import progress
from limeeval.tasks.extras import extra
from limeeval.tasks.image_arrays import Images, chosen, images_sha256, in_chunks, one_size, sized, unit_range
from limeeval.tasks.image_model import ImageModel
from limeeval.tasks.images import ImageDataset
from limeeval.tasks.kept import kept
from limeeval.tasks.networks.seeded import seeded

LAYERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Conv2D", {"filters": 512, "kernel_size": 5, "padding": "same", "activation": "relu"}),
    ("MaxPooling2D", {}),
    ("Conv2D", {"filters": 256, "kernel_size": 2, "activation": "relu"}),
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": 512, "activation": "relu"}),
    ("Dropout", {"rate": 0.4}),
)
"""All layers but the last, which has a unit a class and softmax."""
CHUNK = 8
"""Images predicted at once: what 512 filters make of more does not stay in a processor's cache."""


@dataclass(frozen=True, eq=False)
class ConvolutionalNetwork:
    """A trained network for images of one shape (H, W, C)."""

    model: Any
    shape: tuple[int, ...]

    def __call__(self, images: Images) -> NDArray[np.float32]:
        """Images (m, H, W, C) -> probabilities (m, c).

        Raises:
            ValueError: images of another shape.
        """
        batch = np.asarray(images)
        if batch.shape[1:] != self.shape:
            raise ValueError(f"images must be {sized(self.shape)} for this network, got {sized(batch.shape[1:])}")
        return in_chunks(batch, CHUNK, lambda chunk: self.model.predict_on_batch(unit_range(chunk)))


@dataclass(frozen=True)
class _Settings:
    """How the network is trained."""

    epochs: int
    batch_size: int
    seed: int


def mnist_cnn(
    dataset: ImageDataset,
    train: NDArray[np.intp],
    *,
    epochs: int = 4,
    images: int | None = None,
    batch_size: int = 32,
    seed: int = 0,
) -> ImageModel:
    """A network of two convolutions, trained with Adam the first time, and afterwards the one that was kept.

    It learns from ``images`` of the positions ``train``, drawn at random; None: from all. Trained again, it is the
    same network as far as Keras and its backend are deterministic. The backend is PyTorch unless the environment's
    KERAS_BACKEND or an earlier import of Keras says otherwise.

    Raises:
        ValueError: images without a target or that differ in size; a parameter below 1, or more images than there are.
        MissingExtra: Keras or its backend is not installed.
    """
    if dataset.target is None:
        raise ValueError("model must come trained, as no classes are known to learn, got mnist_cnn")
    most = len(train) if images is None else images
    for key, value in {"epochs": epochs, "images": most, "batch_size": batch_size}.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"model.params.{key} must be a whole number of at least 1, got {value}")
    if most > len(train):
        raise ValueError(f"model.params.images must be at most {len(train)}, the images to learn from, got {most}")
    drawn = np.random.default_rng(seed).permutation(train)[:most]
    inputs, target = unit_range(one_size(chosen(dataset.images, drawn))), dataset.target[drawn]
    return _network(inputs, target, dataset.class_names, _Settings(epochs, batch_size, seed))


def _network(
    inputs: NDArray[np.float32], target: NDArray[Any], class_names: tuple[str, ...], settings: _Settings
) -> ImageModel:
    from joblib import hash as digest

    _import_keras()
    learnt = [LAYERS, astuple(settings), images_sha256(inputs, target), len(class_names), _versions()]
    identity = str(digest(learnt, hash_name="sha1"))
    with seeded(settings.seed):
        model = _untrained(inputs.shape[1:], len(class_names))
        weights = kept(f"mnist_cnn-{identity}", ".npz", lambda: _trained(model, inputs, target, settings))
    with np.load(BytesIO(weights), allow_pickle=False) as arrays:
        model.set_weights([arrays[f"arr_{position}"] for position in range(len(arrays))])
    predict = ConvolutionalNetwork(model, inputs.shape[1:])
    return ImageModel(predict, class_names, identity, sha256(weights).hexdigest())


def _untrained(shape: tuple[int, ...], classes: int) -> Any:
    """The network with random weights.

    PyTorch wants channels first and would otherwise turn around what each layer gives to the next.
    """
    import keras

    first = keras.backend.backend() == "torch"
    order = {"data_format": "channels_first" if first else "channels_last"}
    layers = [
        getattr(keras.layers, kind)(**settings, **(order if kind.endswith("2D") else {})) for kind, settings in LAYERS
    ]
    return keras.Sequential(
        [
            keras.Input(shape),
            *([keras.layers.Permute((3, 1, 2))] if first else []),
            *layers,
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def _trained(model: Any, inputs: NDArray[np.float32], target: NDArray[Any], settings: _Settings) -> bytes:
    """Trains ``model``; its weights as the content of a file."""
    from keras.callbacks import LambdaCallback

    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")  # Of probabilities: the last is a softmax.
    batches = -(-len(inputs) // settings.batch_size)
    what = f"training a network on {len(inputs):,} images, once"
    with progress(what, settings.epochs * batches) as advance:
        model.fit(
            inputs,
            target,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            verbose=0,
            callbacks=[LambdaCallback(on_train_batch_end=lambda batch, logs: advance(1))],
        )
    file = BytesIO()
    np.savez(file, *model.get_weights())
    return file.getvalue()


def _import_keras() -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with extra("keras"):
        import keras  # noqa: F401


def _versions() -> list[str]:
    """What the weights depend on beside settings and data."""
    from importlib import import_module

    import keras

    backend = keras.backend.backend()
    return [keras.__version__, backend, import_module(backend).__version__, np.__version__]
