"""Does another segmentation paint another picture?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from limeeval.metrics.pixel_maps import TOP_SHARE
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import SEGMENTATION
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.heat import apart_sentence, distinct, draw_heat, heat_of, height_of, pairs_table, span
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.comparisons import OTHERS
from limeeval.report.scores.scored import AGAINST

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_METRIC = "pixel_iou"
_LENGTH = 60


def agreement_between_segmentations(run: Run, answer: Answer) -> Figure:
    """How far the top pixels of runs on two segmentations overlap (IoU); on the diagonal, on the same one.

    At the reference's other settings. Runs are of different seeds.

    Raises:
        NotDrawn: no two segmentations of the same images were run there.
    """
    pairs = _pairs(own_rows(run.scores, answer.description), answer)
    names = list(dict.fromkeys([*pairs[SEGMENTATION], *pairs[AGAINST]]))
    if len(names) < 2:
        raise NotDrawn(f"agreement_between_segmentations needs images on two segmentations, got {len(names)}")
    at = {name: place for place, name in enumerate(names)}
    pairs = pairs.assign(one=[at[name] for name in pairs[SEGMENTATION]], other=[at[name] for name in pairs[AGAINST]])
    short = {cell.settings.get(SEGMENTATION): cell.segmentation for cell in answer.cells}
    heat = heat_of(pairs, [short.get(name) or name for name in names])
    at_setting = _setting(answer)

    def draw(axes: Axes) -> None:
        draw_heat(axes, heat)

    return Figure(
        name="agreement_between_segmentations",
        title="Does another segmentation paint another picture?",
        caption=(
            f"How far the top {TOP_SHARE:.0%} of pixels of two runs overlap (IoU: 1 the same pixels, by chance "
            f"{heat.chance:.2f}){at_setting}. Framed: the same segmentation, only the seed differs. "
            f"{apart_sentence(heat)}"
        ),
        alt=(
            f"Overlap (IoU) of the top {TOP_SHARE:.0%} of pixels of two runs, for {len(names)} segmentations. "
            f"On the same segmentation: {span(heat.itself)}; on two: {span(heat.between)}; by chance "
            f"{heat.chance:.2f}. {apart_sentence(heat)}"
        ),
        table=pairs_table(pairs, distinct(names, _LENGTH), "segmentation", score="IoU"),
        draw=draw,
        height=height_of(heat),
        marks=len(pairs),
    )


def _pairs(scores: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    """The scores over all images that compare two segmentations, or one with itself, at the reference's settings."""
    if AGAINST not in scores or SEGMENTATION not in scores:
        return scores.iloc[:0].reindex(columns=[*scores.columns, SEGMENTATION, AGAINST])
    is_whole = scores["instance"].isna() & scores["label"].isna() & scores["estimate"].notna()
    is_pair = (scores["metric"] == _METRIC) & scores[AGAINST].notna() & (scores[AGAINST] != OTHERS)
    others = {name: value for name, value in answer.reference.settings.items() if name != SEGMENTATION}
    return rows_of_cell(scores[is_whole & is_pair], replace(answer.reference, settings=others))


def _setting(answer: Answer) -> str:
    """Width and samples in words, where they are known."""
    settings = answer.reference.settings
    factor, samples = settings.get("kernel_width_factor"), answer.reference.samples
    parts = (
        [] if factor is None else ["LIME's kernel width" if factor == 1 else f"{factor:.3g} times LIME's kernel width"]
    )
    parts += [] if samples is None else [f"{samples:,} samples"]
    return f", at {' and '.join(parts)}" if parts else ""
