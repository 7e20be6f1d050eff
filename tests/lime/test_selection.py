"""Feature selection from moments against direct implementations on the samples themselves."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, lars_path
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.moments import group_moments, instance_moments, stacked
from limeeval.lime.selection import select_features
from limeeval.lime.surrogate import centred

DATA = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer, "diabetes": load_diabetes}
METHODS = ("forward_selection", "highest_weights", "lasso_path")
CLEAR = 1e-9  # Of the total variation: gains that differ by less are ties, to rounding.


def weighted(z, y, w):
    """Both centred about their weighted means, times sqrt(w): what weighted least squares sees."""
    return (z - w @ z / w.sum()) * np.sqrt(w)[:, None], (y - w @ y / w.sum()) * np.sqrt(w)


def forward(z, y, w, k):
    """By one unpenalised fit for every candidate, and how many steps had a clear winner."""
    x, target = weighted(z, y, w)
    total, explained, chosen = target @ target, 0.0, []
    for step in range(k):
        scores = np.full(z.shape[1], -np.inf)
        for j in set(range(z.shape[1])) - set(chosen):
            columns = x[:, [*chosen, j]]
            scores[j] = total - np.sum((target - columns @ np.linalg.lstsq(columns, target)[0]) ** 2)
        if scores.max() - explained <= CLEAR * total:
            return chosen, step
        chosen.append(int(np.argmax(scores >= scores.max() - CLEAR * total)))
        explained = scores.max()
    return chosen, k


def highest(z, y, w, k):
    contribution = np.abs(Ridge(alpha=0.01).fit(z, y, sample_weight=w).coef_ * z[0])
    return np.argsort(-contribution, kind="stable")[:k]


def lasso(z, y, w, k):
    x, target = weighted(z, y, w)
    _, _, path = lars_path(x, target / np.linalg.norm(target) * len(target), method="lasso")
    sizes = np.count_nonzero(path, axis=0)
    return np.flatnonzero(path[:, np.flatnonzero((sizes <= k) & (sizes > 0))[-1]])


REFERENCE = {"highest_weights": highest, "lasso_path": lasso}


def assert_selects(found, method, z, y, w, k):
    """``found`` in order of selection, where the method has one."""
    if method == "forward_selection":
        expected, clear = forward(z, y, w, k)
        assert list(found[:clear]) == expected
        assert len(set(found)) == k
    else:
        assert sorted(found) == sorted(REFERENCE[method](z, y, w, k))


def selected(z, y, w, method, k):
    """By the code under test, from nothing but moments."""
    own = z[0]
    rows = stacked(z, own, (y - y[0])[:, None], 0)
    groups = group_moments(rows, w, start=0, labels=1)
    moments = instance_moments(w[0], z.shape[1], 1) + groups.total()
    return select_features(centred(moments), feature_selection=method, num_features=k, instance=own)


@pytest.fixture(scope="module", params=DATA)
def fitted(request):
    x, y = DATA[request.param](return_X_y=True)
    if request.param == "diabetes":
        return x, LinearRegression().fit(x, y).predict, "regression"
    return x, make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y).predict_proba, "classification"


@pytest.mark.parametrize("bins", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_on_data(fitted, bins, method, sampled):
    x, predict, mode = fitted
    d = x.shape[1]
    explainer = LimeTabularExplainer(x, mode=mode, feature_selection=method, discretize_continuous=bins, random_state=1)
    z, y, w = sampled(explainer, x[3], predict, n=1000, seed=1)
    y = y if y.ndim == 1 else y[:, 1]
    for k in sorted({1, 3, d // 2, d}):
        found = explainer.explain_instance(x[3], predict, num_features=k, num_samples=1000)
        features = {j for j, _ in found.local_exp[1]}
        if method == "forward_selection":
            expected, clear = forward(z, y, w, k)
            assert len(features) == k
            assert set(expected[:clear]) <= features
        else:
            assert features == set(REFERENCE[method](z, y, w, k))


def design(kind, *, seed, n=400, d=8):
    generator = np.random.default_rng(seed)
    z = generator.standard_normal((n, d)) if kind == "values" else (generator.random((n, d)) < 0.25).astype(float)
    if kind == "bins":
        z[0] = 1.0
    if kind == "correlated":
        z = generator.standard_normal((n, d)) + 3 * generator.standard_normal((n, 1))
    y = np.sin(z @ generator.standard_normal(d)) + 0.3 * z[:, 0] * z[:, 1] + 0.1 * generator.standard_normal(n)
    w = np.exp(-np.sum((z - z[0]) ** 2, axis=1) / (2 * d))
    return z, y, w


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["values", "bins", "correlated"])
@pytest.mark.parametrize("seed", range(4))
def test_on_random_designs(kind, method, seed):
    z, y, w = design(kind, seed=seed)
    for k in range(1, z.shape[1] + 1):
        assert_selects(selected(z, y, w, method, k), method, z, y, w, k)


@pytest.mark.parametrize("scale", [1e-12, 1e-9, 1e9])
@pytest.mark.parametrize("method", METHODS)
def test_units_of_outputs_do_not_matter(method, scale):
    z, y, w = design("values", seed=9)
    for k in (1, 3, 6):
        assert list(selected(z, scale * y, w, method, k)) == list(selected(z, y, w, method, k))


@pytest.mark.parametrize("method", METHODS)
def test_faint_weights_select_as_strong_ones(method):
    """Far from the data every weight is tiny; what is left of them still ranks the features."""
    z, y, w = design("values", seed=9)
    z, w = z - z[0], 1e-9 * w
    w[0] = 1e-9
    if method == "highest_weights":
        assert_selects(selected(z, y, w, method, 3), method, z, y, w, 3)  # Its ridge does feel the weights.
    else:
        for k in (1, 3, 6):
            assert list(selected(z, y, w, method, k)) == list(selected(z, y, 1e9 * w, method, k))


@pytest.mark.parametrize("kind", ["values", "bins"])
@pytest.mark.parametrize("seed", range(4))
def test_duplicated_columns_go_in_once_and_the_lower_first(kind, seed):
    z, y, w = design(kind, seed=seed)
    z = np.column_stack([z[:, :4], z[:, :4], z[:, 4:]])
    for k in range(1, 9):
        assert_selects(selected(z, y, w, "forward_selection", k), "forward_selection", z, y, w, k)


def test_duplicated_columns_have_equal_weights():
    z, y, w = design("bins", seed=1, d=4)
    z = np.column_stack([z, z])
    for k in range(1, 9):
        expected = highest(z[:, :4], y, w, 4)
        pairs = [j for first in expected for j in (first, first + 4)]
        assert sorted(j % 4 for j in selected(z, y, w, "highest_weights", k)) == sorted(j % 4 for j in pairs[:k])


@pytest.mark.parametrize("kind", ["values", "bins"])
@pytest.mark.parametrize("method", METHODS)
def test_a_constant_column_comes_last(kind, method):
    z, y, w = design(kind, seed=2)
    z[:, 2] = z[0, 2]
    d = z.shape[1]
    for k in range(1, d):
        found = selected(z, y, w, method, k)
        assert_selects(found, method, z, y, w, k)
        assert 2 not in found
    assert 2 in selected(z, y, w, "forward_selection", d)


@pytest.mark.parametrize("bins", [True, False])
def test_constant_outputs_select_without_failing(bins):
    z, _, w = design("bins" if bins else "values", seed=0)
    for method in METHODS:
        assert len(set(selected(z, np.full(len(z), 0.3), w, method, 3))) == 3


def test_auto_is_forward_up_to_six_features_then_highest_weights():
    z, y, w = design("correlated", seed=3, d=12)
    for k in range(1, 13):
        method = "forward_selection" if k <= 6 else "highest_weights"
        assert list(selected(z, y, w, "auto", k)) == list(selected(z, y, w, method, k))
        assert set(selected(z, y, w, "none", k)) == set(range(12))
    assert any(set(highest(z, y, w, k)) != set(forward(z, y, w, k)[0]) for k in range(1, 7))


def test_num_features_is_capped_at_d():
    z, y, w = design("values", seed=0)
    for method in METHODS:
        assert set(selected(z, y, w, method, 100)) == set(range(z.shape[1]))
