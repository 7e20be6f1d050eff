"""Fits from moments against scikit-learn's on the same samples."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.moments import group_moments, instance_moments, stacked
from limeeval.lime.surrogate import LinearFit, centred, weighted_r2

D = 6
SCALES = {"plain": np.ones(D), "mixed units": np.array([1e-6, 1e8, 1.0, 1e-6, 1e3, 1.0])}
SHIFTS = np.array([0.0, 5.0, -3.0, 1e-3, 1e4, 0.5])
OUTPUTS = {"around 0": (0.0, 1.0), "1e6 +- 50": (1e6, 50.0), "tiny": (0.0, 1e-9)}
WIDTHS = {"default": 0.75 * np.sqrt(D), "narrow": 0.6, "wide": 100.0}
INSTANCES = {"typical": np.linspace(-1, 1, D), "30 sd away": np.array([30.0, 0, 0, -30.0, 1.0, 0])}


def setting(bins=True, scale="plain", outputs="around 0", width="default", instance="typical", **arguments):
    """Explainer, row and a smooth model of the standardised columns."""
    units, (level, spread) = SCALES[scale], OUTPUTS[outputs]
    train = (np.random.default_rng(1).standard_normal((300, D)) + SHIFTS) * units
    explainer = LimeTabularExplainer(
        train,
        mode="regression",
        kernel_width=WIDTHS[width],
        discretize_continuous=bins,
        feature_selection=arguments.pop("feature_selection", "none"),
        random_state=3,
        **arguments,
    )

    def predict(x):
        z = x / units - SHIFTS
        return level + spread * np.tanh(z @ np.linspace(-1, 1, D) / 2 + 0.3 * z[:, 0] * z[:, 4])

    return explainer, (INSTANCES[instance] + SHIFTS) * units, predict


CASES = [
    *({"width": width} for width in WIDTHS),
    {"scale": "mixed units"},
    {"instance": "30 sd away", "width": "wide"},
    {"instance": "30 sd away", "width": "narrow", "sample_around_instance": True},
]


@pytest.mark.parametrize("outputs", OUTPUTS)
@pytest.mark.parametrize("bins", [True, False])
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_ridge_of_scikit_learn(case, bins, outputs, sampled):
    if bins and "sample_around_instance" in case:
        case = {"instance": "30 sd away"}  # Bins are drawn alike around every instance.
    explainer, row, predict = setting(bins=bins, outputs=outputs, **case)
    found = explainer.explain_instance(row, predict, num_samples=1000)
    z, y, w = sampled(explainer, row, predict, n=1000, seed=3)
    expected = Ridge(alpha=1).fit(z, y, sample_weight=w)
    unit = np.abs(y - y[0]).max()
    # 1e-10 of the outputs' range: rounding in either computation.
    np.testing.assert_allclose([b for _, b in sorted(found.local_exp[1])], expected.coef_, rtol=0, atol=1e-10 * unit)
    reach = max(np.abs(z[0]).max() * D, 1)  # The intercept lies this far from the instance.
    assert found.intercept[1] == pytest.approx(expected.intercept_, rel=0, abs=1e-10 * unit * reach)
    assert found.local_pred[1] == pytest.approx(expected.predict(z[:1])[0], rel=0, abs=1e-10 * unit)
    assert found.score[1] == pytest.approx(r2_score(y, expected.predict(z), sample_weight=w), abs=1e-9)


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_instance_alone_without_bins(outputs, sampled):
    """At 30 standard deviations no sample has weight: all coefficients 0, the prediction the model's own, no R2."""
    explainer, row, predict = setting(bins=False, outputs=outputs, instance="30 sd away")
    with pytest.warns(UserWarning, match="not a fit"):
        found = explainer.explain_instance(row, predict)
    z, y, w = sampled(explainer, row, predict, n=5000, seed=3)
    expected = Ridge(alpha=1).fit(z, y, sample_weight=w)
    unit = np.abs(y - y[0]).max()
    np.testing.assert_allclose([b for _, b in sorted(found.local_exp[1])], expected.coef_, rtol=0, atol=1e-10 * unit)
    assert found.local_pred[1] == pytest.approx(y[0], rel=1e-15, abs=1e-10 * unit)


def test_selected_features_are_fitted_anew(sampled):
    explainer, row, predict = setting(feature_selection="highest_weights")
    found = explainer.explain_instance(row, predict, num_features=3)
    z, y, w = sampled(explainer, row, predict, n=5000, seed=3)
    features = [j for j, _ in found.local_exp[1]]
    assert len(features) == 3
    expected = Ridge(alpha=1).fit(z[:, features], y, sample_weight=w)
    np.testing.assert_allclose([b for _, b in found.local_exp[1]], expected.coef_, rtol=0, atol=1e-10 * np.ptp(y))
    assert found.score[1] == pytest.approx(r2_score(y, expected.predict(z[:, features]), sample_weight=w), abs=1e-10)


