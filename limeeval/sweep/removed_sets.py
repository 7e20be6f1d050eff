"""Which sets of features are removed to judge explanations, and what the model's answers say of each explanation."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Array
from limeeval.sweep.removal import Mask, Without

Positions = NDArray[np.intp]


class RandomSets(NamedTuple):
    """Random subsets (s, d), and the place of each feature in random orders (o, d)."""

    subsets: Mask
    ranks: Positions


class Asked(NamedTuple):
    """Different sets of features (u, d) that are removed from an instance, and where in them each piece is found.

    Pieces: subsets (s,); deletion and insertion of random orders and of runs (o + r, d + 1); those of the k largest
    and of all others, likewise (o + r,).
    """

    masks: Mask
    subsets: Positions
    deleted: Positions
    inserted: Positions
    important: Positions
    others: Positions


class Said(NamedTuple):
    """What the model says of one output: drops (s,), curves (o, d + 1) and (r, d + 1), gaps (o,) and (r,)."""

    drops: Array
    deleted: tuple[Array, Array]
    inserted: tuple[Array, Array]
    important: tuple[Array, Array]
    others: tuple[Array, Array]


def random_sets(d: int, k: int, *, subsets: int, orders: int) -> RandomSets:
    """Subsets of k of d features, all of them if there are not more than asked for, and random orders."""
    return RandomSets(_subsets(d, k, subsets), np.argsort(np.random.default_rng(1).random((orders, d)), axis=1))


def _subsets(d: int, k: int, most: int) -> Mask:
    """Subsets of k features (s, d): all of them if there are not more than the most, else drawn at random."""
    if comb(d, k) <= most:
        members = np.array(list(combinations(range(d), k)))
        subsets = np.zeros((len(members), d), dtype=bool)
        np.put_along_axis(subsets, members, True, axis=1)
        return subsets
    return np.argsort(np.random.default_rng(0).random((most, d)), axis=1) < k


def _ranks(values: Array) -> Positions:
    """The place of each feature (..., d) in descending order, ties going to the lower number."""
    return np.argsort(np.argsort(-values, axis=-1, kind="stable"), axis=-1, kind="stable")


def asked_of(coefficients: Array, random: RandomSets, k: int) -> Asked:
    """What must be known of an instance, given the coefficients (r, d) of all its runs."""
    d = random.subsets.shape[1]
    signed, sized = (np.concatenate([random.ranks, _ranks(one)]) for one in (coefficients, np.abs(coefficients)))
    deleted = signed[:, None] < np.arange(d + 1)[:, None]
    important = sized < k
    pieces = [random.subsets, deleted, ~deleted, important, ~important]
    flat = np.concatenate([one.reshape(-1, d) for one in pieces])
    packed = np.packbits(flat, axis=1)
    _, first, where = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    ends = np.cumsum([one.size // d for one in pieces])[:-1]
    found = [part.reshape(one.shape[:-1]) for part, one in zip(np.split(where.ravel(), ends), pieces, strict=True)]
    return Asked(flat[first], *found)


def said_of(asked: Asked, without: Without, column: int, output: float, here: Mask) -> Said:
    """What the model said of one output, f(x) of which is ``output``, for the runs ``here`` (r,) of the instance."""
    outputs, gaps = without.output[:, column], without.gap[:, column]
    orders = len(asked.important) - len(here)

    def split(values: Array, where: Positions) -> tuple[Array, Array]:
        found = values[where]
        return found[:orders], found[orders:][here]

    return Said(
        output - outputs[asked.subsets],
        split(outputs, asked.deleted),
        split(outputs, asked.inserted),
        split(gaps, asked.important),
        split(gaps, asked.others),
    )
