"""The result a user reads, plots and saves."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.agreement import default_k, expected_shared
from limeeval.lime.diagnostics import Diagnostics
from limeeval.lime.domain import Array, Shown
from limeeval.lime.labels import REGRESSION_LABEL, label_position
from limeeval.lime.surrogate import FullFit, Surrogate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from limeeval.lime.page import Parts


@dataclass(frozen=True)
class Settings:
    """How an explanation was made; ``is_exhaustive`` if the samples are all that there is to sample from."""

    num_samples: int
    num_features: int
    kernel_width: float
    feature_selection: str
    is_exhaustive: bool = False


@dataclass(frozen=True, repr=False, eq=False)
class Explanation:
    """A linear explanation of one prediction, for one or several labels.

    Names follow the lime package. ``local_exp``, ``intercept``, ``score`` and ``local_pred`` are dicts by label; for
    regression the label is 1, and label 0 is its negation.

    Attributes:
        mode: "classification" or "regression".
        class_names: c names; empty for regression.
        feature_names: d conditions such as ``1.00 < age <= 2.00``.
        shown: number, column name and value of the d features, as the instance's table shows them.
        surrogates: the fitted line of each label, by label.
        full_fits: the line on all features of each label, by label; none with a regressor of the user's own.
        prediction: the model's output (c,) at the instance.
        smallest, largest: the range of each explained output in the neighborhood.
        representation: z_0 (d,).
        diagnostics: what the fits rest on.
        settings: how they were made.
        seed: makes the same explanation again as ``random_state``.
        top_labels: labels by falling probability, if they were asked for so, else None.
    """

    mode: str
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    shown: tuple[Shown, ...]
    surrogates: dict[int, Surrogate]
    full_fits: dict[int, FullFit]
    prediction: Array
    smallest: Array
    largest: Array
    representation: Array
    diagnostics: Diagnostics
    settings: Settings
    seed: int
    top_labels: list[int] | None = None

    @property
    def local_exp(self) -> dict[int, list[tuple[int, float]]]:
        """(feature number, coefficient) by falling magnitude, by label."""
        found = {
            label: [(self.shown[j].number, float(b)) for j, b in zip(line.features, line.coefficients, strict=True)]
            for label, line in self.surrogates.items()
        }
        if self.mode == "regression":
            found[0] = [(j, -b) for j, b in found[REGRESSION_LABEL]]
        return found

    @property
    def intercept(self) -> dict[int, float]:
        """The surrogate at z = 0, by label."""
        found = {label: line.intercept for label, line in self.surrogates.items()}
        return found if self.mode == "classification" else {**found, 0: -found[REGRESSION_LABEL]}

    @property
    def score(self) -> dict[int, float]:
        """Weighted R2 on the surrogate's own samples, at most 1; nan where undefined. By label."""
        return {label: line.r2 for label, line in self.surrogates.items()}

    @property
    def local_pred(self) -> dict[int, float]:
        """The surrogate's value at the instance, by label."""
        return {label: line.local_prediction for label, line in self.surrogates.items()}

    @property
    def predict_proba(self) -> Array:
        """The model's probabilities (c,) at the instance (classification)."""
        return self.prediction

    @property
    def predicted_value(self) -> float:
        """The model's output at the instance (regression)."""
        return float(self.prediction[0])

    @property
    def min_value(self) -> float:
        """The model's smallest output in the neighborhood (regression)."""
        return float(self.smallest[0])

    @property
    def max_value(self) -> float:
        """The model's largest output in the neighborhood (regression)."""
        return float(self.largest[0])

    @property
    def has_errors(self) -> bool:
        """Whether the standard errors say something: of a fit, to samples drawn at random."""
        return self.diagnostics.is_fit and not self.settings.is_exhaustive

    def available_labels(self) -> list[int]:
        """Labels that were explained: the most likely first if ``top_labels`` was asked for; [1] for regression."""
        return list(self.top_labels or self.surrogates)

    def model_output(self, label: int) -> float:
        """The model's output for a label at the instance."""
        return float(self.prediction[0 if self.mode == "regression" else label])

    def is_flat(self, label: int) -> bool:
        """Whether the model gave the same answer all over the neighborhood, to rounding."""
        return bool(np.isnan(self.surrogates[label].r2)) and self.diagnostics.is_fit

    def as_list(self, label: int | str | None = None) -> list[tuple[str, float]]:
        """(feature as it reads, coefficient) by falling magnitude; of :attr:`default_label` if none is given.

        Raises:
            ValueError: a label that was not explained. (Any label does for regression.)
        """
        line = self._line(label)
        return [(self.feature_names[j], float(b)) for j, b in zip(line.features, line.coefficients, strict=True)]

    def as_map(self) -> dict[int, list[tuple[int, float]]]:
        """(feature number, coefficient) by falling magnitude, by label."""
        return self.local_exp

    def as_frame(self, label: int | str | None = None) -> pd.DataFrame:
        """``feature`` (number), ``feature_name``, ``coefficient`` and ``standard_error``, by falling magnitude.

        The standard error is the spread expected over seeds, given the selected features. It cannot know of the
        spread that selection itself adds: a feature that only some runs select varies more than it says.
        """
        import pandas as pd

        line = self._line(label)
        return pd.DataFrame(
            {
                "feature": [self.shown[j].number for j in line.features],
                "feature_name": [self.feature_names[j] for j in line.features],
                "coefficient": line.coefficients,
                "standard_error": line.standard_errors,
            }
        )

    def expected_shared(self, label: int | str | None = None) -> tuple[float, int]:
        """How many of the same k reasons two runs with other seeds are expected to name, and k.

        k is at most 5, half the features and the number asked for. nan where it cannot be told: a single feature, a
        custom regressor, too few samples; and where there is no chance in it.
        """
        k = min(default_k(len(self.feature_names)), self.settings.num_features)
        position = self._position(label)
        if position not in self.full_fits or self.settings.is_exhaustive:
            return float("nan"), k
        shared = expected_shared(
            self.full_fits[position],
            instance=self.representation,
            num_features=min(self.settings.num_features, len(self.feature_names)),
            k=k,
            feature_selection=self.settings.feature_selection,
        )
        return shared, k

    def picture(self, label: int) -> str:
        """Address (``data:``) of a picture of one label's explanation, for pages; none where there is no image."""
        return ""

    def as_pyplot_figure(self, label: int | str | None = None, **figure_arguments: Any) -> Figure:
        """A bar a coefficient, with two standard errors either side; further arguments go to ``pyplot.figure``."""
        from limeeval.lime.plot import bar_figure

        return bar_figure(self, self._position(label), **figure_arguments)

    def as_html(
        self,
        labels: list[int] | None = None,
        predict_proba: bool = True,
        show_predicted_value: bool = True,
        show_table: bool = True,
        show_all: bool = False,
    ) -> str:
        """A complete page: no script, nothing loaded from elsewhere, every name escaped.

        Args:
            labels: which labels to show; None for all that were explained.
            predict_proba: show the model's probabilities (classification).
            show_predicted_value: show the model's output within its range in the neighborhood (regression).
            show_table: show the instance's values.
            show_all: show all features' values, not only those of the explanation.
        """
        return self._html(labels, self._parts(predict_proba, show_predicted_value, show_table, show_all), page=True)

    def save_to_file(
        self,
        file_path: str | PathLike[str],
        labels: list[int] | None = None,
        predict_proba: bool = True,
        show_predicted_value: bool = True,
        show_table: bool = True,
        show_all: bool = False,
    ) -> None:
        """Writes :meth:`as_html`, with the same arguments, to a file."""
        html = self.as_html(labels, predict_proba, show_predicted_value, show_table, show_all)
        Path(file_path).write_text(html, encoding="utf-8")

    def show_in_notebook(
        self,
        labels: list[int] | None = None,
        predict_proba: bool = True,
        show_predicted_value: bool = True,
        show_table: bool = True,
        show_all: bool = False,
    ) -> None:
        """Shows the explanation below a notebook's cell; arguments as :meth:`as_html`.

        Raises:
            ImportError: IPython is not installed.
        """
        try:
            from IPython import display
        except ImportError:
            raise ImportError("show_in_notebook needs IPython, which notebooks bring; save_to_file does not") from None
        parts = self._parts(predict_proba, show_predicted_value, show_table, show_all)
        display.display(display.HTML(self._html(labels, parts, page=False)))

    def _repr_html_(self) -> str:
        return self._html(None, self._parts(True, True, True, False), page=False)

    def __repr__(self) -> str:
        from limeeval.lime.wording import summary

        return summary(self)

    def _parts(self, predict_proba: bool, show_predicted_value: bool, show_table: bool, show_all: bool) -> Parts:
        from limeeval.lime.page import Parts

        prediction = predict_proba if self.mode == "classification" else show_predicted_value
        return Parts(prediction=prediction, table=show_table, all_values=show_all)

    def _html(self, labels: list[int] | None, parts: Parts, *, page: bool) -> str:
        from limeeval.lime.page import render

        return render(self, self._positions(labels), parts, whole_page=page)

    def _positions(self, labels: list[int] | None) -> list[int]:
        return self.available_labels() if labels is None else [self._position(label) for label in labels]

    @property
    def default_label(self) -> int:
        """The label that is meant where none is named: 1, as in the lime package, or else the first."""
        return 1 if 1 in self.surrogates else self.available_labels()[0]

    def _position(self, label: int | str | None) -> int:
        if self.mode == "regression":
            return REGRESSION_LABEL
        if label is None:
            return self.default_label
        position = label_position(label, self.class_names)
        if position not in self.surrogates:
            known = ", ".join(f"{i} ({self.class_names[i]})" for i in self.surrogates)
            raise ValueError(f"label must be one that was explained, {known}, got {label!r}")
        return position

    def _line(self, label: int | str | None) -> Surrogate:
        return self.surrogates[self._position(label)]
