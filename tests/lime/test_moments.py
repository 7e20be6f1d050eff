"""Weighted moments against sums written out over the samples."""

import numpy as np
import pytest

from limeeval.lime.left_out import GroupMoments
from limeeval.lime.moments import GROUPS, group_moments, instance_moments, stacked
from limeeval.lime.surrogate import centred, jackknife_errors, ridge

N, D, LABELS = 610, 3, 2


@pytest.fixture(scope="module")
def samples():
    generator = np.random.default_rng(0)
    z, y, w = generator.standard_normal((N, D)) + 4, generator.standard_normal((N, LABELS)), generator.random(N)
    return z, y, w


def folded(samples, pieces):
    """Group moments of consecutive pieces (start, stop), added in the given order."""
    z, y, w = samples
    parts = [group_moments(stacked(z[a:b], z[0], y[a:b] - y[0], a), w[a:b], start=a, labels=LABELS) for a, b in pieces]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def assert_same(found, expected):
    for name in ("gram", "cross", "power", "squared_weights", "count"):
        # Sums of 600 terms of about 100 in another order.
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12, atol=1e-10, err_msg=name)


def test_every_group_holds_its_samples_sums(samples):
    z, y, w = samples
    found = folded(samples, [(0, N)])
    assert found.gram.shape == (GROUPS, 1 + D, 1 + D)
    for group in range(GROUPS):
        gram, cross, power = np.zeros((1 + D, 1 + D)), np.zeros((1 + D, LABELS)), np.zeros(LABELS)
        members = [i for i in range(1, N) if i % GROUPS == group]
        for i in members:
            a, r = np.concatenate([[1], z[i] - z[0]]), y[i] - y[0]
            gram, cross, power = gram + w[i] * np.outer(a, a), cross + w[i] * np.outer(a, r), power + w[i] * r**2
        np.testing.assert_allclose(found.gram[group], gram, rtol=1e-12)
        np.testing.assert_allclose(found.cross[group], cross, rtol=0, atol=1e-11)
        np.testing.assert_allclose(found.power[group], power, rtol=1e-12)
        assert found.squared_weights[group] == pytest.approx(np.sum(w[members] ** 2), rel=1e-12)
        assert found.count[group] == len(members)


@pytest.mark.parametrize(
    "pieces",
    [
        [(0, 250), (250, 500), (500, N)],
        [(500, N), (0, 250), (250, 500)],
        [(0, 1), (1, 2), (2, 33), (33, 40), (40, 609), (609, N)],
        [(7, N), (0, 7)],
    ],
)
def test_pieces_add_up_in_any_order_and_wherever_they_are_cut(samples, pieces):
    assert_same(folded(samples, pieces), folded(samples, [(0, N)]))


def test_the_instance_stands_apart(samples):
    z, y, w = samples
    groups = folded(samples, [(0, N)])
    altered = w.copy()
    altered[0] = 1e6
    assert_same(folded((z, y, altered), [(0, N)]), groups)
    own = instance_moments(w[0], D, LABELS)
    assert own.weight == w[0]
    assert own.squared_weights == w[0] ** 2
    assert not own.gram[1:].any()
    assert not own.cross.any()
    assert not own.power.any()
    whole = own + groups.total()
    assert whole.weight == pytest.approx(w.sum(), rel=1e-13)
    assert whole.count == N


def test_leaving_a_group_out_is_summing_the_others(samples):
    z, _, w = samples
    groups = folded(samples, [(0, N)])
    found = (instance_moments(w[0], D, LABELS) + groups.total()).spread_over_groups() - groups
    rows = np.column_stack([np.ones(N), z - z[0]])
    for group in range(GROUPS):
        keep = (np.arange(N) % GROUPS != group) | (np.arange(N) == 0)
        np.testing.assert_allclose(found.gram[group], rows[keep].T @ (w[keep, None] * rows[keep]), rtol=1e-11)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_groups_without_samples_are_not_left_out(samples, n):
    z, y, w = samples
    groups = folded((z[:n], y[:n], w[:n]), [(0, n)]).label(0)
    filled = GroupMoments(groups).filled
    assert filled.sum() == n - 1
    total = instance_moments(w[0], D, 1) + groups.total()
    errors = jackknife_errors(ridge(centred(total.spread_over_groups() - groups)).coefficients, filled)
    assert errors.shape == (D,)
    assert np.isnan(errors).all() == (n == 2)


def test_one_label_of_several(samples):
    z, y, w = samples
    both = folded(samples, [(0, N)])
    for label in range(LABELS):
        column = y[:, label : label + 1]
        alone = group_moments(stacked(z, z[0], column - column[0], 0), w, start=0, labels=1)
        assert_same(both.label(label), alone)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([1.0, 1.0, 1.0, 1.0], 4.0), ([1.0, 0.0, 0.0, 0.0], 1.0), ([1.0, 0.5, 0.5, 0.0], 8 / 3), ([1e-9] * 3, 3.0)],
)
def test_effective_sample_size(weights, expected):
    w = np.array(weights)
    z = np.random.default_rng(0).standard_normal((len(w), D))
    groups = group_moments(stacked(z, z[0], z[:, :1] - z[0, 0], 0), w, start=0, labels=1)
    total = instance_moments(w[0], D, 1) + groups.total()
    assert total.effective_sample_size == pytest.approx(expected)


def test_effective_sample_size_without_weight_is_0():
    assert instance_moments(0.0, D, 1).effective_sample_size == 0.0


def test_moments_about_the_means(samples):
    z, y, w = samples
    found = centred(instance_moments(w[0], D, LABELS) + folded(samples, [(0, N)]).total())
    mean_z, mean_y = np.average(z, axis=0, weights=w), np.average(y, axis=0, weights=w)
    np.testing.assert_allclose(found.covariance, (z - mean_z).T @ (w[:, None] * (z - mean_z)), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.with_y, (z - mean_z).T @ (w[:, None] * (y - mean_y)), rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.spread, w @ (y - mean_y) ** 2, rtol=1e-12)
    np.testing.assert_allclose(found.z, mean_z - z[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.y, mean_y - y[0], rtol=0, atol=1e-12)


def test_jackknife_errors_of_a_mean():
    """Of equally large groups' means it is the textbook standard error of their mean."""
    values = np.random.default_rng(1).standard_normal(GROUPS)
    replicates = (values.sum() - values)[:, None] / (GROUPS - 1)
    assert jackknife_errors(replicates)[0] == pytest.approx(values.std(ddof=1) / np.sqrt(GROUPS))
