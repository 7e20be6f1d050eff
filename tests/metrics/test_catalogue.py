from types import ModuleType

import numpy as np
import pytest

from limeeval.metrics.catalogue import _metrics_of, agreement_metrics

CONTRIBUTED = """
import numpy as np
from limeeval.lime.domain import Array
from limeeval.metrics.leading import Leading
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.ranking import jaccard

def worst_pair(coefficients: Array) -> Array:
    return np.zeros(coefficients.shape[:-2])

def halves(coefficients: Array, k: int) -> Array:
    return np.full(coefficients.shape[:-2], 0.5 * k)

def halves_by_chance(d: int, k: int) -> float:
    return k / d

def halves_similarity(sets: Leading) -> Similarity:
    return None

def named(coefficients: Array, k: int) -> list[int]:
    return []

def _private(coefficients: Array) -> Array:
    return coefficients

def of_fits(fits: Array) -> Array:
    return fits

def sure(coefficients: Array, standard_errors: Array) -> Array:
    return (standard_errors == 0).mean(axis=(-2, -1))

def sure_by_chance(runs: int) -> float:
    return 1 / runs

SURE_SCALE = 100.0
"""


def test_a_metric_is_added_by_writing_a_function() -> None:
    module = ModuleType("contributed")
    exec(CONTRIBUTED, vars(module))
    found = _metrics_of(module)
    assert set(found) == {"worst_pair", "halves", "sure"}
    assert found["worst_pair"].score(np.ones((3, 2, 4)), 2).tolist() == [0, 0, 0]
    assert found["worst_pair"].chance(4, 2, 3) == 0
    assert found["halves"].score(np.ones((2, 4)), 3) == 1.5
    assert found["halves"].chance(4, 2, 3) == 0.5
    assert found["sure"].score(np.ones((2, 4)), 3, np.zeros((2, 4))) == 1
    assert found["sure"].score(np.ones((2, 4)), 3) == 0
    assert (found["sure"].chance(4, 2, 3), found["sure"].scale, found["halves"].scale) == (1 / 3, 100, 1)
    assert (found["halves"].of_sets, found["worst_pair"].of_sets) == (vars(module)["halves_similarity"], None)


def test_chance_levels_of_the_metrics_that_have_one() -> None:
    chance = {name: metric.chance(10, 2, 5) for name, metric in agreement_metrics().items()}
    assert np.isnan([chance.pop("relative_spread"), chance.pop("csi")]).all()
    p, depths = 1 / 2, np.arange(1, 11)  # rbo: two of ten features are read on average.
    assert chance.pop("rbo") == pytest.approx((1 - p) * np.sum(p ** (depths - 1) * depths / 10) + p**10)
    assert {name: level for name, level in chance.items() if level} == pytest.approx(
        {"same_first": 1 / 10, "same_set": 1 / 45, "jaccard": 16 / 45 / 3 + 1 / 45, "sign_agreement": 0.5}
        | {"feature_agreement": 1 / 5, "rank_agreement": 1 / 10, "signed_agreement": 1 / 10, "vsi": 20}
        | {"signed_rank_agreement": 1 / 20, "pairwise_rank_agreement": 1 / 2, "kendall_w": 1 / 5}
    )
