"""Which of the reasons for one instance can be relied on, in words."""

from __future__ import annotations

from collections.abc import Sequence

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.feature_names import short_name
from limeeval.report.ranked import Ranked
from limeeval.report.reasons import SURE_FROM, Reasons

NAME, TOLD = 40, 5
"""Length of the name of a reason, and how many are named."""


def reliance(one: Ranked, reasons: Reasons, answer: Answer) -> str:
    """What comes again in every run, and what changes with the seed: two or three sentences.

    What at least 90 % of the runs name is steady; it is to be relied on where the fits rest on enough samples and their
    line says something of the model.
    """
    if reasons.runs == 1:
        return "Whether another run names the same reasons is not known: it takes at least two seeds."
    sure = [reasons.names[j] for j in reasons.order if reasons.is_sure[j]]
    loose = [reasons.names[j] for j in reasons.order if reasons.named[j] and not reasons.is_sure[j]]
    if not sure and not loose:
        return "No run names a reason: all coefficients are 0."
    steady = f"{_listed(sure)} ({_how_often(reasons)})" if sure else "none of them"
    distrust = _distrust(one, answer)
    lead = f"Not to be relied on: {distrust}. Named again" if distrust else "Named again"
    parts = [
        f"{lead}: {steady}.",
        f"Changes with the seed: {_listed(loose)}." if loose else "",
        _summary(one, distrust),
    ]
    return " ".join(filter(None, parts))


def _distrust(one: Ranked, answer: Answer) -> str:
    """Why nothing here is to be relied on, however steady; empty if nothing speaks against it."""
    if answer.reference.supported is False:
        return "too few samples count at this width"
    return (
        "a line says nothing of the model here"
        if one.fidelity.estimate is not None and one.fidelity.estimate <= 0
        else ""
    )


def _summary(one: Ranked, distrust: str) -> str:
    r2 = one.fidelity.estimate
    if distrust or r2 is None or r2 >= WEAK_BELOW:
        return ""
    return f"Read it as a summary: a line carries {r2:.0%} of the model's variation here."


def _how_often(reasons: Reasons) -> str:
    always = (reasons.named[reasons.is_sure] == reasons.runs).all()
    return "named in every run" if always else f"named in at least {SURE_FROM:.0%} of runs"


def _listed(names: Sequence[str]) -> str:
    told = ", ".join(short_name(name, NAME) for name in names[:TOLD])
    return f"{told} and {len(names) - TOLD} more" if len(names) > TOLD else told
