"""LIME for images against its limit: the closed form (Garreau and Mardaoui, 2021), all masks, and the CLT.

Each superpixel is shown with probability 1/2. Of n samples, the first is the whole image, and ridge's penalty of 1 is
not divided by n: both move the coefficients by a multiple of 1/n, which ``expected`` accounts for. Seeds are fixed;
bounds are four standard errors of what many seeds would give.
"""

from math import comb, sqrt
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from limeeval.lime import LimeImageExplainer, collect
from limeeval.lime.collect import collect_evidence
from limeeval.lime.explain import fit_evidence
from limeeval.lime.kernel import exponential_kernel
from limeeval.lime.left_out import REDRAWN_ABOVE
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import Neighborhood, explained_outputs
from limeeval.lime.request import Request

WIDTH = 0.25
SIGMAS = 4


class Scene(NamedTuple):
    """An image without zeros, to be hidden by zeros, and scattered superpixels of one to several pixels."""

    image: np.ndarray
    segments: np.ndarray


def scene(d):
    rng = np.random.default_rng(d)
    labels = rng.permutation(np.concatenate([np.arange(d), rng.integers(d, size=2 * d)]))
    image, segments = rng.integers(1, 256, (3, d, 2), dtype=np.uint8), labels.reshape(3, d)
    for array in (image, segments):
        array.flags.writeable = False
    return Scene(image, segments)


def classifier(segments, f):
    """A model of images that looks at which superpixels are shown: f(z), z (n, d), values in 0..1."""
    first = np.unique(segments, return_index=True)[1]

    def predict(images):
        p = f((images.reshape(len(images), segments.size, -1)[:, first, 0] > 0).astype(float))
        return np.column_stack([1 - p, p])

    return predict


def slopes(d):
    found = np.random.default_rng(d).normal(size=d)
    return found / np.abs(found).sum() / 2


def indicator(p):
    return lambda z: z[:, :p].all(axis=1).astype(float)


MODELS = {
    "linear": lambda d: lambda z: 0.5 + z @ slopes(d),
    "one of them": lambda d: indicator(1),
    "three of them": lambda d: indicator(3),
    "all of them": lambda d: indicator(d),
    "product": lambda d: lambda z: np.prod(1 - 0.4 * z[:, ::2], axis=1) * (1 - 0.2 * z[:, 1]),
    "max": lambda d: lambda z: np.max(z * (np.arange(d) + 1) / (d + 1), axis=1),
    "sigmoid": lambda d: lambda z: 1 / (1 + np.exp(3 - z[:, 0] - 2 * z[:, 1] * z[:, 2] - 6 * z @ slopes(d))),
}


def explained(d, f, *, width=WIDTH, sampling_method="enumeration", seed=0, num_samples=None, lime=None, **arguments):
    explainer = LimeImageExplainer(kernel_width=width, random_state=seed, **(lime or {}))
    image, segments = scene(d)
    return explainer.explain_instance(
        image,
        classifier(segments, f),
        labels=(0, 1),
        top_labels=None,
        hide_color=0,
        num_samples=num_samples or 2**d,
        segmentation_fn=segments,
        sampling_method=sampling_method,
        **arguments,
    )


def line(explanation, label=1):
    """The intercept, then the coefficients of all superpixels in order."""
    return np.array([explanation.intercept[label], *(b for _, b in sorted(explanation.local_exp[label]))])


def all_masks(d):
    return (np.arange(2**d)[:, None] >> np.arange(d) & 1).astype(float)


def psi(share_off, width):
    return np.exp(-((1 - np.sqrt(1 - share_off)) ** 2) / (2 * width**2))


def alpha(p, d, width):
    return sum(comb(d - p, s) * psi(s / d, width) for s in range(d - p + 1)) / 2**d


