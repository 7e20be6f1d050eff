"""Is a recommendation worth something? Chosen on some of the seeds, confirmed on the others.

    python experiments/recommend/recommend.py

Writes ``rates.csv`` and ``recommendations.csv`` beside this file, from a run of ``-m experiment=recommend``; with
``--more``, the same with ``_20000`` in their names, from one of three models with up to four times the samples.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import limeeval
from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.choice import price
from limeeval.study.seeds import split

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import finished, jobs, parser_of

FOLDER = Path(__file__).parent
QUICK = ["instances=3", "seeds=8", "task=iris,wine", "model=logistic,mlp"]
MORE = ["model=boosting,logistic,mlp", "lime.num_samples=[250,1000,5000,20000]"]
TARGETS = (0.9, 0.8, 0.7)
TOLERANCE = 0.05
"""How far below the target the confirmation's lower limit may lie."""
PARTS = (2, 4)
"""Of the seeds, to choose on: the second and the fourth part."""
ADHERENCE = (0.9, 0.5)
"""Levels of R2 that OptiLIME's rule is asked for."""
SAMPLES = 5000
DEFAULTS = "x1 with 5,000 samples"
RUNS = ["instance", "label", "seed", "feature", "feature_name", "coefficient", "standard_error"]


class Fold(NamedTuple):
    """A study of the seeds to choose on, one of the others, and the first of the former."""

    seeds: int
    first: int
    chosen_on: limeeval.Study
    others: limeeval.Study


class Choice(NamedTuple):
    """What a rule says: a setting, with its Jaccard@k on the seeds it was chosen by and on the others; or why none.

    ``r2`` is that of the others' runs on their own samples, ``r2_fresh`` on fresh ones. Of a refusal: whether the
    others confirm a setting that could have been chosen, and whether they score one at the target or above.
    """

    rule: str
    setting: str | None = None
    samples: int | None = None
    chosen_by: Score = Score()
    confirmed: Score = Score()
    r2: float | None = None
    r2_fresh: float | None = None
    refusal: str | None = None
    missed: bool | None = None
    missed_target: bool | None = None


