"""How much more sampling would make a setting stable: an extrapolation from its coefficients' standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from limeeval.inference.clt import mean_and_spread
from limeeval.lime.domain import Array
from limeeval.metrics.ranking import jaccard
from limeeval.report.answer.cells import Score

if TYPE_CHECKING:
    import pandas as pd

_TIMES = [2**step for step in range(7)]
FARTHEST = _TIMES[-1]
"""How many times the samples of a setting the search goes."""
_LIMITS, _RUNS = 30, 12
SEEDS_UP_TO = 10
"""How many times the seeds of a run are within reach."""
_RESERVE = 2
_END = 1e-3


@dataclass(frozen=True)
class Need:
    """What is estimated to bring the whole interval of Jaccard@k above the target: one or the other.

    Attributes:
        samples: of a run, with the same seeds, to two digits; None if more than ``beyond``, or if no number would do.
        beyond: the most samples that were considered.
        seeds: with the same samples; None if no number of them would do, the estimate itself being too low.
        only_seeds: whether no number of samples would do: with so few seeds, even an estimate of 1 is too uncertain.
    """

    samples: int | None
    beyond: int
    seeds: int | None
    only_seeds: bool = False

    def prefers_seeds(self, *, seeds: int, num_samples: int) -> bool:
        """Whether more seeds are the only way, or the cheaper one from this many of either, and within reach."""
        if self.only_seeds or self.seeds is None:
            return self.seeds is not None
        if self.seeds > SEEDS_UP_TO * seeds:
            return False
        return self.samples is None or self.seeds / seeds <= self.samples / num_samples


def estimated_need(
    attributions: pd.DataFrame, *, measured: Score, num_samples: int, k: int, target: float, level: float = 0.025
) -> Need | None:
    """The need of one setting; None where there is nothing to extrapolate from.

    Expected is the Jaccard@k of ``expected_jaccard``, log samples being interpolated. Correlated coefficients and
    features that only some runs select bias it: it is shifted, on the logit scale, to what was measured. The distance
    that the interval reaches down is taken as constant on the scale of arcsin sqrt, where variances of shares are.

    Both have as many again in reserve, for where they are just enough half of the runs still fail. With that an
    estimate of samples is mostly between one and three times what it takes, but too low where two reasons are all but
    equally strong, which hardly any number of samples tells apart.

    Args:
        attributions: of one setting, with standard errors.
        measured: its Jaccard@k, with limits.
        num_samples: its number of samples.
        k: of Jaccard@k.
        target: what the lower limit must exceed, below 1.
        level: one-sided, of that limit; 0.025, as of the measured one, or below.
    """
    if measured.estimate is None or measured.low is None:
        return None
    coefficients, standard_errors = _runs(attributions)
    expected = expected_jaccard(coefficients, standard_errors, k=k)
    if expected is None:
        return None
    reached = _logit(expected) + _logit(measured.estimate) - _logit(expected[0])
    margin = (_angle(measured.estimate) - _angle(measured.low)) * max(float(ndtri(level) / ndtri(0.025)), 1.0)
    goal = _angle(target) + margin
    only_seeds = goal >= math.pi / 2
    return Need(
        samples=None if only_seeds else _samples_above(reached, _logit(math.sin(goal) ** 2), num_samples),
        beyond=num_samples * FARTHEST,
        seeds=_seeds_above(_angle(measured.estimate) - _angle(target), margin, coefficients.shape[1]),
        only_seeds=only_seeds,
    )


def expected_jaccard(coefficients: Array, standard_errors: Array, *, k: int) -> Array | None:
    """Jaccard@k of two runs with 1, 2, 4 ... ``FARTHEST`` times the samples, the mean over instances, each 0..1.

    A run's coefficients are about N(b, V), V falls as 1 / samples, and R runs leave b known up to V / R: so pairs of
    runs are drawn from N(b*, V / times), with b* ~ N(mean b, V / R). None for a single run, or if fewer than half of
    the instances have standard errors.

    Args:
        coefficients: (instances, R, d).
        standard_errors: of the same shape.
        k: of Jaccard@k.
    """
    runs, d = coefficients.shape[1:]
    means, spreads = mean_and_spread(coefficients, standard_errors)
    known = np.isfinite(means + spreads).all(axis=-1) & (spreads > 0).any(axis=-1)
    if runs < 2 or known.mean() < 0.5:
        return None
    generator = np.random.default_rng(0)
    limits = generator.standard_normal((_LIMITS, 1, d)) / math.sqrt(runs)
    noise = generator.standard_normal((_LIMITS, _RUNS, d))
    scores: list[list[float]] = [
        [jaccard(mean + spread * (limits + noise / math.sqrt(times)), k).mean().item() for times in _TIMES]
        for mean, spread in zip(means[known], spreads[known], strict=True)
    ]
    found: Array = np.asarray(scores, dtype=float).mean(axis=0)
    return found


def _runs(attributions: pd.DataFrame) -> tuple[Array, Array]:
    """Coefficients and standard errors (instances, R, d); what is missing is nan.

    A feature that none of an instance's runs has, as images differ in superpixels, counts for nothing: 0.
    """
    parts = ["coefficient", "standard_error"]
    wide = attributions.set_index(["instance", "label", "seed", "feature"])[parts].unstack(["seed", "feature"])
    shape = len(wide), attributions["seed"].nunique(), attributions["feature"].nunique()
    values = np.stack([wide[part].sort_index(axis=1).to_numpy(dtype=float).reshape(shape) for part in parts])
    is_absent = np.isnan(values[0]).all(axis=1, keepdims=True) & ~np.isnan(values[0]).all(axis=(1, 2), keepdims=True)
    coefficients, errors = np.where(is_absent, 0.0, values)
    return coefficients, errors


def _samples_above(reached: Array, wanted: Array, num_samples: int) -> int | None:
    """The number of samples at which what is reached exceeds what is wanted, with a reserve, to two digits.

    None if that is more than ``FARTHEST`` times the samples.
    """
    above = np.flatnonzero(reached > wanted)
    if not above.size:
        return None
    step = max(int(above[0]), 1)
    before, after = reached[step - 1 : step + 1]
    part = min(max(float((wanted - before) / (after - before)), 0.0), 1.0) if after > before else 1.0
    samples = two_digits(num_samples * _RESERVE * 2 ** (step - 1 + part))
    return samples if samples <= num_samples * FARTHEST else None


def _seeds_above(room: float, margin: float, seeds: int) -> int | None:
    """The number of seeds at which the margin, shrinking with their square root, fits in, with a reserve."""
    return math.ceil(seeds * _RESERVE * (margin / room) ** 2) if room > 0 else None


def two_digits(value: float) -> int:
    """Rounded up to two digits."""
    unit = 10 ** max(math.floor(math.log10(value)) - 1, 0)
    return int(math.ceil(value / unit) * unit)


def _logit(share: Array | float) -> Array:
    inside = np.clip(share, _END, 1 - _END)
    return np.asarray(np.log(inside / (1 - inside)), dtype=float)


def _angle(share: float) -> float:
    return math.asin(math.sqrt(share))
