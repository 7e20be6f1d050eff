"""An explanation as HTML: a complete page, or a fragment for notebooks. No script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.lime.explanation import Explanation
from limeeval.lime.wording import decimals, headline, how_made, verdicts

if TYPE_CHECKING:
    from jinja2 import Template

_CLASSES_SHOWN = 6
_BARS_BELOW_A_PICTURE = 10
_HALF = 50.0


@dataclass(frozen=True)
class Bar:
    """One coefficient: positions and lengths in percent of the chart's width, zero in the middle."""

    name: str
    text: str
    raises: bool
    left: float
    width: float
    error_left: float
    error_width: float


@dataclass(frozen=True)
class Chart:
    """The explanation of one label: its title, a picture's address or none, bars (and how many more there are), and
    sentences on how far to trust them.
    """

    title: str
    picture: str
    bars: list[Bar]
    more: int
    verdicts: list[str]


@dataclass(frozen=True)
class Parts:
    """What to show: the model's output, and the instance's values (of the explained features or of all)."""

    prediction: bool
    table: bool
    all_values: bool


def render(explanation: Explanation, labels: Sequence[int], parts: Parts, *, whole_page: bool) -> str:
    """HTML of an explanation, as a page or as a fragment for notebooks; every name is escaped."""
    classes = bool(explanation.class_names)
    charts = [chart(explanation, label) for label in labels]
    is_drawn = any(one.picture for one in charts)
    return _template().render(
        whole_page=whole_page,
        explanation=explanation,
        charts=charts,
        probabilities=_probabilities(explanation) if parts.prediction and classes else [],
        gauge=_gauge(explanation) if parts.prediction and not classes else None,
        rows=_rows(explanation, labels, parts.all_values) if parts.table and not is_drawn else [],
        rows_of=explanation.class_names[labels[0]] if classes and labels else "",
        has_errors=explanation.has_errors,
        how_made=how_made(explanation),
    )


def chart(explanation: Explanation, label: int) -> Chart:
    """The bars of one label, scaled to the largest coefficient with two standard errors."""
    line = explanation.surrogates[label]
    errors = np.nan_to_num(line.standard_errors)
    reach = float(np.max(np.abs(line.coefficients) + 2 * errors, initial=0.0)) or 1.0
    digits, has_errors = decimals(line.standard_errors), explanation.has_errors
    bars = []
    for j, b, error in zip(line.features, line.coefficients, errors, strict=True):
        length, spread = _HALF * abs(b) / reach, _HALF * 2 * error / reach if has_errors else 0.0
        tip = _HALF + _HALF * b / reach
        bars.append(
            Bar(
                name=explanation.feature_names[j],
                text=f"{_signed(b, digits)} ± {error:.{digits}f}" if has_errors else _signed(b, digits),
                raises=bool(b >= 0),
                left=_HALF - length if b < 0 else _HALF,
                width=length,
                error_left=tip - spread,
                error_width=2 * spread,
            )
        )
    title = headline(explanation, label)
    picture = explanation.picture(label)
    shown = bars[:_BARS_BELOW_A_PICTURE] if picture else bars
    return Chart(title[0].upper() + title[1:], picture, shown, len(bars) - len(shown), verdicts(explanation, label))


def _probabilities(explanation: Explanation) -> list[tuple[str, float]]:
    """Class names and probabilities, most likely first; those beyond the first few together."""
    order = np.argsort(-explanation.prediction, kind="stable")
    shown = order if len(order) <= _CLASSES_SHOWN else order[: _CLASSES_SHOWN - 1]
    found = [(explanation.class_names[i], float(explanation.prediction[i])) for i in shown]
    rest = order[len(shown) :]
    return [*found, (f"{len(rest)} others", float(explanation.prediction[rest].sum()))] if len(rest) else found


def _gauge(explanation: Explanation) -> dict[str, float]:
    """The predicted value within the range of the model's outputs in the neighborhood."""
    low, high, value = explanation.min_value, explanation.max_value, explanation.predicted_value
    share = (value - low) / (high - low) if high > low else 0.5
    return {"low": low, "high": high, "value": value, "percent": 100 * share}


def _rows(explanation: Explanation, labels: Sequence[int], all_values: bool) -> list[tuple[str, str, str]]:
    """Column name, value and coefficient of the first label, for the features explained or for all."""
    line = explanation.surrogates[labels[0]] if len(labels) else None
    if line is None:
        return []
    digits = decimals(line.standard_errors)
    weights = {int(j): _signed(b, digits) for j, b in zip(line.features, line.coefficients, strict=True)}
    chosen = [*weights, *(j for j in range(len(explanation.shown)) if all_values and j not in weights)]
    return [(explanation.shown[j].name, explanation.shown[j].value, weights.get(j, "")) for j in chosen]


def _number(value: Any) -> str:
    return f"{value:.4g}"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    return environment.get_template("explanation.html.jinja")
