"""JSON, for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from json import dumps
from typing import TYPE_CHECKING, Any

from limeeval.check.thresholds import BOUNDS
from limeeval.check.verdict import Verdict
from limeeval.report.answer.places import plain

if TYPE_CHECKING:
    from limeeval.check.check import Checked


def json(checked: Checked) -> str:
    """The exit code, the sentence, the remarks, and every verdict with its numbers; nan and inf are null."""
    import limeeval

    found = {
        "limeeval": limeeval.__version__,
        "exit_code": checked.exit_code,
        "summary": checked.summary,
        "remarks": list(checked.remarks),
        "verdicts": [_verdict(one) for one in checked.verdicts],
    }
    return dumps(_known(found), indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    asked = verdict.threshold
    bounds = {name: value for name in BOUNDS if (value := getattr(asked, name)) is not None}
    return {
        "name": asked.title,
        "metric": asked.metric,
        "status": verdict.status,
        "fails": verdict.is_red,
        "severity": asked.severity,
        "rows": verdict.rows,
        "sentence": verdict.sentence,
        **bounds,
        "numbers": dict(verdict.numbers),
    }


def _known(value: Any) -> Any:
    """Plain data, in which nothing is nan or infinite: JSON has no such numbers."""
    if isinstance(value, Mapping):
        return {str(key): _known(own) for key, own in value.items()}
    if isinstance(value, list | tuple | set):
        return [_known(own) for own in value]
    value = plain(value) if not isinstance(value, str) else value.encode("utf-8", "replace").decode()
    return None if isinstance(value, float) and not math.isfinite(value) else value
