"""Which of the reasons for one instance can be relied on, in words."""

from __future__ import annotations

from collections.abc import Iterator

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.comparison.words import first_of
from limeeval.report.ranked import Ranked
from limeeval.report.reasons import SURE_FROM, Reasons

NAME, TOLD = 40, 5
"""Length of the name of a reason, and how many are named."""
_LEAST = 0.005
"""Share that rounds to 1 %: less is neither nothing nor, of what is missing, all."""


def reliance(one: Ranked, reasons: Reasons, answer: Answer) -> str:
    """What comes again in every run, what changes with the seed, and how much of the model a line follows.

    What at least 90 % of the runs name is steady; it is to be relied on where the fits rest on enough samples and their
    line says something of the model.
    """
    return " ".join(filter(None, [*_named(one, reasons, answer), _followed(one, answer)]))


def _named(one: Ranked, reasons: Reasons, answer: Answer) -> Iterator[str]:
    if reasons.runs == 1:
        yield "Whether another run names the same reasons is not known: it takes at least two seeds."
        return
    names = reasons.short_names(NAME)
    sure = [names[j] for j in reasons.order if reasons.is_sure[j]]
    loose = [names[j] for j in reasons.order if reasons.named[j] and not reasons.is_sure[j]]
    if not sure and not loose:
        yield "No run names a reason: all coefficients are 0."
        return
    distrust = _distrust(one, answer)
    lead = f"Not to be relied on: {distrust}. Named again" if distrust else "Named again"
    yield f"{lead}: {f'{first_of(sure, TOLD)} ({_how_often(reasons)})' if sure else 'none of them'}."
    if loose:
        yield f"Changes with the seed: {first_of(loose, TOLD)}."


def _distrust(one: Ranked, answer: Answer) -> str:
    """Why nothing here is to be relied on, however steady; empty if nothing speaks against it."""
    if answer.reference.supported is False:
        return "too few samples count at this width"
    return (
        "a line says nothing of the model here"
        if one.fidelity.estimate is not None and one.fidelity.estimate <= 0
        else ""
    )


def _followed(one: Ranked, answer: Answer) -> str:
    """How much of the model's variation near the instance a line follows; nothing of explainers that have no lines."""
    r2 = one.fidelity.estimate
    if r2 is None:
        return "How much of the model a line follows here is not known." if answer.reference.is_lime else ""
    carried = "none" if r2 <= 0 else "under 1%" if r2 < _LEAST else "over 99%" if 1 - _LEAST < r2 < 1 else f"{r2:.0%}"
    lead = "Read it as a summary: a" if 0 < r2 < WEAK_BELOW and answer.reference.supported is not False else "A"
    return f"{lead} line follows {carried} of the model's variation here."


def _how_often(reasons: Reasons) -> str:
    always = (reasons.named[reasons.is_sure] == reasons.runs).all()
    return "named in every run" if always else f"named in at least {SURE_FROM:.0%} of runs"
