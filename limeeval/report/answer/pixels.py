"""The answer on segmentations in a sentence: whether another one paints another picture."""

from __future__ import annotations

from limeeval.metrics.pixel_maps import TOP_SHARE
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.sentences import two_decimals, value

_ALIKE = 0.6
"""IoU of maps that have three quarters of their top pixels in common."""
_PARTLY = 1 / 3
"""IoU of maps that have half of them in common."""
_TIMES_CHANCE = 2


def pixel_sentence(cell: JudgedCell) -> str | None:
    """How far the top pixels of the reference cell overlap with those on other segmentations; None if there are none.

    The verdict goes by the limits of the overlap, or the estimate where there are none. Another segmentation paints
    "much the same" picture if they lie above the IoU of three quarters of the pixels in common, a "partly different"
    one above that of a half; else "another", and that "hardly more alike than by chance" if the estimate is at most
    twice the chance level, or the lower limit below it. Unless seeds alone change as much: the upper limit reaches what
    runs on one segmentation have in common.
    """
    iou, same = cell.pixel_iou, cell.pixel_iou_same
    if iou.estimate is None:
        return None
    overlap = (
        f"the top {TOP_SHARE:.0%} of pixels overlap by {value(iou)} (IoU; by chance {cell.pixel_chance or 0.0:.2f})"
    )
    own = "" if same.estimate is None else f", on the same one with another seed by {two_decimals(same)}"
    return f"{_verdict(cell)}: {overlap}{own}."


def _verdict(cell: JudgedCell) -> str:
    iou, same, chance = cell.pixel_iou, cell.pixel_iou_same, cell.pixel_chance or 0.0
    estimate = iou.estimate or 0.0
    low, high = (estimate if limit is None else limit for limit in (iou.low, iou.high))
    if low > _ALIKE:
        return "Another segmentation paints much the same picture"
    if same.estimate is not None and high >= same.estimate:
        return "Another seed changes the picture as much as another segmentation"
    if low > _PARTLY:
        return "Another segmentation paints a partly different picture"
    hardly = low <= chance or estimate <= _TIMES_CHANCE * chance
    return f"Another segmentation paints another picture{', hardly more alike than by chance' if hardly else ''}"
