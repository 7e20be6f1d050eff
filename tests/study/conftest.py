"""A small model whose explanations agree, and one whose explanations do not."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from limeeval.lime import LimeTabularExplainer


class Setting(NamedTuple):
    """What a notebook has at hand."""

    x: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]
    forest: RandomForestClassifier
    explainer: LimeTabularExplainer


@pytest.fixture(scope="session")
def notebook() -> Setting:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6))
    y = (x @ [2.0, -1.0, 0.5, 0.2, 0.1, 0.0] + rng.normal(size=200) > 0).astype(int)
    forest = RandomForestClassifier(20, random_state=0).fit(x, y)
    return Setting(x, y, forest, LimeTabularExplainer(x, class_names=["no", "yes"], random_state=3))
