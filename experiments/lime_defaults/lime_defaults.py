"""How far can LIME's defaults be trusted? Every table and model, width and samples as they come.

    python experiments/lime_defaults/lime_defaults.py

Writes ``defaults.csv`` beside this file, one row a task and model, from a run of ``-m experiment=lime_defaults``.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import finished, parser_of

FOLDER = Path(__file__).parent
QUICK = ["instances=2", "seeds=4", "task=iris,wine", "model=forest,logistic"]
LIMITS = ("same_set", "jaccard", "r2_fresh", "lack_of_fit")
"""Metrics whose intervals are kept."""
METRICS = ("same_set", "same_first", "jaccard", "r2", "r2_fresh", "lack_of_fit", "local_gap", "supported")
SHOWN = ("same_set", "jaccard", "r2_fresh", "lack_of_fit", "need")


def defaults(folder: Path) -> pd.DataFrame:
    """One row a task and model of a finished run: scores over its instances, and the need that it estimates."""
    scores = pd.read_parquet(folder / "scores.parquet")
    whole = scores[scores["instance"].isna()].set_index(["task", "model", "metric"]).sort_index()
    answers = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["answers"]
    return pd.DataFrame([row(answer, whole) for answer in answers])


def row(answer: dict[str, Any], scores: pd.DataFrame) -> dict[str, Any]:
    run_of = answer["description"]
    own = scores.loc[(run_of["task"], run_of["model"])]
    found = {name: run_of[name] for name in ("task", "model", "features", "k", "instances", "seeds")}
    for metric in METRICS:
        found[metric] = own.at[metric, "estimate"]
        if metric in LIMITS:
            found |= {f"{metric}_{limit}": own.at[metric, limit] for limit in ("low", "high")}
    found |= {"chance": own.at["jaccard", "chance"], "steady": answer["steadiness"]["steady"]}
    return found | {"need": None, "need_samples": None, "or_seeds": None} | need(answer)


def need(answer: dict[str, Any]) -> dict[str, Any]:
    """Samples, or seeds, estimated to make Jaccard@k surely exceed the target; of a run that does, its own samples."""
    own, found = answer["reference"]["settings"]["num_samples"], answer["need"]
    if answer["chosen"] is not None:
        return {"need": f"{own:,}", "need_samples": own}
    if found is None:
        return {"need": "not known"}
    if found["only_seeds"]:
        return {"need": "more seeds", "or_seeds": found["seeds"]}
    samples = found["samples"]
    words = f"> {found['beyond']:,}" if samples is None else f"{samples:,}"
    return {"need": words, "need_samples": samples, "or_seeds": found["seeds"]}


def tables(table: pd.DataFrame) -> str:
    """The models of each task beside one another, a metric a table."""
    return "\n\n".join(f"{name}\n{wide(table, name).round(2).to_string()}" for name in SHOWN)


def wide(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.pivot_table(index="task", columns="model", values=name, sort=False, aggfunc="first", dropna=False)


def findings(table: pd.DataFrame) -> str:
    """The counts that sentences quote."""
    cases, first = len(table), table["same_first"]
    samples = table["need_samples"].fillna(float("inf"))
    lines = {
        "same k reasons in less than half of the pairs": (table["same_set"] < 0.5).sum(),
        "same k reasons in at least 90 % of the pairs": (table["same_set"] >= 0.9).sum(),
        "same first reason in at least 90 % of the pairs": (first >= 0.9).sum(),
        "the whole interval of Jaccard@k above 0.9": (table["jaccard_low"] > 0.9).sum(),
        "a line carries less than half (fresh R2 < 0.5)": (table["r2_fresh"] < 0.5).sum(),
        "a line carries at least 90 %": (table["r2_fresh"] >= 0.9).sum(),
        "the best line misses more than half (lack of fit > 0.5)": (table["lack_of_fit"] > 0.5).sum(),
        "5,000 samples are enough": (samples <= 5000).sum(),
        "more than 20,000 samples are estimated, or no number": (samples > 20_000).sum(),
        "more than 100,000 samples are estimated, or no number": (samples > 100_000).sum(),
    }
    middle = table[list(SHOWN[:-1])].agg(["min", "median", "max"]).round(2)
    counted = "\n".join(f"{count:3d} of {cases}: {what}" for what, count in lines.items())
    return f"{counted}\n\n{middle.to_string()}\n\nmedian samples needed: {samples.median():,.0f}"


def main() -> None:
    asked = parser_of("lime_defaults", __doc__).parse_args()
    table = defaults(finished("lime_defaults", asked, *(QUICK if asked.quick else ())))
    if not asked.quick:
        table.to_csv(FOLDER / "defaults.csv", index=False, float_format="%.4f")
    print(f"\n{tables(table)}\n\n{findings(table)}")


if __name__ == "__main__":
    main()
