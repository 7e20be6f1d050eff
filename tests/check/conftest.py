"""Tables of scores made by hand, and what has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

COLUMNS = (
    "task",
    "model",
    "explainer",
    "num_samples",
    "instance",
    "label",
    "metric",
    "k",
    "estimate",
    "low",
    "high",
    "n",
)


@dataclass
class Rows:
    """As much of a run as floors need."""

    scores: pd.DataFrame
    instances: pd.DataFrame
    failures: Sequence[str] = ()
    remarks: Sequence[str] = ()


def scores_table(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of scores, over all instances of 1000 samples unless they say otherwise."""
    common = {
        "task": "loans",
        "model": "forest",
        "explainer": "lime",
        "num_samples": 1000,
        "instance": None,
        "label": None,
        "metric": "jaccard",
        "k": 4,
        "n": 3,
    }
    found = pd.DataFrame([{**common, **row} for row in rows], columns=COLUMNS)
    whole = dict.fromkeys(("instance", "label", "k"), "Int64")
    return found.astype({**whole, **dict.fromkeys(("estimate", "low", "high"), "float64")})


@pytest.fixture
def run_of() -> Callable[..., Rows]:
    """``run_of({"estimate": 0.8, "low": 0.7, "high": 0.9}, ...)``: a run; the user calls 0 to 2 10, 20, 30."""

    def made(*rows: dict[str, Any], **others: Any) -> Rows:
        instances = pd.DataFrame({"task": "loans", "model": "forest", "instance": range(3), "row": [10, 20, 30]})
        return Rows(scores_table(rows), instances, **others)

    return made


@pytest.fixture
def bad_run(run_of: Callable[..., Rows]) -> Rows:
    """A run whose agreement is low, its second and third instances lowest; and of which little else is known."""
    return run_of(
        {"estimate": 0.6, "low": 0.5, "high": 0.7},
        {"estimate": 0.9, "low": 0.8, "high": 0.95, "instance": 0, "label": 1},
        {"estimate": 0.4, "low": 0.3, "high": 0.6, "instance": 1, "label": 1},
        {"estimate": 0.5, "low": 0.3, "high": 0.6, "instance": 2, "label": 1},
        {"estimate": 0.95, "low": 0.92, "high": 0.97, "num_samples": 5000},
        {"estimate": 0.1, "metric": "supported", "k": None},
    )
