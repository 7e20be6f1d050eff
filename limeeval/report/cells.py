"""Scores of every cell of a sweep: instances and labels averaged over, seeds paired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.metrics.fidelity import pooled_r2
from limeeval.metrics.ranking import jaccard, same_set
from limeeval.sweep.grid import KEYS

if TYPE_CHECKING:
    import pandas as pd

_OF_FITS = ("r2", "output_spread", "r2_fresh", "fresh_spread", "ess", "is_fit", "is_supported")


def cell_scores(attributions: pd.DataFrame, fits: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """One row a setting: its columns, ``same_set`` and ``jaccard`` at k, and what its fits rest on.

    ``r2`` is pooled, 1 - sum SSE / sum SST over fits, on the samples that each surrogate was fitted on; nan if any of
    them is no fit, for the others would be a selection. ``r2_fresh`` is the same on the other seeds' samples. ``ess``
    is the mean effective sample size, ``no_fit`` and ``unsupported`` the shares of fits that are none, or not to be
    trusted.

    Raises:
        ValueError: k is not below the number of features.
    """
    settings = [column for column in ("task", "explainer", *KEYS) if column in attributions.columns]
    cells = attributions.groupby(settings, dropna=False, sort=False)
    agreement: pd.DataFrame = cells[["instance", "label", "seed", "feature", "coefficient"]].apply(_agreement, k=k)
    support = fits.groupby(settings, dropna=False, sort=False)[list(_OF_FITS)]
    return agreement.join(support.apply(_support)).reset_index()


def _agreement(rows: pd.DataFrame, *, k: int) -> Any:
    import pandas as pd

    runs = rows.set_index(["instance", "label", "seed", "feature"])["coefficient"].unstack("feature")
    coefficients = [own.to_numpy() for _, own in runs.groupby(level=["instance", "label"], sort=False)]
    return pd.Series(
        {
            "same_set": float(np.mean([same_set(own, k) for own in coefficients])),
            "jaccard": float(np.mean([jaccard(own, k) for own in coefficients])),
        }
    )


def _support(rows: pd.DataFrame) -> Any:
    import pandas as pd

    own = pooled_r2(rows["r2"].to_numpy(), rows["output_spread"].to_numpy())
    return pd.Series(
        {
            "r2": own if rows["is_fit"].all() else np.nan,
            "r2_fresh": pooled_r2(rows["r2_fresh"].to_numpy(), rows["fresh_spread"].to_numpy()),
            "ess": rows["ess"].mean(),
            "no_fit": 1 - rows["is_fit"].mean(),
            "unsupported": 1 - rows["is_supported"].mean(),
        }
    )
