"""How long scoring takes: 36,000 coefficient vectors of 30 features, every metric and every interval, on one core.

    python experiments/speed/scoring.py [--settings 90] [--repeats 3]

20 instances x 20 seeds x 90 settings, coefficients of mean + noise with their standard errors, k = 5; and the fits of
as many, with what each seed adds to their fidelity. Threads are limited to one before numpy is loaded. Reported is what
the processor spent on it, whatever else the machine does meanwhile, and the time that went by.
"""

import argparse
import os
import statistics
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd

from limeeval.report.scores.score import score

INSTANCES, SEEDS, D, K = 20, 20, 30, 5


def tables(settings: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Attributions and fits, with the columns of a sweep."""
    generator = np.random.default_rng(0)
    shape = settings, INSTANCES, SEEDS, D
    means = generator.normal(size=(1, INSTANCES, 1, D))
    noise = generator.uniform(0.05, 0.3, size=(settings, 1, 1, 1))
    fits = keys(shape[:3])
    rows = fits.loc[fits.index.repeat(D)].reset_index(drop=True)
    rows["feature"] = np.tile(np.arange(D), len(fits))
    rows["feature_name"] = ("feature " + rows["feature"].astype(str)).to_numpy()
    rows["coefficient"] = (means + noise * generator.standard_normal(shape)).ravel()
    rows["standard_error"] = np.broadcast_to(noise, shape).ravel()
    for name in ("r2", "r2_fresh", "r2_reference"):
        fits[name] = generator.uniform(0.2, 0.8, len(fits))
    for name in ("output", "fresh", "reference"):
        fits[f"{name}_spread"] = generator.uniform(1, 2, len(fits))
        fits[f"{name}_residual_of_seed"], fits[f"{name}_spread_of_seed"] = 1.0, 3.0
    fits["local_prediction"], fits["model_prediction"] = generator.random((2, len(fits)))
    fits["ess"], fits["condition_number"] = generator.uniform(100, 200, (2, len(fits)))
    return rows, fits.assign(unknowns_per_effective_sample=31 / fits["ess"], is_fit=True, is_supported=True)


def keys(shape: tuple[int, int, int]) -> pd.DataFrame:
    """Setting, instance and seed of every fit."""
    setting, instance, seed = np.indices(shape).reshape(3, -1)
    swept = {"kernel_width": 0.5 + setting % 9, "num_samples": 500 * (1 + setting // 9)}
    fixed = {"num_features": 30, "feature_selection": "auto", "discretizer": "quartile", "distance_metric": "euclidean"}
    names = {"task": "synthetic", "model": "none", "explainer": "lime"}
    return pd.DataFrame({**swept, **fixed, **names, "instance": instance, "label": 1, "seed": seed})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=int, default=90)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    attributions, fits = tables(arguments.settings)
    seconds, elapsed = [], []
    for _ in range(arguments.repeats):
        start, began = time.process_time(), time.perf_counter()
        scores = score(attributions, fits, k=K)
        seconds.append(time.process_time() - start)
        elapsed.append(time.perf_counter() - began)
    print(
        f"{len(fits):,} coefficient vectors of {D} features ({arguments.settings} settings): "
        f"{statistics.median(seconds):.2f} s of processor time, {statistics.median(elapsed):.2f} s by the clock "
        f"(medians of {arguments.repeats}), {len(scores):,} scores"
    )


if __name__ == "__main__":
    main()