def test_every_label_of_a_classifier(sampled):
    train = np.random.default_rng(1).standard_normal((300, D))
    explainer, row = LimeTabularExplainer(train, feature_selection="none", random_state=3), train[0]

    def predict(x):
        share = 1 / (1 + np.exp(-x[:, 0] * x[:, 1] - x[:, 2]))
        return np.column_stack([share, share * (1 - share), (1 - share) ** 2])

    found = explainer.explain_instance(row, predict, labels=(2, 0))
    z, y, w = sampled(explainer, row, predict, n=5000, seed=3)
    for label in (2, 0):
        expected = Ridge(alpha=1).fit(z, y[:, label], sample_weight=w)
        coefficients = [b for _, b in sorted(found.local_exp[label])]
        np.testing.assert_allclose(coefficients, expected.coef_, rtol=0, atol=1e-10)
        assert found.intercept[label] == pytest.approx(expected.intercept_, abs=1e-10)
        assert found.score[label] == pytest.approx(expected.score(z, y[:, label], w), abs=1e-10)
        assert found.local_pred[label] == pytest.approx(expected.predict(z[:1])[0], abs=1e-10)


@pytest.mark.parametrize("bins", [True, False])
def test_r2_of_a_line_fitted_elsewhere(bins, sampled):
    """On another seed's samples its residuals have a mean, which counts against it."""
    explainer, row, predict = setting(bins=bins, outputs="1e6 +- 50")
    own, fresh = (sampled(explainer, row, predict, n=300, seed=seed) for seed in (3, 4))
    groups = group_moments(stacked(fresh.z, fresh.z[0], (fresh.y - fresh.y[0])[:, None], 0), fresh.w, start=0, labels=1)
    about = centred(instance_moments(fresh.w[0], D, 1) + groups.total())
    features = np.array([0, 2, 5])
    for offset in (0.0, 20.0):
        line = Ridge(alpha=1).fit(own.z[:, features], own.y, sample_weight=own.w)
        line.intercept_ += offset
        fit = LinearFit(line.coef_, line.predict(own.z[:1, features])[0] - own.y[0])
        expected = r2_score(fresh.y, line.predict(fresh.z[:, features]), sample_weight=fresh.w)
        assert weighted_r2(about.select(features), fit, output=own.y[0]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("bins", [True, False])
class TestRegressor:
    def test_ridge_as_regressor_changes_nothing(self, bins):
        explainer, row, predict = setting(bins=bins, feature_selection="auto")
        own = explainer.explain_instance(row, predict, num_features=4)
        other = explainer.explain_instance(row, predict, num_features=4, model_regressor=Ridge(alpha=1))
        assert [j for j, _ in other.local_exp[1]] == [j for j, _ in own.local_exp[1]]
        columns = ["coefficient", "standard_error"]
        np.testing.assert_allclose(other.as_frame()[columns], own.as_frame()[columns], rtol=0, atol=1e-10)
        for attribute in ("intercept", "score", "local_pred"):
            assert getattr(other, attribute)[1] == pytest.approx(getattr(own, attribute)[1], abs=1e-10)

    @pytest.mark.parametrize("regressor", [Lasso(alpha=0.01), LinearRegression(), Ridge(alpha=50, fit_intercept=False)])
    def test_any_linear_regressor(self, bins, regressor, sampled):
        explainer, row, predict = setting(bins=bins)
        found = explainer.explain_instance(row, predict, model_regressor=regressor)
        z, y, w = sampled(explainer, row, predict, n=5000, seed=3)
        assert not hasattr(regressor, "coef_")
        expected = type(regressor)(**regressor.get_params()).fit(z, y, sample_weight=w)
        np.testing.assert_allclose([b for _, b in sorted(found.local_exp[1])], expected.coef_, rtol=0, atol=1e-10)
        assert found.intercept[1] == pytest.approx(expected.intercept_, abs=1e-10)
        assert found.local_pred[1] == pytest.approx(expected.predict(z[:1])[0], abs=1e-10)
        assert found.score[1] == pytest.approx(expected.score(z, y, w), abs=1e-10)

    def test_nearest_neighbors_are_refused(self, bins):
        explainer, row, predict = setting(bins=bins)
        with pytest.raises(TypeError, match="sample_weight"):
            explainer.explain_instance(row, predict, model_regressor=KNeighborsRegressor())


def test_a_regressor_without_coefficients_is_refused():
    explainer, row, predict = setting()
    with pytest.raises(TypeError, match="coef_"):
        explainer.explain_instance(row, predict, model_regressor=DecisionTreeRegressor())
