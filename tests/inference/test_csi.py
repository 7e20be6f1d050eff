"""The pseudo-run interval of a share of overlapping intervals."""

import numpy as np
import pytest

from limeeval.inference.pseudo_run import agreement, pseudo_run_interval
from limeeval.metrics.visani import csi_similarity

from .conftest import coverage


@pytest.mark.parametrize("factor", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("count", [5, 10, 30])
@pytest.mark.parametrize("selected", [1.0, 0.7])
def test_it_covers(factor, count, selected):
    """Standard errors that are too small by a factor. 400 replications: standard error 0.011 at 0.95."""
    generator = np.random.default_rng([count, int(10 * factor)])
    shape = (400, count, 8)
    chosen = generator.random(shape) < selected
    b = np.where(chosen, 5 + generator.normal(size=shape), 0.0)
    errors = np.where(chosen, factor * np.sqrt(generator.chisquare(24, shape) / 24), np.nan)
    pairs = generator.normal(size=(2, 200000)), factor * np.sqrt(generator.chisquare(24, (2, 200000)) / 24)
    expected = np.mean(np.abs(np.diff(pairs[0], axis=0)[0]) <= 1.959964 * pairs[1].sum(axis=0))
    found = pseudo_run_interval(agreement(csi_similarity(b, errors)))
    assert coverage(found, expected) >= 0.9