def closed_form(d, width, wf, wfz):
    """The limit's intercept and coefficients (1 + d,), given E[w f] and E[w f z_j] (d,)."""
    a0, a1, a2 = (alpha(p, d, width) for p in range(3))
    c = (d - 1) * a0 * a2 - d * a1**2 + a0 * a1
    s0, s1 = (d - 1) * a2 + a1, -a1
    s2 = ((d - 2) * a0 * a2 - (d - 1) * a1**2 + a0 * a1) / (a1 - a2)
    s3 = (a1**2 - a0 * a2) / (a1 - a2)
    others = wfz.sum() - wfz
    return np.array([s0 * wf + s1 * wfz.sum(), *(s1 * wf + s2 * wfz + s3 * others)]) / c


def indicator_moments(p, d, width):
    """E[w f] and E[w f z_j] where f is 1 if the first p superpixels are on."""
    inside, outside = alpha(p, d, width), alpha(p + 1, d, width)
    return inside, np.where(np.arange(d) < p, inside, outside)


class TestEnumeration:
    """All masks, against the closed form."""

    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize("d", range(4, 13))
    def test_is_the_closed_form(self, d, model):
        f, z = MODELS[model](d), all_masks(d)
        for width in (0.1, 0.25, 3.0):
            weighted = f(z) * psi(1 - z.mean(axis=1), width)
            limit = closed_form(d, width, weighted.mean(), weighted @ z / len(z))
            found = explained(d, f, width=width)
            np.testing.assert_allclose(line(found), limit, rtol=0, atol=1e-7)
            np.testing.assert_allclose(line(found, 0), np.append(1, np.zeros(d)) - limit, rtol=0, atol=1e-7)
            assert found.local_pred[1] == pytest.approx(limit.sum(), abs=1e-7)

    @pytest.mark.parametrize("width", [0.1, 0.25, 3.0])
    @pytest.mark.parametrize("p", range(1, 8))
    def test_of_an_indicator(self, p, width):
        d = 7
        limit = closed_form(d, width, *indicator_moments(p, d, width))
        np.testing.assert_allclose(line(explained(d, indicator(p), width=width)), limit, rtol=0, atol=1e-7)

    @pytest.mark.parametrize("width", [0.05, 0.1, 0.25, 1.0, 10.0])
    def test_of_a_linear_model_are_its_coefficients_at_any_width(self, width):
        for d in (4, 9):
            found = line(explained(d, MODELS["linear"](d), width=width))
            np.testing.assert_allclose(found, [0.5, *slopes(d)], rtol=0, atol=1e-7)

    @pytest.mark.parametrize("metric", ["cosine", "euclidean", "cityblock", "jaccard", "hamming"])
    def test_of_other_distances_and_kernels_is_least_squares(self, metric):
        d, f = 6, MODELS["sigmoid"](6)
        z = all_masks(d)
        off = d - z.sum(axis=1)
        distance = {
            "cosine": 1 - np.sqrt(1 - off / d),
            "euclidean": np.sqrt(off),
            "cityblock": off,
            "jaccard": off / d,
            "hamming": off / d,
        }[metric]
        root = np.sqrt(1 / (0.3 + distance))
        limit = np.linalg.lstsq(np.column_stack([np.ones(len(z)), z]) * root[:, None], f(z) * root)[0]
        found = explained(d, f, width=0.3, distance_metric=metric, lime={"kernel": lambda dist, nu: 1 / (nu + dist)})
        np.testing.assert_allclose(line(found), limit, rtol=0, atol=1e-7)


class Limit(NamedTuple):
    """Of n samples: expected intercept and coefficients (1 + d,), and their spread over seeds."""

    mean: np.ndarray
    spread: np.ndarray


def expected(d, f, n, width=WIDTH):
    """To the order 1/n: the ridge, the whole image as first sample, and the bias of a ratio of random sums."""
    a = np.column_stack([np.ones(2**d), all_masks(d)])
    y, w = f(a[:, 1:]), psi(1 - a[:, 1:].mean(axis=1), width)
    own = a[-1]
    gram = (a * w[:, None]).T @ a / len(a)
    normal = (n - 1) * gram + np.outer(own, own) + np.diag([0.0] + [1.0] * d)
    beta = np.linalg.solve(normal, (n - 1) * a.T @ (w * y) / len(a) + own * y[-1])
    scores = a * (w * (y - a @ beta))[:, None]
    inverse = np.linalg.inv(normal)
    with_gram = np.einsum("i,ij,ij,ik->k", w, a, scores @ inverse, a) / len(a)
    bias = -(n - 1) * inverse @ (with_gram - gram @ inverse @ scores.mean(axis=0))
    covariance = (n - 1) * inverse @ np.cov(scores.T, bias=True) @ inverse
    return Limit(beta + bias, np.sqrt(np.diag(covariance)))


