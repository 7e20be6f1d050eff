"""Predictions kept on disk: one file a batch, found again by the model's identity and the rows given to it.

Only the explained outputs are kept. What is found is believed once some rows of a batch, predicted again, agree with
it; a file that cannot be read is dropped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha1
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

import numpy as np

from limeeval.lime.labels import Labels
from limeeval.lime.masking import MaskedImages
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import BLOCK, Answers, Batch, Predict

TOLERANCE = 1e-6
"""How far a prediction may be from the stored one, in units of the largest of the two batches' outputs."""


_BELIEVING = Lock()


class ModelChanged(Exception):
    """The model does not say again what is stored of it: it has changed, or is not deterministic."""


@dataclass
class Store:
    """The predictions of one model.

    Attributes:
        root: folder of all models' predictions; absolute, for processes may have been started elsewhere.
        model_id: the model's identity; another one has a folder of its own.
        reads: whether stored predictions are used, or only written.
        believed: whether some of them were found to be what the model still says.
    """

    root: Path
    model_id: str
    reads: bool = True
    believed: bool = False

    @property
    def folder(self) -> Path:
        """Folder of this model's predictions."""
        return self.root / sha1(self.model_id.encode(), usedforsecurity=False).hexdigest()

    def read(self, key: str) -> Answers | None:
        """The answers stored under a key, or None.

        Raises:
            Exception: of any kind, the file cannot be read as what was written.
        """
        path = self._path(key)
        if not self.has(key):
            return None
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            answers = Answers(kept["predictions"], kept["outputs"])
        with suppress(OSError):  # Files go by age once there are too many.
            os.utime(path)
        return answers

    def has(self, key: str) -> bool:
        """Whether something is stored under a key, and may be used."""
        return self.reads and self._path(key).is_file()

    def write(self, key: str, answers: Answers) -> None:
        """Stores answers under a key: all of them or nothing, whenever the process ends.

        Raises:
            OSError: the folder cannot be written to.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{key}.{os.getpid()}.{get_ident()}"
        try:
            with part.open("wb") as file:
                np.savez(file, predictions=answers.predictions, outputs=answers.outputs)
            part.replace(self._path(key))
        finally:
            part.unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        """Forgets what is stored under a key."""
        path = self._path(key)
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def anew(self) -> Store:
        """The store without any of this model's predictions, which is not read in this run."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return replace(self, reads=False)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


@dataclass
class StoredPredictions:
    """A model's answers to batches, from the store where it has them."""

    store: Store
    model: Model
    predict: Predict
    labels: Labels
    rows_read: int = 0
    remarks: list[str] = field(default_factory=list)

    def __call__(self, batch: Batch) -> Answers:
        """The answers to a batch.

        Raises:
            ModelChanged: the model does not say again what is stored.
        """
        key = key_of(batch, self.labels)
        found = self._found(key, batch)
        if found is None:
            answers = self.predict(batch)
            self._keep(key, answers)
            return answers
        with _BELIEVING:  # Of several threads, one checks and the others wait for what comes of it.
            if not self.store.believed:
                self._check(batch, found)
        self.rows_read += sum(batch.sizes)
        return found

    def _found(self, key: str, batch: Batch) -> Answers | None:
        try:
            found = self.store.read(key)
            if found is not None:
                self._check_shape(batch, found)
        except Exception as error:  # A damaged archive raises almost anything.
            self.remarks.append(f"a stored batch of predictions could not be read and was dropped ({_reason(error)})")
            self.store.drop(key)
            return None
        return found

    def _check_shape(self, batch: Batch, found: Answers) -> None:
        predictions, outputs = found
        if predictions.ndim != 2 or len(predictions) != len(batch.sizes):
            raise ValueError(f"predictions of shape {predictions.shape} for {len(batch.sizes)} instances")
        expected = sum(batch.sizes), len(self.labels.outputs(predictions[0]))
        if outputs.shape != expected or outputs.dtype != float:
            raise ValueError(f"outputs of shape {outputs.shape} in place of {expected}")

    def _keep(self, key: str, answers: Answers) -> None:
        try:
            self.store.write(key, answers)
        except OSError as error:
            said = f"predictions could not be stored ({_reason(error)})"
            self.remarks.append(f"{said}: a resumed run will predict them again")

    def _check(self, batch: Batch, found: Answers) -> None:
        """Predicts a block's worth of rows from all over the batch again."""
        rows = np.arange(0, sum(batch.sizes), -(-sum(batch.sizes) // BLOCK))
        again = self.model.predict(_at(batch.inputs, rows), rows=len(rows), around=batch.around)
        piece = np.repeat(np.arange(len(batch.sizes)), batch.sizes)[rows]
        labels = np.array([self.labels.outputs(prediction) for prediction in found.predictions])[piece]
        if labels.max() >= again.shape[1]:
            raise ModelChanged
        said, stored = np.take_along_axis(again, labels, axis=1), found.outputs[rows]
        if np.abs(said - stored).max() > TOLERANCE * max(np.abs(stored).max(), np.abs(said).max()):
            raise ModelChanged
        self.store.believed = True


def _reason(error: Exception) -> str:
    """What went wrong, without the name of the file: it is the same for many."""
    return str(getattr(error, "strerror", None) or error)


def key_of(batch: Batch, labels: Labels) -> str:
    """Name of a batch: a digest of its rows, as the model gets them, and of which outputs are asked for."""
    from joblib import hash as digest

    asked = (labels.labels, labels.top_labels, list(labels.class_names or []), list(batch.sizes), batch.begun)
    return str(digest((asked, _content(batch.inputs)), hash_name="sha1"))


def make_room(root: Path, needed: int, limit: int) -> bool:
    """Drops the files used longest ago until ``needed`` more bytes stay within the limit; False if they never can."""
    if needed > limit:
        return False
    files = sorted(_files(root), key=lambda entry: entry[1].st_mtime)
    total = sum(status.st_size for _, status in files)
    for path, status in files:
        if total + needed <= limit:
            break
        path.unlink(missing_ok=True)
        total -= status.st_size
    return True


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in root.glob("*/*"):
        try:
            yield path, path.stat()
        except FileNotFoundError:  # Another run has just dropped it.
            continue


def _content(inputs: Any) -> Any:
    """Model inputs as something quickly digested: rows of a data frame by a digest each, images by their masks."""
    if isinstance(inputs, MaskedImages):
        return inputs.content
    if not hasattr(inputs, "iloc"):
        return inputs
    import pandas as pd

    rows = pd.util.hash_pandas_object(inputs, index=False).to_numpy()
    return rows, list(map(str, inputs.columns)), list(map(str, inputs.dtypes))


def _at(inputs: Any, rows: np.ndarray[Any, np.dtype[np.intp]]) -> Any:
    """Some of the rows of model inputs."""
    if hasattr(inputs, "iloc"):
        return inputs.iloc[rows]
    return [inputs[row] for row in rows] if isinstance(inputs, list) else inputs[rows]
