"""A task: a data set, its split, a model fitted to one part, and the rows that are to be explained."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.tasks.datasets import Dataset
from limeeval.tasks.imported import imported
from limeeval.tasks.model import fit_model, held_out_quality

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

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


def load_task(
    *,
    name: str,
    data: str,
    model: Mapping[str, Any],
    test_size: float = 0.3,
    split_seed: int = 0,
    k: int | None = None,
    labels: Sequence[str] = (),
    unit: str = "rows",
) -> Task:
    """The task of these settings, which are the keys of a task's yaml and the ``model`` it is to have.

    ``data`` is the dotted path of a function of no arguments that returns a ``Dataset``; ``model`` maps each mode to
    the dotted path of an estimator: {name, classification, regression, params}. A target of text, categories, truth
    values or whole numbers with at most 20 different values is classified, any other regressed on. The split is
    stratified by class. Same settings, same task.

    Raises:
        ValueError: ``data`` cannot be imported or returns something else; the target has gaps, a single value, or a
            class with a single row; ``labels`` are no classes; ``model`` does not fit (see ``named_estimator``).
    """
    dataset = _dataset(data)
    mode = _mode(dataset.target)
    train, test = _split(dataset.target, mode=mode, test_size=test_size, seed=split_seed)
    fitted = fit_model(model, mode, dataset.data.iloc[train], dataset.target.iloc[train])
    metric, quality = held_out_quality(fitted, mode, dataset.data.iloc[test], dataset.target.iloc[test])
    class_names = tuple(str(c) for c in fitted.classes_) if mode == "classification" else ()
    return Task(
        name=name,
        mode=mode,
        data=dataset.data,
        target=dataset.target,
        train=train,
        test=test,
        model=fitted,
        model_name=str(model.get("name") or model[mode]),
        class_names=class_names,
        quality_metric=metric,
        quality=quality,
        k=k,
        labels=_known_labels(labels, class_names),
        unit=unit,
        description=dataset.description,
        model_id=_identity(model, dataset.data.iloc[train], dataset.target.iloc[train]),
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


def select_instances(task: Task, instances: int | Sequence[int], seed: int = 0) -> NDArray[np.intp]:
    """Positions of the rows to explain, (n,), in the order they are to be explained.

    A count draws that many held-out rows at random; with the same seed, a larger count begins with the rows of a
    smaller one. A list gives row numbers of the data set, which may be rows the model was fitted to.

    Raises:
        ValueError: a count outside 1..len(task.test); a list that is empty, has a row twice or one that is not in the
            data set; neither a count nor a list of whole numbers.
    """
    rows = np.asarray(instances)
    if rows.ndim > 1 or (rows.size and rows.dtype.kind not in "iu"):
        raise ValueError(f"instances must be a count or a list of row numbers, got {instances!r}")
    if rows.ndim == 0:
        return _drawn(task.test, int(rows), seed)
    if not rows.size:
        raise ValueError("instances must name at least one row, got an empty list")
    return _checked_rows(rows.astype(np.intp), len(task.data))


def _drawn(held_out: NDArray[np.intp], count: int, seed: int) -> NDArray[np.intp]:
    if not 1 <= count <= len(held_out):
        raise ValueError(f"instances must be between 1 and {len(held_out)}, the rows held out, got {count}")
    return np.random.default_rng(seed).permutation(held_out)[:count]


def _checked_rows(rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    outside = rows[(rows < 0) | (rows >= n)]
    if outside.size:
        raise ValueError(f"instances must be row numbers from 0 to {n - 1}, got {', '.join(map(str, outside))}")
    values, counts = np.unique(rows, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"instances must name a row once, got {', '.join(map(str, values[counts > 1]))} repeatedly")
    return rows


def _dataset(path: str) -> Dataset:
    function = imported(path, key="data")
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise ValueError(f"data must name a function of no arguments, got {path!r}: {error}") from error
    try:
        dataset = function()
    except Exception as error:
        raise ValueError(
            f"data must name a function that runs, {path!r} raised {type(error).__name__}: {error}"
        ) from error
    if not isinstance(dataset, Dataset):
        raise ValueError(f"data must name a function that returns a Dataset, {path!r} gave {type(dataset).__name__}")
    _check_target(dataset)
    return replace(dataset, data=_gaps_as_nan(dataset.data.rename(columns=str)))


def _gaps_as_nan(data: pd.DataFrame) -> pd.DataFrame:
    """NaN for None and pd.NA in categories, which an encoder would take for different categories."""
    categories = data.select_dtypes(exclude="number")
    gapped = categories.loc[:, categories.isna().any()]
    return data.assign(**gapped.astype(object).where(gapped.notna(), np.nan).infer_objects())


def _check_target(dataset: Dataset) -> None:
    target = dataset.target
    if len(target) != len(dataset.data):
        raise ValueError(f"target must have a value for each of the {len(dataset.data)} rows, got {len(target)}")
    if target.isna().any():
        raise ValueError(f"target must not have missing values, got {int(target.isna().sum())}")
    if target.nunique() < 2:
        raise ValueError(f"target must have at least two different values, got only {target.iloc[0]}")


def _mode(target: pd.Series[Any]) -> str:
    from pandas.api.types import is_float_dtype, is_integer_dtype

    many = is_integer_dtype(target.dtype) and target.nunique() > MAX_CLASSES
    return "regression" if many or is_float_dtype(target.dtype) else "classification"


def _split(
    target: pd.Series[Any], *, mode: str, test_size: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    from sklearn.model_selection import train_test_split

    stratify = target if mode == "classification" else None
    if stratify is not None:
        single = [str(c) for c, rows in stratify.value_counts().items() if rows == 1]
        if single:
            raise ValueError(f"target must have at least two rows of each class, got one of {', '.join(single)}")
    parts = train_test_split(np.arange(len(target)), test_size=test_size, stratify=stratify, random_state=seed)
    return np.sort(parts[0]), np.sort(parts[1])


def _known_labels(labels: Sequence[str], class_names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [label for label in labels if label not in class_names]
    if unknown:
        known = ", ".join(class_names) or "left out for regression"
        raise ValueError(f"labels must be {known}; got {', '.join(map(str, unknown))}")
    return tuple(labels)
