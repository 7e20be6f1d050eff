"""How alike the runs of one thing are to the runs of another: two settings, or two explainers, on one instance."""

from collections.abc import Mapping

import numpy as np

from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import Metric, similarities


def similarities_between(
    metrics: Mapping[str, Metric],
    one: Array,
    other: Array,
    k: int,
    *,
    standard_errors: tuple[Array, Array] | None = None,
) -> dict[str, Array]:
    """What each metric says of every pair of a run of one and a run of the other (..., R, S), in the metric's own unit.

    Only metrics that are means over pairs of runs; their values for the two runs alone, but that those which are
    corrected by what all runs have in common (``nogueira_phi``: the mean size of all sets; ``csi``: how many runs
    selected a feature) take it from all R + S runs. Everything else is as in the metric: where it is undefined, ties,
    zeros. The mean over all R S pairs is the agreement of one with the other; it has no pair of runs of one side.

    Args:
        metrics: by name, as from :func:`limeeval.metrics.catalogue.agreement_metrics`.
        one: coefficients (..., R, d).
        other: coefficients (..., S, d) of the same features.
        k: of the metrics at k.
        standard_errors: of both, of their shapes; metrics that need them are nan without.

    Raises:
        ValueError: one and other have not the same leading axes and features, or k is not between 1 and d - 1.

    >>> from limeeval.metrics.catalogue import agreement_metrics
    >>> one, other = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]), np.array([[9.0, 7.0, 5.0]])
    >>> similarities_between(agreement_metrics(), one, other, k=2)["same_set"]
    array([[1.],
           [0.]])
    """
    runs = one.shape[-2]
    both = _together(one, other)
    errors = None if standard_errors is None else _together(*standard_errors)
    found = similarities(metrics, both, k, errors)
    return {name: metrics[name].scale * own.pairs[..., :runs, runs:] for name, own in found.items()}


def _together(one: Array, other: Array) -> Array:
    shapes = [(*values.shape[:-2], values.shape[-1]) for values in (one, other)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"both must have the same leading axes and features (..., R, d), got {one.shape} and {other.shape}"
        )
    return np.concatenate([one, other], axis=-2)
