"""The instances of a run, the one whose explanations agree least first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.answer.names import LENGTH, shortened
from limeeval.report.answer.places import plain
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.run import Run, own_rows

_METRICS = ("same_set", "jaccard", "r2_fresh", "r2_reference")
_PARTS = ("estimate", "low", "high")
_NO_PLURALS = ("ies", "ses", "xes", "hes", "ss", "is", "us")
"""Ends of words that may be more, or less, than an s away from their singular."""


@dataclass(frozen=True)
class Ranked:
    """One instance, and what its runs are worth; of several labels, the one with the lowest Jaccard@k.

    Attributes:
        instance: its position among the explained rows.
        row: its row's id; "#" and its position if that is not known.
        label: number of the explained output.
        label_name: in words; None where classes have no names.
        prediction: the model's output; None if that is not known.
        same_set: share of pairs of runs that name the same k features.
        jaccard: Jaccard@k of pairs of runs.
        fidelity: R2 that faithfulness is judged by, as of its cell.
    """

    instance: int
    row: int | str
    label: int
    label_name: str | None
    prediction: float | None
    same_set: Score
    jaccard: Score
    fidelity: Score


def ranked_instances(run: Run, answer: Answer) -> tuple[Ranked, ...]:
    """The instances in the answer's reference cell, the lowest Jaccard@k first.

    Ties go by position; instances without a score come last.
    """
    known, fidelity = _known(run, answer), _fidelity(run, answer)
    lowest: dict[int, Ranked] = {}
    for (instance, label), scores in _scores(run, answer).items():
        one = _ranked(instance, label, known.get((instance, label), {}), scores, fidelity)
        if instance not in lowest or _place(one) < _place(lowest[instance]):
            lowest[instance] = one
    return tuple(sorted(lowest.values(), key=_place))


def best_median_worst(ranked: Sequence[Ranked]) -> dict[str, Ranked]:
    """The instances to look at, in this order: "worst", "median" and "best", each instance but once.

    Those without a score count only if none has one: then the first is all there is, as "worst". Of an even number, the
    median is the lower one of the middle two; two instances have none, and a single one is the worst. Of several with
    the highest score the best is the one with the highest lower limit, the last of those that tie in that too.
    """
    scored = _surest_last([one for one in ranked if one.jaccard.estimate is not None]) or list(ranked[:1])
    chosen = {"worst": 0, "best": len(scored) - 1, "median": (len(scored) - 1) // 2}
    own: dict[int, str] = {}
    for name, place in chosen.items():
        own.setdefault(place, name)
    return {name: scored[place] for place, name in sorted(own.items()) if scored}


def _surest_last(scored: Sequence[Ranked]) -> list[Ranked]:
    """The same instances, the surest of those that tie for the best moved behind them; the first stays."""
    tied = [place for place in range(1, len(scored)) if scored[place].jaccard.estimate == scored[-1].jaccard.estimate]
    if not tied:
        return list(scored)
    surest = max(tied, key=lambda place: (_low(scored[place]), place))
    return [*scored[:surest], *scored[surest + 1 :], scored[surest]]


def _low(one: Ranked) -> float:
    return -math.inf if one.jaccard.low is None else one.jaccard.low


def instance_name(one: Ranked, answer: Answer) -> str:
    """What an instance is called: "applicant 417"; "row 417" where the unit's singular is not plain."""
    return f"{singular_of(shortened(answer.description.unit))} {short_id(one.row)}"


def short_id(row: int | str, length: int = LENGTH) -> str:
    """A row's id on one line; where there is no room for all of it without its middle, for ids differ at their ends.

    >>> short_id("customer-2024-000417", 12)
    'custo…000417'
    """
    from rich.cells import cell_len

    line = shortened(str(row), 2 * len(str(row)) + 1)
    if cell_len(line) <= length:
        return line
    end = line[len(line) - length // 2 :]
    while cell_len(end) > length // 2:
        end = end[1:]
    return f"{shortened(line, length - cell_len(end))}{end}"


def singular_of(unit: str) -> str:
    """One of what is in the plural: "applicant"; "row" where that is not plain."""
    is_plain = unit.endswith("s") and not unit.endswith(_NO_PLURALS) and len(unit) > 1
    return unit.removesuffix("s") if is_plain else "row"


def _ranked(instance: int, label: int, known: Mapping[Any, Any], scores: Mapping[str, Score], fidelity: str) -> Ranked:
    row, name = plain(known.get("row")), plain(known.get("label_name"))
    return Ranked(
        instance=instance,
        row=f"#{instance}" if row is None else row if isinstance(row, int) else str(row),
        label=label,
        label_name=None if name is None else str(name),
        prediction=plain(known.get("model_prediction")),
        same_set=scores.get("same_set", Score()),
        jaccard=scores.get("jaccard", Score()),
        fidelity=scores.get(fidelity, Score()),
    )


def _place(one: Ranked) -> tuple[float, int, int]:
    jaccard = one.jaccard.estimate
    return math.inf if jaccard is None else jaccard, one.instance, one.label


def _fidelity(run: Run, answer: Answer) -> str:
    """The metric that faithfulness is judged by: at one width for all, where that is known of any setting."""
    scores = own_rows(run.scores, answer.description)
    is_one_ruler = (scores["metric"] == "r2_reference") & scores["instance"].isna() & scores["estimate"].notna()
    return "r2_reference" if is_one_ruler.any() else "r2_fresh"


def _known(run: Run, answer: Answer) -> dict[tuple[int, int], dict[Any, Any]]:
    """What is known of each instance and label beside its scores."""
    own = own_rows(run.instances, answer.description)
    columns = [name for name in ("instance", "label", "row", "label_name", "model_prediction") if name in own]
    return {(row["instance"], row["label"]): row for row in own[columns].to_dict("records")}


def _scores(run: Run, answer: Answer) -> dict[tuple[int, int], dict[str, Score]]:
    """Of each instance and label, ascending: its scores by metric."""
    own = run.scores[run.scores["metric"].isin(_METRICS) & run.scores["instance"].notna()]
    own = own[own["k"].isna() | (own["k"] == answer.description.k)]
    rows = rows_of_cell(own_rows(own, answer.description), answer.reference)[["instance", "label", "metric", *_PARTS]]
    found: dict[tuple[int, int], dict[str, Score]] = {}
    for instance, label, metric, *parts in rows.sort_values(["instance", "label"]).itertuples(index=False, name=None):
        found.setdefault((int(instance), int(label)), {})[metric] = Score(*map(plain, parts))
    return found
