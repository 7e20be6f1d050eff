"""The three questions that a page answers first, each with a word or two for those who read no further."""

from __future__ import annotations

from dataclasses import dataclass

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.sentences import CLOSE_FROM
from limeeval.report.page.facts import Facts
from limeeval.report.page.plain_words import faithful_in_words, set_in_words, stable_in_words
from limeeval.report.page.units import one_of

GOOD, MIXED, BAD, OPEN = "good", "mixed", "bad", "open"
_LOW = 0.5
"""Jaccard below which two runs have less in common than not."""


@dataclass(frozen=True)
class Verdict:
    """An answered question.

    Attributes:
        question: what was asked.
        meaning: the same in plain words.
        word: the answer in a word or two.
        tone: "good", "mixed", "bad", or "open" where it is not known.
        sentence: the whole answer.
    """

    question: str
    meaning: str
    word: str
    tone: str
    sentence: str


def verdicts_of(answer: Answer, facts: Facts) -> list[Verdict]:
    """Stable? Faithful? What to set? And for several segmentations of images: the same picture?"""
    found = [
        Verdict(
            "Stable?",
            "LIME draws random samples. Would a second draw give the same explanation?",
            _stable_word(answer),
            _stability(answer),
            stable_in_words(answer),
        ),
        Verdict(
            "Faithful?",
            f"LIME replaces the model by a straight line near each {one_of(answer)}. How well does that follow it?",
            *_fidelity(answer, facts),
            faithful_in_words(answer, facts),
        ),
    ]
    if answer.pixels is not None:
        meaning = "Would another way to cut the image into parts point at the same pixels?"
        found.append(Verdict("Same pixels?", meaning, *_segmentation(answer), answer.pixels))
    word, tone = (_none(answer), MIXED) if answer.chosen is None else (answer.chosen.name or "As it is", GOOD)
    meaning = "Which of the tried settings should be used from now on?"
    found.append(Verdict("What to set?", meaning, word, tone, set_in_words(answer)))
    return found


def _none(answer: Answer) -> str:
    is_known = answer.need is not None and answer.need.samples is not None
    return "None yet: more samples" if is_known else "None of these"


def _stable_word(answer: Answer) -> str:
    steady = answer.steadiness
    if answer.reference.stable and steady.steady < steady.instances:
        return "Yes, on average"
    return answer.stable.partition(".")[0].partition(":")[0]


def _segmentation(answer: Answer) -> tuple[str, str]:
    said = answer.pixels or ""
    if "much the same" in said:
        return "Yes", GOOD
    return ("In part", MIXED) if "partly" in said or "seed" in said.partition(":")[0] else ("No", BAD)


def _stability(answer: Answer) -> str:
    cell = answer.reference
    if cell.stable is None or cell.jaccard.estimate is None:
        return OPEN
    if cell.stable:
        return GOOD
    return BAD if cell.jaccard.estimate < _LOW else MIXED


def _fidelity(answer: Answer, facts: Facts) -> tuple[str, str]:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if cell.supported is False:
        return "Not to be trusted", BAD
    if r2 is None:
        return "Not known", OPEN
    if r2 >= CLOSE_FROM and 2 * facts.slight >= answer.description.instances:
        return "Close, but to little", MIXED
    if r2 >= CLOSE_FROM:
        return "Close", GOOD
    if r2 >= WEAK_BELOW:
        return "In the main", MIXED
    return ("Only a summary", MIXED) if r2 > 0 else ("No", BAD)
