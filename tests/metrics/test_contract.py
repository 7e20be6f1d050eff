"""What every agreement metric must satisfy. They are found: a new one needs a row in REFERENCES, and no other test."""

import doctest
import inspect
import re
from collections.abc import Callable
from importlib import import_module
from itertools import combinations, permutations
from pkgutil import iter_modules

import numpy as np
import pytest
from scipy.stats import kendalltau, rankdata, spearmanr, weightedtau

import limeeval.metrics
from limeeval.metrics.catalogue import agreement_metrics

METRICS = agreement_metrics()
Reference = Callable[[np.ndarray, int], float]  # Of runs (R, d) and k. Standard errors of INPUTS are errors_of(runs).


def leading(run: np.ndarray, k: int) -> set[int]:
    return {f for f in sorted(range(len(run)), key=lambda j: (-abs(run[j]), j))[:k] if run[f] != 0}


def over_pairs(of_pair: Callable[[np.ndarray, np.ndarray, int], float]) -> Reference:
    return lambda runs, k: float(np.mean([of_pair(a, b, k) for a, b in combinations(runs, 2)]))


def overlap(a: np.ndarray, b: np.ndarray, k: int) -> float:
    one, other = leading(a, k), leading(b, k)
    return len(one & other) / len(one | other) if one | other else 0.0


def same(a: np.ndarray, b: np.ndarray, k: int) -> float:
    return float(leading(a, k) == leading(b, k) != set())


def equal_signs(a: np.ndarray, b: np.ndarray, k: int) -> float:
    either = leading(a, k) | leading(b, k)
    return float(np.mean([np.sign(a[f]) == np.sign(b[f]) for f in either])) if either else 0.0


def correlation(of: Callable[..., tuple[float, float]], a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if np.ptp(a) == 0 or np.ptp(b) == 0 else float(of(a, b)[0])


def phi(runs: np.ndarray, k: int) -> float:
    """As Nogueira et al. (2018) write it, feature by feature."""
    named = np.array([[f in leading(run, k) for f in range(runs.shape[1])] for run in runs], dtype=float)
    share = named.sum() / named.size
    return 1 - np.mean([np.var(column, ddof=1) for column in named.T]) / (share * (1 - share)) if share else 0.0


def kuncheva(runs: np.ndarray, k: int) -> float:
    """As Kuncheva (2007) writes it, of sets of one size."""
    sets, d = [leading(run, k) for run in runs], runs.shape[1]
    m = len(sets[0])
    if any(len(one) != m for one in sets):
        return float("nan")
    return float(np.mean([(len(a & b) * d - m**2) / (m * (d - m)) if m else 0.0 for a, b in combinations(sets, 2)]))


def concordance(runs: np.ndarray, k: int) -> float:
    """As Kendall writes it: squared deviations of the sums of ranks, corrected for ties."""
    ranks = np.array([rankdata(np.abs(run)) for run in runs])
    count, d = ranks.shape
    ties = sum(t**3 - t for run in ranks for t in np.unique(run, return_counts=True)[1])
    most = count**2 * (d**3 - d) - count * ties
    return 12 * np.square(ranks.sum(axis=0) - count * (d + 1) / 2).sum() / most if most else 0.0


def places(run: np.ndarray) -> np.ndarray:
    """How probable each feature is at each place (d, d), lots being drawn among ties; features that are 0 have none."""
    found, start = np.zeros((len(run), len(run))), 0
    for size in sorted({*np.abs(run)} - {0}, reverse=True):
        group = np.flatnonzero(np.abs(run) == size)
        found[group, start : start + len(group)] = 1 / len(group)
        start += len(group)
    return found


def at_places(*, of_sets: bool, signed: bool) -> Reference:
    """Expected share of the k leading features, or of the k leading places, that two runs have in common."""

    def of_pair(a: np.ndarray, b: np.ndarray, k: int) -> float:
        one, other = (places(run)[:, :k] for run in (a, b))
        counts = (np.sign(a) == np.sign(b)) if signed else np.ones(len(a))
        if of_sets:
            one, other = one.sum(axis=1, keepdims=True), other.sum(axis=1, keepdims=True)
        return float((counts[:, None] * one * other).sum() / max(min(k, max(np.sum(a != 0), np.sum(b != 0))), 1))

    return over_pairs(of_pair)


def pairwise_order(a: np.ndarray, b: np.ndarray, k: int) -> float:
    """Whether i matters more than j, asked of every i and j."""
    a, b = np.abs(a), np.abs(b)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.mean([(a[i] > a[j]) == (b[i] > b[j]) for i, j in permutations(range(len(a)), 2)]))


