"""What a line misses: models of known R2 first, computed apart by quadrature; then the edges."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from limeeval.lime.moments import GROUPS
from limeeval.metrics.nonlinearity import MOST_TERMS, Missed, Samples, halves, missed_by_line, within_cells
from limeeval.metrics.terms import Standardized, strongest_terms

Function = Callable[[np.ndarray], np.ndarray]
N, D = 4000, 3
AT = np.array([0.5, -0.5, 0.2])


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Trees this small take longer to share out than to grow."""
    import sklearn.ensemble  # noqa: F401 (its threads can be limited only once they are there)

    with threadpool_limits(limits=1):
        yield


def samples(f: Function, *, seed: int, width: float = 1.0, n: int = N, d: int = D) -> Samples:
    """Standard normal samples, weighed around AT as LIME does."""
    z = np.random.default_rng(seed).normal(size=(n, d))
    at = np.resize(AT, d)
    w = np.exp(-np.square(z - at).sum(axis=1) / (2 * width**2))
    return Samples(z, f(z) - f(at[None])[0], w, np.arange(n) % GROUPS)


def missed(f: Function, **changed: float) -> Missed:
    found = missed_by_line(*(samples(f, seed=seed, **changed) for seed in (0, 1)))  # type: ignore[arg-type]
    assert found is not None
    return found


def r2(found: Missed) -> dict[str, float]:
    spread = found.sums.spread.sum()
    return {name: float(1 - part.sum() / spread) for name, part in found.sums._asdict().items() if name != "spread"}


def exact_r2(f: Function, width: float) -> float:
    """R2 of the best line under the weighted law, which is normal: quadrature on a grid of its own."""
    nodes, share = np.polynomial.hermite_e.hermegauss(60)
    variance = width**2 / (1 + width**2)
    grid = np.stack(np.meshgrid(nodes, nodes, nodes, indexing="ij"), axis=-1).reshape(-1, D)
    p = np.prod(np.stack(np.meshgrid(share, share, share, indexing="ij"), axis=-1).reshape(-1, D), axis=1)
    p /= p.sum()
    y = f(AT / (1 + width**2) + np.sqrt(variance) * grid)
    slopes = (p * y) @ grid  # Columns of the grid are uncorrelated, of variance 1.
    return float((slopes @ slopes) / (p @ np.square(y - p @ y)))


SMOOTH: dict[str, Function] = {
    "quadratic form": lambda x: x[:, 0] ** 2 - x[:, 0] * x[:, 1] + 0.5 * x[:, 2] ** 2,
    "sine": lambda x: np.sin(2 * x[:, 0] + x[:, 1]),
    "x sin x": lambda x: x[:, 0] * np.sin(3 * x[:, 0]),
    "nearly linear": lambda x: x[:, 0] + x[:, 1] + 0.1 * x[:, 2] ** 2,
}


