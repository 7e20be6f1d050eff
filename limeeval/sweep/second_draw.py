"""What the model says of other samples of the same representations: how much of it z leaves open."""

from __future__ import annotations

import numpy as np

from limeeval.lime.domain import Array, State
from limeeval.lime.neighborhood import BLOCK, Batch, Neighborhood, Predict, rows_at_once

_SECOND = 1
"""Ends the key of a stream: a first draw's has nothing there."""


def second_outputs(neighborhood: Neighborhood, predict: Predict, *, batch_rows: int) -> Array | None:
    """Explained outputs (n, L) of a second draw of every sample given its z; None where z leaves nothing open.

    Sample 0 is the instance itself again.
    """
    bound, begun, found = rows_at_once([neighborhood], batch_rows), None, []
    for start in range(0, neighborhood.num_samples, bound):
        state = _redrawn(neighborhood, start, min(start + bound, neighborhood.num_samples))
        if state is None:
            return None
        domain, rows = neighborhood.domain, len(state[0])
        answers = predict(Batch(domain.decode(state), [rows], begun, domain.description))
        begun = answers.predictions[-1]
        found.append(answers.outputs)
    return np.concatenate(found)


def _redrawn(neighborhood: Neighborhood, start: int, stop: int) -> State | None:
    """Samples start..stop, drawn a second time; ``start`` is a multiple of BLOCK."""
    if neighborhood.is_exhaustive:
        return None
    domain = neighborhood.domain
    state = domain.redraw(neighborhood.draw(start, stop), _uniforms(neighborhood, start, stop))
    if state is not None and start == 0:
        for drawn, own in zip(state, domain.instance, strict=True):
            drawn[0] = own[0]
    return state


def _uniforms(neighborhood: Neighborhood, start: int, stop: int) -> Array:
    """Uniforms (stop - start, width), each block from a stream of its own."""
    domain = neighborhood.domain
    key = domain.key if neighborhood.key is None else neighborhood.key
    uniforms = np.empty((stop - start, domain.width))
    for low in range(start, stop, BLOCK):
        generator = np.random.default_rng([neighborhood.seed, key, low // BLOCK, _SECOND])
        generator.random(out=uniforms[low - start : low - start + BLOCK])
    return uniforms
