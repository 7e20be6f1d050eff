"""What was explained of each instance: how many features, and what the model said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from limeeval.check.identity import OWNER
from limeeval.report.scores.groups import Positions
from limeeval.report.scores.units import UNIT, Units

if TYPE_CHECKING:
    import pandas as pd

_ANSWER = "model_prediction"
_VALUE = "value_"


def feature_counts(units: Units) -> Positions:
    """How many features each instance and setting has (c,): rows of a run of its first label."""
    first = np.unique(units.cluster, return_index=True)[1]
    runs = np.zeros(len(units.setting), dtype=np.intp)
    np.maximum.at(runs, units.unit, units.seed + 1)
    rows = np.bincount(units.unit, minlength=len(runs))
    return np.asarray(-(-rows // runs))[first]


def answers(instances: pd.DataFrame | None, units: Units) -> pd.Series | None:
    """What the model said of each instance and setting (c,): one number a label, with commas; missing if not known."""
    import pandas as pd

    if instances is None or not {*UNIT, _ANSWER} <= set(instances):
        return None
    owner = [name for name in OWNER if name in units.settings and name in instances]
    keys = pd.concat([units.settings[owner].iloc[units.setting].reset_index(drop=True), units.keys], axis=1)
    known = instances[[*owner, *UNIT, _ANSWER]].drop_duplicates([*owner, *UNIT])
    said = keys.merge(known, how="left", on=[*owner, *UNIT])[_ANSWER].to_numpy(dtype=float, na_value=np.nan)
    of_labels = np.split(said, np.flatnonzero(np.diff(units.cluster)) + 1)
    texts = [None if np.isnan(own).any() else ",".join(f"{one:.12g}" for one in own) for own in of_labels]
    return pd.Series(texts, dtype=object)


def features_of_tasks(panel: pd.DataFrame, instances: pd.DataFrame | None) -> Mapping[str, Sequence[str]]:
    """Names of the features of each task, as columns are called; tasks whose features are no columns are left out.

    A column that has no value in any instance of a task is one of other tasks.

    Args:
        panel: of a run.
        instances: of the run.
    """
    if instances is None or not {"task"} <= set(instances) & set(panel):
        return {}
    found = {}
    for task, own in instances.groupby("task", sort=False):
        values = own[[name for name in own if str(name).startswith(_VALUE)]]
        names = [str(name).removeprefix(_VALUE) for name in values.columns[values.notna().any()]]
        if set(panel.loc[panel["task"] == task, "features"]) == {len(names)}:
            found[str(task)] = names
    return found
