"""A task of a table: a data set, its split, a model fitted to one part, and the rows that are to be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.classes import known_labels
from limeeval.tasks.model import fit_model, held_out_quality
from limeeval.tasks.split import split

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from limeeval.tasks.datasets import Dataset

MAX_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Task:
    """A fitted model and the data it belongs to. Rows are named by their position in ``data``.

    Attributes:
        name: what the task is called in results.
        mode: "classification" or "regression".
        data: all rows (n, d), categories as text, gaps as NaN.
        target: (n,), in the order of ``data``.
        train: sorted positions of the rows the model was fitted to.
        test: sorted positions of the rows held out.
        model: the fitted pipeline; takes data frames with the columns of ``data``.
        model_name: what the model is called in results.
        class_names: in the order of the columns of ``predict_proba``; empty for regression.
        quality_metric: "AUC" (two classes), "accuracy" (more) or "R2" (regression).
        quality: its value on the rows held out; higher is better.
        k: how many top features count in this field, or None where it has no such number.
        labels: the classes explained unless the user says otherwise; empty: the predicted one.
        unit: what a row is, in the plural.
        description: where the data come from.
        model_id: the same for the same model: a digest of its settings, what it was fitted to, and the libraries.
    """

    name: str
    mode: str
    data: pd.DataFrame
    target: pd.Series[Any]
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    model: Pipeline
    model_name: str
    class_names: tuple[str, ...]
    quality_metric: str
    quality: float
    k: int | None
    labels: tuple[str, ...]
    unit: str
    description: str
    model_id: str

    @property
    def training_data(self) -> pd.DataFrame:
        """The rows the model was fitted to, (len(train), d)."""
        return self.data.iloc[self.train]

    @property
    def digests(self) -> dict[str, str]:
        """What tells data and model from others: SHA-256 of all rows and of the pickled model, and ``model_id``."""
        import pickle
        from hashlib import sha256

        return {
            "data_sha256": sha256(_rows_digest(self.data, self.target).tobytes()).hexdigest(),
            "model_sha256": sha256(pickle.dumps(self.model)).hexdigest(),
            "model_id": self.model_id,
        }

    @property
    def predict_fn(self) -> Callable[[pd.DataFrame], NDArray[np.float64]]:
        """Rows (m, d) -> probabilities (m, c) for classification, values (m,) for regression."""
        return self.model.predict_proba if self.class_names else self.model.predict  # type: ignore[no-any-return]


def table_task(
    dataset: Dataset,
    *,
    name: str,
    model: Mapping[str, Any],
    test_size: float,
    split_seed: int,
    k: int | None,
    labels: Sequence[str],
    unit: str,
) -> Task:
    """The task of a data set and a model; the arguments are those of ``load_task``.

    Raises:
        ValueError: the target has gaps, a single value, or a class with a single row; ``labels`` are no classes;
            ``model`` does not fit.
    """
    _check_target(dataset)
    data, target = _gaps_as_nan(dataset.data.rename(columns=str)), dataset.target
    mode = _mode(target)
    train, test = split(target, mode=mode, test_size=test_size, seed=split_seed)
    fitted = fit_model(model, mode, data.iloc[train], target.iloc[train])
    metric, quality = held_out_quality(fitted, mode, data.iloc[test], target.iloc[test])
    class_names = tuple(str(c) for c in fitted.classes_) if mode == "classification" else ()
    return Task(
        name=name,
        mode=mode,
        data=data,
        target=target,
        train=train,
        test=test,
        model=fitted,
        model_name=str(model.get("name") or model[mode]),
        class_names=class_names,
        quality_metric=metric,
        quality=quality,
        k=k,
        labels=known_labels(labels, class_names),
        unit=unit,
        description=dataset.description,
        model_id=_identity(model, data.iloc[train], target.iloc[train]),
    )


def _identity(model: Mapping[str, Any], data: pd.DataFrame, target: pd.Series[Any]) -> str:
    import sklearn
    from joblib import hash as digest

    rows = _rows_digest(data, target)
    settings = {key: value for key, value in model.items() if key != "name"}
    return str(digest([settings, rows, list(data.columns), sklearn.__version__, np.__version__], hash_name="sha1"))


def _rows_digest(data: pd.DataFrame, target: pd.Series[Any]) -> NDArray[np.uint64]:
    """Digests of each row and of its target (2, n)."""
    import pandas as pd

    return np.stack([pd.util.hash_pandas_object(part, index=False).to_numpy(np.uint64) for part in (data, target)])


def _check_target(dataset: Dataset) -> None:
    target = dataset.target
    if len(target) != len(dataset.data):
        raise ValueError(f"target must have a value for each of the {len(dataset.data)} rows, got {len(target)}")
    if target.isna().any():
        raise ValueError(f"target must not have missing values, got {int(target.isna().sum())}")
    if target.nunique() < 2:
        raise ValueError(f"target must have at least two different values, got only {target.iloc[0]}")


def _gaps_as_nan(data: pd.DataFrame) -> pd.DataFrame:
    """NaN for None and pd.NA in categories, which an encoder would take for different categories."""
    categories = data.select_dtypes(exclude="number")
    gapped = categories.loc[:, categories.isna().any()]
    return data.assign(**gapped.astype(object).where(gapped.notna(), np.nan).infer_objects())


def _mode(target: pd.Series[Any]) -> str:
    from pandas.api.types import is_float_dtype, is_integer_dtype

    many = is_integer_dtype(target.dtype) and target.nunique() > MAX_CLASSES
    return "regression" if many or is_float_dtype(target.dtype) else "classification"