@pytest.mark.parametrize("width", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("name", SMOOTH)
def test_the_line_fits_as_well_as_theory_says(name: str, width: float) -> None:
    found = missed(SMOOTH[name], width=width)
    groups = 1 - found.sums.line / found.sums.spread
    error = groups.std() / np.sqrt(GROUPS)
    assert r2(found)["line"] == pytest.approx(exact_r2(SMOOTH[name], width), abs=5 * error + 2 * (1 + D) / N)


@pytest.mark.parametrize("name", ["quadratic form", "nearly linear"])
def test_a_quadratic_surface_explains_all_of_a_quadratic_form(name: str) -> None:
    found = missed(SMOOTH[name])
    assert found.choices == ("quadratic", "quadratic")
    assert r2(found)["chosen"] == r2(found)["quadratic"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["box", "xor", "x sin x"])
def test_trees_explain_what_no_quadratic_surface_can(name: str) -> None:
    others: dict[str, Function] = {
        "box": lambda x: ((np.abs(x[:, 0] - 0.2) < 0.6) & (x[:, 1] < 0.3)).astype(float),
        "xor": lambda x: np.sign(x[:, 0] * x[:, 1]),
    }
    found = missed({**SMOOTH, **others}[name])
    assert found.choices == ("trees", "trees")
    assert r2(found)["line"] < r2(found)["quadratic"] < r2(found)["trees"] - 0.1
    assert r2(found)["chosen"] > 0.8


def test_terms_are_what_the_form_is_made_of() -> None:
    found = missed(SMOOTH["quadratic form"], width=2.0)
    order = list(zip(found.terms.first.tolist(), found.terms.second.tolist(), strict=True))
    assert set(order[:3]) == {(0, 0), (0, 1), (2, 2)}
    assert found.tried == found.terms.out_of == 6
    # Columns are independent: what each term adds is its own variance, and together all that the line misses.
    assert found.gains[:3].sum() == pytest.approx(1 - r2(found)["line"], rel=0.05)
    assert np.abs(found.gains[3:]).max() < 0.02


def test_the_gain_of_a_term_is_that_of_adding_it_to_the_line() -> None:
    """Against least squares on the columns and one term, sample by sample."""
    one, other = (samples(SMOOTH["quadratic form"], seed=seed, n=300) for seed in (0, 1))
    found = missed_by_line(one, other)
    assert found is not None
    for first, second, gain in zip(found.terms.first, found.terms.second, found.gains, strict=True):
        taken = 0.0
        for fitted, scored in ((one, other), (other, one)):
            errors = []
            for terms in ([], [(first, second)]):
                a, b = (
                    np.column_stack([np.ones(len(s.z)), s.z, *(s.z[:, i] * s.z[:, j] for i, j in terms)])
                    for s in (fitted, scored)
                )
                root = np.sqrt(fitted.w)
                line = np.linalg.lstsq(a * root[:, None], fitted.y * root, rcond=None)[0]
                errors.append(scored.w @ np.square(scored.y - b @ line))
            taken += errors[0] - errors[1]
        assert gain == pytest.approx(taken / found.sums.spread.sum(), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("size", [1.0, 1e6])
def test_of_a_linear_model_a_line_misses_nothing(size: float) -> None:
    def linear(x: np.ndarray) -> np.ndarray:
        return size + x @ [1.0, -2.0, 0.0]

    found = missed_by_line(*(samples(linear, seed=seed) for seed in (0, 1)), output=size)
    assert found is not None
    assert found.choices == ("line", "line")
    assert np.array_equal(found.sums.line, found.sums.chosen)
    assert r2(found)["line"] == pytest.approx(1, abs=1e-12)
    assert found.tried == len(found.gains) == 0


def test_noise_is_no_gain() -> None:
    generator = np.random.default_rng(5)
    gains = []
    for seed in range(20):
        both = [
            samples(lambda x: x[:, 0] + generator.normal(size=len(x)), seed=seed, n=500, d=6) for seed in (seed, 99)
        ]
        found = missed_by_line(*both)
        assert found is not None
        gains.append(r2(found)["chosen"] - r2(found)["line"])
    assert np.mean(np.array(gains) == 0) > 0.4
    assert np.mean(gains) < 2e-3


@pytest.mark.parametrize("level", [0.0, 3.0, 1e6 / 7])
def test_of_a_constant_model_nothing_can_be_said(level: float) -> None:
    both = [samples(lambda x: level + 1e-16 * level * x[:, 0], seed=seed) for seed in (0, 1)]
    assert missed_by_line(*both, output=level) is None


def test_nor_with_fewer_effective_samples_than_unknowns() -> None:
    one, other = (samples(SMOOTH["sine"], seed=seed) for seed in (0, 1))
    heavy = other._replace(w=np.where(np.arange(N) < 3, 1.0, 1e-12))
    assert missed_by_line(one, other) is not None
    assert missed_by_line(one, heavy) is None
    assert missed_by_line(one, other._replace(w=np.zeros(N))) is None


def test_columns_of_two_values_have_pairs_and_no_squares() -> None:
    generator = np.random.default_rng(0)
    z = (generator.random((2, 1000, 4)) < 0.4).astype(float)
    z[..., 3] = 1.0  # A column that never varies has neither.
    both = [Samples(x, x[:, 0] * x[:, 1], np.ones(1000), np.arange(1000) % GROUPS) for x in z]
    found = missed_by_line(*both)
    assert found is not None
    pairs = zip(found.terms.first.tolist(), found.terms.second.tolist(), strict=True)
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert (found.terms.first[0], found.terms.second[0]) == (0, 1)
    assert r2(found)["quadratic"] == pytest.approx(1, abs=1e-6)


def test_of_too_many_pairs_the_strongest_are_tried() -> None:
    found = missed(lambda x: x[:, 3] * x[:, 17] + x[:, 0], d=24, width=5.0)
    assert found.terms.out_of == 24 * 25 // 2 > MOST_TERMS == found.tried
    assert (found.terms.first[0], found.terms.second[0]) == (3, 17)
    assert r2(found)["quadratic"] > 0.95


def test_the_screen_ranks_terms_by_what_they_take_off_the_residual() -> None:
    generator = np.random.default_rng(0)
    z, w = generator.normal(size=(2000, 4)), generator.random(2000)
    columns = Standardized.by(z, w).rows(z)[:, 1:]
    residual = columns[:, 1] ** 2 - 1 + 0.5 * columns[:, 0] * columns[:, 2]
    found = strongest_terms(columns, residual, w, most=2)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(1, 1), (0, 2)]
    assert found.out_of == 10


@pytest.mark.parametrize("n", [8, 11, 60])
def test_few_samples_raise_nothing(n: int) -> None:
    z = np.random.default_rng(0).normal(size=(n, 2))
    found = missed_by_line(*halves(z, z[:, 0] * z[:, 1] + z[:, 0], np.ones(n)))
    assert found is None or np.isfinite(np.array(found.sums)).all()


def test_halves_share_no_sample_and_fill_every_group() -> None:
    z = np.arange(120.0)[:, None]
    one, other = halves(z, z[:, 0], np.ones(120))
    assert sorted([*one.y, *other.y]) == list(range(120))
    assert set(one.group) == set(other.group) == set(range(GROUPS))


def test_arguments_are_not_written_to() -> None:
    both = [samples(SMOOTH["sine"], seed=seed, n=200) for seed in (0, 1)]
    for part in (*both[0], *both[1]):
        part.flags.writeable = False
    assert missed_by_line(*both) is not None


def test_directions_are_on_a_par() -> None:
    one, other = (samples(SMOOTH["x sin x"], seed=seed) for seed in (0, 1))
    there, back = missed_by_line(one, other), missed_by_line(other, one)
    assert there is not None
    assert back is not None
    assert np.array(there.sums) == pytest.approx(np.array(back.sums))
    assert there.gains == pytest.approx(back.gains)


def test_pure_error_is_the_variance_that_z_leaves() -> None:
    generator = np.random.default_rng(0)
    z = generator.integers(0, 2, size=(50_000, 1)).astype(float)
    w = 1 + z[:, 0]
    first, second = (z[:, 0] + (1 + 2 * z[:, 0]) * generator.normal(size=len(z)) for _ in range(2))
    drawn = Samples(z, first, w, np.arange(len(z)) % GROUPS)
    expected = (1 * 1 + 2 * 9) / 3  # Variances 1 and 9, of weights 1 and 2.
    assert within_cells(drawn, second).sum() / w.sum() == pytest.approx(expected, rel=0.03)
    assert not within_cells(drawn, first).any()
