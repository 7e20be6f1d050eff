"""From neighborhoods to moments: every kernel width and sample count from the same model calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, pairwise
from typing import NamedTuple

import numpy as np

from limeeval.lime.domain import Array, Domain, State
from limeeval.lime.kernel import Kernel, weights_of
from limeeval.lime.left_out import REDRAWN_ABOVE, GroupMoments, LeftOut, NothingLeftOut, Redrawn, Source
from limeeval.lime.model import BATCH_ROWS
from limeeval.lime.moments import GROUPS, Moments, group_moments, instance_moments, stacked
from limeeval.lime.neighborhood import Neighborhood, Predict, Samples, predicted_samples

_FOLDED_ROWS = 1000
"""About what stays in a processor's cache while it is folded; more where many features make moments large."""
_COPIES = 1e9
"""How often a mask counts that is there because all are: the limit of sampling, where ridge's penalty is nothing."""


@dataclass(frozen=True)
class Evidence:
    """What the model's answers around one instance amount to, at W kernel widths and N sample counts.

    Attributes:
        prediction: f(x) (c,).
        labels: positions of the explained outputs (L,).
        widths: the kernel widths.
        counts: the sample counts, ascending.
        instances: moments of the instance itself; leading axes (W, 1).
        perturbed: moments of all samples but the instance: leading axes (W, N).
        left_out: the same samples in groups.
        smallest: of each explained output (L,).
        largest: of each explained output (L,).
    """

    prediction: Array
    labels: list[int]
    widths: Sequence[float]
    counts: Sequence[int]
    instances: Moments
    perturbed: Moments
    left_out: LeftOut
    smallest: Array
    largest: Array

    @property
    def is_exhaustive(self) -> bool:
        """Whether nothing was left to chance."""
        return isinstance(self.left_out, NothingLeftOut)

    @cached_property
    def totals(self) -> Moments:
        """Moments of all samples, the instance included: leading axes (W, N)."""
        return self.instances + self.perturbed


class _Weighing(NamedTuple):
    """How samples are weighed and counted: a kernel, its widths, and ascending sample counts."""

    kernel: Kernel
    widths: Sequence[float]
    counts: Sequence[int]


def collect_evidence(
    neighborhoods: Sequence[Neighborhood],
    predict: Predict,
    *,
    kernel: Kernel,
    kernel_widths: Sequence[float],
    sample_counts: Sequence[int],
    choose_labels: Callable[[Array], list[int]],
    batch_rows: int = BATCH_ROWS,
    on_samples: Callable[[Samples], None] | None = None,
    on_drawn: Callable[[int, State], None] | None = None,
) -> Iterator[Evidence]:
    """One :class:`Evidence` a neighborhood, in order; memory does not grow with samples or neighborhoods.

    (But for the explained outputs of the neighborhood at hand, where more than REDRAWN_ABOVE features are fitted.)

    Args:
        neighborhoods: each of as many samples as the largest sample count.
        predict: the model, called once a batch.
        kernel: weights from distances and a width.
        kernel_widths: every width re-weighs the same samples.
        sample_counts: ascending; moments of the first n samples are a running sum.
        choose_labels: positions of the outputs to explain, from f(x); those that ``predict`` gives.
        batch_rows: the most rows given to the model at once.
        on_samples: given the samples just folded, before they are forgotten.
        on_drawn: given the number of a neighborhood and its next samples, before they are predicted.

    Raises:
        ValueError: the kernel gives weight 0 to every sample.
    """
    weighing = _Weighing(kernel, kernel_widths, sample_counts)
    samples = predicted_samples(neighborhoods, predict, batch_rows=batch_rows, on_drawn=on_drawn)
    for index, own in groupby(samples, key=lambda part: part.neighborhood):
        yield _evidence(neighborhoods[index], own, weighing, choose_labels, on_samples)


