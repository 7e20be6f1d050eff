"""One instance of a run: which one is meant, and what a figure of it is called."""

from __future__ import annotations

from collections.abc import Sequence

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import LENGTH, shortened
from limeeval.report.drawing.figure import NotDrawn
from limeeval.report.ranked import Ranked, best_median_worst, instance_name, short_id

WHICH = {"worst": "Least stable", "median": "Median", "best": "Most stable"}
_PREDICTION = "the prediction"
_LISTED = 10


def chosen_of(ranked: Sequence[Ranked], which: int | str) -> Ranked:
    """The worst, the median or the best of some instances, or the one of a row's id.

    Raises:
        ValueError: there is no such row.
        NotDrawn: there is no such instance among so few.
    """
    if which in WHICH:
        named = best_median_worst(ranked)
        if which not in named:
            raise NotDrawn(f"the {which} explanation needs more instances with a Jaccard, got {len(named)}")
        return named[str(which)]
    own = next((one for one in ranked if str(one.row) == str(which)), None)
    if own is None:
        known = ", ".join(short_id(one.row) for one in ranked[:_LISTED])
        raise ValueError(f"which must be {', '.join(WHICH)} or an explained row ({known}), got {short_id(which)}")
    return own


def title_of(one: Ranked, which: int | str, ranked: Sequence[Ranked], answer: Answer) -> str:
    """What a figure of it is called: "Least stable of 10: applicant 417, why does the model give “bad” 0.49?"."""
    name = instance_name(one, answer)
    if one.jaccard.estimate is None or which not in WHICH:
        return f"{name[0].upper()}{name[1:]}: {_question(one, answer)}"
    known = sum(other.jaccard.estimate is not None for other in ranked)
    return f"{WHICH[str(which)]} of {known}: {name}, {_question(one, answer)}"


def explained_of(one: Ranked, answer: Answer, *, length: int = LENGTH) -> str:
    """What is explained: a class, its name cut to a length, or the prediction."""
    if one.label_name is not None:
        return f"“{shortened(one.label_name, length)}”"
    return _PREDICTION if answer.description.explained == "predicted value" else f"class {one.label}"


def _question(one: Ranked, answer: Answer) -> str:
    """Why the model's output is what it is."""
    what = explained_of(one, answer)
    if one.prediction is None:
        return f"why {what}?"
    if what == _PREDICTION:
        return f"why does the model predict {one.prediction:.3g}?"
    return f"why does the model give {what} {one.prediction:.3g}?"