def folds(study: limeeval.Study) -> Iterator[Fold]:
    """Each half of the seeds to choose on, then each quarter; the others confirm."""
    runs = study.descriptions[0].seeds
    for seeds in (runs // part for part in PARTS):
        for first in range(0, runs, seeds):
            yield Fold(seeds, first, *split(study, range(first, first + seeds)))


def answer(study: limeeval.Study, target: limeeval.Target) -> Answer:
    """As ``replace(study, target=target).answers[0]``, with the scores that are there."""
    tables = study.scores, study.instances, study.attributions
    return answer_of(*tables, study.descriptions[0], target, fits=study.fits)


def choices(fold: Fold, target: limeeval.Target) -> Iterator[Choice]:
    """What every rule that knows the target chooses."""
    here, there = answer(fold.chosen_on, target), {cell.name: cell for cell in fold.others.answers[0].cells}
    yield of_cell("recommend", here.chosen, there) if here.chosen else refused(here, there, target.jaccard)
    reached = [cell for cell in trusted(here) if (cell.jaccard.estimate or 0.0) >= target.jaccard]
    yield of_cell("face value", min(reached, key=price), there) if reached else Choice("face value")
    yield of_cell("LIME's defaults", next(cell for cell in here.cells if cell.is_default), there)


def of_cell(rule: str, cell: JudgedCell, there: dict[str, JudgedCell]) -> Choice:
    other = there[cell.name]
    r2 = other.own.estimate, other.fresh.estimate
    return Choice(rule, cell.name, cell.samples, cell.jaccard, other.jaccard, *r2)


def refused(here: Answer, there: dict[str, JudgedCell], target: float) -> Choice:
    """No recommendation, and what the other seeds say of the cells that could have been one."""
    others = [there[cell.name].jaccard for cell in trusted(here)]
    return Choice(
        "recommend",
        refusal=refusal(here),
        missed=any(is_success(score, target) for score in others),
        missed_target=any((score.estimate or 0.0) >= target for score in others),
    )


def trusted(here: Answer) -> list[JudgedCell]:
    """Cells that are faithful and supported."""
    return [cell for cell in here.cells if cell.faithful is not False and cell.supported is not False]


def refusal(here: Answer) -> str:
    """Why nothing is recommended."""
    if any(cell.holds for cell in here.cells):
        return "not sure enough"
    if any(cell.stable for cell in here.cells):
        return "stable, not faithful or not supported"
    return "not stable"


def is_success(score: Score, target: float) -> bool:
    return score.low is not None and score.low >= target - TOLERANCE


def optilime(fold: Fold, level: float) -> Choice:
    """For each instance the width whose R2, on a run's own samples, comes closest to the level: the target is no part.

    Visani, Bagli and Chesani (2020) maximise R2 up to the level and level - (R2 - level) above; of equal widths the
    largest. Here R2 is the mean over the seeds, and that of no fit 0.
    """
    fits = fold.chosen_on.fits
    known = fits[fits["num_samples"] == SAMPLES].assign(r2=lambda rows: rows["r2"].fillna(0.0))
    r2 = known.pivot_table(index="instance", columns="kernel_width_factor", values="r2", aggfunc="mean")
    widths = (r2 - level).abs().sort_index(axis=1, ascending=False).idxmin(axis=1)
    named = ", ".join(f"{count} x{width:g}" for width, count in widths.value_counts().sort_index().items())
    here, there = (mixed(study, widths) for study in (fold.chosen_on, fold.others))
    scores = here["jaccard"], there["jaccard"], there["r2"].estimate, there["r2_fresh"].estimate
    return Choice(f"OptiLIME, R2 {level:g}", named, SAMPLES, *scores)


def mixed(study: limeeval.Study, widths: "pd.Series[Any]") -> dict[str, Score]:
    """Scores over all instances, where every instance has a width of its own."""
    runs, fits = (of_widths(table, widths) for table in (study.attributions, study.fits))
    scores = limeeval.score(runs[RUNS], fits, k=study.descriptions[0].k)
    whole = scores[scores["instance"].isna()].set_index("metric")[["estimate", "low", "high"]]
    return {str(metric): Score(*limits) for metric, limits in zip(whole.index, whole.to_numpy(float), strict=True)}


def of_widths(table: pd.DataFrame, widths: "pd.Series[Any]") -> pd.DataFrame:
    is_own = table["kernel_width_factor"] == table["instance"].map(widths)
    return table[is_own & (table["num_samples"] == SAMPLES)]


def rows_of(folder: Path) -> Iterator[dict[str, Any]]:
    """One row a choice of a finished run of one task and model."""
    study = limeeval.load(folder)
    case = {name: getattr(study.descriptions[0], name) for name in ("task", "model", "k")}
    for fold in folds(study):
        adherent = [optilime(fold, level) for level in ADHERENCE]
        for target in TARGETS:
            found = [*choices(fold, replace(study.target, jaccard=target)), *adherent]
            own = {**case, "seeds": fold.seeds, "first_seed": fold.first, "target": target}
            yield from (own | row(choice, target) for choice in found)


def row(choice: Choice, target: float) -> dict[str, Any]:
    plain = {name: value for name, value in choice._asdict().items() if name not in ("chosen_by", "confirmed")}
    scores = {"chosen_by": choice.chosen_by.estimate, "confirmed": choice.confirmed.estimate}
    success = None if choice.setting is None else is_success(choice.confirmed, target)
    return {**plain, **scores, "confirmed_low": choice.confirmed.low, "success": success}


def rates(table: pd.DataFrame) -> pd.DataFrame:
    """Of each rule and target: how often it says something, and how often that is confirmed, with 95 % limits."""
    groups = table.groupby(["target", "rule"], sort=False)
    found = [summary(rows) | {"target": target, "rule": rule} for (target, rule), rows in groups]
    return pd.DataFrame(found).set_index(["target", "rule"]).sort_index(level=0, ascending=False, sort_remaining=False)


def summary(rows: pd.DataFrame) -> dict[str, Any]:
    """Counts and means: ``reached``: the others' score is at the target or above; ``missed``: see ``Choice``."""
    given, refused = rows[rows["setting"].notna()], rows[rows["setting"].isna()]
    confirmed, samples = int(given["success"].astype(bool).sum()), given["samples"].astype(float)
    limits = binomtest(confirmed, len(given)).proportion_ci(method="exact") if len(given) else (np.nan, np.nan)
    optimism = (given["chosen_by"] - given["confirmed"]).astype(float)
    return {
        "cases": len(rows),
        "given": len(given),
        "confirmed": confirmed,
        "rate": confirmed / len(given) if len(given) else np.nan,
        "low": limits[0],
        "high": limits[1],
        "reached": int((given["confirmed"].astype(float) >= given["target"]).sum()),
        "optimism": optimism.mean(),
        "error": optimism.std() / np.sqrt(len(given)) if len(given) > 1 else np.nan,
        "samples": samples.mean(),
        "cheaper": int((samples < SAMPLES).sum()),
        "as_defaults": int((given["setting"] == DEFAULTS).sum()),
        "missed": int(refused["missed"].eq(True).sum()),
        "missed_target": int(refused["missed_target"].eq(True).sum()),
        **{name: given[name].astype(float).mean() for name in ("r2", "r2_fresh")},
    }


def where_recommended(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of all rules in the cases where something is recommended."""
    case = ["task", "model", "seeds", "first_seed", "target"]
    said = table.loc[(table["rule"] == "recommend") & table["setting"].notna(), case]
    return table.merge(said, on=case)


def all_rates(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    halves, quarters = (table[table["seeds"] == seeds] for seeds in sorted(table["seeds"].unique(), reverse=True))
    return {
        "first half": rates(halves[halves["first_seed"] == 0]),
        "either half": rates(halves),
        "either half, where something is recommended": rates(where_recommended(halves)),
        "each quarter": rates(quarters),
    }


def report(table: pd.DataFrame, suffix: str | None) -> None:
    """Prints what was found, and writes it beside this file unless there is no suffix."""
    found, own = all_rates(table), table[(table["rule"] == "recommend") & (table["seeds"] == table["seeds"].max())]
    for name, part in found.items():
        show(f"Chosen on {name}", part)
    show("Why nothing is recommended, on either half", own.groupby("target")["refusal"].value_counts().to_frame())
    if suffix is not None:
        written = pd.concat(found, names=["chosen_on"])
        written.to_csv(FOLDER / f"rates{suffix}.csv", float_format="%.4f")
        own.to_csv(FOLDER / f"recommendations{suffix}.csv", index=False, float_format="%.4f")


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n{title}\n{table.round(3).to_string()}")


def main() -> None:
    asked = parser_of("recommend", __doc__, more="up to 20,000 samples, of three models").parse_args()
    folder = finished("recommend", asked, *(QUICK if asked.quick else MORE if asked.more else ()))
    table = pd.DataFrame([row for job in jobs(folder) for row in rows_of(job)])
    report(table, None if asked.quick else "_20000" if asked.more else "")


if __name__ == "__main__":
    main()
