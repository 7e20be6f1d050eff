"""Estimators that scikit-learn has in two parts, under one name that a model's yaml can give."""

from __future__ import annotations

from typing import Any


def calibrated_svc(**params: Any) -> Any:
    """A support vector classifier with probabilities: a sigmoid of its cross-validated scores (Platt, 1999).

    ``params`` are those of scikit-learn's ``SVC``. Fitting needs at least five rows of each class.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    return CalibratedClassifierCV(SVC(**params), ensemble=False)


def scaled_svr(**params: Any) -> Any:
    """A support vector regression on the standardised target, so that ``C`` and ``epsilon`` do not depend on its unit.

    ``params`` are those of scikit-learn's ``SVR``; predictions are in the target's unit.
    """
    from sklearn.svm import SVR

    return _on_standardised_target(SVR(**params))


def scaled_mlp(**params: Any) -> Any:
    """A neural network regression on the standardised target, which it needs to converge.

    ``params`` are those of scikit-learn's ``MLPRegressor``; predictions are in the target's unit.
    """
    from sklearn.neural_network import MLPRegressor

    return _on_standardised_target(MLPRegressor(**params))


def _on_standardised_target(estimator: Any) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return TransformedTargetRegressor(estimator, transformer=StandardScaler())