def _evidence(
    neighborhood: Neighborhood,
    samples: Iterator[Samples],
    weighing: _Weighing,
    choose_labels: Callable[[Array], list[int]],
    on_samples: Callable[[Samples], None] | None,
) -> Evidence:
    """What the samples of one neighborhood amount to, part by part."""
    domain, first = neighborhood.domain, next(samples)
    labels = choose_labels(first.prediction)
    own = first.prediction[labels]
    smallest = largest = own
    d = len(domain.feature_names)
    kept: list[Array] | None = [] if d > REDRAWN_ABOVE else None
    segments = _no_moments(weighing, d, len(labels), groups=GROUPS if kept is None else 1)
    for part in chain([first], samples):
        _fold(part, own, domain, weighing, segments)
        if kept is not None:
            kept.append(part.outputs - own)
        smallest = np.minimum(smallest, part.outputs.min(axis=0))
        largest = np.maximum(largest, part.outputs.max(axis=0))
        if on_samples is not None:
            on_samples(part)
    sums, copies = _running_sums(segments), _COPIES if neighborhood.is_exhaustive else 1.0
    found = Evidence(
        prediction=first.prediction,
        labels=labels,
        widths=weighing.widths,
        counts=weighing.counts,
        instances=_instances(domain, len(labels), weighing) * copies,
        perturbed=sums.total(axis=2) * copies,
        left_out=_left_out(neighborhood, weighing, sums, kept),
        smallest=smallest,
        largest=largest,
    )
    _check_weight(found)
    return found


def _left_out(
    neighborhood: Neighborhood, weighing: _Weighing, sums: Moments, outputs: Sequence[Array] | None
) -> LeftOut:
    """Groups of samples: their moments, or, where ``outputs`` were kept instead, what is needed to draw them again."""
    if neighborhood.is_exhaustive:
        return NothingLeftOut(sums.count.shape[:2])
    if outputs is None:
        return GroupMoments(sums)
    width, count = np.meshgrid(weighing.widths, weighing.counts, indexing="ij")
    source = Source(neighborhood, np.concatenate(outputs))
    return Redrawn([source], weighing.kernel, np.zeros(count.shape, dtype=np.intp), width, count)


def _running_sums(segments: Moments) -> Moments:
    """Moments of the first n samples, in the place of those of each segment."""
    for part in segments.parts:
        for n in range(1, part.shape[1]):
            part[:, n] += part[:, n - 1]
    return segments


def _no_moments(weighing: _Weighing, d: int, labels: int, *, groups: int) -> Moments:
    """Zeros, with leading axes (W, N, groups)."""
    lead = (len(weighing.widths), len(weighing.counts), groups)
    shapes = ((1 + d, 1 + d), (1 + d, labels), (labels,), (), ())
    return Moments(*(np.zeros(lead + shape) for shape in shapes))


def _fold(part: Samples, own: Array, domain: Domain, weighing: _Weighing, segments: Moments) -> None:
    """Adds samples, at each width, to the segment they belong to: the sample count that they are the last to enter.

    ``own`` are the instance's explained outputs.
    """
    origin = domain.design(domain.instance)[0]
    groups = segments.count.shape[-1]
    at_once = max(_FOLDED_ROWS, groups * len(origin))
    for low, high in _pieces(part.start, part.start + len(part.outputs), weighing.counts, at_once):
        here = slice(low - part.start, high - part.start)
        z = domain.design(tuple(array[here] for array in part.state))
        rows = stacked(z, origin, part.outputs[here] - own, low)
        distances = domain.distance(z)
        n = bisect_left(weighing.counts, high)
        for w, width in enumerate(weighing.widths):
            weights = weights_of(weighing.kernel, distances, width)
            found = group_moments(rows, weights, start=low, labels=len(own), groups=groups)
            for segment, piece in zip(segments.parts, found.parts, strict=True):
                segment[w, n] += piece


def _pieces(start: int, stop: int, sample_counts: Sequence[int], at_once: int) -> Iterator[tuple[int, int]]:
    """Cuts start..stop at the sample counts, and into pieces of ``at_once``."""
    cuts = {start, stop, *range(start, stop, at_once), *(count for count in sample_counts if start < count < stop)}
    return pairwise(sorted(cuts))


def _instances(domain: Domain, labels: int, weighing: _Weighing) -> Moments:
    """The instance's own term at each width, with leading axes (W, 1)."""
    own = [float(weights_of(weighing.kernel, np.zeros(1), width)[0]) for width in weighing.widths]
    each = [instance_moments(weight, len(domain.feature_names), labels) for weight in own]
    return Moments(*(np.stack(parts)[:, None] for parts in zip(*(one.parts for one in each), strict=True)))


def _check_weight(evidence: Evidence) -> None:
    weightless = ~(evidence.totals.weight > 0).all(axis=1)
    if weightless.any():
        width = evidence.widths[int(np.argmax(weightless))]
        raise ValueError(f"kernel must give some sample a weight above 0, got none at kernel_width={width:g}")
