"""What a line misses of a model around an instance, and how much of it richer models can learn.

Everything is fitted to some samples and scored on others. Each richer model is the full line (weighted least squares)
and something on top that is fitted to its residual: squares and pairs of columns, with ridge; or boosted trees. What
a line could say is thus never counted as gained, however badly the line itself is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.lime.moments import GROUPS
from limeeval.metrics.terms import Standardized, Terms, strongest_terms

LINE, QUADRATIC, TREES = MODELS = ("line", "quadratic", "trees")
MOST_TERMS = 150
"""Squares and pairs of a quadratic surface at most: the time goes with their square."""
SAMPLES_A_TERM = 5
_ALPHAS = np.array([1e-8, 1e-3, 1e-2, 1e-1, 1.0, 10.0])
"""Ridge's penalty, in multiples of a term's sum of squares."""
_FLAT = 1e-13
_EXACT = 1e-20
_SEEN = 1e-3
_INNER = 5
_STEPS, _REACH = 32, 3.0
"""Trees see columns in so many steps, within so many weighted standard deviations of the mean."""


class Samples(NamedTuple):
    """Perturbed samples, the instance itself not among them.

    ``z`` (n, d) representations, ``y`` (n,) the model's output less f(x), ``w`` (n,) weights, ``group`` (n,) which of
    GROUPS groups each is in, to be left out together.
    """

    z: Array
    y: Array
    w: Array
    group: NDArray[np.intp]

    def at(self, chosen: NDArray[np.bool_]) -> Samples:
        """Some of them."""
        return Samples(self.z[chosen], self.y[chosen], self.w[chosen], self.group[chosen])

    def sums(self, values: Array) -> Array:
        """Weighted sums of values (n,) over each group (GROUPS,)."""
        return np.bincount(self.group, weights=self.w * values, minlength=GROUPS).astype(float)


class Sums(NamedTuple):
    """Weighted sums of squares by group of scored samples, each (GROUPS,).

    ``spread`` of the outputs about their mean, and the residuals of the line, of both richer models, and of whichever
    of the three was ``chosen`` on the samples that they were fitted to.
    """

    spread: Array
    line: Array
    quadratic: Array
    trees: Array
    chosen: Array


class Missed(NamedTuple):
    """What a line misses: the sums of both directions, and what was chosen in each.

    ``terms`` are the squares and pairs that were tried, ``gains`` (q,) how much R2 each alone adds to the line; largest
    first. Where there are too many to try, each direction tries those that its samples for fitting make likely: the
    quadratic surface is made of ``tried`` terms at most.
    """

    sums: Sums
    choices: tuple[str, str]
    terms: Terms
    gains: Array
    tried: int


def missed_by_line(one: Samples, other: Samples, *, output: float = 0.0) -> Missed | None:
    """What the full line misses of a model, fitted to ``one`` and scored on ``other``, and the other way round.

    With the sums of the result, R2 is 1 - residual / spread (at most 1, below 0 worse than a constant), and
    (line - chosen) / spread a lower bound of the share of the variance that no line can explain: 0 up to noise if f is
    linear, or too little is known to say more.

    None where the model is constant in either half, or that has fewer effective samples than a line has unknowns.

    Args:
        one: samples of one half.
        other: of the other, independent of the first.
        output: f(x), which sets the scale of rounding.

    >>> z = np.random.default_rng(0).normal(size=(2, 500, 2))
    >>> halves = [Samples(x, x[:, 0] + x[:, 1] ** 2, np.ones(500), np.arange(500) % GROUPS) for x in z]
    >>> found = missed_by_line(*halves)
    >>> found.choices, found.terms.first[0], found.terms.second[0]
    (('quadratic', 'quadratic'), np.int64(1), np.int64(1))
    """
    if not (_is_measurable(one, output) and _is_measurable(other, output)):
        return None
    fits = [_fit(samples, output) for samples in (one, other)]
    scored = [_scored(fit, samples) for fit, samples in zip(fits, (other, one), strict=True)]
    total = Sums(*(np.add(*parts) for parts in zip(*(sums for sums, _ in scored), strict=True)))
    d = one.z.shape[1]
    keys, position = np.unique(
        np.concatenate([fit.terms.first * d + fit.terms.second for fit in fits]), return_inverse=True
    )
    gains = np.bincount(position, weights=np.concatenate([found for _, found in scored]), minlength=len(keys))
    gains = gains / total.spread.sum()
    order = np.argsort(-gains, kind="stable")
    return Missed(
        sums=total,
        choices=(fits[0].choice, fits[1].choice),
        terms=Terms(keys[order] // d, keys[order] % d, max(fit.terms.out_of for fit in fits)),
        gains=gains[order],
        tried=max(len(fit.terms.first) for fit in fits),
    )


def within_cells(samples: Samples, again: Array) -> Array:
    """Weighted sums of the variance within cells, by group (GROUPS,): what no function of z can explain.

    Half the squared difference of two draws of the same z; ``again`` (n,) are the outputs of the second one, less f(x).
    """
    return samples.sums(np.square(samples.y - again) / 2)


def halves(z: Array, y: Array, w: Array) -> tuple[Samples, Samples]:
    """The samples of a single seed as two interleaved halves, each in its groups."""
    number = np.arange(len(y))
    samples = Samples(z, y, w, number // 2 % GROUPS)
    return samples.at(number % 2 == 0), samples.at(number % 2 == 1)


def _is_measurable(samples: Samples, output: float) -> bool:
    """Whether as many effective samples as unknowns are there, and outputs that vary beyond rounding."""
    weight, squared = samples.w.sum(), np.square(samples.w).sum()
    if not squared > 0 or weight**2 / squared < 1 + samples.z.shape[1]:
        return False
    power = (samples.w * np.square(samples.y)).sum()
    level = max(_FLAT * power, weight * (_FLAT * output) ** 2)
    return bool(_about_mean(samples).sum() > level)


def _about_mean(samples: Samples) -> Array:
    """Weighted sum of squares of the outputs about their mean, by group (GROUPS,)."""
    return samples.sums(np.square(samples.y - samples.w @ samples.y / samples.w.sum()))


def _most_terms(n: int) -> int:
    return min(MOST_TERMS, n // SAMPLES_A_TERM)


class _Fit(NamedTuple):
    """A line and what was fitted to its residual.

    ``solved`` is of all samples, ``surface`` (1 + d + q,) the coefficients of columns and terms, ``trees`` predicts
    the residual from [1, columns].
    """

    scale: Standardized
    terms: Terms
    solved: _Solved
    surface: Array
    trees: Callable[[Array], Array]
    choice: str

    def rows(self, z: Array) -> Array:
        """[1, columns, terms], shape (n, 1 + d + q)."""
        return _with_terms(self.scale.rows(z), self.terms)


class _Solved(NamedTuple):
    """Least squares of y on [1, columns], and the normal equations of the terms beside them.

    ``line`` (1 + d,), ``of_terms`` (1 + d, q) the lines through the terms themselves; ``gram`` (q, q) and ``cross``
    (q,) of what they leave of the terms, with y; ``weight`` the sum of weights.
    """

    line: Array
    of_terms: Array
    gram: Array
    cross: Array
    weight: float

    @property
    def size(self) -> Array:
        """Spread (q,) of each term beyond the columns."""
        return np.sqrt(np.maximum(np.diagonal(self.gram) / self.weight, 0.0))

    def surface(self, terms: Array) -> Array:
        """Coefficients (1 + d + q, ...) of [1, columns, terms], given those of the terms (q, ...)."""
        line = self.line.reshape((-1,) + (1,) * (terms.ndim - 1))
        return np.concatenate([line - self.of_terms @ terms, terms])


def _with_terms(rows: Array, terms: Terms) -> Array:
    return np.concatenate([rows, terms.of(rows[:, 1:])], axis=1)


def _fit(samples: Samples, output: float) -> _Fit:
    """All models, and which of them is best: chosen on every _INNER-th sample, by models of the others.

    The line alone where either are too few, or where it leaves nothing but rounding.
    """
    inner = np.arange(len(samples.y)) % _INNER < _INNER - 1
    fitting, choosing = samples.at(inner), samples.at(~inner)
    if not (_is_measurable(fitting, output) and choosing.w.any()):
        return _line_alone(Standardized.by(samples.z, samples.w), samples)
    scale = Standardized.by(fitting.z, fitting.w)
    columns = scale.rows(fitting.z)
    line = _least_squares(columns, fitting)
    residual = fitting.y - columns @ line
    if _is_exact(fitting, residual, output):
        return _line_alone(scale, samples)
    terms = strongest_terms(columns[:, 1:], residual, fitting.w, most=_most_terms(len(samples.y)))
    rows, others = _with_terms(columns, terms), _with_terms(scale.rows(choosing.z), terms)
    sums, of_others = _products(rows, fitting), _products(others, choosing)
    p = columns.shape[1]
    paths = others @ _surfaces(_solved(sums, p))
    errors = choosing.w @ np.square(choosing.y[:, None] - paths)
    best = int(np.argmin(errors))
    trees = _trees(columns, residual, fitting.w)
    of_line = others[:, :p] @ line
    choice = _choice(choosing, {LINE: of_line, QUADRATIC: paths[:, best], TREES: of_line + trees(others[:, :p])})
    solved = _solved(sums + of_others, p)
    return _Fit(scale, terms, solved, _surfaces(solved, _ALPHAS[best : best + 1])[:, 0], trees, choice)


def _line_alone(scale: Standardized, samples: Samples) -> _Fit:
    rows = scale.rows(samples.z)
    none = Terms(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), 0)
    solved = _solved(_products(rows, samples), rows.shape[1])
    return _Fit(scale, none, solved, solved.line, lambda rows: np.zeros(len(rows)), LINE)


def _is_exact(samples: Samples, residual: Array, output: float) -> bool:
    """Whether nothing but rounding is left."""
    left, spread = samples.w @ np.square(residual), _about_mean(samples).sum()
    return bool(left <= max(_EXACT * spread, samples.w.sum() * (_FLAT * output) ** 2))


def _products(rows: Array, samples: Samples) -> Array:
    """Weighted sums of products of [rows, y]."""
    everything = np.column_stack([rows, samples.y])
    found: Array = (everything * samples.w[:, None]).T @ everything
    return found


def _least_squares(rows: Array, samples: Samples) -> Array:
    """Coefficients (p,) of weighted least squares on rows (n, p); the shortest ones, where they are not unique."""
    return _solved(_products(rows, samples), rows.shape[1]).line


def _solved(products: Array, p: int) -> _Solved:
    inverse = np.linalg.pinv(products[:p, :p], rcond=1e-10, hermitian=True)
    solutions = inverse @ products[:p, p:]
    left = products[p:, p:] - products[p:, :p] @ solutions
    return _Solved(solutions[:, -1], solutions[:, :-1], left[:-1, :-1], left[:-1, -1], float(products[0, 0]))


def _surfaces(solved: _Solved, alphas: Array = _ALPHAS) -> Array:
    """Coefficients (1 + d + q, a) of [1, columns, terms] at each of the penalties (a,), which terms alone bear."""
    size = solved.size
    factor = np.where(size > 1e-6, 1 / np.where(size > 1e-6, size, 1.0), 0.0)
    values, vectors = np.linalg.eigh(factor[:, None] * solved.gram * factor / solved.weight)
    cross = vectors.T @ (factor * solved.cross / solved.weight)
    shrunk = cross[:, None] / (np.maximum(values, 0.0)[:, None] + alphas)
    return solved.surface(factor[:, None] * (vectors @ shrunk))


def _trees(rows: Array, residual: Array, w: Array) -> Callable[[Array], Array]:
    """Boosted trees of the residual (n,), as a function of rows [1, columns]."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    w = w / w.mean()
    seen = w > _SEEN  # Others only take time.
    size = float(np.sqrt(w @ np.square(residual) / w.sum()))
    model = HistGradientBoostingRegressor(
        learning_rate=0.2,
        max_iter=30,
        max_leaf_nodes=8,
        max_bins=_STEPS + 1,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )
    model.fit(_steps(rows[seen]), residual[seen] / size, sample_weight=w[seen])
    return lambda rows: size * np.asarray(model.predict(_steps(rows)), dtype=float)


