"""What studies have in common: a sweep that is run or read, and its figures as they stand in a README."""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

CASE = ["task", "model"]


def parser_of(name: str, description: str | None, **parts: str) -> argparse.ArgumentParser:
    """Arguments of every study: where its run is or is to be, and which part of it will do.

    Args:
        name: of the experiment.
        description: the docstring of the script.
        parts: of which one may be asked for in place of ``--quick``, and what each is.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, help="folder of a finished run, read instead of running again")
    parser.add_argument("--out", type=Path, default=Path("outputs") / name, help="folder of the run")
    group = parser.add_mutually_exclusive_group()
    for part, text in {"quick": "a part of it, in seconds; nothing is written here", **parts}.items():
        group.add_argument(f"--{part}", action="store_true", help=text)
    return parser


def run(name: str, folder: Path, *changes: str) -> None:
    """The sweep ``-m experiment=NAME``, in a folder of its own."""
    command = [sys.executable, "-m", "limeeval", "-m", f"experiment={name}", f"out={folder}", *changes]
    subprocess.run(command, check=True)


def finished(name: str, asked: argparse.Namespace, *changes: str, part: str = "") -> Path:
    """The folder of the run that was asked for, or of a part of it, which is made unless it is there."""
    if asked.run is None:
        run(name, asked.out / part, *changes)
    return Path(asked.run or asked.out) / part


def jobs(folder: Path) -> list[Path]:
    """The folders of a run's jobs, in their order: one task and model each."""
    return sorted((path.parent for path in folder.glob("*/status.json")), key=lambda path: int(path.name))


def overall(folder: Path, metrics: Sequence[str], columns: Sequence[str] = ("estimate",)) -> pd.DataFrame:
    """Scores over all instances of a finished run: one row a task, model and setting.

    Columns are metrics, those of limits ``METRIC_low`` and ``METRIC_high``; ``chance`` is that of Jaccard.
    """
    scores = pd.read_parquet(folder / "scores.parquet")
    whole = scores[scores["instance"].isna() & scores["metric"].isin([*metrics, "jaccard"])]
    settings = [*CASE, "kernel_width_factor", "num_samples"]
    wide = whole.pivot_table(index=settings, columns="metric", values=[*columns, "chance", "k"], sort=False)
    parts = {
        metric if column == "estimate" else f"{metric}_{column}": wide[column, metric]
        for metric in metrics
        for column in columns
        if (column, metric) in wide
    }
    return pd.DataFrame({"k": wide["k", "jaccard"].astype(int), "chance": wide["chance", "jaccard"], **parts})


def saved(table: pd.DataFrame, file: Path, *, quick: bool) -> pd.DataFrame:
    """The table as it is in the file that it is written to; as it is where ``quick``, and nothing is written."""
    if quick:
        return table
    table.to_csv(file, index=False, float_format="%.4g")
    return pd.read_csv(file)


def by_case(values: "pd.Series[object]") -> pd.DataFrame:
    """Figures of tasks and models (an index of both): a row a task, a column a model."""
    return values.unstack(sort=False).rename_axis(index=None, columns=None)


def markdown(table: pd.DataFrame, digits: int = 2) -> str:
    """A table as it stands in a README, rows named by its index; what is not known is left empty.

    >>> print(markdown(pd.DataFrame({"forest": [0.5, None]}, index=["iris", "wine"])))
    | | forest |
    |---|---|
    | iris | 0.50 |
    | wine | |
    """
    rows = [["", *map(str, table.columns)], *([str(name), *values] for name, *values in table.itertuples())]
    lines = ["".join(f"| {shown(cell, digits)} ".replace("|  ", "| ") for cell in row) + "|" for row in rows]
    return "\n".join([lines[0], "|---" * (table.shape[1] + 1) + "|", *lines[1:]])


def show(tables: Mapping[str, str]) -> None:
    """Prints tables with their titles."""
    for title, table in tables.items():
        print(f"\n{title}\n\n{table}")


def shown(value: object, digits: int) -> str:
    """A figure with so many digits, a whole number or words as they are."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"
