"""Every explained instance on one row, the one whose explanations agree least first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.feature_names import VALUE, value_columns
from limeeval.report.ranked import Ranked, ranked_instances
from limeeval.report.reasons import Reasons, reasons_of
from limeeval.report.run import Run, own_rows

if TYPE_CHECKING:
    import pandas as pd

SCORED = ("row", "label", "output", "same_set", "jaccard", "low", "high", "fidelity", "reasons")
"""Columns before those of values."""
_NAME = 60
_BETWEEN = "; "


def instance_table(run: Run, answer: Answer, *, values: bool = True) -> pd.DataFrame:
    """One row an instance in the answer's reference cell, the lowest Jaccard@k first, those without one last.

    Columns: ``row`` (its id), ``label`` (the explained class; a number where classes have no names), ``output`` (the
    model's), ``same_set`` and ``jaccard`` with ``low`` and ``high``, ``fidelity`` (R2, as faithfulness is judged by),
    ``reasons`` (those that at least 90 % of the runs name, of a single run none; those named most often first) and, if
    values may show, each value of the instance by its column's name. What is not known is missing.

    Args:
        run: whose rows these are.
        answer: whose task, model and explainer count.
        values: whether values of instances may show, in columns and in names of reasons.
    """
    import pandas as pd

    ranked = ranked_instances(run, answer)
    reasons = reasons_of(run, answer, ranked, values=values)
    found = pd.DataFrame(
        {
            "row": [one.row for one in ranked],
            "label": [one.label if one.label_name is None else one.label_name for one in ranked],
            "output": _numbers(one.prediction for one in ranked),
            "same_set": _estimates([one.same_set for one in ranked]),
            "jaccard": _estimates([one.jaccard for one in ranked]),
            "low": _numbers(one.jaccard.low for one in ranked),
            "high": _numbers(one.jaccard.high for one in ranked),
            "fidelity": _estimates([one.fidelity for one in ranked]),
            "reasons": [_sure(own) for own in reasons],
        }
    )
    return pd.concat([found, _values(run, answer, ranked, taken=found.columns.tolist())], axis=1) if values else found


def _estimates(scores: Sequence[Score]) -> pd.Series[Any]:
    return _numbers(score.estimate for score in scores)


def _numbers(found: Any) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(list(found), dtype=float)


def _sure(reasons: Reasons | None) -> str:
    if reasons is None:
        return ""
    names = reasons.short_names(_NAME)
    return _BETWEEN.join(names[j] for j in reasons.order if reasons.is_sure[j])


def _values(run: Run, answer: Answer, ranked: Sequence[Ranked], *, taken: Sequence[str]) -> pd.DataFrame:
    """The values of the instances, in their order; a column whose name is taken says that it is one of values."""
    own = own_rows(run.instances, answer.description)
    known = own.drop_duplicates("instance").set_index("instance")[value_columns(own)]
    found: pd.DataFrame = known.reindex([one.instance for one in ranked]).reset_index(drop=True)
    names = list(taken)
    for column in found.columns:
        name = str(column).removeprefix(VALUE)
        names.append(f"{name} (value)" if name in names else name)
    return found.set_axis(names[len(taken) :], axis=1)
