"""How often does the gate cry wolf, and what does it see?

    python experiments/false_alarms/false_alarms.py [--only alarms detection reruns noise] [--quick]

Writes ``alarms.csv``, ``detection.csv``, ``reruns.csv`` and ``noise.csv`` beside this file; with ``--quick`` it does a
small part, and writes nothing. Threads are limited to one before numpy is loaded.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import families
import noise
import numpy as np
import pandas as pd
import reruns
from families import CHECKS, Shape
from scipy.stats import binomtest
from shown import tables

from limeeval.inference.jackknife import jackknife_variance, pairs_without_each
from limeeval.metrics.pairs import sums_without_diagonal

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import saved, show

FOLDER = Path(__file__).parent
MARGINS = (0.0, 0.04)
ALARMS = {Shape(10, 20): 5000, Shape(20, 40): 5000, Shape(10, 5): 2000, Shape(3, 10): 2000}
"""Families by how much their runs rest on."""
DETECTION = [
    (Shape(20, 40), CHECKS, 0.02),
    (Shape(10, 20), CHECKS, 0.04),
    (Shape(20, 40), 1, 0.017),
    (Shape(10, 20), 1, 0.033),
    (Shape(10, 10), CHECKS, 0.06),
]
TIMES = (1.0, 1.5, 2.0, 3.0)
"""How large drops are, in margins."""
SEEDS, MOST_RUNS, SEEDS_OF_POOL = (5, 20), 60, 1200


def alarms(*, quick: bool) -> pd.DataFrame:
    """Simulated files of ten checks that fail though nothing is worse."""
    rows = []
    for shape, count in list(ALARMS.items())[: 1 if quick else None]:
        drops = families.alarms(shape, 50 if quick else count, stream=10)
        rows += [
            {**shape._asdict(), "margin": margin, **share(int((drops > margin).sum()), len(drops))}
            for margin in MARGINS
        ]
    return pd.DataFrame(rows)


def detection(*, quick: bool) -> pd.DataFrame:
    """Simulated drops that are found."""
    rows = []
    for shape, checks, margin in DETECTION[1:2] if quick else DETECTION:
        for times in TIMES[2:3] if quick else TIMES:
            count = 50 if quick else 3000 if times == 2 else 500
            found = families.detected(shape, margin, count, checks=checks, times=times)
            known = {"times": times, "drop": found.drop, "standard_error": found.standard_error}
            what = {**shape._asdict(), "checks": checks, "margin": margin, "smallest_margin": found.smallest}
            rows.append({**what, **known, **share(found.found, found.families)})
    return pd.DataFrame(rows)


def share(count: int, of: int) -> dict[str, float]:
    """So many of them, and what the share may be: 95 % limits (Clopper and Pearson, 1934)."""
    low, high = binomtest(count, of).proportion_ci()
    return {"red": count, "families": of, "share": count / of, "low": low, "high": high}


def of_reruns(*, quick: bool) -> pd.DataFrame:
    """Pairs of real runs of other seeds, each a file of ten checks, that fail though nothing is worse."""
    rows = []
    for source in reruns.SOURCES[1:2] if quick else reruns.SOURCES:
        pool = reruns.pool(source, 100 if quick else SEEDS_OF_POOL)
        for seeds in SEEDS:
            own = reruns.panels(pool, source, seeds, 5 if quick else MOST_RUNS)
            rows.append(_between_runs(source.name, seeds, own))
    for seeds in SEEDS:
        own = reruns.shared_backgrounds((5 if quick else MOST_RUNS) * seeds, seeds)
        rows.append(_between_runs("another explainer, one background a seed", seeds, own))
    return pd.DataFrame(rows)


def _between_runs(name: str, seeds: int, panels: list[pd.DataFrame]) -> dict[str, object]:
    """Of every run beside every other one; the standard error leaves runs out in turn, for pairs share them."""
    count = len(panels)
    if "num_samples" in panels[0]:
        panels = [reruns.at_counts(one, {n: n for n in reruns.SAMPLES}) for one in panels]
    is_red, of_margin, metrics = np.zeros((count, count)), 0, Counter[str]()
    for at, now in enumerate(panels):
        for place, before in enumerate(panels):
            if at != place and (failed := reruns.red(now, before)):
                is_red[at, place] = 1
                metrics.update({one.threshold.metric for one in failed})
                of_margin += any(one.numbers["drop"] > MARGINS[1] for one in failed)
    error = np.sqrt(jackknife_variance(pairs_without_each(sums_without_diagonal((is_red + is_red.T) / 2))))
    pairs = count * (count - 1)
    found = {"source": name, "seeds": seeds, "runs": count, "pairs": pairs, "red": int(is_red.sum())}
    most = ", ".join(f"{metric} {number}" for metric, number in metrics.most_common())
    return {
        **found,
        "share": is_red.sum() / pairs,
        "standard_error": float(error),
        "red_at_0.04": of_margin,
        "by": most,
    }


def fewer(*, quick: bool) -> pd.DataFrame:
    """A tenth fewer samples, simulated and real."""
    parts = []
    for shape in (Shape(10, 20), Shape(20, 40)):
        pairs = noise.simulated(shape, 20 if quick else 500)
        parts.append(noise.found(pairs).assign(source="simulated", **shape._asdict()))
    for source in reruns.SOURCES[1:2] if quick else reruns.SOURCES:
        pool = reruns.pool(source, 120 if quick else SEEDS_OF_POOL)
        for seeds in (20, 40):
            pairs = noise.rerun(reruns.panels(pool, source, seeds, MOST_RUNS))
            shape = Shape(reruns.INSTANCES, seeds)
            parts.append(noise.found(pairs).assign(source=source.name, **shape._asdict()))
    return pd.concat(parts, ignore_index=True)


PARTS: dict[str, Callable[..., pd.DataFrame]] = {
    "alarms": alarms,
    "detection": detection,
    "reruns": of_reruns,
    "noise": fewer,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small part, in a minute; nothing is written")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="some of the questions")
    asked = parser.parse_args()
    for name in asked.only:
        start = time.perf_counter()
        found = saved(PARTS[name](quick=asked.quick), FOLDER / f"{name}.csv", quick=asked.quick)
        show(tables({name: found}))
        print(f"\n{time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
