"""How many samples does a LIME explanation need?

    python experiments/sample_count/sample_count.py

Writes ``counts.csv`` beside this file, one row a task, model and sample count, from a run of
``-m experiment=sample_count``.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import CASE, by_case, finished, markdown, overall, parser_of, saved, show

FOLDER = Path(__file__).parent
QUICK = ["instances=2", "seeds=4", "task=iris,wine", "model=logistic", "lime.num_samples=[100,1000,5000]"]
COUNT, FEWER, USUAL, TARGET = "num_samples", 1000, 5000, 0.9
METRICS = ("same_set", "same_first", "jaccard", "r2", "r2_fresh", "supported")
UNIT = [*CASE, "instance", "label"]
COLUMNS = {
    "same_set": "same k",
    "same_first": "same first",
    "jaccard": "Jaccard@k",
    "surely": "surely above 0.9 in",
    "noise": "noise",
    "times_root": "noise x root of samples",
    "claimed": "standard error / noise",
    "r2": "R2, own samples",
    "r2_fresh": "R2, fresh samples",
    "supported": "supported in",
}


def counts(folder: Path) -> pd.DataFrame:
    """One row a task, model and sample count of a finished run."""
    scores = overall(folder, METRICS, ("estimate", "low")).reset_index()
    kept = [*CASE, COUNT, "k", "chance", *METRICS, "jaccard_low"]
    runs = pd.read_parquet(folder / "attributions.parquet")
    return scores[kept].merge(noise(runs, scores.groupby(CASE)["k"].first()), on=[*CASE, COUNT])


def noise(runs: pd.DataFrame, k: "pd.Series[int]") -> pd.DataFrame:
    """How far seeds move the coefficients of the k leading features, at each sample count.

    ``noise`` is their standard deviation over seeds as a share of their mean size at the largest count, ``claimed`` the
    standard error that runs report, as a share of that deviation: both root mean squares, over features and instances.
    The leading features are those of the largest count, the mean over its seeds.
    """
    features = runs.groupby([*UNIT, "feature", COUNT], sort=False).agg(
        mean=("coefficient", "mean"), variance=("coefficient", "var"), error=("standard_error", square_mean)
    )
    best = features["mean"].abs().xs(runs[COUNT].max(), level=COUNT)
    rank = best.groupby(UNIT).rank(ascending=False, method="first").reset_index()
    leading = rank[rank["mean"] <= k.reindex(pd.MultiIndex.from_frame(rank[CASE])).to_numpy()]
    found = features.reset_index().merge(leading[[*UNIT, "feature"]], on=[*UNIT, "feature"])
    size = best.reset_index(name="size").merge(leading[[*UNIT, "feature"]], on=[*UNIT, "feature"])
    means = found.groupby([*CASE, COUNT], sort=False)[["variance", "error"]].mean().reset_index()
    means = means.merge(size.groupby(CASE)["size"].mean().reset_index(), on=CASE)
    claimed = np.sqrt(means["error"] / means["variance"])
    return means[[*CASE, COUNT]].assign(noise=np.sqrt(means["variance"]) / means["size"], claimed=claimed)


def square_mean(errors: "pd.Series[float]") -> float:
    return float(np.square(errors).mean())


def tables(table: pd.DataFrame) -> dict[str, str]:
    """What the README shows: medians by count, and how many samples each task and model takes."""
    return {
        "By sample count, the median of all tasks and models": markdown(by_count(table)),
        "Jaccard@k at the smallest count, at 1,000, at LIME's and at the largest": markdown(
            by_case(few_and_many(table))
        ),
        f"From which count on Jaccard@k is above {TARGET}, and surely so": markdown(by_case(enough(table))),
    }


def by_count(table: pd.DataFrame) -> pd.DataFrame:
    """Medians over tasks and models; and in how many of them something holds."""
    usual = table[table[COUNT] == USUAL].set_index(CASE)["noise"]
    scale = np.sqrt(table[COUNT] / USUAL)
    full = table.assign(
        times_root=table["noise"] * scale / usual.reindex(pd.MultiIndex.from_frame(table[CASE])).to_numpy(),
        surely=table["jaccard_low"] > TARGET,
    )
    groups = full.groupby(full[COUNT].map("{:,}".format), sort=False)
    middle = groups[[name for name in COLUMNS if name not in ("surely", "supported")]].median()
    middle["surely"] = groups["surely"].sum()
    middle["supported"] = groups["supported"].apply(lambda share: int((share > 0.5).sum()))
    return middle[list(COLUMNS)].rename(columns=COLUMNS)


def few_and_many(table: pd.DataFrame) -> "pd.Series[str]":
    """Of each task and model."""
    shown = [table[COUNT].min(), FEWER, USUAL, table[COUNT].max()]
    return by_counts(table, "jaccard")[shown].apply(lambda row: ", ".join(f"{value:.2f}" for value in row), axis=1)


def by_counts(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row a task and model, a column a count, in ascending order."""
    return table.pivot_table(index=CASE, columns=COUNT, values=name, sort=False).sort_index(axis=1)


def enough(table: pd.DataFrame) -> "pd.Series[str]":
    """Of each task and model: from which count on the estimate, and its lower limit, are above the target."""
    return (
        first_count(by_counts(table, "jaccard") > TARGET) + ", " + first_count(by_counts(table, "jaccard_low") > TARGET)
    )


def first_count(above: pd.DataFrame) -> "pd.Series[str]":
    """The first column from which on all are true."""
    stays = above.iloc[:, ::-1].cummin(axis=1).iloc[:, ::-1]
    first = stays.idxmax(axis=1).map("{:,}".format)
    return first.where(stays.any(axis=1), f"> {above.columns.max():,}")


def findings(table: pd.DataFrame) -> str:
    """The figures that sentences quote."""
    agreed, r2, fresh = (by_counts(table, name) for name in ("jaccard", "r2", "r2_fresh"))
    most, cases = agreed.columns.max(), len(agreed)
    lines = {
        f"Jaccard@k lost with {FEWER:,} in place of {USUAL:,}": agreed[USUAL] - agreed[FEWER],
        f"fresh R2 lost with {FEWER:,} in place of {USUAL:,}": fresh[USUAL] - fresh[FEWER],
        f"1 - Jaccard@k at {most:,} as a share of that at {USUAL:,}": (
            (1 - agreed[most]) / (1 - agreed[USUAL])
        ).dropna(),
        **{f"R2 on own samples less fresh, at {count:,}": r2[count] - fresh[count] for count in agreed.columns},
    }
    counted = {
        f"fresh R2 at {FEWER:,} within 0.02 of that at {most:,}": (fresh[most] - fresh[FEWER] <= 0.02).sum(),
        f"Jaccard@k above {TARGET} at {USUAL:,}": (agreed[USUAL] > TARGET).sum(),
        f"Jaccard@k above {TARGET} at {most:,}": (agreed[most] > TARGET).sum(),
    }
    spans = [
        f"{values.median():.3f} [{values.min():.3f}, {values.max():.3f}]: {what}" for what, values in lines.items()
    ]
    return "\n".join([*spans, *(f"{count} of {cases}: {what}" for what, count in counted.items())])


def main() -> None:
    asked = parser_of("sample_count", __doc__).parse_args()
    found = counts(finished("sample_count", asked, *(QUICK if asked.quick else ())))
    table = saved(found, FOLDER / "counts.csv", quick=asked.quick)
    show(tables(table))
    print(f"\n{findings(table)}")


if __name__ == "__main__":
    main()
