"""Fidelity to fresh samples against scikit-learn's score on the raw samples that the moments were made of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.moments import GROUPS, Moments
from limeeval.lime.neighborhood import Neighborhood
from limeeval.metrics.fresh import fresh_fidelity, lack_of_fit
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.tables import Sweep

D, LABELS = 3, 2
OUTPUTS = np.array([0.3, 0.7])


class Raw(NamedTuple):
    """Samples less the instance: z - z_0 (n, d), y - f(x) (n, L) and weights (n,)."""

    z: np.ndarray
    y: np.ndarray
    w: np.ndarray

    @property
    def moments(self) -> Moments:
        a = np.column_stack([np.ones(len(self.z)), self.z])
        weighted = a * self.w[:, None]
        power = (self.w[:, None] * self.y**2).sum(axis=0)
        return Moments(weighted.T @ a, weighted.T @ self.y, power, (self.w**2).sum(), np.array(float(len(self.w))))


def raw(seed: int, n: int = 40) -> Raw:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, D))
    y = np.column_stack([z[:, 0] + z[:, 1] ** 2, 0.2 * np.sin(z[:, 2]) - z[:, 0]]) + 0.1 * rng.normal(size=(n, LABELS))
    return Raw(z, y, rng.uniform(size=n))


def moments_of(parts: Sequence[Raw]) -> Moments:
    return Moments(*(np.stack(some) for some in zip(*(part.moments.parts for part in parts), strict=True)))


def pooled(parts: Sequence[Raw]) -> Raw:
    return Raw(*(np.concatenate(some) for some in zip(*parts, strict=True)))


def lines_of(seeds: int, settings: int = 2) -> np.ndarray:
    """Any lines (R, C, L, 1 + d): they need not have been fitted."""
    return np.random.default_rng(99).normal(size=(seeds, settings, LABELS, 1 + D))


def sums(line: np.ndarray, label: int, parts: Sequence[Raw]) -> tuple[float, float]:
    """Weighted sums of squares (residual, about the mean) on raw samples."""
    z, y, w = pooled(parts)
    residuals = y[:, label] - line[0] - z @ line[1:]
    about = y[:, label] - np.average(y[:, label], weights=w)
    return float((w * residuals**2).sum()), float((w * about**2).sum())


def left_out(parts: Sequence[Raw], *seeds: int) -> list[Raw]:
    return [part for seed, part in enumerate(parts) if seed not in seeds]


@pytest.mark.parametrize("seeds", [2, 3, 6])
def test_each_line_is_scored_on_the_samples_of_the_others(seeds: int) -> None:
    parts, lines = [raw(seed) for seed in range(seeds)], lines_of(seeds)
    found = fresh_fidelity(lines, moments_of(parts), OUTPUTS)
    assert found.r2.shape == found.spread.shape == lines.shape[:3]
    for seed, setting, label in np.ndindex(*lines.shape[:3]):
        z, y, w = pooled(left_out(parts, seed))
        predicted = lines[seed, setting, label, 0] + z @ lines[seed, setting, label, 1:]
        expected = r2_score(y[:, label], predicted, sample_weight=w)
        assert found.r2[seed, setting, label] == pytest.approx(expected, rel=1e-10)
        _, spread = sums(lines[seed, setting, label], label, left_out(parts, seed))
        assert found.spread[seed, setting, label] == pytest.approx(spread, rel=1e-10)


def test_the_line_that_made_the_samples_scores_one() -> None:
    line = np.array([0.5, 1.0, -2.0, 0.0])
    parts = [part._replace(y=np.tile(line[0] + part.z @ line[1:], (LABELS, 1)).T) for part in map(raw, range(3))]
    lines = np.broadcast_to(line, (3, 1, LABELS, 1 + D))
    found = fresh_fidelity(lines, moments_of(parts), OUTPUTS)
    np.testing.assert_allclose(found.r2, 1.0, rtol=1e-12)
    assert (found.r2 <= 1).all()


@pytest.mark.parametrize("seeds", [3, 5])
def test_what_a_seed_contributes_is_what_is_lost_without_it(seeds: int) -> None:
    """As a line and as samples: for a jackknife over seeds."""
    parts, lines = [raw(seed) for seed in range(seeds)], lines_of(seeds)
    found = fresh_fidelity(lines, moments_of(parts), OUTPUTS)
    residuals = ((1 - found.r2) * found.spread).sum(axis=0)
    spreads = found.spread.sum(axis=0)
    for seed, setting, label in np.ndindex(*lines.shape[:3]):
        each = [
            sums(lines[other, setting, label], label, left_out(parts, seed, other))
            for other in range(seeds)
            if other != seed
        ]
        residual, spread = np.sum(each, axis=0)
        kept = residuals[setting, label] - found.residual_of_seed[seed, setting, label]
        assert kept == pytest.approx(residual, rel=1e-9)
        assert spreads[setting, label] - found.spread_of_seed[seed, setting, label] == pytest.approx(spread, rel=1e-9)


def test_two_seeds_leave_nothing_without_one() -> None:
    found = fresh_fidelity(lines_of(2), moments_of([raw(0), raw(1)]), OUTPUTS)
    assert np.isfinite(found.r2).all()
    assert np.isnan(found.residual_of_seed).all()
    assert np.isnan(found.spread_of_seed).all()


def test_a_flat_model_has_no_fidelity() -> None:
    parts = [part._replace(y=np.column_stack([np.zeros(len(part.y)), part.y[:, 1]])) for part in map(raw, range(4))]
    found = fresh_fidelity(lines_of(4), moments_of(parts), OUTPUTS)
    assert np.isnan(found.r2[..., 0]).all()
    assert np.isnan(found.spread[..., 0]).all()
    assert np.isfinite(found.r2[..., 1]).all()
    assert np.isfinite(found.spread_of_seed[..., 1]).all()


def test_too_few_effective_samples_measure_nothing() -> None:
    """One sample of each seed carries all the weight: three of the others are fewer than the four unknowns."""
    parts = [part._replace(w=np.where(np.arange(40) == 0, 1.0, 1e-12)) for part in map(raw, range(5))]
    assert np.isnan(fresh_fidelity(lines_of(4), moments_of(parts[:4]), OUTPUTS).r2).all()
    assert np.isfinite(fresh_fidelity(lines_of(5), moments_of(parts), OUTPUTS).r2).all()


def test_a_seed_that_outweighs_the_others_is_left_out_of_its_own_measure() -> None:
    """What is left without it is far below the rounding of what is there with it."""
    parts = [raw(0), *(part._replace(w=part.w * 1e-20) for part in map(raw, (1, 2)))]
    found = fresh_fidelity(lines_of(3), moments_of(parts), OUTPUTS)
    for label in range(LABELS):
        z, y, w = pooled(parts[1:])
        line = lines_of(3)[0, 0, label]
        expected = r2_score(y[:, label], line[0] + z @ line[1:], sample_weight=w)
        measured = found.r2[0, 0, label]
        assert np.isnan(measured) or measured == pytest.approx(expected, rel=1e-6)


def test_arguments_are_not_written_to() -> None:
    lines, samples = lines_of(3), moments_of([raw(seed) for seed in range(3)])
    for array in (lines, *samples.parts):
        array.setflags(write=False)
    fresh_fidelity(lines, samples, OUTPUTS)


@pytest.mark.parametrize("seeds", [2, 5])
def test_lack_of_fit_is_what_the_line_of_the_other_seeds_misses(seeds: int) -> None:
    """Of one seed's samples, beside the constant of the other seeds."""
    parts = [raw(seed, n=400) for seed in range(seeds)]
    found = lack_of_fit(moments_of(parts), OUTPUTS)
    assert found.share.shape == found.spread.shape == (seeds, LABELS)
    for seed, label in np.ndindex(seeds, LABELS):
        z, y, w = pooled(left_out(parts, seed))
        line = LinearRegression().fit(z, y[:, label], sample_weight=w)
        own = parts[seed]
        missed = (own.w * np.square(own.y[:, label] - line.predict(own.z))).sum()
        spread = (own.w * np.square(own.y[:, label] - np.average(y[:, label], weights=w))).sum()
        noise = (w**2).sum() / w.sum() ** 2
        assert found.spread[seed, label] == pytest.approx(spread / (1 + noise), rel=1e-10)
        expected = missed / spread * (1 + noise) / (1 + (1 + D) * noise)
        assert found.share[seed, label] == pytest.approx(expected, rel=1e-9)


