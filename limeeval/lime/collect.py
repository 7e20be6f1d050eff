"""From neighborhoods to moments: every kernel width and sample count from the same model calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import add

import numpy as np

from limeeval.lime.domain import Array
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.model import Model
from limeeval.lime.moments import Moments, NeighborhoodMoments, group_moments, instance_moments, stacked
from limeeval.lime.neighborhood import BATCH_ROWS, Neighborhood, Samples, predicted_samples

FOLDED_ROWS = 1000


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


@dataclass
class _Running:
    """Moments under way, one list of segments between sample counts for each kernel width."""

    prediction: Array
    labels: list[int]
    segments: list[list[Moments | None]]
    smallest: Array
    largest: Array


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
    running: _Running | None = None
    for samples in predicted_samples(neighborhoods, model, batch_rows=batch_rows):
        neighborhood = neighborhoods[samples.neighborhood]
        if samples.start == 0:
            first = samples.outputs[0]
            empty: list[list[Moments | None]] = [[None] * len(sample_counts) for _ in kernel_widths]
            labels = choose_labels(first)
            running = _Running(first, labels, empty, first[labels], first[labels])
        assert running is not None
        _fold(samples, neighborhood, running, kernel, kernel_widths, sample_counts)
        if on_samples is not None:
            on_samples(samples)
        if samples.start + len(samples.outputs) == neighborhood.num_samples:
            yield _finished(neighborhood, running, kernel, kernel_widths, sample_counts)


def _fold(
    samples: Samples,
    neighborhood: Neighborhood,
    running: _Running,
    kernel: Kernel,
    kernel_widths: Sequence[float],
    sample_counts: Sequence[int],
) -> None:
    """Adds samples to the segment between sample counts that they fall into."""
    domain, start = neighborhood.domain, samples.start
    origin = domain.design(domain.instance)[0]
    for low, high in _pieces(start, start + len(samples.outputs), sample_counts):
        here = slice(low - start, high - start)
        z = domain.design(tuple(part[here] for part in samples.state))
        outputs = samples.outputs[here, running.labels]
        running.smallest = np.minimum(running.smallest, outputs.min(axis=0))
        running.largest = np.maximum(running.largest, outputs.max(axis=0))
        rows = stacked(z, origin, outputs - running.prediction[running.labels], low)
        distances = domain.distance(z)
        number = bisect_left(sample_counts, high)
        for segments, width in zip(running.segments, kernel_widths, strict=True):
            weights = weights_of(kernel, distances, width)
            moments = group_moments(rows, weights, start=low, labels=len(running.labels))
            known = segments[number]
            segments[number] = moments if known is None else known + moments


def _pieces(start: int, stop: int, sample_counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cuts start..stop at the sample counts, and often enough to stay within the processor's cache."""
    cuts = {start, stop, *range(start, stop, FOLDED_ROWS), *(count for count in sample_counts if start < count < stop)}
    return pairwise(sorted(cuts))


def _finished(
    neighborhood: Neighborhood,
    running: _Running,
    kernel: Kernel,
    kernel_widths: Sequence[float],
    sample_counts: Sequence[int],
) -> Evidence:
    d = len(neighborhood.domain.feature_names)
    moments = {}
    for width, segments in zip(kernel_widths, running.segments, strict=True):
        own = instance_moments(float(weights_of(kernel, np.zeros(1), width)[0]), d, len(running.labels))
        for count, groups in zip(sample_counts, accumulate(segments, add), strict=True):
            found = NeighborhoodMoments(own, groups)
            if not found.total.weight > 0:
                raise ValueError(f"kernel must give some sample a weight above 0, got none at kernel_width={width:g}")
            moments[width, count] = found
    return Evidence(running.prediction, running.labels, moments, running.smallest, running.largest)
