"""How many seeds does it take to know how stable explanations are, and what do seeds buy that samples do not?

    python experiments/seeds/seeds.py

Writes ``intervals.csv`` (one row a task, model and number of seeds) and ``averages.csv`` (one row a task, model, number
of seeds and sample count) beside this file, from a run of ``-m experiment=seeds``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import limeeval
from limeeval.metrics.ranking import jaccard, same_set

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import CASE, finished, jobs, markdown, parser_of, saved, show

FOLDER = Path(__file__).parent
QUICK = ["instances=2", "seeds=8", "task=iris,wine", "model=logistic", "lime.num_samples=[1000,2500,5000]"]
SEEDS = (2, 3, 5, 10, 20)
"""Of a part of the run; its own number is the yardstick."""
USUAL, TARGET = 5000, 0.9
RUNS = ["instance", "label", "seed", "feature", "feature_name", "coefficient", "standard_error"]


def intervals(study: limeeval.Study) -> pd.DataFrame:
    """Jaccard@k of parts of the seeds beside that of all: one row a number of seeds.

    Parts of one size have no seed in common. ``held``: the share of parts whose interval holds the estimate of all
    seeds, missing where there is none. ``same``, ``open`` and ``opposite``: the share whose interval says of the target
    what that of all says, holds the target, or says the contrary. ``..._of_a_row``: of single explained rows.
    """
    own = study.descriptions[0]
    runs = study.attributions[study.attributions["num_samples"] == USUAL][RUNS]
    every = of_parts(runs, own.seeds, own.k)
    sizes = [seeds for seeds in SEEDS if 2 * seeds <= own.seeds]
    rows = [beside(of_parts(runs, seeds, own.k), every) | {"seeds": seeds} for seeds in sizes]
    whole = {"seeds": own.seeds, "parts": 1, **widths(every)}
    found = every[every["instance"].isna()].iloc[0]
    said = {"all_seeds": found["estimate"], "verdict": verdict(found["low"], found["high"])}
    return pd.DataFrame([*rows, whole]).assign(task=own.task, model=own.model, **said)


def of_parts(runs: pd.DataFrame, seeds: int, k: int) -> pd.DataFrame:
    """Jaccard@k of every part of so many seeds, one after another: rows of ``limeeval.score``, ``part`` a setting."""
    part = runs["seed"].rank(method="dense").astype(int).sub(1) // seeds
    whole = part < runs["seed"].nunique() // seeds
    scores = limeeval.score(runs[whole].assign(part=part[whole]), k=k)
    return scores[scores["metric"] == "jaccard"]


def beside(parts: pd.DataFrame, every: pd.DataFrame) -> dict[str, Any]:
    """What the intervals of parts say, beside those of all seeds."""
    both = parts.merge(every, on=["instance", "label"], suffixes=("", "_of_all"))
    held = (both["low"] <= both["estimate_of_all"]) & (both["estimate_of_all"] <= both["high"])
    both["held"] = held.where(both["low"].notna())
    whole, rows = both[both["instance"].isna()], both[both["instance"].notna()]
    said, known = (
        [verdict(low, high) for low, high in zip(whole[f"low{of}"], whole[f"high{of}"], strict=True)]
        for of in ("", "_of_all")
    )
    pairs = list(zip(said, known, strict=True))
    return {
        "parts": len(whole),
        "held": whole["held"].mean(),
        "held_of_a_row": rows["held"].mean(),
        "same": np.mean([one == other for one, other in pairs]),
        "open": np.mean([one == "open" for one in said]),
        "opposite": np.mean([{one, other} == {"above", "below"} for one, other in pairs]),
        **widths(parts),
    }


def widths(scores: pd.DataFrame) -> dict[str, float]:
    """Of intervals, of the mean over rows and of a single one; and how far estimates of parts are apart."""
    width, is_whole = scores["high"] - scores["low"], scores["instance"].isna()
    spread = scores.loc[is_whole, "estimate"].std()
    return {"width": width[is_whole].mean(), "width_of_a_row": width[~is_whole].mean(), "spread": spread}


def verdict(low: float, high: float) -> str:
    """Whether an interval lies above the target, below it, or holds it: then it is open."""
    return "above" if low > TARGET else "below" if high < TARGET else "open"


def averages(study: limeeval.Study) -> pd.DataFrame:
    """The mean of several runs in place of one: one row a number of seeds and a sample count.

    ``same_set`` and ``jaccard``: of two such means that have no seed in common. ``..._with_all``: of a mean with that
    of all seeds at the largest count, of whose samples each takes its part.
    """
    own = study.descriptions[0]
    by_count = {int(count): coefficients(rows) for count, rows in study.attributions.groupby("num_samples")}
    everything = by_count[max(by_count)].mean(axis=1, keepdims=True)
    rows = [
        {"seeds": seeds, "num_samples": count, **agreement(means_of(runs, seeds), everything, own.k)}
        for count, runs in by_count.items()
        for seeds in sorted({1, max(USUAL // count, 1), *(SEEDS if count == USUAL else ())})
        if 2 * seeds <= own.seeds
    ]
    return pd.DataFrame(rows).assign(task=own.task, model=own.model)


def coefficients(rows: pd.DataFrame) -> np.ndarray:
    """Coefficients (instances, seeds, d) of one sample count."""
    wide = rows.set_index(["instance", "label", "seed", "feature"])["coefficient"].unstack("feature")
    return wide.sort_index().to_numpy().reshape(-1, rows["seed"].nunique(), wide.shape[1])


def means_of(runs: np.ndarray, seeds: int) -> np.ndarray:
    """Means (instances, parts, d) of so many seeds each, one after another."""
    parts = runs.shape[1] // seeds
    return runs[:, : parts * seeds].reshape(len(runs), parts, seeds, -1).mean(axis=2)


def agreement(means: np.ndarray, everything: np.ndarray, k: int) -> dict[str, float]:
    beside_all = np.stack(np.broadcast_arrays(means, everything), axis=-2)
    found = {}
    for metric in (same_set, jaccard):
        found[metric.__name__] = float(metric(means, k).mean())
        found[f"{metric.__name__}_with_all"] = float(metric(beside_all, k).mean())
    return found


def tables(found: pd.DataFrame, means: pd.DataFrame) -> dict[str, str]:
    """What the README shows, over all tasks and models."""
    return {
        "Intervals": markdown(by_seeds(found)),
        "Averages": markdown(averaged(means)),
    }


COLUMNS = {
    "spread": "spread of the estimate",
    "width": "width of the interval",
    "held": "holds that of all",
    "settled": "verdict, where all have one",
    "called": "verdict, where all have none",
    "width_of_a_row": "width, one row",
    "held_of_a_row": "holds that of all, one row",
}


def by_seeds(found: pd.DataFrame) -> pd.DataFrame:
    """Means over tasks and models; verdicts of those of which all seeds are sure, and of the others."""
    sure = found["verdict"] != "open"
    full = found.assign(
        settled=found["same"].where(sure),
        called=(1 - found["open"]).where(~sure),
    )
    shown = full.groupby("seeds")[list(COLUMNS)].mean()
    shown["spread"] = [None if np.isnan(value) else f"{value:.3f}" for value in shown["spread"]]
    return shown.rename(columns=COLUMNS)


def averaged(means: pd.DataFrame) -> pd.DataFrame:
    """Means over tasks and models, by what is averaged."""
    names = [f"{seeds} x {count:,}" for seeds, count in zip(means["seeds"], means["num_samples"], strict=True)]
    order = means.assign(name=names, rows=means["seeds"] * means["num_samples"])
    kept = order[(order["rows"] == USUAL) | (order["num_samples"] == USUAL)]
    figures = ["same_set", "jaccard", "same_set_with_all", "jaccard_with_all"]
    found = kept.groupby(["rows", "seeds", "name"])[figures].mean().reset_index()
    shown = {"rows": "model rows", "same_set": "same k", "jaccard": "Jaccard@k"}
    shown |= {"same_set_with_all": "same k as all", "jaccard_with_all": "Jaccard@k with all"}
    return found.set_index("name")[list(shown)].rename(columns=shown)


def findings(found: pd.DataFrame, means: pd.DataFrame) -> str:
    """The figures that sentences quote."""
    every, of_runs = (table[table["seeds"] == number] for table, number in ((found, found["seeds"].max()), (means, 1)))
    said = ", ".join(f"{name} in {count}" for name, count in every["verdict"].value_counts().items())
    lines = [f"all seeds: {said} of {len(every)}"]
    sure = found[(found["seeds"] < found["seeds"].max()) & (found["verdict"] != "open")]
    contrary = (sure["opposite"] * sure["parts"]).sum()
    lines.append(f"parts: contrary to all seeds in {contrary:.0f} of {sure['parts'].sum()} where these are sure")
    one = of_runs[of_runs["num_samples"] == USUAL].set_index(CASE)["jaccard"]
    for seeds, rows in means[(means["seeds"] * means["num_samples"] == USUAL) & (means["seeds"] > 1)].groupby("seeds"):
        less = rows.set_index(CASE)["jaccard"] - one
        lines.append(f"{seeds} runs in place of one: Jaccard@k {less.mean():+.3f}, standard error {less.sem():.3f}")
    for seeds, rows in means[means["num_samples"] == USUAL].groupby("seeds"):
        high = (rows["jaccard"] > TARGET).sum()
        lines.append(f"means of {seeds}: Jaccard@k above {TARGET} in {high} of {len(rows)}")
    return "\n".join(lines)


def studies(folder: Path) -> Iterator[limeeval.Study]:
    return (limeeval.load(job) for job in jobs(folder))


def main() -> None:
    asked = parser_of("seeds", __doc__).parse_args()
    folder = finished("seeds", asked, *(QUICK if asked.quick else ()))
    found, means = zip(*[(intervals(study), averages(study)) for study in studies(folder)], strict=True)
    found = saved(pd.concat(found), FOLDER / "intervals.csv", quick=asked.quick)
    means = saved(pd.concat(means), FOLDER / "averages.csv", quick=asked.quick)
    show(tables(found, means))
    print(f"\n{findings(found, means)}")


if __name__ == "__main__":
    main()