def _steps(rows: Array) -> Array:
    """Standardized columns of rows [1, columns], in steps of equal width: finding quantiles would outlast the trees."""
    steps = (rows[:, 1:] + _REACH) * (_STEPS / (2 * _REACH))
    return np.clip(np.rint(steps, out=steps), 0, _STEPS, out=steps)


def _choice(samples: Samples, predictions: dict[str, Array]) -> str:
    """The model with the smallest error, of those that are better than the line by more than a standard error."""
    of_line = np.square(samples.y - predictions[LINE])
    best, most = LINE, 0.0
    for name, prediction in predictions.items():
        gains = samples.w * (of_line - np.square(samples.y - prediction))
        gain, error = float(gains.sum()), float(np.sqrt(np.square(gains - gains.mean()).sum()))
        if gain > max(most, error):
            best, most = name, gain
    return best


def _scored(fit: _Fit, samples: Samples) -> tuple[Sums, Array]:
    """Sums of squares of fitted models on other samples, and what each term alone (q,) takes off the line's."""
    rows, solved = fit.rows(samples.z), fit.solved
    columns, terms = np.split(rows, [len(solved.line)], axis=1)
    of_line = columns @ solved.line
    predictions = {LINE: of_line, QUADRATIC: rows @ fit.surface, TREES: of_line + fit.trees(columns)}
    sums = {name: samples.sums(np.square(samples.y - found)) for name, found in predictions.items()}
    found = Sums(_about_mean(samples), **sums, chosen=sums[fit.choice])
    return found, _gains(solved, terms - columns @ solved.of_terms, samples.w, samples.y - of_line)


def _gains(solved: _Solved, beyond: Array, w: Array, residual: Array) -> Array:
    """What each term takes off the line's sum of squared residuals (n,), below 0 if it adds; ``beyond`` (n, q) is what
    the columns leave of the terms."""
    squares = np.diagonal(solved.gram)
    varies = squares > _SEEN**2 * solved.weight
    slope = np.where(varies, solved.cross / np.where(varies, squares, 1.0), 0.0)
    found: Array = 2 * slope * ((w * residual) @ beyond) - slope**2 * (w @ np.square(beyond))
    return found
