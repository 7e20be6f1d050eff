"""The explained model: one call signature, and outputs that can be relied on."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.masking import MaskedImages

BATCH_ROWS = 20_000
"""The most rows given to a model at once, unless the user says otherwise."""
_SUM_TOLERANCE = 1e-3
MODES = ("classification", "regression")


class ModelError(RuntimeError):
    """The explained model raised; the message says what, and around which instance."""


def fitted_estimator(predict_fn: Any) -> Any:
    """The estimator behind a prediction function: itself, the owner of a bound method, or None."""
    return getattr(predict_fn, "__self__", None) if callable(predict_fn) else predict_fn


def prediction_function(predict_fn: Any, mode: str) -> Callable[[Any], Any]:
    """``predict_fn`` if it can be called, else the fitted estimator's ``predict_proba`` or ``predict``.

    Raises:
        TypeError: neither callable nor an estimator with that method.
    """
    if callable(predict_fn):
        function: Callable[[Any], Any] = predict_fn
        return function
    method = "predict_proba" if mode == "classification" else "predict"
    found = getattr(predict_fn, method, None)
    if found is None:
        hint = " (probabilities are needed: CalibratedClassifierCV gives them to any classifier)"
        raise TypeError(
            f"predict_fn must be a function or a fitted estimator with {method} for mode={mode!r}, got "
            f"{type(predict_fn).__name__}{hint if method == 'predict_proba' else ''}"
        )
    method_of_estimator: Callable[[Any], Any] = found
    return method_of_estimator


def mode_of(predict_fn: Any, instances: Any) -> str:
    """Of a prediction function: that of one number a row is "regression"; a plain one is asked about ``instances``."""
    if not callable(predict_fn):
        return "classification" if hasattr(predict_fn, "predict_proba") else "regression"
    outputs = np.asarray(predict_fn(instances))
    return "classification" if outputs.ndim == 2 and outputs.shape[1] > 1 else "regression"


@dataclass
class Model:
    """A prediction function whose outputs are checked once, where they enter.

    ``predict`` returns (n, c) for c classes, (n, 1) for regression. A warning about probabilities is given once.
    Images are made and given ``batch_rows`` at a time.
    """

    function: Callable[[Any], Any]
    mode: str
    batch_rows: int = BATCH_ROWS
    rows_predicted: int = 0
    _classes: int | None = None
    _warned: bool = False

    def predict(self, inputs: Any, *, rows: int, around: str) -> Array:
        """Outputs (rows, c) of the model.

        Raises:
            ModelError: the model raised.
            ValueError: outputs of a wrong shape or length, or NaN or infinite ones.
        """
        if isinstance(inputs, MaskedImages):
            parts = inputs.apply(lambda images: self._asked(images, len(images), around), self.batch_rows)
            return np.concatenate(parts)
        return self._asked(inputs, rows, around)

    def _asked(self, inputs: Any, rows: int, around: str) -> Array:
        try:
            raw = self.function(inputs)
        except Exception as error:
            raise ModelError(
                f"the model raised {type(error).__name__} on {rows} rows perturbed around {around}: {error}"
            ) from error
        self.rows_predicted += rows
        outputs = _classifier_outputs(raw) if self.mode == "classification" else _regressor_outputs(raw)
        if len(outputs) != rows:
            raise ValueError(f"predict_fn must return one row a sample: {rows} were asked for, got {len(outputs)}")
        if not np.all(np.isfinite(outputs)):
            bad = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
            raise ValueError(
                f"predict_fn must return finite numbers, got NaN or infinity in {len(bad)} of {rows} rows "
                f"(first: row {bad[0]}) around {around}"
            )
        self._classes = self._classes or outputs.shape[1]
        if outputs.shape[1] != self._classes:
            raise ValueError(
                f"predict_fn must return as many classes on every call, got {self._classes}, then {outputs.shape[1]}"
            )
        if self.mode == "classification" and not self._warned:
            self._warn_unless_probabilities(outputs)
        return outputs

    def _warn_unless_probabilities(self, outputs: Array) -> None:
        excess = np.abs(outputs @ np.ones(outputs.shape[1]) - 1.0)
        if outputs.min() < 0:
            problem = f"probabilities must not be negative, got {outputs.min():.3g}"
        elif excess.max() > _SUM_TOLERANCE:
            worst = outputs[np.argmax(excess)].sum()
            problem = f"probabilities should sum to 1, got rows that sum to {worst:.3g} (fine for multi-label models)"
        else:
            return
        self._warned = True
        warnings.warn(f"predict_fn: {problem}", UserWarning, stacklevel=2)


def _classifier_outputs(raw: Any) -> Array:
    if isinstance(raw, list) and raw and all(np.ndim(part) == 2 and np.shape(part)[1] == 2 for part in raw):
        # A multi-label forest returns one (n, 2) array a label: the probability of each label being on.
        return np.column_stack([np.asarray(part)[:, 1] for part in raw]).astype(float)
    outputs = _as_array(raw)
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        came = "one column" if outputs.ndim == 2 and outputs.shape[1] == 1 else f"shape {outputs.shape}"
        raise ValueError(
            f"predict_fn of a classifier must return probabilities of shape (n, classes) with at least 2 classes, "
            f"got {came}: pass predict_proba, stack [1 - p, p], or use mode='regression' for a score"
        )
    return _as_floats(outputs)


def _regressor_outputs(raw: Any) -> Array:
    outputs = _as_array(raw)
    if outputs.ndim > 2 or (outputs.ndim == 2 and outputs.shape[1] != 1):
        raise ValueError(
            f"predict_fn of a regressor must return shape (n,) or (n, 1), got {outputs.shape}: "
            "use mode='classification' for probabilities, or explain one output at a time"
        )
    return _as_floats(outputs.reshape(-1, 1))


def _as_array(raw: Any) -> np.ndarray[Any, Any]:
    try:
        outputs = np.asarray(raw)
    except ValueError as error:  # Rows of unequal length.
        raise ValueError(f"predict_fn must return an array of numbers, got {type(raw).__name__}: {error}") from None
    if outputs.ndim == 0:
        raise ValueError(f"predict_fn must return an array with one row a sample, got {raw!r}")
    return outputs


def _as_floats(outputs: np.ndarray[Any, Any]) -> Array:
    try:
        return outputs.astype(float)
    except (TypeError, ValueError):
        some = outputs.ravel().tolist()[0]
        raise ValueError(f"predict_fn must return numbers, got {outputs.dtype} such as {some!r}") from None
