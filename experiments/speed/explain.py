"""Time outside the model of one explanation, limeeval beside the lime package, alternating in one process.

    python experiments/speed/explain.py [--repeats 15]

Needs the extra ``test`` (for the lime package). Prints medians and their ratio for every job.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from lime.lime_tabular import LimeTabularExplainer as TheirExplainer
from rich.console import Console
from rich.table import Table
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from limeeval.lime import LimeTabularExplainer
from limeeval.tasks.datasets import german_credit


class Stopwatch:
    """A prediction function that knows how long it took."""

    def __init__(self, predict: Callable[[Any], Any]) -> None:
        self.predict, self.seconds = predict, 0.0

    def __call__(self, rows: Any) -> Any:
        start = time.perf_counter()
        answer = self.predict(rows)
        self.seconds += time.perf_counter() - start
        return answer


@dataclass(frozen=True)
class Job:
    name: str
    ours: LimeTabularExplainer
    theirs: TheirExplainer
    our_rows: Any
    their_rows: Any
    our_predict: Callable[[Any], Any]
    their_predict: Callable[[Any], Any]
    num_features: int


def outside_the_model(explainer: Any, row: Any, predict: Callable[[Any], Any], num_features: int) -> float:
    watch = Stopwatch(predict)
    start = time.perf_counter()
    explainer.explain_instance(row, watch, num_features=num_features)
    return time.perf_counter() - start - watch.seconds


def compare(job: Job, repeats: int) -> tuple[float, float]:
    """Median seconds outside the model, theirs and ours, over the same rows in turn."""
    seconds = []
    sides = [(job.theirs, job.their_rows, job.their_predict), (job.ours, job.our_rows, job.our_predict)]
    for i in range(repeats + 2):
        taken = {}
        for side in (0, 1) if i % 2 else (1, 0):  # Neither always comes first.
            explainer, rows, predict = sides[side]
            taken[side] = outside_the_model(explainer, rows[i], predict, job.num_features)
        seconds.append((taken[0], taken[1]))
    theirs, ours = np.median(seconds[2:], axis=0)  # The first two warm up.
    return float(theirs), float(ours)


def array_jobs() -> list[Job]:
    jobs = []
    for name, load, model, stratify in (
        ("breast cancer", load_breast_cancer, RandomForestClassifier(100, random_state=0, n_jobs=1), True),
        ("iris", load_iris, RandomForestClassifier(100, random_state=0, n_jobs=1), True),
        ("diabetes", load_diabetes, GradientBoostingRegressor(random_state=0), False),
    ):
        data = load()
        split = train_test_split(
            data.data, data.target, test_size=0.3, random_state=0, stratify=data.target if stratify else None
        )
        model.fit(split[0], split[2])
        mode = "classification" if stratify else "regression"
        options = {"mode": mode, "feature_names": list(data.feature_names), "random_state": 0}
        predict = model.predict_proba if stratify else model.predict
        for num_features in (10, 5):
            ours, theirs = LimeTabularExplainer(split[0], **options), TheirExplainer(split[0], **options)
            jobs.append(Job(name, ours, theirs, split[1], split[1], predict, predict, num_features))
    return jobs


def german_jobs() -> list[Job]:
    """The same pipeline for both: ours is fed the data frame, theirs the ordinal codes that it insists on."""
    data = german_credit()
    frame, target = data.data, data.target
    text = [j for j, dtype in enumerate(frame.dtypes) if dtype.kind not in "iuf"]
    encode = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    forest = RandomForestClassifier(100, random_state=0, n_jobs=1)
    model = make_pipeline(make_column_transformer((encode, text), remainder="passthrough"), forest).fit(frame, target)

    ordinal = OrdinalEncoder().fit(frame.iloc[:, text])
    codes = frame.to_numpy(dtype=object)
    codes[:, text] = ordinal.transform(frame.iloc[:, text])
    codes = codes.astype(float)
    coded_encode = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    coded = make_pipeline(make_column_transformer((coded_encode, text), remainder="passthrough"), forest)
    coded.fit(codes, target)

    jobs = []
    for num_features in (10, 5):
        ours = LimeTabularExplainer(frame, random_state=0)
        theirs = TheirExplainer(codes, categorical_features=text, random_state=0)
        rows = [frame.iloc[i] for i in range(len(frame))]
        jobs.append(
            Job("german_credit", ours, theirs, rows, codes, model.predict_proba, coded.predict_proba, num_features)
        )
    return jobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    table = Table(
        "job",
        "num_features",
        "lime, ms",
        "limeeval, ms",
        "ratio",
        title="One explanation, 5000 samples: time outside the model",
    )
    for job in [*array_jobs(), *german_jobs()]:
        theirs, ours = compare(job, repeats)
        table.add_row(
            job.name, str(job.num_features), f"{theirs * 1e3:.1f}", f"{ours * 1e3:.1f}", f"{theirs / ours:.1f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
