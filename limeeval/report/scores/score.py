"""Scores of every setting, from saved rows alone: instance by instance, and over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.metrics.pixel_maps import Segments
from limeeval.report.scores.agreement import agreement_scores
from limeeval.report.scores.fidelity import fidelity_scores
from limeeval.report.scores.nonlinearity import scores_at_each
from limeeval.report.scores.pixels import pixel_scores
from limeeval.report.scores.runs import checked, runs_of, settings_of
from limeeval.report.scores.scored import AGAINST, COLUMNS, table_of
from limeeval.report.scores.units import UNIT, units_of

if TYPE_CHECKING:
    import pandas as pd


def score(
    attributions: pd.DataFrame,
    fits: pd.DataFrame | None = None,
    *,
    k: int | Mapping[str, int] | None = None,
    segments: Mapping[Any, Segments] | None = None,
    nonlinearity: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Scores of any table of attributions: one row a setting, instance, label and metric, and one over all instances.

    ``attributions`` has one row a run and feature: ``coefficient``, ``feature`` and ``seed`` (what tells runs apart);
    ``instance`` and ``label`` (0 if absent), ``standard_error`` (makes intervals shorter) and ``feature_name`` if there
    are any. Every other column is a setting. Runs of the same setting, instance and label are compared: units may
    differ in features and in seeds, and are scored on the runs they have; a run that lacks a feature scores nan.

    Columns of the result: the settings; ``instance`` and ``label``, missing over all; ``metric``; ``k``, of metrics at
    k, missing over instances of different k; ``estimate``; ``low`` and ``high`` (95 %, for these instances: seeds are
    random); ``low_population`` and ``high_population`` (for instances like these; over all, from 5 instances on);
    ``interval`` (how low and high were made: ``clt``, ``pseudo-run``, ``jackknife over seeds`` or ``normal theory``;
    missing where there are none); ``n`` (runs; over all, instances that have a score); ``chance`` (what unrelated runs
    would score, where there is such a level).

    Agreement over all is the mean over instances; labels of one are averaged first. R2 is pooled, 1 - sum SSE / sum
    SST, and undefined fits add nothing; r2 is nan where a fit is none.

    Explanations of one image on several segmentations are compared pixel by pixel: ``pixel_spearman`` and ``pixel_iou``
    of two runs of different seeds, of which one is on ``segmentation`` and the other on the one in a column more,
    ``against``; all other settings are equal. That may be another segmentation (each two once), the same one (what the
    seed alone changes), or ``others``: the mean over all others, of images that have each. ``n`` counts the seeds that
    all of them have. In rows of other metrics ``against`` is missing, and there is no such column without such images.

    Args:
        attributions: in any order of rows.
        fits: one row a fit, with any of the columns of fits.parquet: fidelity and support are scored too.
        k: how many features the metrics at k are about, for all or by task; default: at most 5 and half of d.
        segments: which superpixel each pixel is in (H, W), by task, instance and segmentation; feature numbers are
            those of superpixels.
        nonlinearity: what lines miss, as in nonlinearity.parquet: its scores, which are of samples and a width, stand
            at every setting of these (see :func:`limeeval.report.scores.nonlinearity.nonlinearity_scores`).

    Raises:
        ValueError: this is no table of attributions (or of fits), a run has two rows for a feature, k is not between
            1 and d - 1, or segments are not those of the table.

    >>> import pandas as pd
    >>> two_runs = {"seed": [0, 0, 0, 1, 1, 1], "feature": [0, 1, 2] * 2, "coefficient": [3.0, 2, 1, 3, 1, 2]}
    >>> scores = score(pd.DataFrame(two_runs), k=2).set_index("metric")
    >>> float(scores.loc["same_first", "estimate"].iloc[0])
    1.0
    """
    import pandas as pd

    rows = checked(attributions)
    settings = settings_of(rows)
    _check(settings, k)
    units = units_of(rows, settings, key=["seed", "feature"])
    tables = [table_of(agreement_scores(runs_of(rows, units, k), units), units)]
    if fits is not None and not fits.empty:
        of_fits = units_of(_checked_fits(fits), [column for column in settings if column in fits], key=["seed"])
        fidelity = fidelity_scores(fits, of_fits)
        tables += [table_of(fidelity, of_fits)] if fidelity else []
    found = pd.concat(tables, ignore_index=True)
    if nonlinearity is not None and len(nonlinearity):
        found = pd.concat([found, scores_at_each(nonlinearity, units.settings)], ignore_index=True)
    if not segments:
        return found
    _check_segments(units.settings, segments)
    pixels = pixel_scores(rows, units, segments)
    return found if pixels is None else _below(found, pixels)


def _below(scores: pd.DataFrame, pixels: pd.DataFrame) -> pd.DataFrame:
    """Scores that compare segmentations below the others, for which ``against`` is missing."""
    import pandas as pd

    at = list(scores).index("metric")
    scores.insert(at, AGAINST, np.array([None] * len(scores), dtype=object))
    found = pd.concat([scores, pixels[list(scores)]], ignore_index=True)
    return found.assign(**{AGAINST: found[AGAINST].infer_objects()})  # Text, as where it is read from a file.


def _check(settings: Sequence[str], k: object) -> None:
    taken = [column for column in settings if column in (*COLUMNS, AGAINST)]
    if taken:
        raise ValueError(f"settings must not be named like a column of scores, got {', '.join(taken)}")
    asked = k.values() if isinstance(k, Mapping) else [] if k is None else [k]
    for one in asked:
        if isinstance(one, bool) or not isinstance(one, Integral):
            raise ValueError(f"k must be a whole number, or one a task, got {one!r}")


def _check_segments(settings: pd.DataFrame, segments: Mapping[Any, Segments]) -> None:
    missing = [column for column in ("task", "segmentation") if column not in settings]
    if missing:
        raise ValueError(
            f"a table that has segments must have the column {missing[0]}, got {', '.join(map(str, settings))}"
        )
    known = set(zip(settings["task"], settings["segmentation"], strict=True))
    if not any((task, segmentation) in known for task, _, segmentation in segments):
        raise ValueError(
            f"segments must be of tasks and segmentations of the table, got {', '.join(map(str, list(segments)[:3]))}"
        )


def _checked_fits(fits: pd.DataFrame) -> pd.DataFrame:
    if "seed" not in fits:
        raise ValueError(f"a table of fits must have a column seed, got {', '.join(fits.columns)}")
    return fits.assign(**{column: 0 for column in UNIT if column not in fits})
