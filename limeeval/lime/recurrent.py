"""Explains models of sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from limeeval.lime.discretize import BaseDiscretizer
from limeeval.lime.domain import Array
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.explanation import Explanation
from limeeval.lime.kernel import Kernel
from limeeval.lime.model import prediction_function


class RecurrentTabularExplainer:
    """Explains models of sequences: rows of shape (timesteps, features), as recurrent networks take them.

    Each feature at each timestep is a column named ``name_t-k``, k steps before the last; columns are ordered by
    feature, then by time, as in the lime package.

    Args:
        training_data: (n, timesteps, features) array.
        feature_names: names of the features; default: their numbers.
        categorical_features: positions among the timesteps x features columns.
        Others: as in :class:`LimeTabularExplainer`.

    Raises:
        ValueError: ``training_data`` has another number of dimensions, or an argument does not fit.
    """

    def __init__(
        self,
        training_data: Any,
        mode: str = "classification",
        training_labels: Any = None,
        feature_names: Sequence[Any] | None = None,
        categorical_features: Iterable[int | str] | None = None,
        categorical_names: Mapping[int, Sequence[Any]] | None = None,
        kernel_width: float | None = None,
        kernel: Kernel | None = None,
        verbose: bool = False,
        class_names: Sequence[Any] | None = None,
        feature_selection: str = "auto",
        discretize_continuous: bool = True,
        discretizer: str | BaseDiscretizer = "quartile",
        random_state: Any = None,
    ) -> None:
        training_data = np.asarray(training_data)
        if training_data.ndim != 3:
            raise ValueError(
                f"training_data must have shape (rows, timesteps, features), got shape {training_data.shape}"
            )
        rows, self.n_timesteps, self.n_features = training_data.shape
        names = range(self.n_features) if feature_names is None else feature_names
        if len(names) != self.n_features:
            raise ValueError(f"feature_names must name {self.n_features} features, got {len(names)} names")
        self.explainer = LimeTabularExplainer(
            training_data.transpose(0, 2, 1).reshape(rows, -1),
            mode=mode,
            training_labels=training_labels,
            feature_names=[f"{name}_t-{self.n_timesteps - 1 - t}" for name in names for t in range(self.n_timesteps)],
            categorical_features=categorical_features,
            categorical_names=categorical_names,
            kernel_width=kernel_width,
            kernel=kernel,
            verbose=verbose,
            class_names=class_names,
            feature_selection=feature_selection,
            discretize_continuous=discretize_continuous,
            discretizer=discretizer,
            random_state=random_state,
        )

    def explain_instance(
        self,
        data_row: Any,
        classifier_fn: Any,
        labels: Sequence[int | str] = (1,),
        top_labels: int | None = None,
        num_features: int = 10,
        num_samples: int = 5000,
        distance_metric: str | Callable[..., float] = "euclidean",
        model_regressor: Any = None,
    ) -> Explanation:
        """Explains the prediction for one sequence (timesteps, features).

        ``classifier_fn`` takes sequences (n, timesteps, features); the other arguments and the errors are those of
        :meth:`LimeTabularExplainer.explain_instance`.
        """
        sequence = np.asarray(data_row)
        if sequence.shape != (self.n_timesteps, self.n_features):
            raise ValueError(
                f"data_row must have shape ({self.n_timesteps}, {self.n_features}) as in training, got {sequence.shape}"
            )
        predict = prediction_function(classifier_fn, self.explainer.mode)

        def of_sequences(rows: Array) -> Any:
            return predict(rows.reshape(-1, self.n_features, self.n_timesteps).transpose(0, 2, 1))

        return self.explainer.explain_instance(
            sequence.T.ravel(),
            of_sequences,
            labels=labels,
            top_labels=top_labels,
            num_features=num_features,
            num_samples=num_samples,
            distance_metric=distance_metric,
            model_regressor=model_regressor,
        )
