"""Against means of 20 runs of the lime package, in which its defect of degenerate bins was repaired."""

import json
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from limeeval.lime import LimeTabularExplainer

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))
SETTINGS = ("model", "discretize_continuous", "kernel_width", "sample_around_instance")
RUNS = 6


def setting(case):
    return tuple(case[name] for name in SETTINGS)


CASES = {key: list(cases) for key, cases in groupby(GOLDEN["cases"], setting)}


def named(key):
    model, bins, width, around = key
    return f"{model}-{'bins' if bins else 'values'}-{width:.2f}{'-around' if around else ''}"


@pytest.fixture(scope="module")
def iris_forest():
    x, y = load_iris(return_X_y=True)
    train, test, labels, _ = train_test_split(x, y, test_size=0.2, random_state=0)
    predict = RandomForestClassifier(n_estimators=100, random_state=0).fit(train, labels).predict_proba
    if not np.allclose(predict(test[:8]), GOLDEN["iris_forest"], atol=1e-9):
        pytest.skip("this version of scikit-learn grows another forest than the stored explanations are of")
    return train, predict, "classification"


@pytest.fixture(scope="module")
def diabetes_linear():
    train, _ = train_test_split(load_diabetes(return_X_y=True)[0], test_size=0.2, random_state=0)
    line = GOLDEN["diabetes_linear"]
    return train, lambda rows: rows @ np.array(line["coef"]) + line["intercept"], "regression"


def runs(model, cases):
    """Explanations of the cases' labels with RUNS seeds."""
    train, predict, mode = model
    case = cases[0]
    for seed in range(RUNS):
        explainer = LimeTabularExplainer(
            train,
            mode=mode,
            kernel_width=case["kernel_width"],
            discretize_continuous=case["discretize_continuous"],
            feature_selection="none",
            sample_around_instance=case["sample_around_instance"],
            random_state=seed,
        )
        yield explainer.explain_instance(
            case["x"], predict, labels=[case["label"] for case in cases], num_samples=GOLDEN["num_samples"]
        )


def assert_agree(found, mean, se, sd):
    """Five standard errors of the difference of means, with a floor for other orders of summation."""
    found, mean, se, sd = map(np.asarray, (found, mean, se, sd))
    tolerance = 5 * np.sqrt(se**2 + sd**2 / RUNS) + 1e-6 * np.abs(mean)
    sigmas = 5 * np.abs(found.mean(axis=0) - mean) / tolerance
    assert np.all(sigmas <= 5), f"{sigmas.max():.1f} sigma"


@pytest.mark.parametrize("key", CASES, ids=named)
def test_same_as_lime(key, request):
    cases = CASES[key]
    explanations = list(runs(request.getfixturevalue(key[0]), cases))
    for case in cases:
        label = case["label"]
        coefficients = [[b for _, b in sorted(found.local_exp[label])] for found in explanations]
        assert_agree(coefficients, case["coef_mean"], case["coef_se"], case["coef_sd"])
        for name, values in (
            ("intercept", [found.intercept[label] for found in explanations]),
            ("score", [found.score[label] for found in explanations]),
            ("local_pred", [found.local_pred[label] for found in explanations]),
        ):
            if f"{name}_mean" in case:
                se = case[f"{name}_se"]
                assert_agree(values, case[f"{name}_mean"], se, se * np.sqrt(GOLDEN["runs"]))
