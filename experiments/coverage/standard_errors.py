"""Standard errors of single explanations: beside the spread from seed to seed, and as 95 % intervals."""

import numpy as np
import pandas as pd
from pools import CANCER, QUADRATIC, WINE, Source

from limeeval.sweep.run import run_sweep

WIDTHS = [0.25, 0.5, 1.0]
SETTING = ["kernel_width_factor", "num_samples"]
COEFFICIENT = ["instance", "feature"]
NORMAL = 1.96
LIMIT = {"num_samples": 50_000, "seeds": 8}
"""What stands for endlessly many samples."""


def calibration(*, quick: bool) -> pd.DataFrame:
    """Of each source and setting: mean standard error over spread, and what b -+ 1.96 standard errors covers.

    ``covers_mean``: the mean coefficient of all seeds at that many samples. ``covers_limit``: that of ever more
    samples, from which ridge regression is off by its shrinkage besides.
    """
    sources = (QUADRATIC,) if quick else (QUADRATIC, WINE, CANCER)
    return pd.concat([_of_source(source, quick=quick) for source in sources], ignore_index=True)


def _of_source(source: Source, *, quick: bool) -> pd.DataFrame:
    instances, seeds, counts = (3, 40, [250, 1000]) if quick else (5, 100, [250, 500, 1000, 5000])
    d = 30 if source is CANCER else 13
    fixed = {"kernel_width_factor": WIDTHS, "num_features": d}
    runs = _coefficients(source, instances, seeds, num_samples=counts, **fixed)
    ends = _coefficients(source, instances, LIMIT["seeds"], num_samples=LIMIT["num_samples"], **fixed)
    keys = ["kernel_width_factor", *COEFFICIENT]
    runs = runs.join(ends.groupby(keys)["coefficient"].mean().rename("limit"), on=keys)
    each = runs.groupby([*SETTING, *COEFFICIENT])["coefficient"]
    runs["mean"], runs["spread"] = each.transform("mean"), each.transform("std")
    for name in ("mean", "limit"):
        runs[f"covers_{name}"] = (runs["coefficient"] - runs[name]).abs() <= NORMAL * runs["standard_error"]
    runs["off_limit"] = (runs["mean"] - runs["limit"]).abs() / runs["spread"]
    return _summary(runs).assign(source=source.name, d=runs["feature"].nunique())


def _summary(runs: pd.DataFrame) -> pd.DataFrame:
    """By setting; ratios are those of each coefficient, of which the mean and the 5 and 95 % points are shown."""
    of_coefficients = runs.groupby([*SETTING, *COEFFICIENT]).agg(
        error=("standard_error", "mean"), spread=("spread", "first")
    )
    ratio = (of_coefficients["error"] / of_coefficients["spread"]).groupby(SETTING)
    own = runs.groupby(SETTING)
    shares = own[["covers_mean", "covers_limit"]].mean()
    return shares.assign(
        error_over_spread=ratio.mean(),
        ratio_5=ratio.quantile(0.05),
        ratio_95=ratio.quantile(0.95),
        off_limit=own["off_limit"].mean(),
        ess=own["ess"].mean(),
        intervals=own.size(),
    ).reset_index()


def _coefficients(source: Source, instances: int, seeds: int, **settings: object) -> pd.DataFrame:
    sweep = run_sweep(source.plan(instances, range(seeds), **settings))
    keys = [*SETTING, "instance", "seed"]
    found = sweep.attributions[[*keys, "feature", "coefficient", "standard_error"]]
    joined = found.merge(sweep.fits[[*keys, "ess"]], on=keys)
    assert len(joined) == len(found)
    return joined[np.isfinite(joined["standard_error"])]
