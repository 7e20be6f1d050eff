"""Groups of samples left out of a fit: kept as moments, or drawn a second time; the same numbers either way."""

import numpy as np
import pytest

from limeeval.lime import LimeImageExplainer, LimeTabularExplainer, collect, left_out
from limeeval.lime.collect import collect_evidence
from limeeval.lime.explain import Request, fit_evidence, fit_selected
from limeeval.lime.kernel import exponential_kernel
from limeeval.lime.left_out import GroupMoments, Redrawn, left_out_together
from limeeval.lime.model import Model
from limeeval.lime.moments import GROUPS
from limeeval.lime.neighborhood import Neighborhood, explained_outputs

D, WIDTHS, COUNTS = 6, [0.8, 2.0], [10, 400, 1130]
TRAIN = np.random.default_rng(0).standard_normal((300, D))
LABELS = [2, 0]


def predict(x):
    scores = np.exp(np.column_stack([x[:, 0] + x[:, 1] ** 2, x[:, 2] - x[:, 3] * x[:, 4], 0.3 * x[:, 5]]))
    return scores / scores.sum(axis=1, keepdims=True)


def evidence_of(*rows, bins=False, seed=4):
    explainer = LimeTabularExplainer(TRAIN, discretize_continuous=bins)
    return list(
        collect_evidence(
            [Neighborhood(explainer.domain(TRAIN[row]), seed, COUNTS[-1]) for row in rows],
            explained_outputs(Model(predict, "classification"), lambda _: LABELS),
            kernel=exponential_kernel,
            kernel_widths=WIDTHS,
            sample_counts=COUNTS,
            choose_labels=lambda _: LABELS,
        )
    )


@pytest.fixture
def both_ways(monkeypatch):
    """What the same neighborhoods amount to, kept as moments and drawn again."""

    def found(*rows, **settings):
        kept = evidence_of(*rows, **settings)
        with monkeypatch.context() as patched:
            patched.setattr(collect, "REDRAWN_ABOVE", 0)
            return kept, evidence_of(*rows, **settings)

    return found


