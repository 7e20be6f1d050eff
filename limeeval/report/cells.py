"""Scores of every cell of a sweep: instances and labels averaged over, seeds paired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from limeeval.metrics.ranking import jaccard, same_set

if TYPE_CHECKING:
    import pandas as pd

_NOT_SETTINGS = ("instance", "label", "seed", "feature", "feature_name", "coefficient", "standard_error")


def cell_scores(attributions: pd.DataFrame, fits: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """One row a setting: its columns, ``same_set`` and ``jaccard`` at k, ``r2``, and the mean ``ess``.

    r2 is pooled, 1 - sum SSE / sum SST over fits, on the samples that each surrogate was fitted on.

    Raises:
        ValueError: k is not below the number of features.
    """
    settings = [column for column in attributions.columns if column not in _NOT_SETTINGS]
    cells = attributions.groupby(settings, dropna=False, sort=False)
    support = fits.groupby(settings, dropna=False, sort=False)
    agreement: pd.DataFrame = cells[list(attributions.columns)].apply(_agreement, k=k)
    return agreement.join(support[["r2", "output_spread", "ess"]].apply(_support)).reset_index()


def _agreement(rows: pd.DataFrame, *, k: int) -> Any:
    import pandas as pd

    runs = [
        group.pivot_table(index="seed", columns="feature", values="coefficient", sort=True).to_numpy()
        for _, group in rows.groupby(["instance", "label"], sort=False)
    ]
    return pd.Series(
        {
            "same_set": float(np.mean([same_set(coefficients, k) for coefficients in runs])),
            "jaccard": float(np.mean([jaccard(coefficients, k) for coefficients in runs])),
        }
    )


def _support(rows: pd.DataFrame) -> Any:
    import pandas as pd

    known = rows.dropna(subset="r2")
    spread = known["output_spread"]
    unexplained = ((1 - known["r2"]) * spread).sum()
    r2 = 1 - unexplained / spread.sum() if spread.sum() > 0 else np.nan
    return pd.Series({"r2": r2, "ess": rows["ess"].mean()})
