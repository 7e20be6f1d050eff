"""From neighborhoods to moments: every kernel width and sample count from the same model calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby, pairwise
from operator import add
from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array, Domain
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.model import Model
from limeeval.lime.moments import GROUPS, Moments, NeighborhoodMoments, group_moments, instance_moments, stacked
from limeeval.lime.neighborhood import BATCH_ROWS, Neighborhood, Samples, predicted_samples

_FOLDED_ROWS = 1000
"""About what stays in a processor's cache while it is folded; more where many features make moments large."""


@dataclass(frozen=True)
class Evidence:
    """What the model's answers around one instance amount to.

    ``prediction`` (c,) is f(x); ``labels`` the positions of the explained outputs; ``moments[width, count]`` those of
    the explained labels at each kernel width and sample count; ``smallest`` and ``largest`` the range of each explained
    output.
    """

    prediction: Array
    labels: list[int]
    moments: dict[tuple[float, int], NeighborhoodMoments]
    smallest: Array
    largest: Array


class _Weighing(NamedTuple):
    """How samples are weighed and counted: a kernel, its widths, and ascending sample counts."""

    kernel: Kernel
    widths: Sequence[float]
    counts: Sequence[int]


def collect_evidence(
    neighborhoods: Sequence[Neighborhood],
    model: Model,
    *,
    kernel: Kernel,
    kernel_widths: Sequence[float],
    sample_counts: Sequence[int],
    choose_labels: Callable[[Array], list[int]],
    batch_rows: int = BATCH_ROWS,
    on_samples: Callable[[Samples], None] | None = None,
) -> Iterator[Evidence]:
    """One :class:`Evidence` a neighborhood, in order; memory does not grow with samples or neighborhoods.

    Args:
        neighborhoods: each of as many samples as the largest sample count.
        model: called once a batch.
        kernel: weights from distances and a width.
        kernel_widths: every width re-weighs the same samples.
        sample_counts: ascending; moments of the first n samples are a running sum.
        choose_labels: positions of the outputs to explain, from f(x).
        batch_rows: the most rows given to the model at once.
        on_samples: given the samples just folded, before they are forgotten.

    Raises:
        ValueError: the kernel gives weight 0 to every sample.
    """
    weighing = _Weighing(kernel, kernel_widths, sample_counts)
    samples = predicted_samples(neighborhoods, model, batch_rows=batch_rows)
    for index, own in groupby(samples, key=lambda part: part.neighborhood):
        yield _evidence(neighborhoods[index].domain, own, weighing, choose_labels, on_samples)


def _evidence(
    domain: Domain,
    samples: Iterator[Samples],
    weighing: _Weighing,
    choose_labels: Callable[[Array], list[int]],
    on_samples: Callable[[Samples], None] | None,
) -> Evidence:
    """What the samples of one neighborhood amount to, part by part."""
    first = next(samples)
    prediction = first.outputs[0]
    labels = choose_labels(prediction)
    smallest = largest = prediction[labels]
    segments: dict[tuple[float, int], Moments] = {}
    for part in chain([first], samples):
        for segment, moments in _folded(part, domain, prediction, labels, weighing):
            segments[segment] = segments[segment] + moments if segment in segments else moments
        outputs = part.outputs[:, labels]
        smallest, largest = np.minimum(smallest, outputs.min(axis=0)), np.maximum(largest, outputs.max(axis=0))
        if on_samples is not None:
            on_samples(part)
    return Evidence(prediction, labels, _running_sums(segments, domain, len(labels), weighing), smallest, largest)


def _folded(
    part: Samples, domain: Domain, prediction: Array, labels: list[int], weighing: _Weighing
) -> Iterator[tuple[tuple[float, int], Moments]]:
    """Moments at each width, with the segment they belong to: the sample count that they are the last to enter."""
    origin = domain.design(domain.instance)[0]
    at_once = max(_FOLDED_ROWS, GROUPS * len(origin))
    for low, high in _pieces(part.start, part.start + len(part.outputs), weighing.counts, at_once):
        here = slice(low - part.start, high - part.start)
        z = domain.design(tuple(array[here] for array in part.state))
        rows = stacked(z, origin, part.outputs[here, labels] - prediction[labels], low)
        distances = domain.distance(z)
        count = weighing.counts[bisect_left(weighing.counts, high)]
        for width in weighing.widths:
            weights = weights_of(weighing.kernel, distances, width)
            yield (width, count), group_moments(rows, weights, start=low, labels=len(labels))


def _pieces(start: int, stop: int, sample_counts: Sequence[int], at_once: int) -> Iterator[tuple[int, int]]:
    """Cuts start..stop at the sample counts, and into pieces of ``at_once``."""
    cuts = {start, stop, *range(start, stop, at_once), *(count for count in sample_counts if start < count < stop)}
    return pairwise(sorted(cuts))


def _running_sums(
    segments: dict[tuple[float, int], Moments], domain: Domain, labels: int, weighing: _Weighing
) -> dict[tuple[float, int], NeighborhoodMoments]:
    """Moments of the first n samples, for every width and count n."""
    found = {}
    for width in weighing.widths:
        weight = float(weights_of(weighing.kernel, np.zeros(1), width)[0])
        own = instance_moments(weight, len(domain.feature_names), labels)
        sums = accumulate((segments[width, count] for count in weighing.counts), add)
        for count, groups in zip(weighing.counts, sums, strict=True):
            found[width, count] = NeighborhoodMoments(own, groups)
            if not found[width, count].total.weight > 0:
                raise ValueError(f"kernel must give some sample a weight above 0, got none at kernel_width={width:g}")
    return found
