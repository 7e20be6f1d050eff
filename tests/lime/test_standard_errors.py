"""Standard errors of one run against the spread of the coefficients over seeds."""

from itertools import product

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.collect import collect_evidence
from limeeval.lime.explain import Request, fit_evidence
from limeeval.lime.kernel import exponential_kernel
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import Neighborhood, explained_outputs

SEEDS = 400
COUNTS = [500, 1000, 5000]
SHARES = [1.0, 0.25]
ROW = 1
DATA = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer}
MODELS = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": lambda: RandomForestClassifier(20, random_state=0),
}
FITTED = [*((name, "logistic") for name in DATA), ("iris", "forest")]


def fits(data, model, bins):
    """Width share, count -> estimates and errors (SEEDS, d + 1): coefficients by column, then the intercept."""
    x, y = DATA[data](return_X_y=True)
    train, test, labels, _ = train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)
    predict = MODELS[model]().fit(train, labels).predict_proba
    explainer = LimeTabularExplainer(train, discretize_continuous=bins)
    widths = {share * explainer.kernel_width: share for share in SHARES}
    domain = explainer.domain(test[ROW])
    label = int(np.argmax(predict(test[ROW : ROW + 1])))
    found = {(share, count): [] for share in SHARES for count in COUNTS}
    for evidence in collect_evidence(
        [Neighborhood(domain, seed, COUNTS[-1]) for seed in range(SEEDS)],
        explained_outputs(Model(predict, "classification"), lambda _: [label]),
        kernel=exponential_kernel,
        kernel_widths=list(widths),
        sample_counts=COUNTS,
        choose_labels=lambda _: [label],
    ):
        for width, count in product(evidence.widths, evidence.counts):
            request = Request(exponential_kernel, width, count, num_features=1, feature_selection="none")
            line = fit_evidence(evidence, domain, request)[label]
            order = np.argsort(line.features)
            estimates = [*line.coefficients[order], line.intercept]
            errors = [*line.standard_errors[order], line.intercept_standard_error]
            found[widths[width], count].append((estimates, errors))
    return {key: np.swapaxes(lines, 0, 1) for key, lines in found.items()}


@pytest.mark.parametrize("bins", [True, False])
@pytest.mark.parametrize(("data", "model"), FITTED)
def test_errors_of_one_run_match_the_spread_over_seeds(data, model, bins):
    coefficients, intercepts, typical = {}, {}, {}
    for key, (estimates, errors) in fits(data, model, bins).items():
        spread = np.std(estimates, axis=0, ddof=1)
        ratio = np.sqrt(np.mean(np.square(errors), axis=0)) / spread
        coefficients[key], intercepts[key] = round(float(np.median(ratio[:-1])), 3), round(float(ratio[-1]), 3)
        typical[key] = round(float(np.median((np.median(errors, axis=0) / spread)[:-1])), 3)
    # The spread over 400 seeds is itself known to 4 %, and a jackknife of 25 groups may be off by a few.
    assert all(0.9 <= ratio <= 1.1 for ratio in coefficients.values()), coefficients
    # The error of the typical run, not only of the mean square. At a quarter of the width, d = 13 and 30 leave an
    # effective sample or two: no fit, and a typical run has not seen what makes others differ.
    assert all(0.9 <= typical[1.0, count] <= 1.1 for count in COUNTS), typical
    # No median steadies the ratio of a single estimate.
    assert all(0.8 <= ratio <= 1.2 for ratio in intercepts.values()), intercepts
