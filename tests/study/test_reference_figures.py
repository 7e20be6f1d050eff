"""Agreement of LIME on breast cancer, as an independent implementation measured it: mean over 190 pairs and 20 rows.

A forest of 100 trees, a stratified test split of 30 %, its first 20 rows, 20 seeds, 1000 samples, all 30 coefficients.
"""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import limeeval
from limeeval.lime import LimeTabularExplainer

FACTORS = (0.25, 0.75, 1.5)
EXPECTED = {
    "spearman": (0.685, 0.640, 0.639),
    "kendall": (0.530, 0.494, 0.493),
    "jaccard": (0.650, 0.692, 0.690),
}
EXPECTED_R2 = (0.719, 0.386, 0.380)
"""The mean of the fits' own R2, where ours is pooled."""


@pytest.fixture(scope="module")
def rows() -> list[int]:
    """How many rows each model call was given."""
    return []


@pytest.fixture(scope="module")
def study(rows: list[int]) -> limeeval.Study:
    x, y = load_breast_cancer(return_X_y=True)
    train, test, labels, _ = train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)
    model = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(train, labels)

    def predict(inputs: np.ndarray) -> np.ndarray:
        rows.append(len(inputs))
        return model.predict_proba(inputs)

    return limeeval.evaluate(
        LimeTabularExplainer(train),
        test[:20],
        predict,
        seeds=20,
        labels=1,
        kernel_width=[factor * np.sqrt(30) for factor in FACTORS],
        num_samples=1000,
        num_features=30,
        k=5,
    )


@pytest.mark.parametrize("metric", EXPECTED)
def test_agreement(study: limeeval.Study, metric: str) -> None:
    found = study.scores[study.scores["instance"].isna() & (study.scores["metric"] == metric)]
    assert found.sort_values("kernel_width")["estimate"].tolist() == pytest.approx(EXPECTED[metric], abs=0.02)


def test_r2(study: limeeval.Study) -> None:
    assert study.fits.groupby("kernel_width")["r2"].mean().tolist() == pytest.approx(EXPECTED_R2, abs=0.02)


def test_no_row_is_predicted_twice(study: limeeval.Study, rows: list[int]) -> None:
    assert study.descriptions[0].rows_predicted == sum(rows) == 20 * 20 * 1000
    assert max(rows) <= 20_000
