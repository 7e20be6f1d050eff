import numpy as np
import pytest

from limeeval.inference.above import p_above
from limeeval.inference.pseudo_run import Agreement, agreement, pseudo_run_interval_over_instances
from limeeval.metrics.leading import leading
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.ranking import jaccard, jaccard_similarity

TARGETS = np.linspace(0.02, 0.99, 50)


def panels(noise, *, instances=4, seeds=6, count=40):
    """Agreement of `count` panels (count, instances) of runs of 8 features, top 3."""
    generator = np.random.default_rng([instances, seeds])
    b = generator.normal(size=(count, instances, 1, 8))
    runs = b + noise * generator.standard_normal((count, instances, seeds, 8))
    return agreement(jaccard_similarity(leading(runs, 3)))


def alike(value, *, instances=3, seeds=8):
    pairs = np.full((instances, seeds, seeds), value)
    return agreement(Similarity(pairs, np.full(instances, 0.5), np.zeros(instances)))


@pytest.mark.parametrize(
    "found", [panels(0.05), panels(0.3), panels(3.0), panels(0.3, seeds=3), panels(0.1, instances=1)]
)
def test_p_is_below_a_fortieth_where_the_lower_limit_is_above(found):
    low = pseudo_run_interval_over_instances(found).low
    for target in TARGETS:
        np.testing.assert_array_equal(p_above(found, target) < 0.025, low > target)


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_so_it_is_where_nothing_varies(value):
    found = alike(value)
    low = pseudo_run_interval_over_instances(found).low
    for target in TARGETS:
        assert (p_above(found, target) < 0.025) == (low > target)


def test_known_values():
    agree = alike(1.0)  # 3 instances of 4 disjoint pairs.
    assert p_above(agree, 0.9) <= 0.9**12
    never = alike(0.0)
    assert p_above(never, 0.5) == 1.0
    half = panels(0.3)
    np.testing.assert_allclose(p_above(half, half.mean.mean(axis=-1)), 0.5, atol=1e-12)


def test_two_runs_say_nothing_of_their_spread():
    assert np.isnan(p_above(panels(0.3, seeds=2), 0.5)).all()
    unknown = Agreement(*(np.full((2, 3), np.nan) for _ in Agreement._fields))
    assert np.isnan(p_above(unknown, 0.5)).all()


def test_false_alarms_at_the_level():
    """2,000 panels of 5 instances x 10 runs whose true agreement is the target: standard error 0.005 at 0.05."""
    generator = np.random.default_rng(0)
    b, sd = generator.normal(size=(5, 1, 10)), 0.25
    truth = jaccard(b + sd * generator.standard_normal((5, 2000, 10)), 3).mean()
    runs = b + sd * generator.standard_normal((2000, 5, 10, 10))
    p = p_above(agreement(jaccard_similarity(leading(runs, 3))), truth)
    for level in (0.05, 0.0125):
        assert (p < level).mean() <= level + 0.02
    assert (p < 0.05).mean() >= 0.02