def weighted(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if np.ptp(a) == 0 or np.ptp(b) == 0 else float(weightedtau(a, b).statistic)


def rank_biased(a: np.ndarray, b: np.ndarray, k: int) -> float:
    """Place by place: Webber et al. (2010, eq. 30), of overlaps as Corsi and Urbano (2024) write variant b."""
    a, b = np.abs(a), np.abs(b)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    p, d, total = 1 - 1 / k, len(a), 0.0
    for depth in range(1, d + 1):
        in_one, in_other = (
            [min(max((depth - (run > x).sum()) / (run == x).sum(), 0), 1) for x in run] for run in (a, b)
        )
        cosine = np.dot(in_one, in_other) / np.sqrt(np.dot(in_one, in_one) * np.dot(in_other, in_other))
        total += (1 - p) * p ** (depth - 1) * cosine
    return float(total + p**d)


def errors_of(runs: np.ndarray) -> np.ndarray:
    """Standard errors (..., R, d): in the unit of the coefficients, and nan for those not selected."""
    return np.where(runs == 0, np.nan, 0.2 * np.abs(runs))


def overlapping(runs: np.ndarray, k: int) -> float:
    """As Visani et al. (2022): feature by feature, the share of pairs of runs that selected it and overlap."""
    if not runs.any():
        return 0.0
    limits = [[(b - 1.959964 * e, b + 1.959964 * e) for b, e in zip(run, errors_of(run), strict=True)] for run in runs]
    shares = []
    for feature in range(runs.shape[1]):
        own = [run[feature] for run in limits if not np.isnan(run[feature][0])]
        if len(own) > 1:
            shares.append(np.mean([max(a[0], b[0]) <= min(a[1], b[1]) for a, b in combinations(own, 2)]))
    return 100 * float(np.mean(shares)) if shares else float("nan")


def spread(runs: np.ndarray, k: int) -> float:
    strongest = max(abs(np.mean(column)) for column in runs.T)
    return max(np.std(column, ddof=1) for column in runs.T) / strongest if strongest else float("nan")


common = at_places(of_sets=True, signed=False)

REFERENCES: dict[str, Reference] = {
    "csi": overlapping,
    "feature_agreement": common,
    "jaccard": over_pairs(overlap),
    "kendall": over_pairs(lambda a, b, k: correlation(kendalltau, np.abs(a), np.abs(b))),
    "kendall_w": concordance,
    "kuncheva": kuncheva,
    "kendall_signed": over_pairs(lambda a, b, k: correlation(kendalltau, a, b)),
    "nogueira_phi": phi,
    "pairwise_rank_agreement": over_pairs(pairwise_order),
    "rank_agreement": at_places(of_sets=False, signed=False),
    "rbo": over_pairs(rank_biased),
    "relative_spread": spread,
    "same_first": over_pairs(lambda a, b, k: same(a, b, 1)),
    "same_set": over_pairs(same),
    "sign_agreement": over_pairs(equal_signs),
    "signed_agreement": at_places(of_sets=True, signed=True),
    "signed_rank_agreement": at_places(of_sets=False, signed=True),
    "spearman": over_pairs(lambda a, b, k: correlation(spearmanr, np.abs(a), np.abs(b))),
    "spearman_signed": over_pairs(lambda a, b, k: correlation(spearmanr, a, b)),
    "vsi": lambda runs, k: 100 * common(runs, k),
    "weighted_tau": over_pairs(lambda a, b, k: weighted(np.abs(a), np.abs(b))),
}


def score(name: str, runs: np.ndarray, k: int) -> np.ndarray:
    return METRICS[name].score(runs, k, errors_of(runs))


def related_runs() -> np.ndarray:
    """Coefficients (R, d) that share a signal, without ties."""
    rng = np.random.default_rng(0)
    return rng.normal(size=8) + 0.7 * rng.normal(size=(6, 8))


def selected(runs: np.ndarray, k: int) -> np.ndarray:
    return np.array([[value if f in leading(run, k) else 0.0 for f, value in enumerate(run)] for run in runs])


INPUTS = {
    "related": related_runs(),
    "unrelated": np.random.default_rng(1).normal(size=(5, 8)),
    "tied": np.round(2 * related_runs()) / 2,
    "mostly 0": selected(related_runs(), 2),
    "one run of zeros": np.vstack([related_runs(), np.zeros(8)]),
    "one run of one magnitude": np.vstack([related_runs(), np.sign(related_runs()[:1])]),
    "one magnitude": np.sign(related_runs()),
    "two runs": related_runs()[:2],
    "zeros": np.zeros((3, 8)),
}


def promise(name: str) -> tuple[float, float, bool]:
    """Lowest and highest value, and whether higher is better: read off the first line of the docstring."""
    stated = re.search(
        r"(-?\d+)\.\.(\d*), (higher|lower) is better", inspect.getdoc(METRICS[name].of).partition("\n")[0]
    )
    assert stated, f"the first line of {name} must state its range and direction, as in '0..1, higher is better'"
    low, high, direction = stated.groups()
    return float(low), float(high or "inf"), direction == "higher"


every_metric = pytest.mark.parametrize("name", METRICS)


def test_every_metric_is_found_and_has_an_independent_reference() -> None:
    assert set(METRICS) == set(REFERENCES)


@every_metric
@pytest.mark.parametrize("runs", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_equals_its_reference(name: str, runs: np.ndarray, k: int) -> None:
    assert score(name, runs, k) == pytest.approx(REFERENCES[name](runs, k), abs=1e-12, nan_ok=True)


@every_metric
@pytest.mark.parametrize("runs", INPUTS.values(), ids=INPUTS)
def test_lies_in_its_range(name: str, runs: np.ndarray) -> None:
    low, high, _ = promise(name)
    value = score(name, runs, 3)
    assert np.isnan(value) or low <= value <= high


@every_metric
def test_identical_runs_score_best(name: str) -> None:
    low, high, higher_is_better = promise(name)
    runs = np.tile(related_runs()[0], (5, 1))
    assert score(name, runs, 3) == pytest.approx(high if higher_is_better else low, abs=1e-12)


@every_metric
def test_unrelated_runs_score_as_chance_says(name: str) -> None:
    metric, (cells, runs, d, k) = METRICS[name], (4000, 4, 9, 3)
    magnitudes = np.random.default_rng(2).permuted(np.tile(np.arange(1.0, d + 1), (cells, runs, 1)), axis=-1)
    coefficients = magnitudes * np.random.default_rng(3).choice([-1.0, 1.0], size=magnitudes.shape)
    scores = score(name, coefficients, k)
    chance = metric.chance(d, k, runs)
    if np.isnan(chance):  # No such level: worse than runs with something in common, at least.
        _, _, higher_is_better = promise(name)
        assert (np.median(scores) < score(name, related_runs(), k)) == higher_is_better
    else:
        assert scores.mean() == pytest.approx(chance, abs=4 * scores.std() / np.sqrt(cells))


@every_metric
def test_the_order_of_features_and_of_runs_does_not_matter(name: str) -> None:
    runs = related_runs()
    features, order = np.random.default_rng(4).permutation(8), np.random.default_rng(5).permutation(6)
    assert score(name, runs[:, features], 3) == pytest.approx(score(name, runs, 3), rel=1e-12)
    assert score(name, runs[order], 3) == pytest.approx(score(name, runs, 3), rel=1e-12)


@every_metric
def test_neither_the_unit_nor_the_sign_of_the_output_matters(name: str) -> None:
    """Explaining a probability in percent, or the other of two classes, is as stable as before."""
    runs = related_runs()
    assert score(name, -100 * runs, 3) == pytest.approx(score(name, runs, 3), rel=1e-12)


@every_metric
def test_leading_axes_are_separate_cells(name: str) -> None:
    cells = np.round(np.random.default_rng(6).normal(size=(2, 3, 4, 6)), 1)
    cells[0, 1], cells[1, 2, 0] = 0.0, 0.0
    scores = score(name, cells, 2)
    assert scores.shape == (2, 3)
    for at in np.ndindex(2, 3):
        np.testing.assert_allclose(scores[at], score(name, cells[at], 2), rtol=1e-12)


@every_metric
def test_arguments_are_not_written_to(name: str) -> None:
    runs = related_runs()
    runs.setflags(write=False)
    assert np.isfinite(score(name, runs, 3))


@every_metric
@pytest.mark.parametrize("value", [1.0, 0.0])
def test_a_single_run_scores_nan(name: str, value: float) -> None:
    scores = score(name, np.full((3, 1, 5), value), 2)
    np.testing.assert_array_equal(scores, np.full(3, np.nan))


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if not metric.at_k])
@pytest.mark.parametrize("value", [1.0, 0.0])
def test_a_single_feature_has_no_order(name: str, value: float) -> None:
    """Which is the first of one feature, and how far it varies, there is an answer to."""
    scores = score(name, np.full((2, 4, 1), value), 1)
    answered = {"csi": 100.0, "relative_spread": 0.0, "same_first": 1.0} if value else {"csi": 0.0, "same_first": 0.0}
    np.testing.assert_array_equal(scores, np.full(2, answered.get(name, np.nan)))


