"""Scores of every setting, from saved rows alone: instance by instance, and over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING

from limeeval.report.scores.agreement import agreement_scores
from limeeval.report.scores.fidelity import fidelity_scores
from limeeval.report.scores.runs import checked, runs_of, settings_of
from limeeval.report.scores.scored import COLUMNS, table_of
from limeeval.report.scores.units import UNIT, units_of

if TYPE_CHECKING:
    import pandas as pd


def score(
    attributions: pd.DataFrame, fits: pd.DataFrame | None = None, *, k: int | Mapping[str, int] | None = None
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

    Args:
        attributions: in any order of rows.
        fits: one row a fit, with any of the columns of fits.parquet: fidelity and support are scored too.
        k: how many features the metrics at k are about, for all or by task; default: at most 5 and half of d.

    Raises:
        ValueError: this is no table of attributions (or of fits), a run has two rows for a feature, or k is not between
            1 and d - 1.

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
    agreement = table_of(agreement_scores(runs_of(rows, units, k), units), units)
    if fits is None or fits.empty:
        return agreement
    of_fits = units_of(_checked_fits(fits), [column for column in settings if column in fits], key=["seed"])
    fidelity = fidelity_scores(fits, of_fits)
    return pd.concat([agreement, table_of(fidelity, of_fits)], ignore_index=True) if fidelity else agreement


def _check(settings: Sequence[str], k: object) -> None:
    taken = [column for column in settings if column in COLUMNS]
    if taken:
        raise ValueError(f"settings must not be named like a column of scores, got {', '.join(taken)}")
    asked = k.values() if isinstance(k, Mapping) else [] if k is None else [k]
    for one in asked:
        if isinstance(one, bool) or not isinstance(one, Integral):
            raise ValueError(f"k must be a whole number, or one a task, got {one!r}")


def _checked_fits(fits: pd.DataFrame) -> pd.DataFrame:
    if "seed" not in fits:
        raise ValueError(f"a table of fits must have a column seed, got {', '.join(fits.columns)}")
    return fits.assign(**{column: 0 for column in UNIT if column not in fits})
