"""A thresholds file to begin with, made of a run that is as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from limeeval.check.baseline import baseline_of
from limeeval.check.meanings import MEANINGS
from limeeval.check.power import powers_of
from limeeval.check.scores import Scores, scores_of
from limeeval.check.thresholds import Threshold
from limeeval.check.values import score
from limeeval.report.answer.cells import IDENTITY
from limeeval.report.answer.places import plain

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.report.run import Run

METRICS = ("jaccard", "r2_fresh")
"""Metrics that a file begins with, higher being better."""
MARGIN = 0.05
"""The least that a floor lies below an interval, and the least margin: what is smaller is no news to anybody."""
_WIDTH, _SAMPLES = "kernel_width_factor", "num_samples"
_HEAD = """\
# Thresholds of python -m limeeval check RUN_DIR --thresholds THIS_FILE{with_baseline}, begun from a run.
#
# Each entry is one check of every setting that it is about. Floors stand one width of
# the 95 % interval, at least 0.05, below that interval: other seeds stay above them.
# Margins are 0.05, or the smallest that so many seeds and instances tell from noise.
{about_baseline}
#
#   metric                  any of scores.parquet
#   where                   the rows: columns of scores.parquet and their values
#   at_least, at_most       fails where the whole interval lies beyond it
#   no_worse_than_baseline  a margin: how much worse than --baseline it may be
#   severity                error, or warn: said, and the build goes on
#   strict                  true: inconclusive counts as failed
#   allow_missing           true: rows may be missing
#   name                    what the check is called
"""
_LATER = "# Uncomment what compares with a baseline once --update-baseline FILE has written one."
_NOW = "# Where a change for the worse is meant, --update-baseline FILE writes a new baseline."


def first_thresholds(run: Run, *, has_baseline: bool = False) -> str:
    """The text of the file: a floor for stability and one for fidelity of each task, model and explainer.

    They are about LIME's width, or the one nearest to it, and the most samples. So are comparisons with a baseline,
    with margins of 0.05, or of the least that can be told from noise.

    Args:
        run: that is as it should be.
        has_baseline: whether there is one to compare with; if not, comparisons stand there as comments.

    Raises:
        ValueError: no score of the run has limits.
    """
    scores = scores_of(run.scores)
    begun = [(where, own) for where, rows in _owners(scores) for own in _lowest(rows)]
    if not begun:
        raise ValueError("thresholds are made of scores that have limits, which take several seeds; the run has none")
    margins = _margins(run, [Threshold(str(own["metric"]), where) for where, own in begun])
    head = _HEAD.format(
        with_baseline=" --baseline FILE" if has_baseline else "", about_baseline=_NOW if has_baseline else _LATER
    )
    prefix = "" if has_baseline else "# "
    return "\n".join([head, *(_entry(*one, margin, prefix) for one, margin in zip(begun, margins, strict=True))])


def _owners(scores: Scores) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Of each task, model and explainer: which rows a check is to be about, and these."""
    rows = scores.table[scores.table["instance"].isna() & scores.table["low"].notna()]
    names = [name for name in IDENTITY if name in rows and (name == "task" or rows[name].nunique(dropna=False) > 1)]
    for values, group in rows.groupby(names, sort=False) if names else [((), rows)]:
        where = dict(zip(names, values, strict=True))
        for name, key in ((_WIDTH, lambda value: -abs(math.log(value))), (_SAMPLES, float)):
            known = [plain(value) for value in group[name].dropna().unique()] if name in group else []
            if len(known) > 1:
                where[name] = max(known, key=key)
                group = group[group[name] == where[name]]
        yield where, group


def _lowest(rows: pd.DataFrame) -> Iterator[pd.Series]:
    """By each metric, the row whose interval begins lowest."""
    for metric in METRICS:
        own = rows[rows["metric"] == metric]
        if len(own):
            yield own.iloc[int(own["low"].argmin())]


def _margins(run: Run, thresholds: list[Threshold]) -> list[float]:
    """Of each check ``MARGIN``, or the smallest, to two digits, that it would see in runs of as many seeds."""
    compared = [replace(one, no_worse_than_baseline=0.0) for one in thresholds]
    smallest = dict.fromkeys(range(len(compared)), 0.0)
    for power in powers_of(compared, baseline_of(run, metrics=METRICS)):
        number = compared.index(power.threshold)
        smallest[number] = max(smallest[number], 0.0 if math.isnan(power.smallest) else power.smallest)
    return [max(math.ceil(one * 100) / 100, MARGIN) for one in smallest.values()]


def _entry(where: dict[str, Any], row: pd.Series, margin: float, prefix: str) -> str:
    metric, low, high = str(row["metric"]), float(row["low"]), float(row["high"])
    floor = math.floor((low - max(high - low, MARGIN)) * 100) / 100
    about = f"# {metric}: {MEANINGS[metric]}; here {score(float(row['estimate']))} [{score(low)}, {score(high)}]\n"
    begin = f"- metric: {metric}\n  where: {_flow(where)}\n"
    own = f"{begin}  at_least: {floor:g}\n"
    if metric == "jaccard" and floor <= 0:
        own = "# More seeds would make the interval short enough for a floor.\n"
    compared = f"{begin}  no_worse_than_baseline: {margin:g}\n"
    return about + own + "".join(f"{prefix}{line}\n" for line in compared.splitlines())


def _flow(where: dict[str, Any]) -> str:
    """Values by column, as a yaml on one line."""
    import yaml

    whole = {name: int(one) if isinstance(one, float) and one.is_integer() else one for name, one in where.items()}
    text: str = yaml.safe_dump(whole, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return text.strip()
