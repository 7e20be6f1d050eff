"""What a run says of each of its instances by every metric that can be held against a baseline.

A score over instances is a weighted sum of theirs, and its variance the sum of what the seeds of each instance do to
it: so much is enough to compare it later with another run of the same instances.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from limeeval.check.explained import answers, feature_counts
from limeeval.check.identity import digest, named
from limeeval.check.panel_fits import CLUSTER, known_fits, scores_of_fits
from limeeval.check.panel_runs import scores_of_runs
from limeeval.check.panel_scores import Scored
from limeeval.report.comparison.fidelity import KINDS, has_columns
from limeeval.report.comparison.measures import LOG_SD, compared_metrics
from limeeval.report.description import ks_of_tasks
from limeeval.report.run import Run
from limeeval.report.scores.ratio import setting_of_instances
from limeeval.report.scores.runs import checked, settings_of
from limeeval.report.scores.units import Units, units_of
from limeeval.sweep.columns import DRAWN, width_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "metric",
    "k",
    "instance",
    "row",
    "values",
    "labels",
    "samples",
    "runs",
    "weight",
    "estimate",
    "standard_error",
    "unseen",
    "logs",
)
"""Columns of a panel beside the settings, of which verdicts are made."""
LISTED = ("features", "answers")
"""Columns that may have changed; verdicts do not depend on them."""


def panel_metrics(fits: pd.DataFrame | None) -> list[str]:
    """Names of metrics of which a run with these fits has a standard error: those that can be compared."""
    kinds = [*KINDS, *(filter(None, map(width_of, [] if fits is None else fits.columns)))]
    of_fits = [f"r2_{kind}" for kind in kinds if fits is not None and has_columns(kind, fits)]
    return [*compared_metrics(), LOG_SD, *of_fits]


def panel_of(run: Run, metrics: Collection[str] | None = None) -> pd.DataFrame:
    """One row a setting, metric and instance; of one without a score by it the weight is 0.

    Columns: the settings; ``metric``; ``k`` (0 where it does not count); ``instance``; ``row`` (what the user calls it;
    missing where that is not known) and ``values`` (digest of its own); ``labels`` that were explained;
    ``features`` (how many it has); ``answers`` (of the model, one a label; missing if not known); ``samples`` (digest
    of what every seed drew; missing if not known); ``runs``; ``weight`` (of the instance in the score over all
    instances of the setting: they add up to 1); ``estimate`` (of the instance); ``standard_error`` and ``unseen`` (of
    the score over all, as seeds of this instance are left out in turn: their squares add up), nan below three runs;
    ``logs`` (of ``log_sd``: of each coefficient of each label; -inf for one that never moves, nan if not known).

    Where a seed may mean the same for all instances, which is so for all explainers but LIME, it is left out of all at
    once, and standard errors are shares of the whole: they add up themselves.

    Args:
        run: whose rows they are.
        metrics: names of those that are wanted; None for all.
    """
    import pandas as pd

    rows = checked(run.attributions)
    units = units_of(rows, settings_of(rows), key=["seed", "feature"])
    wanted = set(panel_metrics(run.fits) if metrics is None else metrics)
    ks = ks_of_tasks(getattr(run, "descriptions", ()))
    scored = [one for k in ks for one in scores_of_runs(rows, units, k, wanted)]
    fits = known_fits(run.fits, units)
    if fits is not None:
        scored += scores_of_fits(fits, units, wanted)
    instances = _instances(run, units, fits)
    if not scored:
        return pd.DataFrame(columns=[*units.settings, *COLUMNS, *LISTED])
    found = _frame(scored, units, instances)
    return found.drop_duplicates([name for name in found if name != "logs"], ignore_index=True)


def _instances(run: Run, units: Units, fits: pd.DataFrame | None) -> pd.DataFrame:
    """What is known of each instance and setting, by number: who it is, and what was drawn for it."""
    import pandas as pd

    first = np.unique(units.cluster, return_index=True)[1]
    keys = units.settings.iloc[units.setting[first]].reset_index(drop=True)
    keys["instance"] = units.keys["instance"].iloc[first].array
    labels = np.split(units.keys["label"].astype(str).to_numpy(dtype=object), first[1:])
    found = pd.DataFrame({"instance": keys["instance"].astype(str), "labels": [",".join(own) for own in labels]})
    found[["row", "values"]] = named(keys, run.instances)
    found["features"], found["answers"] = feature_counts(units), answers(run.instances, units)
    found["samples"] = _samples(fits).reindex(found.index) if fits is not None else None
    return found


def _samples(fits: pd.DataFrame) -> pd.Series:
    """Digest, by instance and setting, of what each of its seeds drew; missing where one of them does not say."""
    import pandas as pd

    if DRAWN not in fits:
        return pd.Series(dtype=object)
    drawn = fits[[CLUSTER, "seed", DRAWN]].drop_duplicates().sort_values([CLUSTER, "seed"])
    drawn = drawn[~drawn[CLUSTER].isin(drawn.loc[drawn[DRAWN].isna(), CLUSTER])]
    said = drawn["seed"].astype(str) + ":" + drawn[DRAWN].astype(str)
    return said.groupby(drawn[CLUSTER]).agg(" ".join).map(digest)


def _frame(scored: Sequence[Scored], units: Units, instances: pd.DataFrame) -> pd.DataFrame:
    """Rows of a panel, metric after metric; ``instances`` as :func:`_instances` gives them."""
    import pandas as pd

    clusters = np.concatenate([one.clusters for one in scored])
    settings = units.settings.iloc[setting_of_instances(units)[clusters]].reset_index(drop=True)
    names = ("k", "runs", "weight", "estimate", "standard_error", "unseen")
    numbers = {name: np.concatenate([getattr(one, name) for one in scored]) for name in names}
    own: pd.DataFrame = pd.concat(
        [settings, instances.iloc[clusters].reset_index(drop=True), pd.DataFrame(numbers)], axis=1
    )
    own = own.astype({"standard_error": np.float32, "unseen": np.float32})  # Half a file, and digits enough.
    own["metric"] = np.repeat([one.metric for one in scored], [len(one.clusters) for one in scored]).astype(object)
    logs = [value for one in scored for value in one.logs or [None] * len(one.clusters)]
    own["logs"] = pd.Series(logs, dtype=object)
    return own[[*settings, *COLUMNS, *LISTED]]
