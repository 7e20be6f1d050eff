"""Agreement of explanations of one image on several segmentations, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from limeeval.inference.crossed import crossed_interval, crossed_interval_over_instances
from limeeval.inference.interval import Interval
from limeeval.inference.pseudo_run import Agreement, agreement
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.pixel_maps import Segments
from limeeval.metrics.pixels import pixel_iou_by_chance, pixel_similarities
from limeeval.report.scores.comparisons import Compared, Comparison, compared
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.instances import Found, Instances, over_instances
from limeeval.report.scores.scored import AGAINST, Scored, blank, put_interval, table_of
from limeeval.report.scores.units import Units, units_of

if TYPE_CHECKING:
    import pandas as pd

BY_CHANCE: Mapping[str, Callable[[], float]] = {"pixel_iou": pixel_iou_by_chance}
"""What unrelated maps score; by every other metric 0."""
_CONSTRUCTION = "jackknife over seeds"


class _Agreed(NamedTuple):
    """What one comparison, by number, says of some units (C,), by metric."""

    units: Positions
    against: str
    number: int
    metrics: Mapping[str, Agreement]


def pixel_scores(rows: pd.DataFrame, units: Units, segments: Mapping[Any, Segments]) -> pd.DataFrame | None:
    """The table of scores with a column ``against``; None if no image has several segmentations.

    Args:
        rows: a checked table of attributions with the settings ``task`` and ``segmentation``.
        units: of the table, by seed and feature.
        segments: by task, instance and segmentation.

    Raises:
        ValueError: segments that are not those of the coefficients, or not of one shape.
    """
    with threadpool_limits(limits=1, user_api="blas"):  # Small products, which threads slow down.
        found = [agreed for images in compared(rows, units, segments) for agreed in _agreed(images, segments)]
    if not found:
        return None
    comparisons = _comparisons(found, units)
    return table_of([_scored(name, found, comparisons) for name in found[0].metrics], comparisons)


def _agreed(images: Compared, segments: Mapping[Any, Segments]) -> Iterator[_Agreed]:
    """Every comparison of these images, of the seeds that all of its segmentations have."""
    cuts = [segments[*images.image, name] for name in images.segmentations]
    similar: dict[bytes, Mapping[str, Similarity]] = {}
    for number, comparison in enumerate(images.comparisons()):
        has_seed = images.has_seed[[comparison.one, *comparison.others]].all(axis=0)
        if has_seed.any():
            key = has_seed.tobytes()
            if key not in similar:
                similar[key] = pixel_similarities([own[:, has_seed] for own in images.coefficients], cuts)
            metrics = {name: agreement(_mean(one, comparison)) for name, one in similar[key].items()}
            yield _Agreed(images.units[comparison.one], comparison.against, number, metrics)


def _mean(similar: Similarity, comparison: Comparison) -> Similarity:
    """Of the segmentations that one is compared with."""
    return Similarity(*(part[comparison.one, list(comparison.others)].mean(axis=0) for part in similar))


def _comparisons(found: Sequence[_Agreed], units: Units) -> Units:
    """What was compared as units of their own, of which ``against`` is a setting; ``order`` is that of ``found``."""
    import pandas as pd

    count = [len(one.units) for one in found]
    unit, number = np.concatenate([one.units for one in found]), np.repeat([one.number for one in found], count)
    order = np.lexsort((unit, number, units.setting[unit]))
    rows = pd.concat(
        [units.settings.iloc[units.setting[unit]].reset_index(drop=True), units.keys.iloc[unit].reset_index(drop=True)],
        axis=1,
    )
    rows[AGAINST] = np.repeat([one.against for one in found], count)
    own = units_of(rows.iloc[order].assign(seed=0), [*units.settings, AGAINST], key=["seed"])
    return own._replace(order=order[own.order])


def _scored(metric: str, found: Sequence[_Agreed], units: Units) -> Scored:
    parts = [one.metrics[metric] for one in found]
    agreed = Agreement(*(np.concatenate(column)[units.order] for column in zip(*parts, strict=True)))
    rows = blank(len(units.setting))
    rows.n[:] = agreed.runs
    rows.chance[:] = BY_CHANCE[metric]() if metric in BY_CHANCE else 0.0
    put_interval(rows, np.arange(len(rows.n)), crossed_interval(agreed), _CONSTRUCTION)
    return Scored(metric, rows, over_instances(Found(rows, agreed), units, _for_these))


def _for_these(instances: Instances) -> tuple[Interval, str]:
    return crossed_interval_over_instances(instances.agreement), _CONSTRUCTION
