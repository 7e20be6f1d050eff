"""Draws neighborhoods block by block and calls the model in batches that they share.

A block is BLOCK samples drawn from a random stream of its own, keyed by seed, instance and number: the first n samples
are the same whatever the largest n is, and any block can be drawn anywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from limeeval.lime.domain import Array, Domain, State
from limeeval.lime.model import Model

BLOCK = 250
BATCH_ROWS = 20_000
BATCH_BYTES = 64 * 2**20
SAMPLING_METHODS = ("gaussian", "lhs")


@dataclass(frozen=True)
class Neighborhood:
    """The first ``num_samples`` samples around an instance that a seed stands for; sample 0 is the instance itself."""

    domain: Domain
    seed: int
    num_samples: int
    sampling_method: str = "gaussian"
    key: int | None = None

    def draw(self, start: int, stop: int) -> State:
        """Samples start..stop; ``start`` is a multiple of BLOCK."""
        state = self.domain.draw(self._uniforms(start, stop))
        if start == 0:
            for drawn, own in zip(state, self.domain.instance, strict=True):
                drawn[0] = own[0]
        return state

    def _uniforms(self, start: int, stop: int) -> Array:
        """Uniforms (stop - start, width), each block from a stream of its own."""
        key = self.domain.key if self.key is None else self.key
        uniforms = np.empty((stop - start, self.domain.width))
        for low in range(start, stop, BLOCK):
            generator = np.random.default_rng([self.seed, key, low // BLOCK])
            block = uniforms[low - start : low - start + BLOCK]
            if self.sampling_method == "lhs":
                block[:] = _latin_hypercube(generator, self.domain.width)[: len(block)]
            else:
                generator.random(out=block)
        return uniforms


def _latin_hypercube(generator: np.random.Generator, width: int) -> Array:
    """A block of uniforms (BLOCK, width), each column stratified (McKay et al., 1979)."""
    from scipy.stats.qmc import LatinHypercube

    uniforms: Array = LatinHypercube(d=width, rng=generator).random(BLOCK)
    return uniforms


class Samples(NamedTuple):
    """Consecutive samples of one neighborhood, with the model's outputs (n, c)."""

    neighborhood: int
    start: int
    state: State
    outputs: Array


class _Slice(NamedTuple):
    neighborhood: int
    start: int
    stop: int


def predicted_samples(
    neighborhoods: Sequence[Neighborhood], model: Model, *, batch_rows: int = BATCH_ROWS
) -> Iterator[Samples]:
    """Every sample of every neighborhood, in order; one model call a batch, whichever neighborhoods it spans.

    Batches depend on the neighborhoods alone and hold at most ``batch_rows`` rows (a block at least).
    """
    for batch in _batches(neighborhoods, batch_rows):
        states = [neighborhoods[piece.neighborhood].draw(piece.start, piece.stop) for piece in batch]
        domains = [neighborhoods[piece.neighborhood].domain for piece in batch]
        inputs = _joined([domain.decode(state) for domain, state in zip(domains, states, strict=True)])
        around = _described(domains)
        outputs = model.predict(inputs, rows=sum(piece.stop - piece.start for piece in batch), around=around)
        ends = np.cumsum([piece.stop - piece.start for piece in batch])
        for piece, state, part in zip(batch, states, np.split(outputs, ends[:-1]), strict=True):
            yield Samples(piece.neighborhood, piece.start, state, part)


def _described(domains: Sequence[Domain]) -> str:
    distinct = len({domain.key for domain in domains})
    return (
        domains[0].description if distinct == 1 else f"{distinct} instances, the first being {domains[0].description}"
    )


def _batches(neighborhoods: Sequence[Neighborhood], batch_rows: int) -> Iterator[list[_Slice]]:
    widest = max(neighborhood.domain.width for neighborhood in neighborhoods)
    bound = max(min(batch_rows, BATCH_BYTES // (8 * max(widest, 1))) // BLOCK, 1) * BLOCK
    batch: list[_Slice] = []
    room = bound
    for index, neighborhood in enumerate(neighborhoods):
        for start in range(0, neighborhood.num_samples, bound):
            piece = _Slice(index, start, min(start + bound, neighborhood.num_samples))
            if piece.stop - piece.start > room:
                yield batch
                batch, room = [], bound
            batch.append(piece)
            room -= piece.stop - piece.start
    yield batch


def _joined(parts: Sequence[Any]) -> Any:
    """Model inputs of several neighborhoods as one: arrays, sparse rows, data frames or lists."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, list):
        return [row for part in parts for row in part]
    if hasattr(first, "tocsr"):
        from scipy.sparse import vstack

        return vstack(parts, format="csr")
    import pandas as pd

    return pd.concat(parts, ignore_index=True)
