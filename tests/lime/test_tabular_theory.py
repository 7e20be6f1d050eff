"""Closed forms of LIME's coefficients as n grows, for tables.

With bins: Garreau and von Luxburg (2020). Without: Stein's identity under the weighted law, which is normal. The ridge
penalty, not divided by n, shrinks every column by n v / (n v + 1), v its weighted variance times the mean weight: the
columns are independent under the weighted law, so this is exact too. Tolerances are five standard errors over SEEDS.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.collect import collect_evidence
from limeeval.lime.kernel import exponential_kernel
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import Neighborhood, explained_outputs

SEEDS = 16
N = 20_000
D = 4
BINS = 4


def explanations(train, row, predict, **arguments):
    for seed in range(SEEDS):
        explainer = LimeTabularExplainer(
            train, mode="regression", feature_selection="none", random_state=seed, **arguments
        )
        yield explainer.explain_instance(row, predict, num_samples=N)


def assert_limit(train, row, predict, expected, **arguments):
    found = np.array([[b for _, b in sorted(e.local_exp[1])] for e in explanations(train, row, predict, **arguments)])
    error = found.std(axis=0, ddof=1) / np.sqrt(SEEDS)
    sigmas = np.abs(found.mean(axis=0) - expected) / error
    assert sigmas.max() < 5, f"{sigmas.max():.1f} sigma: {found.mean(axis=0)} instead of {expected}"


@pytest.fixture(scope="module")
def train():
    """Skewed columns of different units; with a multiple of BINS rows every bin holds the same number of them."""
    generator = np.random.default_rng(5)
    return generator.gamma(3.0, size=(400, D)) * [1.0, 0.01, 50.0, 3.0] + [0.0, 5.0, -80.0, 1.0]


class Bins:
    """Truncated normals of the quartile bins of every column: arrays (D, BINS)."""

    def __init__(self, train, row, width):
        edges = np.percentile(train, [0, 25, 50, 75, 100], axis=0).T
        inside = [
            [c[(c > lo) & (c <= hi) | (c == lo) & (c == c.min())] for lo, hi in pairwise(e)]
            for c, e in zip(train.T, edges, strict=True)
        ]
        assert {len(values) for column in inside for values in column} == {len(train) // BINS}
        self.mu = np.array([[values.mean() for values in column] for column in inside])
        self.sigma = np.array([[values.std() for values in column] for column in inside])
        self.low, self.high = edges[:, :-1], edges[:, 1:]
        self.own = np.array([np.searchsorted(e[1:-1], v) for e, v in zip(edges, row, strict=True)])
        self.every = np.arange(D)
        self.kernel = np.full((D, BINS), np.exp(-1 / (2 * width**2)))
        self.kernel[self.every, self.own] = 1.0
        self.c = 1 / BINS + (1 - 1 / BINS) * np.exp(-1 / (2 * width**2))
        share = 1 / (BINS * self.c)
        information = N * self.c**D * share * (1 - share)
        self.shrinkage = information / (information + 1)

    def share_below(self, x):
        """P(value <= x) in each bin, x (D, 1)."""
        at, low, high = (norm.cdf((edge - self.mu) / self.sigma) for edge in (x, self.low, self.high))
        return np.clip((at - low) / (high - low), 0, 1)

    def mean(self):
        low, high = (self.low - self.mu) / self.sigma, (self.high - self.mu) / self.sigma
        return self.mu + self.sigma * (norm.pdf(low) - norm.pdf(high)) / (norm.cdf(high) - norm.cdf(low))

    def mean_square(self):
        low, high = (self.low - self.mu) / self.sigma, (self.high - self.mu) / self.sigma
        mass = norm.cdf(high) - norm.cdf(low)
        variance = 1 + (low * norm.pdf(low) - high * norm.pdf(high)) / mass
        variance -= ((norm.pdf(low) - norm.pdf(high)) / mass) ** 2
        return self.sigma**2 * variance + self.mean() ** 2

    def of_additive(self, means):
        """Coefficients of sum_j f_j(x_j), given each f_j's mean in each bin."""
        e = means * self.kernel
        factor = BINS * self.c / (BINS * self.c - 1)
        return self.shrinkage * factor * (e[self.every, self.own] - e.mean(axis=1) / self.c)

    def of_product(self, means):
        """Coefficients of prod_j f_j(x_j)."""
        e = means * self.kernel
        column = e.mean(axis=1)
        factor = np.prod(column / self.c) * BINS * self.c / (BINS * self.c - 1)
        return self.shrinkage * factor * (e[self.every, self.own] * self.c / column - 1)


@pytest.mark.parametrize("width", [0.75 * np.sqrt(D), 0.6])
@pytest.mark.parametrize("instance", [0, 7])
class TestBins:
    def test_linear(self, train, width, instance):
        row, slopes = train[instance], np.array([1.0, -40.0, 0.01, 0.0])
        bins = Bins(train, row, width)
        means = bins.mean()
        expected = slopes / (BINS - 1) * (means[bins.every, bins.own, None] - means).sum(axis=1)
        assert_limit(train, row, lambda x: x @ slopes, bins.shrinkage * expected, kernel_width=width)

    def test_additive(self, train, width, instance):
        row, border = train[instance], np.median(train, axis=0) * 1.1
        bins = Bins(train, row, width)
        below, squares = bins.share_below(border[:, None]), bins.mean_square()
        means = np.array([bins.mean()[0], below[1], squares[2] / 1e3, np.zeros(BINS)])
        assert_limit(
            train,
            row,
            lambda x: x[:, 0] + (x[:, 1] <= border[1]) + x[:, 2] ** 2 / 1e3,
            bins.of_additive(means),
            kernel_width=width,
        )

    def test_box(self, train, width, instance):
        row = train[instance]
        low, high = np.percentile(train, 10, axis=0), np.percentile(train, 60, axis=0)
        low[3], high[3] = -np.inf, np.inf
        bins = Bins(train, row, width)
        inside = bins.share_below(high[:, None]) - bins.share_below(low[:, None])
        assert_limit(
            train,
            row,
            lambda x: np.all((x > low) & (x <= high), axis=1).astype(float),
            bins.of_product(inside),
            kernel_width=width,
        )


