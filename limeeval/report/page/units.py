"""What instances are called on a page."""

from __future__ import annotations

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.ranked import singular_of


def unit_of(answer: Answer) -> str:
    """Instances in the plural, as the task calls them."""
    return shortened(answer.description.unit)


def one_of(answer: Answer) -> str:
    """One of them: "applicant", or "row" where the plural does not tell."""
    return singular_of(unit_of(answer))
