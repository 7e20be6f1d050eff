"""How far the runs of one setting agree with those of another, unit by unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.inference.pseudo_run import STILL, Agreement, agreement
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, similarities
from limeeval.metrics.crossed import similarities_between
from limeeval.metrics.pairs import Similarity, mean_over_pairs
from limeeval.report.comparison.matched import Matched


class Agreed(NamedTuple):
    """The agreement of two settings on an instance and label, how many features it is of, and what is by chance."""

    instance: Any
    label: Any
    found: Agreement
    k: int
    chance: float


class OneSide(NamedTuple):
    """Runs of some units (u, R, d)."""

    coefficients: Array
    errors: Array


def agreed_units(found: Matched, metric: Metric) -> Iterator[Agreed]:
    """The agreement of every pair of units, those of equal shape and seeds at once.

    Raises:
        ValueError: a pair has fewer than two seeds in common.
    """
    runs: dict[int, tuple[Array, Array, int]] = {
        unit: (part.coefficients[at], part.standard_errors[at], part.k)
        for part, _ in found.parts()
        for at, unit in enumerate(part.units.tolist())
    }
    keys = found.units.keys.iloc[: found.pairs].to_dict("list")
    alike: dict[tuple[Any, ...], list[int]] = {}
    for pair in range(found.pairs):
        coefficients, _, k = runs[pair]
        if k or not metric.at_k:
            alike.setdefault((k, coefficients.shape[1], found.has_seed[:, pair].tobytes()), []).append(pair)
    for (k, d, _), pairs in alike.items():
        has_seed = found.has_seed[:, pairs[0]]
        both = np.asarray(has_seed.all(axis=0))
        if both.sum() < 2:
            of = keys["instance"][pairs[0]]
            raise ValueError(f"both sides must have two seeds in common, got {both.sum()} of instance {of}")
        kept = [both[own] for own in has_seed]
        one, other = (
            OneSide(
                np.stack([runs[pair + side * found.pairs][0][kept[side]] for pair in pairs]),
                np.stack([runs[pair + side * found.pairs][1][kept[side]] for pair in pairs]),
            )
            for side in (0, 1)
        )
        agreed, chance = agreement(similarity_between(metric, one, other, k)), metric.chance(d, k, int(both.sum()))
        for at, pair in enumerate(pairs):
            own = Agreement(*(column[at] for column in agreed))
            yield Agreed(keys["instance"][pair], keys["label"][pair], own, k if metric.at_k else 0, chance)


def similarity_between(metric: Metric, one: OneSide, other: OneSide, k: int) -> Similarity:
    """Of runs of different seeds (..., R, R), made symmetric; one swap and minimum are means of both sides'.

    Where runs never change, one swap is counted from how similar they are: a doubt has to be left.
    """
    named = {"": metric}
    own = [similarities(named, side.coefficients, k, side.errors)[""] for side in (one, other)]
    errors = one.errors, other.errors
    between = similarities_between(named, one.coefficients, other.coefficients, k, standard_errors=errors)
    pairs = between[""] / metric.scale
    one_swap, minimum = ((here + there) / 2 for here, there in zip(own[0][1:], own[1][1:], strict=True))
    both = Similarity((pairs + np.swapaxes(pairs, -1, -2)) / 2, np.asarray(one_swap), np.asarray(minimum))
    return both._replace(one_swap=np.where(_is_still(both), _swapped(both), one_swap))


def _is_still(similarity: Similarity) -> NDArray[np.bool_]:
    """Whether (...) any two runs of different seeds are as similar as any other two."""
    other_seed = similarity.pairs[..., ~np.eye(similarity.pairs.shape[-1], dtype=bool)]
    return np.asarray(np.ptp(other_seed, axis=-1) <= STILL)


def _swapped(similarity: Similarity) -> Array:
    """Similarity (...) of a run that is a swap farther away than all others are: these need not be near 1."""
    farther = mean_over_pairs(similarity.pairs) - (1 - similarity.one_swap)
    return np.asarray(np.maximum(farther, similarity.minimum))
