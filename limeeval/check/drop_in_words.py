"""What came of a comparison with a baseline, in one line: what became worse, by how much, and for which rows."""

from __future__ import annotations

import math

from limeeval.check.compared import ROUNDING, Found, sign_of
from limeeval.check.power import is_underpowered
from limeeval.check.verdict import FAIL
from limeeval.report.comparison.words import counted


def sentence(found: Found, status: str, *, p: float, checks: int, smallest: float) -> str:
    """The verdict with its numbers; p is adjusted for so many checks, ``smallest`` is the margin that they can keep."""
    weak = [_weak(smallest, checks)] if is_underpowered(found.margin, smallest) and not math.isnan(p) else []
    return "; ".join([_verdict(found, status, p, checks), *found.notes, *weak])


def _verdict(found: Found, status: str, p: float, checks: int) -> str:
    metric = found.threshold.metric
    if math.isnan(found.drop):
        return found.problem or f"{metric} is undefined here"
    said = f"{metric} {_moved(found)}"
    if found.problem:
        return f"{said}; not judged: {found.problem}"
    sure = "the same samples, so this is exact" if found.is_exact else _tested(found, p, checks)
    if abs(found.drop) <= ROUNDING:
        return f"{said} ({sure})"
    if not found.exceeds:
        return f"{said}, within the margin of {found.margin:g} ({sure})"
    worst = ", ".join(f"{row} (by {_number(drop)})" for row, drop in found.worst)
    where = f"; most in rows {worst}" if worst else ""
    if status == FAIL:
        return f"{said}, more than the margin of {found.margin:g} ({sure}){where}"
    return f"{said}, more than the margin of {found.margin:g}, but that may be noise ({sure}){where}"


def _moved(found: Found) -> str:
    values = f"{_number(found.before)} -> {_number(found.now)}"
    if abs(found.drop) <= ROUNDING:
        return f"is {_number(found.now)}, as in the baseline"
    ratio = (
        f" (standard deviations {math.exp(found.now - found.before):.3g} times)" if sign_of(found.threshold) < 0 else ""
    )
    return f"is {'worse' if found.drop > 0 else 'better'} by {_number(abs(found.drop))}, {values}{ratio}"


def _tested(found: Found, p: float, checks: int) -> str:
    probability = "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"
    adjusted = f", adjusted for {checks} checks" if checks > 1 else ""
    return f"standard error {_number(found.standard_error)}, {probability}{adjusted}"


def _weak(smallest: float, checks: int) -> str:
    of = f"the smallest margin that {counted(checks, 'check')} of these seeds and instances can keep is {smallest:.2g}"
    return f"underpowered: {of}"


def _number(value: float) -> str:
    return f"{value:.3g}"
