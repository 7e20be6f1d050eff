"""Draws neighborhoods block by block and calls the model in batches that they share.

A block is BLOCK samples drawn from a random stream of its own, keyed by seed, instance and number: the first n samples
are the same whatever the largest n is, and any block can be drawn anywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from limeeval.lime.domain import Array, Domain, State
from limeeval.lime.masking import MaskedImages
from limeeval.lime.model import BATCH_ROWS, Model

BLOCK = 250
BATCH_BYTES = 64 * 2**20
SAMPLING_METHODS = ("gaussian", "lhs")
"""Of tables: independent draws, or Latin hypercubes."""
MASK_SAMPLING_METHODS = ("bernoulli", "enumeration")
"""Of superpixels: independent draws, or each of the 2^d masks once."""


@dataclass(frozen=True)
class Neighborhood:
    """The first ``num_samples`` samples around an instance that a seed stands for; sample 0 is the instance itself."""

    domain: Domain
    seed: int
    num_samples: int
    sampling_method: str = "gaussian"
    key: int | None = None

    @property
    def is_exhaustive(self) -> bool:
        """Whether these are not samples but all that there is to sample from."""
        return self.sampling_method == "enumeration"

    def draw(self, start: int, stop: int) -> State:
        """Samples start..stop; ``start`` is a multiple of BLOCK."""
        state = self.domain.draw(self._uniforms(start, stop))
        if start == 0:
            for drawn, own in zip(state, self.domain.instance, strict=True):
                drawn[0] = own[0]
        return state

    def _uniforms(self, start: int, stop: int) -> Array:
        """Uniforms (stop - start, width), each block from a stream of its own."""
        if self.is_exhaustive:
            return _enumerated(start, stop, self.domain.width)
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


def _enumerated(start: int, stop: int, width: int) -> Array:
    """Uniforms that stand for masks start..stop of all 2^width, the first being that of all ones."""
    off = np.arange(start, stop)[:, None] >> np.arange(width) & 1
    return np.where(off, 0.75, 0.25)


def _latin_hypercube(generator: np.random.Generator, width: int) -> Array:
    """A block of uniforms (BLOCK, width), each column stratified (McKay et al., 1979)."""
    from scipy.stats.qmc import LatinHypercube

    uniforms: Array = LatinHypercube(d=width, rng=generator).random(BLOCK)
    return uniforms


@dataclass(frozen=True)
class Batch:
    """Rows given to the model at once: pieces of consecutive neighborhoods.

    Attributes:
        inputs: what the model takes.
        sizes: rows of each piece.
        begun: f(x) (c,) of the first piece's instance if that neighborhood began in an earlier batch, else None; every
            other piece begins with the instance itself.
        around: which instances, for messages.
    """

    inputs: Any
    sizes: Sequence[int]
    begun: Array | None
    around: str


class Answers(NamedTuple):
    """What the model says of a batch: f(x) of each piece's instance (pieces, c), and the explained outputs (rows, L).

    Every instance has as many explained outputs; which they are follows from its f(x).
    """

    predictions: Array
    outputs: Array


Predict = Callable[[Batch], Answers]


def explained_outputs(model: Model, choose_labels: Callable[[Array], list[int]]) -> Predict:
    """A model's answers to batches, reduced to the outputs that ``choose_labels`` names, given f(x)."""

    def predict(batch: Batch) -> Answers:
        outputs = model.predict(batch.inputs, rows=sum(batch.sizes), around=batch.around)
        parts = np.split(outputs, np.cumsum(batch.sizes)[:-1])
        predictions = [part[0] for part in parts]
        if batch.begun is not None:
            predictions[0] = batch.begun
        chosen = [part[:, choose_labels(own)] for part, own in zip(parts, predictions, strict=True)]
        return Answers(np.array(predictions), np.concatenate(chosen))

    return predict


class Samples(NamedTuple):
    """Consecutive samples of one neighborhood, with f(x) (c,) and the explained outputs (n, L)."""

    neighborhood: int
    start: int
    state: State
    prediction: Array
    outputs: Array


class _Slice(NamedTuple):
    neighborhood: int
    start: int
    stop: int


def predicted_samples(
    neighborhoods: Sequence[Neighborhood],
    predict: Predict,
    *,
    batch_rows: int = BATCH_ROWS,
    on_drawn: Callable[[int, State], None] | None = None,
) -> Iterator[Samples]:
    """Every sample of every neighborhood, in order; one model call a batch, whichever neighborhoods it spans.

    Batches depend on the neighborhoods alone and hold at most ``batch_rows`` rows (a block at least). ``on_drawn`` is
    given the number of a neighborhood and its next samples, before a model that writes into its inputs sees them.
    """
    begun = None
    for pieces in _batches(neighborhoods, rows_at_once(neighborhoods, batch_rows)):
        states = [neighborhoods[piece.neighborhood].draw(piece.start, piece.stop) for piece in pieces]
        if on_drawn is not None:
            for piece, state in zip(pieces, states, strict=True):
                on_drawn(piece.neighborhood, state)
        domains = [neighborhoods[piece.neighborhood].domain for piece in pieces]
        sizes = [piece.stop - piece.start for piece in pieces]
        inputs = _joined([domain.decode(state) for domain, state in zip(domains, states, strict=True)])
        answers = predict(Batch(inputs, sizes, begun if pieces[0].start else None, _described(domains)))
        outputs = np.split(answers.outputs, np.cumsum(sizes)[:-1])
        for piece, state, prediction, part in zip(pieces, states, answers.predictions, outputs, strict=True):
            yield Samples(piece.neighborhood, piece.start, state, prediction, part)
        begun = answers.predictions[-1]


def rows_at_once(neighborhoods: Sequence[Neighborhood], batch_rows: int) -> int:
    """The most rows of a batch: whole blocks, bounded in rows and in bytes of uniforms; a block at least."""
    widest = max(neighborhood.domain.width for neighborhood in neighborhoods)
    return max(min(batch_rows, BATCH_BYTES // (8 * max(widest, 1))) // BLOCK, 1) * BLOCK


def _described(domains: Sequence[Domain]) -> str:
    distinct = len({domain.key for domain in domains})
    return (
        domains[0].description if distinct == 1 else f"{distinct} instances, the first being {domains[0].description}"
    )


def _batches(neighborhoods: Sequence[Neighborhood], bound: int) -> Iterator[list[_Slice]]:
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
    """Model inputs of several neighborhoods as one: masked images, arrays, sparse rows, data frames or lists."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if isinstance(first, MaskedImages):
        return reduce(add, parts)
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, list):
        return [row for part in parts for row in part]
    if hasattr(first, "tocsr"):
        from scipy.sparse import vstack

        return vstack(parts, format="csr")
    import pandas as pd

    return pd.concat(parts, ignore_index=True)