@every_metric
def test_runs_of_zeros_never_agree(name: str) -> None:
    _, _, higher_is_better = promise(name)
    expected = 0.0 if higher_is_better else np.nan
    np.testing.assert_array_equal(score(name, np.zeros((2, 4, 5)), 2), [expected, expected])


@every_metric
def test_a_nan_makes_its_own_cell_nan_and_no_other(name: str) -> None:
    cells = np.stack([related_runs(), related_runs(), related_runs()])
    cells[0, 1, 2], cells[1] = np.nan, np.nan
    np.testing.assert_array_equal(
        np.isnan(score(name, cells, 3)),
        [True, True, False],
    )


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.at_k])
@pytest.mark.parametrize("k", [-1, 0, 5, 6])
def test_k_out_of_range(name: str, k: int) -> None:
    with pytest.raises(ValueError, match=rf"k must be between 1 and 4, got {k}"):
        score(name, np.ones((3, 5)), k)


@pytest.mark.parametrize("module", [found.name for found in iter_modules(limeeval.metrics.__path__)])
def test_examples_in_docstrings(module: str) -> None:
    assert doctest.testmod(import_module(f"limeeval.metrics.{module}")).failed == 0


@every_metric
def test_has_an_example(name: str) -> None:
    assert ">>> " in inspect.getdoc(METRICS[name].of)