def runs(d, f, counts, *, seeds):
    """Sample count -> intercepts and coefficients (seeds, 1 + d), and their standard errors; on the same samples."""
    image, segments = scene(d)
    domain = LimeImageExplainer().domain(image, segmentation=segments, hide_color=0)
    found = {count: ([], []) for count in counts}
    for evidence in collect_evidence(
        [Neighborhood(domain, seed, counts[-1], "bernoulli") for seed in range(seeds)],
        explained_outputs(Model(classifier(segments, f), "classification", 10_000), lambda _: [1]),
        kernel=exponential_kernel,
        kernel_widths=[WIDTH],
        sample_counts=counts,
        choose_labels=lambda _: [1],
    ):
        for count in counts:
            surrogate = fit_evidence(evidence, domain, Request(exponential_kernel, WIDTH, count, d, "none"))[1]
            order = np.argsort(surrogate.features)
            found[count][0].append([surrogate.intercept, *surrogate.coefficients[order]])
            found[count][1].append([surrogate.intercept_standard_error, *surrogate.standard_errors[order]])
    return {count: tuple(map(np.array, lines)) for count, lines in found.items()}


class TestSampling:
    """Random masks, against all of them."""

    @pytest.mark.parametrize(("metric", "width"), [("cosine", WIDTH), ("cosine", 0.1), ("euclidean", 2.5)])
    @pytest.mark.parametrize("d", [4, 30, REDRAWN_ABOVE + 1])
    def test_is_weighted_ridge_on_the_drawn_masks(self, d, metric, width):
        f = MODELS["sigmoid"](d)
        image, segments = scene(d)
        domain = LimeImageExplainer().domain(image, segmentation=segments)
        z = domain.design(Neighborhood(domain, 5, 700).draw(0, 700))
        off = 1 - z.mean(axis=1)
        w = psi(off, width) if metric == "cosine" else np.exp(-off * d / (2 * width**2))
        ridge = Ridge(alpha=1.0).fit(z, f(z), sample_weight=w)
        options = {"sampling_method": "bernoulli", "num_samples": 700, "distance_metric": metric}
        found = explained(d, f, width=width, seed=5, **options)
        np.testing.assert_allclose(line(found), [ridge.intercept_, *ridge.coef_], rtol=0, atol=1e-9)
        assert found.score[1] == pytest.approx(ridge.score(z, f(z), sample_weight=w), abs=1e-9)
        assert found.local_pred[1] == pytest.approx(ridge.predict(z[:1])[0], abs=1e-9)

    @pytest.mark.parametrize("model", ["three of them", "product", "max", "sigmoid"])
    def test_converges_to_enumeration_as_the_central_limit_theorem_says(self, model):
        d, seeds, counts = 6, 120, [250, 1000, 4000]
        f = MODELS[model](d)
        limit, scaled = line(explained(d, f)), []
        for count, (lines, _) in runs(d, f, counts, seeds=seeds).items():
            mean, spread = expected(d, f, count)
            np.testing.assert_allclose(mean, limit, atol=6 / count)
            scores = (lines - mean) / spread
            assert np.abs(scores.mean(axis=0)).max() < SIGMAS / sqrt(seeds), (count, scores.mean(axis=0))
            assert np.abs(scores.std(axis=0) - 1).max() < SIGMAS / sqrt(2 * seeds), (count, scores.std(axis=0))
            assert np.sqrt(np.mean(scores**2)) == pytest.approx(1, abs=SIGMAS / sqrt(2 * seeds * d / 2)), count
            scaled.append(np.sqrt(count * np.sum((lines - mean) ** 2) / seeds))
        assert max(scaled) / min(scaled) < 1.4, scaled  # At the rate 1/n it would be 4.

    def test_of_a_linear_model_varies_by_its_ridge_alone(self):
        """Of the order 1/n, not 1/sqrt(n)."""
        d, f = 6, MODELS["linear"](6)
        found = runs(d, f, [250, 1000, 4000], seeds=60)
        for count, (lines, _) in found.items():
            assert np.abs(lines - expected(d, f, count).mean).max() < 2 / count
            assert np.abs(lines - line(explained(d, f))).max() < 6 / count
        spreads = [count * lines.std(axis=0)[1:].mean() for count, (lines, _) in found.items()]
        assert 1.7 < spreads[0] / spreads[1] < 2.3
        assert 1.7 < spreads[1] / spreads[2] < 2.3

    def test_of_many_superpixels_is_the_closed_form_and_the_ridge(self):
        """More than can be enumerated."""
        d, n, seeds, p = REDRAWN_ABOVE + 16, 2000, 60, 3
        a0, a1, a2 = (alpha(p, d, WIDTH) for p in range(3))
        gram = np.full((1 + d, 1 + d), a2) + (a1 - a2) * np.eye(1 + d)
        gram[0], gram[:, 0] = a1, a1
        gram[0, 0] = a0
        wf, wfz = indicator_moments(p, d, WIDTH)
        normal = (n - 1) * gram + 1 + np.diag([0.0] + [1.0] * d)
        mean = np.linalg.solve(normal, (n - 1) * np.array([wf, *wfz]) + 1)
        lines, _ = runs(d, indicator(p), [n], seeds=seeds)[n]
        scores = (lines.mean(axis=0) - mean) / (lines.std(axis=0, ddof=1) / sqrt(seeds))
        assert np.abs(scores).max() < SIGMAS
        assert np.abs(scores).mean() == pytest.approx(sqrt(2 / np.pi), abs=0.3)


