"""Fidelity of every seed's surrogate to the samples of the other seeds, and what each seed contributes to it.

Sums of squares add over seeds, so the moments of each seed's samples are enough. Samples are the perturbed ones alone:
the instance itself is in every neighborhood, and at narrow widths it would be all that is measured.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.diagnostics import TRUSTED_UP_TO
from limeeval.lime.domain import Array
from limeeval.lime.moments import Moments
from limeeval.lime.surrogate import centred, ridge

_FLAT = 1e-13
_NO_PENALTY = 1e-10
"""Of the largest variation of a column: it decides only where columns say the same thing."""


class FreshFidelity(NamedTuple):
    """Of R seeds at C settings for L labels, each (R, C, L).

    ``r2`` is that of a seed's surrogate on the samples of all others (at most 1, higher is better, below 0 worse than a
    constant), ``spread`` its denominator, the weighted sum of squares of the outputs about their mean; nan where the
    model is constant, or fewer effective samples than unknowns are left to measure with. ``residual_of_seed`` and
    ``spread_of_seed``: what the sums of squares of all seeds together lose without this one, as a surrogate and as
    samples; nan for fewer than three seeds.
    """

    r2: Array
    spread: Array
    residual_of_seed: Array
    spread_of_seed: Array


def fresh_fidelity(lines: Array, samples: Moments, outputs: Array) -> FreshFidelity:
    """Every surrogate's fidelity to the samples that the other seeds drew.

    Args:
        lines: value at the instance less f(x), then coefficients, of each seed, setting and label (R, C, L, 1 + d).
        samples: moments of each seed's samples (R, ...).
        outputs: f(x) of each label (L,), which sets the scale of rounding.
    """
    seeds, settings, labels, _ = lines.shape
    own = np.eye(seeds, dtype=bool)
    squares = residual_sums(lines.reshape(1, seeds * settings, labels, -1), samples)
    squares = squares.reshape(seeds, seeds, settings, labels).swapaxes(0, 1)  # (surrogate's seed, samples' seed, C, L)
    residual = np.where(own[..., None, None], 0.0, squares).sum(axis=1)
    others, without = _all_but_one(samples), _all_but_two(samples)
    spread = np.where(measurable(others, outputs), spread_sums(others), np.nan)  # (R, L)
    known = np.isfinite(spread)
    lost = np.where(own[..., None] | ~known[:, None], 0.0, spread[:, None] - spread_sums(without)).sum(axis=0)
    moved = np.where(own[..., None, None] | ~known[:, None, None], 0.0, squares).sum(axis=0)
    enough = np.where(known.any(axis=0) & (seeds > 2), 1.0, np.nan)
    spread_of_seed = enough * (np.where(known, spread, 0.0) + lost)
    return FreshFidelity(
        r2=1 - residual / spread[:, None],
        spread=np.broadcast_to(spread[:, None], residual.shape),
        residual_of_seed=enough * (np.where(known[:, None], residual, 0.0) + moved),
        spread_of_seed=np.broadcast_to(spread_of_seed[:, None], residual.shape),
    )


class LackOfFit(NamedTuple):
    """What a line misses of R seeds' samples for L labels, each (R, L).

    ``share`` is that of a seed's samples (at least 0, lower is better, above 1 worse than a constant), ``spread`` its
    denominator. nan where the model is constant, or the samples of the other seeds support no line.
    """

    share: Array
    spread: Array


def lack_of_fit(samples: Moments, outputs: Array) -> LackOfFit:
    """The lack of fit of the best line, on samples that it was not fitted to: how far the model is from linear here.

    The line with all features, by least squares without a penalty, is fitted to the samples of all other seeds, and
    measured on a seed's own: the weighted sum of its squared residuals over that of the constant fitted to the same
    others. So neither the choice of features nor the noise of a single run counts, as they do in 1 - R2 of an
    explanation. What is left of that noise, the error of a line of d + 1 unknowns from so many effective samples, is
    taken off: (d + 1) / ESS of the share, in first order, and 1 / ESS of the constant's.

    Args:
        samples: moments of each seed's samples (R, ...), R at least 2.
        outputs: f(x) of each label (L,), which sets the scale of rounding.
    """
    others = _all_but_one(samples)
    known = _supports_a_line(others)[:, None] & measurable(others, outputs)
    labels = range(len(outputs))
    lines = np.stack([_fitted(others[own].label(label), own) for label, own in zip(labels, known.T, strict=True)], 1)
    constants = np.zeros_like(lines)
    constants[..., 0] = np.where(known, others.cross[..., 0, :], np.nan) / np.where(known, others.weight[:, None], 1.0)
    missed, spread = (residual_sums(fitted[:, None], samples)[:, 0] for fitted in (lines, constants))
    varies = spread > 0
    noise = 1 / np.where(known, others.effective_sample_size[:, None], 1.0)
    spread = spread / (1 + noise)
    missed = missed / (1 + others.gram.shape[-1] * noise)
    return LackOfFit(np.where(varies, missed, np.nan) / np.where(varies, spread, 1.0), np.where(varies, spread, np.nan))


def _supports_a_line(samples: Moments) -> NDArray[np.bool_]:
    """Whether (...) effective samples are enough for all features, which are not all constant."""
    supported = np.asarray(TRUSTED_UP_TO * samples.effective_sample_size >= samples.gram.shape[-1])
    supported[supported] = samples[supported].design_variation > 0
    return supported


def _fitted(samples: Moments, known: NDArray[np.bool_]) -> Array:
    """Value at the instance less f(x), then coefficients (R, 1 + d), of the seeds that are known; nan for others."""
    lines = np.full((len(known), samples.gram.shape[-1]), np.nan)
    if known.any():
        fit = ridge(centred(samples), alpha=_NO_PENALTY * samples.design_variation[..., None])
        lines[known] = np.column_stack([fit.at_instance, fit.coefficients])
    return lines


def residual_sums(lines: Array, samples: Moments) -> Array:
    """Weighted sums of squared residuals (S, M, L) of lines (S or 1, M, L, 1 + d) on samples (S, ...); at least 0."""
    sums = [
        samples.power[:, None, label] + ((own @ samples.gram - 2 * samples.cross[:, None, :, label]) * own).sum(axis=-1)
        for label, own in enumerate(np.moveaxis(lines, 2, 0))
    ]
    return np.asarray(np.maximum(np.stack(sums, axis=-1), 0.0))


def spread_sums(samples: Moments) -> Array:
    """Weighted sums of squares (..., L) of the outputs about their means."""
    sums = samples.cross[..., 0, :]
    weight = np.where(samples.weight > 0, samples.weight, 1.0)[..., None]
    return np.maximum(samples.power - sums * sums / weight, 0.0)


def measurable(samples: Moments, outputs: Array) -> NDArray[np.bool_]:
    """Whether (..., L) as many effective samples as unknowns are there, and outputs that vary beyond rounding.

    ``outputs`` (L,) are f(x).
    """
    enough = samples.effective_sample_size >= samples.gram.shape[-1]
    spread, weight = spread_sums(samples), samples.weight[..., None]
    level = np.maximum(_FLAT * samples.power, weight * np.square(_FLAT * outputs))
    return np.asarray(enough[..., None] & (spread > level))


def _all_but_one(samples: Moments) -> Moments:
    return Moments(*(part.sum(axis=0) - part for part in samples.parts))


def _all_but_two(samples: Moments) -> Moments:
    """Without each two seeds, leading axes (R, R); meaningless where they are one and the same. Without the gram."""
    nothing = np.zeros((1, 1, 1, 1))
    parts = [part.sum(axis=0) - part[:, None] - part[None, :] for part in samples.parts[1:]]
    weight = samples.weight.sum(axis=0) - samples.weight[:, None] - samples.weight[None, :]
    return Moments(nothing + weight[..., None, None], *parts)