@pytest.mark.parametrize("width", [0.75 * np.sqrt(D), 0.8])
@pytest.mark.parametrize("around", [False, True])
class TestValues:
    """In units of standard deviations from the training mean: x ~ N(m, I), m = 0 or the instance."""

    def setting(self, train, width, around):
        """Instance, function from rows to standardised rows, mean and variance of the weighted law, shrinkage."""
        mean, sd = train.mean(axis=0), train.std(axis=0)
        at = np.array([0.5, -1.0, 1.5, 0.2])
        center = at if around else np.zeros(D)
        middle, variance = (width**2 * center + at) / (width**2 + 1), width**2 / (width**2 + 1)
        mean_weight = np.prod(np.sqrt(variance) * np.exp(-((at - center) ** 2) / (2 * (width**2 + 1))))
        information = N * mean_weight * variance
        return mean + sd * at, lambda x: (x - mean) / sd, middle, variance, information / (information + 1)

    def arguments(self, width, around):
        return {"kernel_width": width, "discretize_continuous": False, "sample_around_instance": around}

    def test_linear(self, train, width, around):
        row, standardised, _, _, shrinkage = self.setting(train, width, around)
        slopes = np.array([1.0, -2.0, 0.3, 0.0])
        arguments = self.arguments(width, around)
        assert_limit(train, row, lambda x: standardised(x) @ slopes, shrinkage * slopes, **arguments)

    def test_quadratic(self, train, width, around):
        row, standardised, middle, _, shrinkage = self.setting(train, width, around)
        form = np.array([[1.0, 0.5, 0, 0], [0.5, -1.0, 0, 0.2], [0, 0, 0.3, 0], [0, 0.2, 0, 0]])
        assert_limit(
            train,
            row,
            lambda x: np.einsum("ij,jk,ik->i", standardised(x), form, standardised(x)),
            shrinkage * 2 * form @ middle,
            **self.arguments(width, around),
        )

    def test_sine(self, train, width, around):
        row, standardised, middle, variance, shrinkage = self.setting(train, width, around)
        a = np.array([1.0, -0.5, 0.8, 0.0])
        assert_limit(
            train,
            row,
            lambda x: np.sin(standardised(x) @ a),
            shrinkage * a * np.cos(a @ middle) * np.exp(-variance * (a @ a) / 2),
            **self.arguments(width, around),
        )

    def test_effective_sample_size(self, train, width, around):
        row, standardised, _, _, _ = self.setting(train, width, around)
        distance = np.zeros(D) if around else standardised(row)
        r = 1 / width**2
        share = np.prod(
            np.sqrt(1 + 2 * r) / (1 + r) * np.exp(-(distance**2) / (width**2 + 1) + distance**2 / (width**2 + 2))
        )
        found = [
            e.diagnostics.effective_sample_size / N
            for e in explanations(train, row, lambda x: x[:, 0], **self.arguments(width, around))
        ]
        assert abs(np.mean(found) - share) < 5 * np.std(found, ddof=1) / np.sqrt(SEEDS)


@pytest.mark.parametrize(("factor", "expected"), [(0.75, 0.87), (0.25, 0.0098)])
def test_narrow_widths_rest_on_few_samples(factor, expected):
    """Thirty columns, an instance one standard deviation out in each: the share of effective samples by width."""
    d, n = 30, 200_000
    train = np.random.default_rng(0).standard_normal((200, d))
    row, width = train.mean(axis=0) + train.std(axis=0), factor * np.sqrt(d)
    domain = LimeTabularExplainer(train, mode="regression", discretize_continuous=False).domain(row)
    (evidence,) = collect_evidence(
        [Neighborhood(domain, 0, n)],
        explained_outputs(Model(lambda x: x[:, 0], "regression"), lambda _: [0]),
        kernel=exponential_kernel,
        kernel_widths=[width],
        sample_counts=[n],
        choose_labels=lambda _: [0],
    )
    perturbed = evidence.perturbed[0, 0]  # Without the instance, whose weight of 1 outdoes them all.
    # With heavy-tailed weights a tenth is about the sampling error at the narrow width.
    assert perturbed.effective_sample_size / n == pytest.approx(expected, rel=0.01 if factor == 0.75 else 0.25)


@pytest.mark.parametrize("factor", [0.25, 0.1])
def test_an_instance_alone_is_no_fit(factor):
    d = 30
    train = np.random.default_rng(0).standard_normal((200, d))
    explainer = LimeTabularExplainer(
        train, mode="regression", kernel_width=factor * np.sqrt(d), discretize_continuous=False, random_state=0
    )
    with pytest.warns(UserWarning, match="not a fit"):
        found = explainer.explain_instance(train.mean(axis=0) + train.std(axis=0), lambda x: x[:, 0])
    assert found.diagnostics.effective_sample_size < 2
