"""Is there a better kernel width than LIME's, and from where down is one too narrow?

    python experiments/kernel_width/kernel_width.py

Writes ``widths.csv`` beside this file, one row a task, model and width, from two runs of
``-m experiment=kernel_width``: with LIME's bins, and on the values themselves.
"""

import sys
from pathlib import Path

import pandas as pd

import limeeval

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import CASE, finished, jobs, markdown, overall, parser_of, saved, show

FOLDER = Path(__file__).parent
QUICK = ["instances=2", "seeds=4", "task=iris,wine", "model=logistic", "lime.kernel_width_factor=[0.1,0.5,1,2]"]
PARTS = {
    "bins": [],
    "values": ["lime.discretize_continuous=false", "task=german_credit,iris,breast_cancer,wine,diabetes"],
}
"""What is changed of each of the two runs; penguins have missing values, which need bins."""
CHANGES = ("jaccard", "r2_fresh", "r2_reference")
WIDTH, DEFAULT = "kernel_width_factor", 1.0
SURE = ("steadier", "less_steady", "other_reasons")
METRICS = ("ess", "supported", "same_set", "jaccard", "r2_fresh", "r2_reference", "lack_of_fit")


def widths(folder: Path) -> pd.DataFrame:
    """One row a task, model and width of one of the runs."""
    scores = overall(folder, METRICS).reset_index().drop(columns=["num_samples", "chance", "k"])
    compared = pd.concat([beside_default(limeeval.load(job)) for job in jobs(folder)])
    return scores.merge(compared, on=[*CASE, WIDTH])


def beside_default(study: limeeval.Study) -> pd.DataFrame:
    """Each width beside LIME's: whether runs agree more, or less, for sure; and whether both name the same reasons.

    ``with_default`` is the Jaccard@k of a run at this width and one of another seed at LIME's; ``other_reasons`` says
    that its interval lies below what either width has with itself.
    """
    own = study.descriptions[0]
    factors = sorted(study.fits[WIDTH].unique())
    rows = [{WIDTH: width, **change(study, width), **between(study, width)} for width in factors if width != DEFAULT]
    return pd.DataFrame([{WIDTH: DEFAULT, **dict.fromkeys(SURE, 0)}, *rows]).assign(task=own.task, model=own.model)


def change(study: limeeval.Study, width: float) -> dict[str, object]:
    found = study.compare(by={WIDTH: (DEFAULT, width)}, metrics=["jaccard"]).table.iloc[0]
    return {"steadier": int(found["low"] > 0), "less_steady": int(found["high"] < 0)}


def between(study: limeeval.Study, width: float) -> dict[str, object]:
    table = limeeval.agreement_between(study, by=WIDTH, where={WIDTH: [width, DEFAULT]})
    found = table[table["one"] != table["other"]].iloc[0]
    itself = min(found["itself_one"], found["itself_other"])
    return {"with_default": found["estimate"], "other_reasons": int(found["high"] < itself)}


def tables(table: pd.DataFrame) -> dict[str, str]:
    """What the README shows: both runs by width, and effective samples of each table."""
    bins, values = (table[table["part"] == part] for part in PARTS)
    return {
        "With bins": markdown(by_width(bins)),
        "On the values": markdown(by_width(values)),
        "Effective samples with bins": markdown(effective(bins)),
        "Effective samples on the values": markdown(effective(values)),
    }


def by_width(table: pd.DataFrame) -> pd.DataFrame:
    """Medians over tasks and models, and in how many of them something is sure, or supported.

    The lack of fit is left out where not all are supported: it would be that of the others, or of a few samples.
    """
    groups = table.groupby(table[WIDTH].map("x{:g}".format), sort=False)
    found = groups[[name for name in COLUMNS if name in table]].median()
    found["ess"] = found["ess"].round().astype(int)
    found["supported"] = groups["supported"].apply(lambda share: int((share > 0.5).sum()))
    found["lack_of_fit"] = found["lack_of_fit"].where(found["supported"] == groups.size())
    more, less, found["other_reasons"] = (groups[name].sum() for name in SURE)
    found["changed"] = [f"{up} / {down}" for up, down in zip(more, less, strict=True)]
    return found[list(COLUMNS)].rename(columns=COLUMNS)


COLUMNS = {
    "ess": "effective samples",
    "supported": "supported in",
    "same_set": "same k",
    "jaccard": "Jaccard@k",
    "changed": "surely steadier / less in",
    "with_default": "Jaccard@k with x1",
    "other_reasons": "surely other reasons in",
    "r2_fresh": "fresh R2, own width",
    "r2_reference": "fresh R2, LIME's width",
    "lack_of_fit": "lack of fit",
}


def effective(table: pd.DataFrame) -> pd.DataFrame:
    """Effective samples of each task: the same for all its models."""
    wide = table.pivot_table(index="task", columns=WIDTH, values="ess", sort=False, aggfunc="median")
    return wide.sort_index(axis=1).rename(columns="x{:g}".format).round().astype(int)


def findings(table: pd.DataFrame) -> str:
    """The figures that sentences quote."""
    lines = []
    for part, rows in table.groupby("part", sort=False):
        for width in sorted({0.5, 4.0} & set(rows[WIDTH])):
            lines += [
                f"{part}: {name} at x{width:g} less that at x1: {span(change_of(rows, name, width))}"
                for name in CHANGES
            ]
        lines += [f"{part}, {name}: {cases(rows[chosen])}" for name, chosen in exceptions(rows).items()]
    return "\n".join(lines)


def change_of(rows: pd.DataFrame, name: str, width: float) -> "pd.Series[float]":
    wide = rows.pivot_table(index=CASE, columns=WIDTH, values=name)
    return wide[width] - wide[DEFAULT]


def span(values: "pd.Series[float]") -> str:
    return f"{values.median():+.3f} [{values.min():+.3f}, {values.max():+.3f}]"


def exceptions(rows: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    """What goes against the rule: runs that agree more than at LIME's width, and some that agree on nothing."""
    return {
        "surely steadier": rows["steadier"] == 1,
        "Jaccard@k of 0.85 at least, fresh R2 of 0.1 at most": (rows["jaccard"] >= 0.85) & (rows["r2_fresh"] <= 0.1),
    }


def cases(rows: pd.DataFrame) -> str:
    """Each with its Jaccard@k and its R2 on fresh samples, at its own width and at LIME's."""
    names = rows[[*CASE, WIDTH]].itertuples(index=False)
    figures = rows[["jaccard", "r2_fresh", "r2_reference"]].itertuples(index=False)
    found = [
        f"{task} {model} x{width:g}: " + ", ".join(f"{value:.2f}" for value in values)
        for (task, model, width), values in zip(names, figures, strict=True)
    ]
    return "; ".join(found) or "none"


def main() -> None:
    asked = parser_of("kernel_width", __doc__).parse_args()
    found = []
    for part, changes in PARTS.items():
        folder = finished("kernel_width", asked, *changes, *(QUICK if asked.quick else ()), part=part)
        found.append(widths(folder).assign(part=part))
    table = saved(pd.concat(found, ignore_index=True), FOLDER / "widths.csv", quick=asked.quick)
    show(tables(table))
    print(f"\n{findings(table)}")


if __name__ == "__main__":
    main()
