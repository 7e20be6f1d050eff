"""Whole sweeps, limeeval beside a loop over the lime package, taking turns in one process.

    python experiments/speed/sweep.py [--repeats 3]

Needs the extra ``test`` (for the lime package). Both explain the same rows with the same model, seeds, kernel widths
and sample counts, and score the agreement of all pairs of runs; here that includes standard errors, intervals,
fidelity, a store of predictions and Parquet files.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from lime.lime_tabular import LimeTabularExplainer as TheirExplainer
from scipy.stats import kendalltau, spearmanr
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import limeeval
from limeeval.lime import LimeTabularExplainer

DATA = load_breast_cancer()
TRAIN, TEST, TRAIN_LABELS, _ = train_test_split(
    DATA.data, DATA.target, test_size=0.3, stratify=DATA.target, random_state=0
)
ROOT_D = float(np.sqrt(TRAIN.shape[1]))


@dataclass(frozen=True)
class Job:
    """What both sides do."""

    name: str
    rows: int
    seeds: int
    widths: Sequence[float]
    counts: Sequence[int]
    num_features: int


JOBS = (
    Job("J1: 20 rows x 20 seeds x 3 widths x 1000", 20, 20, [w * ROOT_D for w in (0.25, 0.75, 1.5)], [1000], 30),
    *(
        Job(
            f"J2: 1 row x 10 seeds x 5 widths x 3 counts, {num_features} features",
            1,
            10,
            [w * 0.75 * ROOT_D for w in (0.25, 0.5, 1, 2, 4)],
            [500, 1000, 5000],
            num_features,
        )
        for num_features in (10, 5)
    ),
)


class Spy:
    """A prediction function that keeps count, and batches for another go."""

    def __init__(self, predict: Callable[[Any], Any]) -> None:
        self.predict, self.rows, self.batches = predict, 0, []

    def __call__(self, rows: Any) -> Any:
        self.rows += len(rows)
        self.batches.append(np.array(rows))
        return self.predict(rows)

    def again(self) -> None:
        """The same calls alone."""
        for rows in self.batches:
            self.predict(rows)


def forest(trees: int) -> RandomForestClassifier:
    return RandomForestClassifier(trees, random_state=0, n_jobs=1).fit(TRAIN, TRAIN_LABELS)


def ours(job: Job, predict: Any, *, n_jobs: int = 1) -> limeeval.Study:
    explainer = LimeTabularExplainer(TRAIN)
    with tempfile.TemporaryDirectory() as folder:
        study = limeeval.evaluate(
            explainer,
            TEST[: job.rows],
            predict,
            seeds=job.seeds,
            labels=1,
            kernel_width=list(job.widths),
            num_samples=list(job.counts),
            num_features=job.num_features,
            k=min(5, job.num_features),
            n_jobs=n_jobs,
            store=Path(folder) / "store",
            model_id="forest",
        )
        study.save(Path(folder) / "run")
    return study


def theirs(job: Job, predict: Callable[[Any], Any]) -> None:
    for width in job.widths:
        for count in job.counts:
            for row in TEST[: job.rows]:
                runs = [their_coefficients(row, predict, job, width, count, seed) for seed in range(job.seeds)]
                their_scores(np.array(runs), k=5)


def their_coefficients(
    row: Any, predict: Callable[[Any], Any], job: Job, width: float, count: int, seed: int
) -> np.ndarray:
    explainer = TheirExplainer(TRAIN, kernel_width=width, random_state=seed)
    found = explainer.explain_instance(row, predict, num_features=job.num_features, num_samples=count)
    coefficients = np.zeros(len(row))
    for feature, coefficient in found.local_exp[1]:
        coefficients[feature] = coefficient
    return coefficients


def their_scores(runs: np.ndarray, *, k: int) -> tuple[float, float, float]:
    """Spearman, Kendall and Jaccard@k as one would write them: pair by pair."""
    sets = [set(np.argsort(-np.abs(run))[:k]) for run in runs]
    pairs = list(combinations(range(len(runs)), 2))
    return (
        float(np.mean([spearmanr(np.abs(runs[a]), np.abs(runs[b])).statistic for a, b in pairs])),
        float(np.mean([kendalltau(np.abs(runs[a]), np.abs(runs[b])).statistic for a, b in pairs])),
        float(np.mean([len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in pairs])),
    )


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def against_lime(job: Job, repeats: int) -> None:
    model = forest(100)
    taken: dict[str, list[float]] = {"lime": [], "limeeval": [], "model": []}
    spy = Spy(model.predict_proba)
    for _ in range(repeats):
        spy = Spy(model.predict_proba)
        taken["lime"].append(seconds(lambda: theirs(job, model.predict_proba)))
        ours(job, spy)
        taken["limeeval"].append(seconds(lambda: ours(job, model.predict_proba)))
        taken["model"].append(seconds(spy.again))
    lime, own, alone = (statistics.median(taken[name]) for name in taken)
    print(f"{job.name}: lime {lime:.1f} s, limeeval {own:.2f} s = {lime / own:.1f} times faster; {spy.rows:,} rows")
    print(f"  the same model calls alone {alone:.2f} s: total / model calls = {own / alone:.2f}")


def agreement() -> None:
    job = JOBS[0]
    scores = ours(job, forest(100).predict_proba).scores
    rows = scores[scores["instance"].isna()].set_index(["metric", "kernel_width"])["estimate"]
    for metric in ("spearman", "kendall", "jaccard"):
        print(f"J1, {metric:9}", "  ".join(f"{rows[metric, width]:.3f}" for width in job.widths))


def processes(repeats: int) -> None:
    model = forest(500)
    taken: dict[int, list[float]] = {1: [], 2: []}
    first = seconds(lambda: ours(JOBS[0], model, n_jobs=2))
    for _ in range(repeats):
        for n_jobs, found in taken.items():
            found.append(seconds(lambda n_jobs=n_jobs: ours(JOBS[0], model, n_jobs=n_jobs)))
    one, two = (statistics.median(found) for found in taken.values())
    print(f"J1 with 500 trees: one process {one:.1f} s, two {two:.1f} s = {one / two:.2f} times faster")
    print(f"  with the start of the two processes: {first:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    ours(JOBS[1], forest(10))  # Imports, and what else is done once.
    agreement()
    for job in JOBS:
        against_lime(job, repeats)
    processes(repeats)


if __name__ == "__main__":
    main()
