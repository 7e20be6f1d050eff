"""Settings as columns of the tables behind figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from limeeval.report.answer.cells import JudgedCell


def named_settings(cells: Sequence[JudgedCell]) -> dict[str, list[Any]]:
    """What tells settings apart: ``width`` (in multiples of LIME's), ``samples``, others, as far as there are any."""
    found: dict[str, list[Any]] = {}
    if any(any(cell.others) for cell in cells):
        found["setting"] = [", ".join(filter(None, cell.others)) for cell in cells]
    factors = [cell.settings.get("kernel_width_factor") for cell in cells]
    if any(factor is not None for factor in factors):
        found["width"] = factors
    if any(cell.samples is not None for cell in cells):
        found["samples"] = [cell.samples for cell in cells]
    return found or {"setting": [cell.name or "as it is" for cell in cells]}
