"""Interval of the mean similarity of runs of one segmentation and runs of another, over all pairs of different seeds.

Seed r draws a run on either side, so the seeds are the independent units: leaving one out takes its row and its column.
Pairs of one seed do not count, for its two runs may have drawn the same masks. What is left is a mean over pairs of
seeds like any other (Hoeffding, 1948), but one that has no reason to be near 1: runs that never change still differ by
how the image was cut. Then the jackknife sees no spread, and an artificial run has to stand for what was not seen, to
either side and not only below as in :mod:`limeeval.inference.pseudo_run`.
"""

import numpy as np

from limeeval.inference.interval import Interval, bounded_limits
from limeeval.inference.jackknife import jackknife_interval_over_instances
from limeeval.inference.pseudo_run import Agreement
from limeeval.lime.domain import Array


def crossed_interval(found: Agreement) -> Interval:
    """Interval (...) of the mean similarity of two runs of different segmentations of one image.

    As :func:`crossed_interval_over_instances` of this image alone.

    >>> from limeeval.inference.pseudo_run import agreement
    >>> from limeeval.metrics.pairs import Similarity
    >>> alike = Similarity(np.full((10, 10), 0.6), np.array(0.5), np.array(0.0))
    >>> found = crossed_interval(agreement(alike))
    >>> round(float(found.low), 2), round(float(found.high), 2)
    (0.56, 0.64)
    """
    one = crossed_interval_over_instances(Agreement(*(column[..., None] for column in found)))
    return one._replace(n=int(found.runs.max(initial=0)))


def crossed_interval_over_instances(found: Agreement) -> Interval:
    """Interval (...) of the mean over *these* images (..., m): seeds are random, the images are not.

    Jackknife over seeds, t, on the logit. The variance of an image is at least that with one artificial run, which is
    as similar to run r as r's own mean, or the one-swap value where that is less. Close to 1 the lower limit is set off
    from the mean with the artificial runs, for the logit of the mean itself would stretch it over all values.

    Where no two runs share anything: the minimum below, and above Clopper and Pearson's of R // 2 disjoint pairs an
    image. nan where an image has fewer than three seeds, or anything is nan.
    """
    m = found.mean.shape[-1]
    minimum = np.asarray(found.minimum.mean(axis=-1))
    variances = np.maximum(found.variance, found.extended_variance) / m**2
    own, extended = (
        jackknife_interval_over_instances(mean.mean(axis=-1), variances, found.runs, minimum=minimum)
        for mean in (found.mean, found.extended_mean)
    )
    low = np.where(own.estimate >= 1, extended.low, np.maximum(own.low, extended.low))
    return Interval(own.estimate, low, np.where(own.estimate <= minimum, _most(found, own), own.high), m)


def _most(found: Agreement, own: Interval) -> Array:
    """Upper limit where all runs have the minimum; nan where there is none."""
    pairs = (found.runs // 2).sum(axis=-1)
    most: Array = bounded_limits(own.estimate, pairs, minimum=found.minimum.mean(axis=-1))[1]
    return np.where(np.isnan(own.high), np.nan, most)
