"""The model of a task: a scikit-learn pipeline that takes data frames as they are, categories and gaps included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from limeeval.tasks.imported import imported

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

MODEL_KEYS = ("name", "classification", "regression", "network", "params")
PREDICTS = {"classification": "predict_proba", "regression": "predict"}


def fit_model(model: Mapping[str, Any], mode: str, data: pd.DataFrame, target: pd.Series[Any]) -> Pipeline:
    """The estimator that ``model`` names for ``mode``, behind the preprocessing of ``data`` (n, d), fitted to both.

    Raises:
        ValueError: as ``named_estimator``; or it cannot be fitted.
    """
    from sklearn.pipeline import make_pipeline

    return fitted(make_pipeline(preprocessing(data), named_estimator(model, mode)), data, target, path=model[mode])


def fitted(pipeline: Pipeline, data: Any, target: Any, *, path: str) -> Pipeline:
    """``pipeline``, whose estimator is the one at ``path``, fitted to rows and their target.

    Raises:
        ValueError: it cannot be.
    """
    try:
        return pipeline.fit(data, target)
    except Exception as error:
        raise ValueError(
            f"model must be one that can be fitted to the data, {path} raised {type(error).__name__}: {error}"
        ) from error


def check_keys(model: Mapping[str, Any]) -> None:
    """Checks the keys of a model.

    Raises:
        ValueError: unknown ones, or a network beside an estimator.
    """
    unknown = [key for key in model if key not in MODEL_KEYS]
    if unknown:
        raise ValueError(f"model must have the keys {', '.join(MODEL_KEYS)}, got {', '.join(map(str, unknown))}")
    estimators = [mode for mode in PREDICTS if model.get(mode)]
    if model.get("network") and estimators:
        raise ValueError(f"model must name a network or estimators, got a network and one for {estimators[0]}")


def named_estimator(model: Mapping[str, Any], mode: str) -> Any:
    """The unfitted estimator that ``model`` ({name, classification, regression, params}) names for ``mode``.

    Raises:
        ValueError: ``model`` has other keys or no estimator for ``mode``, the path cannot be imported, the parameters
            are not the estimator's, or it does not predict what the mode needs.
    """
    check_keys(model)
    if model.get("network"):
        raise ValueError(f"model must name an estimator for {mode}: networks are for images, got {model['network']}")
    if not model.get(mode):
        named = [other for other in PREDICTS if model.get(other)] or ["nothing"]
        raise ValueError(f"model must name an estimator for {mode}, got one for {', '.join(named)} only")
    path, params = model[mode], dict(model.get("params") or {})
    try:
        estimator = imported(path, key=f"model.{mode}")(**params)
    except TypeError as error:
        raise ValueError(f"model.params must be parameters of {path}, got {params}: {error}") from error
    if not hasattr(estimator, PREDICTS[mode]):
        raise ValueError(f"model.{mode} must name an estimator with {PREDICTS[mode]}, got {path}")
    return estimator


def preprocessing(data: pd.DataFrame) -> Any:
    """Categories one-hot, a missing one being a category of its own; numbers standardised, gaps filled with the median.

    A category that was not in the fitted rows is encoded as zeros.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = list(data.select_dtypes("number").columns)
    categories = [column for column in data.columns if column not in numbers]
    return ColumnTransformer(
        [
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ]
    )


def held_out_quality(model: Pipeline, mode: str, data: pd.DataFrame, target: pd.Series[Any]) -> tuple[str, float]:
    """The name and value of the model's quality on rows it has not seen; higher is better.

    AUC (0 to 1, chance 0.5) for two classes, accuracy (0 to 1) for more, R2 (at most 1) for regression.
    """
    from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

    if mode == "regression":
        return "R2", float(r2_score(target, model.predict(data)))
    if len(model.classes_) == 2:
        return "AUC", float(roc_auc_score(target == model.classes_[1], model.predict_proba(data)[:, 1]))
    return "accuracy", float(accuracy_score(target, model.predict(data)))