def test_a_linear_model_lacks_nothing() -> None:
    """Though LIME's own lines do: ridge's penalty shrinks them."""
    parts = [part._replace(y=0.5 + part.z @ np.eye(D, LABELS)) for part in (raw(seed, n=100) for seed in range(3))]
    found = lack_of_fit(moments_of(parts), OUTPUTS)
    assert (found.share >= 0).all()
    np.testing.assert_allclose(found.share, 0.0, atol=1e-12)


def test_columns_that_say_the_same_thing_do_no_harm() -> None:
    parts = [raw(seed, n=400) for seed in range(3)]
    twice = [part._replace(z=np.column_stack([part.z[:, :2], part.z[:, 0]])) for part in parts]
    once = [part._replace(z=np.column_stack([part.z[:, :2], np.zeros(400)])) for part in parts]
    found = [lack_of_fit(moments_of(own), OUTPUTS).share for own in (twice, once)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


def test_a_line_explains_none_of_a_square() -> None:
    """z^2 about its centre has no slope; z + z^2 with z normal: 1 / (1 + 2) of the variance is the line's."""
    parts = [raw(seed, n=40_000)._replace(w=np.ones(40_000)) for seed in range(3)]
    parts = [part._replace(y=part.z[:, :1] * [0, 1] + np.square(part.z[:, :1])) for part in parts]
    share = lack_of_fit(moments_of(parts), OUTPUTS).share
    np.testing.assert_allclose(share.mean(axis=0), [1.0, 2 / 3], atol=0.01)


def test_lack_of_fit_does_not_depend_on_how_many_samples_show_it() -> None:
    """Its expected value: without the noise taken off, 0.04 higher at 2 x 100 samples of 4 unknowns."""
    shares = [
        lack_of_fit(moments_of([raw(1000 * number + seed, n) for seed in range(2)]), OUTPUTS).share.mean()
        for n, count in ((100, 600), (5000, 20))
        for number in range(count)
    ]
    few, many = np.mean(shares[:600]), np.mean(shares[600:])
    assert few == pytest.approx(many, abs=0.015)


def test_no_lack_of_fit_without_support_or_variation() -> None:
    few = lack_of_fit(moments_of([raw(seed, n=10) for seed in range(2)]), OUTPUTS)
    assert np.isnan(few.share).all()
    assert np.isnan(few.spread).all()
    parts = [
        part._replace(y=np.column_stack([np.zeros(400), part.y[:, 1]])) for part in (raw(s, 400) for s in range(4))
    ]
    found = lack_of_fit(moments_of(parts), OUTPUTS)
    assert np.isnan(found.share[:, 0]).all()
    assert np.isfinite(found.share[:, 1]).all()
    weightless = moments_of([raw(seed, 400)._replace(w=np.zeros(400)) for seed in range(3)])
    assert np.isnan(lack_of_fit(weightless, OUTPUTS).share).all()


# --- Of a sweep ------------------------------------------------------------------------------------------------------

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {
    "kernel_width_factor": [0.5, 1],
    "num_samples": [200, 600],
    "num_features": 2,
}
DATA = np.random.default_rng(0).normal(size=(200, 4))
DEFAULT_WIDTH = 0.75 * np.sqrt(4)


def probabilities(rows: np.ndarray) -> np.ndarray:
    yes = 1 / (1 + np.exp(-(rows[:, 0] + rows[:, 1] * rows[:, 2])))
    return np.column_stack([1 - yes, yes])


def plan_of(seeds: Sequence[int], fidelity_at: float = 1.0, predict_fn: Any = probabilities, **changed: Any) -> Plan:
    return Plan(
        names=Names("made up", "logistic"),
        explainer=LimeTabularExplainer(DATA),
        instances=DATA[:2],
        ids=["a", "b"],
        predict_fn=predict_fn,
        seeds=list(seeds),
        grid=grid_of(SETTINGS | changed),
        labels=Labels("classification", None, (1,)),
        fidelity_at=fidelity_at,
    )


def drawn(instance: int, seed: int, width: float, bins: bool = True) -> Raw:
    """What a neighborhood looked like, the instance itself first."""
    domain = LimeTabularExplainer(DATA, discretize_continuous=bins).domain(DATA[instance])
    state = Neighborhood(domain, seed, 600).draw(0, 600)
    z, y = domain.design(state), probabilities(domain.decode(state))[:, 1:]
    return Raw(z, y, np.exp(-np.square(domain.distance(z)) / (2 * width**2)))


def line_of(sweep: Sweep, fit: pd.Series) -> tuple[float, np.ndarray]:
    keys = ["instance", "seed", "kernel_width", "num_samples"]
    own = (sweep.attributions[keys] == list(fit[keys])).all(axis=1)
    return fit["intercept"], sweep.attributions[own].sort_values("feature")["coefficient"].to_numpy()


@pytest.mark.parametrize("fidelity_at", [0.5, 1.0, 2.0])
def test_the_reference_is_a_ruler_of_one_width(fidelity_at: float) -> None:
    """Whether the grid has that width or not."""
    seeds = (0, 5, 9)
    sweep = run_sweep(plan_of(seeds, fidelity_at))
    for _, fit in sweep.fits.iterrows():
        others = [drawn(fit["instance"], seed, fidelity_at * DEFAULT_WIDTH) for seed in seeds if seed != fit["seed"]]
        z, y, w = pooled([Raw(*(part[1:] for part in one)) for one in others])
        intercept, coefficients = line_of(sweep, fit)
        expected = r2_score(y[:, 0], intercept + z @ coefficients, sample_weight=w)
        assert fit["r2_reference"] == pytest.approx(expected, rel=1e-8)
    own = sweep.fits[np.isclose(sweep.fits["kernel_width_factor"], fidelity_at)]
    pd.testing.assert_series_equal(own["r2_fresh"], own["r2_reference"], check_names=False)


def test_every_line_is_scored_at_every_width_of_the_sweep() -> None:
    seeds = (0, 5, 9)
    fits = run_sweep(plan_of(seeds, kernel_width_factor=[0.5, 1, 2])).fits
    assert not {"r2_at_x0.7", "r2_at_x3"} & set(fits)
    for factor in (0.5, 1, 2):
        other = run_sweep(plan_of(seeds, fidelity_at=factor, kernel_width_factor=[0.5, 1, 2])).fits
        for part in ("r2_{}", "{}_spread", "{}_residual_of_seed", "{}_spread_of_seed"):
            at_width, expected = fits[part.format(f"at_x{factor}")], other[part.format("reference")]
            pd.testing.assert_series_equal(at_width, expected, check_names=False)


def test_lack_of_fit_is_that_of_the_width() -> None:
    """Whatever else is set; at a width where nothing but the instance counts, there is none."""
    fits = run_sweep(plan_of((0, 5, 9), kernel_width_factor=[0.01, 0.5, 1], num_features=[1, 4])).fits
    assert fits.query("kernel_width_factor < 0.5")["lack_of_fit"].isna().all()
    known = fits.query("kernel_width_factor >= 0.5").groupby(["instance", "seed", "kernel_width_factor"])["lack_of_fit"]
    assert (known.nunique() == 1).all()
    samples = [drawn(1, seed, 0.5 * DEFAULT_WIDTH) for seed in (0, 5, 9)]
    z, y, w = pooled([Raw(*(part[1:] for part in one)) for one in samples[1:]])
    line = LinearRegression().fit(z, y[:, 0], sample_weight=w)
    own = Raw(*(part[1:] for part in samples[0]))
    missed = (own.w * np.square(own.y[:, 0] - line.predict(own.z))).sum()
    spread = (own.w * np.square(own.y[:, 0] - np.average(y[:, 0], weights=w))).sum()
    found = fits.query("kernel_width_factor == 0.5 and instance == 1 and seed == 0")["lack_of_fit"].iloc[0]
    noise = (w**2).sum() / w.sum() ** 2
    assert found == pytest.approx(missed / spread * (1 + noise) / (1 + 5 * noise), rel=1e-8)


@pytest.mark.parametrize(("num_features", "fidelity_at"), [(4, 1.0), (4, 2.0), (2, 0.5)])
def test_one_seed_is_scored_on_groups_left_out(num_features: int, fidelity_at: float) -> None:
    """Each group of samples by the fit to all others; the instance itself is fitted, and never scored."""
    sweep = run_sweep(plan_of([5], fidelity_at, num_features=num_features))
    for _, fit in sweep.fits.iterrows():
        count, instance = fit["num_samples"], fit["instance"]
        chosen = np.flatnonzero(line_of(sweep, fit)[1])
        z, y, w = drawn(instance, 5, fit["kernel_width"])
        for column, width in (("r2_fresh", fit["kernel_width"]), ("r2_reference", fidelity_at * DEFAULT_WIDTH)):
            ruler = drawn(instance, 5, width).w
            groups, predicted = np.arange(600) % GROUPS, np.empty(600)
            for group in range(GROUPS):
                fitted = (np.arange(600) < count) & (groups != group)
                fitted[0] = True
                line = Ridge(alpha=1.0).fit(z[fitted][:, chosen], y[fitted, 0], sample_weight=w[fitted])
                predicted[groups == group] = line.predict(z[groups == group][:, chosen])
            scored = np.arange(1, count)
            expected = r2_score(y[scored, 0], predicted[scored], sample_weight=ruler[scored])
            assert fit[column] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("seeds", [(5,), (0, 5), (0, 5, 9)])
def test_undefined_is_nan(seeds: tuple[int, ...]) -> None:
    """A constant model, and a width at which nothing but the instance carries weight."""
    flat = run_sweep(plan_of(seeds, predict_fn=lambda rows: np.tile([0.25, 0.75], (len(rows), 1))))
    narrow = run_sweep(plan_of(seeds, kernel_width_factor=[0.01, 1]))
    assert flat.fits[["r2_fresh", "r2_reference"]].isna().all(axis=None)
    assert narrow.fits.query("kernel_width_factor < 0.5")["r2_fresh"].isna().all()
    assert narrow.fits["r2_reference"].notna().all()  # Poor as a fit may be, it can be measured where samples are.


@pytest.mark.parametrize(("factor", "some"), [(0.03, False), (0.2, True), (0.3, True)])
def test_what_is_measured_at_narrow_widths_is_right(factor: float, some: bool) -> None:
    """Weights over many orders of magnitude: a number that is given is the right one."""
    seeds = (0, 5, 9)
    sweep = run_sweep(plan_of(seeds, kernel_width_factor=factor, num_samples=600, discretize_continuous=False))
    measured = sweep.fits[sweep.fits["r2_fresh"].notna()]
    assert measured.empty != some
    for _, fit in measured.iterrows():
        others = [drawn(fit["instance"], seed, fit["kernel_width"], False) for seed in seeds if seed != fit["seed"]]
        z, y, w = pooled([Raw(*(part[1:] for part in one)) for one in others])
        intercept, coefficients = line_of(sweep, fit)
        expected = r2_score(y[:, 0], intercept + z @ coefficients, sample_weight=w)
        assert fit["r2_fresh"] == pytest.approx(expected, rel=1e-6)