class TestStandardErrors:
    """Of one run, against the spread of the coefficients over seeds."""

    @pytest.mark.parametrize("model", ["three of them", "sigmoid"])
    @pytest.mark.parametrize(("d", "seeds"), [(6, 200), (REDRAWN_ABOVE, 60), (REDRAWN_ABOVE + 16, 60)])
    def test_match(self, d, seeds, model):
        ratios = {}
        for count, (lines, errors) in runs(d, MODELS[model](d), [1000, 2000], seeds=seeds).items():
            ratio = np.sqrt(np.mean(errors**2, axis=0)) / lines.std(axis=0, ddof=1)
            ratios[count] = np.median(ratio[1:]), ratio[0]
        assert all(0.9 < of_coefficients < 1.1 for of_coefficients, _ in ratios.values()), ratios
        single = SIGMAS / sqrt(2 * seeds)  # No median steadies the ratio of a single estimate.
        assert all(abs(of_intercept - 1) < single for _, of_intercept in ratios.values()), ratios

    @pytest.mark.parametrize("model", ["three of them", "product", "max", "sigmoid"])
    def test_one_step_a_group_is_as_good_as_a_refit(self, monkeypatch, model):
        """Where samples are many: what is drawn a second time is what was drawn first."""
        f = MODELS[model](6)
        (refitted, by_refits), *_ = runs(6, f, [4000], seeds=2).values()
        monkeypatch.setattr(collect, "REDRAWN_ABOVE", 0)
        (stepped, by_steps), *_ = runs(6, f, [4000], seeds=2).values()
        np.testing.assert_allclose(stepped, refitted, rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_steps, by_refits, rtol=0.01)

    @pytest.mark.parametrize("model", MODELS)
    def test_of_all_masks_are_zero(self, model):
        found = explained(5, MODELS[model](5))
        assert not found.has_errors
        assert found.surrogates[1].intercept_standard_error == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(found.surrogates[1].standard_errors, 0, atol=1e-12)
