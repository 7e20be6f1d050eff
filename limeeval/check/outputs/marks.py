"""What a verdict is called wherever it is shown: a sign, a word, and never a color alone."""

from __future__ import annotations

from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict

MARKS = {PASS: "✓", FAIL: "✗", INCONCLUSIVE: "?", MISSING: "∅"}


def state(verdict: Verdict) -> str:
    """Its status, and whether it counts: "fail", "fail (warning)", "missing (allowed)", "inconclusive (strict)"."""
    if verdict.status == MISSING and verdict.threshold.allow_missing:
        return f"{MISSING} (allowed)"
    if verdict.status in (FAIL, MISSING) and not verdict.is_red:
        return f"{verdict.status} (warning)"
    return f"{INCONCLUSIVE} (strict)" if verdict.status == INCONCLUSIVE and verdict.is_red else verdict.status


def marked(verdict: Verdict) -> str:
    """The same with its sign."""
    return f"{MARKS[verdict.status]} {state(verdict)}"


def title(verdict: Verdict) -> str:
    """The check and its rows."""
    return f"{verdict.threshold.short}, {verdict.rows}"
