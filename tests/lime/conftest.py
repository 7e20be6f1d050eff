"""Samples of a neighborhood laid open, for references that are computed from them directly."""

from typing import NamedTuple

import numpy as np
import pytest

from limeeval.lime.neighborhood import Neighborhood


class Sampled(NamedTuple):
    z: np.ndarray
    y: np.ndarray
    w: np.ndarray


@pytest.fixture(scope="session")
def sampled():
    """Representations (n, d), outputs and weights (n,) of the samples that an explanation with this seed rests on."""

    def draw(explainer, row, predict, *, n, seed):
        domain = explainer.domain(row, predict)
        state = Neighborhood(domain, seed, n).draw(0, n)
        z = domain.design(state)
        w = np.exp(-np.sum((z - z[0]) ** 2, axis=1) / (2 * explainer.kernel_width**2))
        return Sampled(z, np.asarray(predict(domain.decode(state))), w)

    return draw
