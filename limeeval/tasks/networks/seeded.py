"""Seeds for libraries that draw from the generators of the whole process."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Keras draws the same in here whenever ``seed`` is the same; what others draw afterwards is untouched."""
    import keras

    before = [(restore, state()) for state, restore in _generators(keras.backend.backend())]
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        for restore, state in before:
            restore(state)


def _generators(backend: str) -> Iterator[tuple[Callable[[], Any], Callable[[Any], None]]]:
    """How the state of each generator that Keras seeds is told and set."""
    yield random.getstate, random.setstate
    yield np.random.get_state, np.random.set_state
    if backend == "torch":
        torch = import_module(backend)
        yield torch.get_rng_state, torch.set_rng_state
