import numpy as np
import pytest

from limeeval.inference.pseudo_run import mean_of_pairs
from limeeval.inference.similarity import jaccard_similarity, phi_similarity, same_set_similarity
from limeeval.metrics.ranking import jaccard, same_set, top_k

RUNS = np.round(np.random.default_rng(0).normal(size=(3, 6, 8)), 1) * (np.arange(8) < 7)


@pytest.mark.parametrize("k", [1, 3, 7])
def test_means_over_pairs_are_the_scores(k):
    assert mean_of_pairs(jaccard_similarity(RUNS, k).pairs) == pytest.approx(jaccard(RUNS, k))
    assert mean_of_pairs(same_set_similarity(RUNS, k).pairs) == pytest.approx(same_set(RUNS, k))


@pytest.mark.parametrize("k", [1, 3, 7])
def test_phi_is_its_definition_by_variances(k):
    named = top_k(RUNS, k)
    m, d = named.sum(axis=-1).mean(axis=-1), 8
    definition = 1 - named.var(axis=-2, ddof=1).mean(axis=-1) / (m / d * (1 - m / d))
    assert mean_of_pairs(phi_similarity(RUNS, k).pairs) == pytest.approx(definition)


@pytest.mark.parametrize("similarity", [jaccard_similarity, same_set_similarity, phi_similarity])
def test_one_swap_and_minimum_are_what_such_sets_have(similarity):
    swapped = similarity(np.array([[3.0, 2.0, 0, 1.0, 0], [3.0, 0, 2.0, 1.0, 0]]), 3)
    assert swapped.pairs[0, 1] == pytest.approx(swapped.one_swap)
    apart = similarity(np.array([[3.0, 2.0, 0, 0], [0, 0, 1.0, 2.0]]), 2)
    assert apart.pairs[0, 1] == pytest.approx(apart.minimum)


def test_runs_of_zeros_are_not_alike():
    for similarity in (jaccard_similarity, same_set_similarity, phi_similarity):
        assert similarity(np.zeros((3, 4)), 2).pairs[0, 1] == 0
