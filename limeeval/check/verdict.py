"""What came of one threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limeeval.check.thresholds import Threshold

PASS, FAIL, INCONCLUSIVE, MISSING = "pass", "fail", "inconclusive", "missing"


@dataclass(frozen=True)
class Verdict:
    """One threshold, held against the rows that it is about.

    Attributes:
        threshold: what was asked.
        status: "pass", "fail", "inconclusive" or "missing".
        rows: which rows, in words: the task, model, setting; told apart from other verdicts of the same threshold.
        sentence: what came, with the numbers: one line.
        numbers: the same for programs: estimate, low, high, baseline, difference, standard_error, p, margin ...;
            ``instances`` is how many it rests on, ``worst`` a list of those that it owes most to, the worst first: what
            the user calls it (``row``; its position where that is not known) and its ``estimate``, or its ``drop`` from
            the baseline.
    """

    threshold: Threshold
    status: str
    rows: str
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_red(self) -> bool:
        """Whether it fails a build: an error that failed, is missing without leave, or is open where that is strict."""
        if self.threshold.severity != "error":
            return False
        if self.status == MISSING:
            return not self.threshold.allow_missing
        return self.status == FAIL or (self.status == INCONCLUSIVE and self.threshold.strict)