@pytest.mark.parametrize("bins", [True, False])
def test_drawn_again_is_as_kept(both_ways, bins):
    (kept,), (again,) = both_ways(1, bins=bins)
    assert isinstance(kept.left_out, GroupMoments)
    assert isinstance(again.left_out, Redrawn)
    np.testing.assert_array_equal(again.left_out.filled, kept.left_out.filled)
    for part, other in zip(again.perturbed.parts, kept.perturbed.parts, strict=True):
        np.testing.assert_allclose(part, other, rtol=1e-10, atol=1e-10)
    generator = np.random.default_rng(1)
    lines = generator.standard_normal((len(WIDTHS), len(COUNTS), 1 + D))
    of_groups = generator.standard_normal((len(WIDTHS), len(COUNTS), GROUPS, 1 + D))
    for column in range(len(LABELS)):
        one, other = again.left_out.label(column), kept.left_out.label(column)
        np.testing.assert_allclose(one.scores(lines), other.scores(lines), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(one.residuals(of_groups), other.residuals(of_groups), rtol=1e-9)


def test_at_an_index(both_ways):
    (kept,), (again,) = both_ways(1)
    line = np.arange(1.0 + D)
    for index in ((1, 2), (0, 0)):
        one, other = again.left_out[index].label(1).scores(line), kept.left_out[index].label(1).scores(line)
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_of_several_neighborhoods(both_ways):
    kept, again = both_ways(1, 2, 3)
    lines = np.random.default_rng(1).standard_normal((3, len(WIDTHS), len(COUNTS), GROUPS, 1 + D))
    one, other = (left_out_together([each.left_out for each in found]).label(0) for found in (again, kept))
    np.testing.assert_allclose(one.residuals(lines), other.residuals(lines), rtol=1e-9)
    np.testing.assert_allclose(one.scores(lines[..., 0, :]), other.scores(lines[..., 0, :]), rtol=1e-9, atol=1e-9)
    at_width, of_width = one[:, [1]], other[:, [1]]
    np.testing.assert_allclose(at_width.residuals(lines), of_width.residuals(lines), rtol=1e-9)


@pytest.mark.parametrize(("method", "k"), [("none", D), ("highest_weights", 3), ("lasso_path", 3)])
def test_one_step_errors_are_about_those_of_refits(both_ways, method, k):
    (kept,), (again,) = both_ways(1)
    request = Request(exponential_kernel, WIDTHS[1], COUNTS[-1], num_features=k, feature_selection=method)
    domain = LimeTabularExplainer(TRAIN, discretize_continuous=False).domain(TRAIN[1])
    exact, stepped = fit_evidence(kept, domain, request), fit_evidence(again, domain, request)
    for label in LABELS:
        np.testing.assert_array_equal(stepped[label].features, exact[label].features)
        np.testing.assert_allclose(stepped[label].coefficients, exact[label].coefficients, rtol=1e-9)
        np.testing.assert_allclose(stepped[label].standard_errors, exact[label].standard_errors, rtol=0.1)
        np.testing.assert_allclose(
            stepped[label].intercept_standard_error, exact[label].intercept_standard_error, rtol=0.1
        )


def test_lasso_of_every_setting(both_ways):
    (kept,), (again,) = both_ways(1)
    found = [
        fit_selected(
            one.totals[:, 1:].label(0),
            one.left_out[:, 1:].label(0),
            instance=np.zeros(D),
            output=0.5,
            feature_selection="lasso_path",
            num_features=2,
        )
        for one in (kept, again)
    ]
    np.testing.assert_allclose(found[1].coefficients, found[0].coefficients, rtol=1e-9)
    np.testing.assert_allclose(found[1].standard_errors, found[0].standard_errors, rtol=0.25)


def test_memory_of_wide_data_does_not_hold_groups():
    wide = np.random.default_rng(0).standard_normal((50, left_out.REDRAWN_ABOVE + 1))
    explainer = LimeTabularExplainer(wide, mode="regression", discretize_continuous=False)
    (found,) = collect_evidence(
        [Neighborhood(explainer.domain(wide[0]), 0, 300)],
        explained_outputs(Model(lambda x: x[:, 0], "regression"), lambda _: [0]),
        kernel=exponential_kernel,
        kernel_widths=[5.0],
        sample_counts=[300],
        choose_labels=lambda _: [0],
    )
    assert isinstance(found.left_out, Redrawn)
    assert sum(part.nbytes for part in found.perturbed.parts) < 1.1 * 8 * (2 + wide.shape[1]) ** 2


def test_errors_hold_where_many_unknowns_are_fitted():
    """120 features and 500 samples: uncorrected, one Newton step says 0.88 of the spread over seeds."""
    d = 120
    segments = np.arange(d).reshape(10, 12)
    image, slopes = np.ones((10, 12, 1)), np.random.default_rng(0).standard_normal(d) / np.sqrt(d)

    def classify(images):
        z = images.reshape(len(images), d)
        share = 1 / (1 + np.exp(-2 * z @ slopes - z[:, 0] * z[:, 1] + z[:, 2] * z[:, 3]))
        return np.column_stack([1 - share, share])

    found = []
    for seed in range(100):
        explained = LimeImageExplainer(random_state=seed).explain_instance(
            image, classify, top_labels=None, hide_color=0, num_samples=500, segmentation_fn=segments
        )
        found.append(explained.as_frame(1).sort_values("feature")[["coefficient", "standard_error"]].to_numpy())
    estimates, errors = np.moveaxis(found, 2, 0)
    ratio = np.median(errors.mean(axis=0) / estimates.std(axis=0, ddof=1))
    assert 0.95 < ratio < 1.05  # A hundred seeds tell each spread to 7 %, the median of 120 features to about 1 %.
