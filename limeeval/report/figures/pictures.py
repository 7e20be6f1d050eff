"""What does the model look at, and would another seed or another segmentation paint another picture?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.metrics.pixel_maps import TOP_SHARE
from limeeval.metrics.pixels import pixel_iou_by_chance
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import SEGMENTATION, JudgedCell, Score
from limeeval.report.answer.names import shortened
from limeeval.report.answer.pixels import pixel_sentence
from limeeval.report.answer.places import plain
from limeeval.report.answer.sentences import span, two_decimals
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.panels import Cutout, colored, draw_panels, height_of, size_of
from limeeval.report.drawing.style import INK, MUTED
from limeeval.report.one_instance import WHICH, chosen_of, explained_of, title_of
from limeeval.report.ranked import Ranked, instance_name, ranked_instances, short_id
from limeeval.report.reasons import SURE_FROM, Reasons, reasons_of
from limeeval.report.reliance import reliance
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.comparisons import OTHERS
from limeeval.report.scores.scored import AGAINST
from limeeval.report.terminal.terminal import counted
from limeeval.sweep.pictures import Cut

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_METRIC = "pixel_iou"
_MOST = 6
_NAME, _LABEL, _LONG = 14, 12, 60


@dataclass(frozen=True, eq=False)
class _View:
    """One image on one segmentation.

    Attributes:
        cell: the reference, or the cell that differs from it in its segmentation alone.
        segments: which superpixel each pixel is in (H, W).
        reasons: the superpixels' coefficients in all runs.
        seed: overlap (IoU) of the top pixels of two runs.
        others: of runs on other segmentations with runs on this one.
    """

    cell: JudgedCell
    segments: NDArray[Any]
    reasons: Reasons
    seed: Score
    others: Score

    @property
    def name(self) -> str:
        return self.cell.segmentation or ""

    @property
    def sure(self) -> NDArray[np.intp]:
        """Superpixels that at least 90 % of the runs name, the largest first."""
        return self._of(self.reasons.is_sure)

    @property
    def loose(self) -> NDArray[np.intp]:
        """Superpixels that other runs do not name."""
        return self._of((self.reasons.named > 0) & ~self.reasons.is_sure)

    def _of(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        order = self.reasons.order
        return np.asarray(order[chosen[order]])


def pictures(run: Run, answer: Answer, *, which: int | str = "worst", values: bool = True) -> Figure:
    """An image, and for each segmentation the superpixels that runs name and the map of mean coefficients.

    Up to six segmentations, at the reference's other settings; of several labels that with the lowest Jaccard@k.

    Args:
        run: whose rows and pictures these are.
        answer: whose task, model and explainer count.
        which: "worst", "median" or "best" by Jaccard@k, or the id of an explained row.
        values: whether values of the instance may show; the picture is one.

    Raises:
        ValueError: there is no such row.
        NotDrawn: the run is not one of images, values may not show, or there is nothing to draw of the image.
    """
    if run.pictures is None or not answer.reference.is_of_images:
        raise NotDrawn("pictures needs a run of images, got one without")
    if not values:
        raise NotDrawn("pictures needs values of instances, for a picture is one, got values=False")
    ranked = ranked_instances(run, answer)
    one = chosen_of(ranked, which)
    picture = run.pictures.thumbnails.get((answer.description.task, one.instance))
    views = _views(run, answer, one, run.pictures.segments)
    if picture is None or not views:
        raise NotDrawn(
            f"pictures needs a picture, its segments and a run with all coefficients, got not all: {short_id(one.row)}"
        )
    shown = views[:_MOST]

    def draw(axes: Axes) -> None:
        title = shortened(instance_name(one, answer), 2 * _NAME)
        beside = draw_panels(axes, picture, [_cutout(view) for view in shown], title=title)
        _draw_beside(beside, shown, explained_of(one, answer, length=_LABEL))

    return Figure(
        name=f"pictures_{which if which in WHICH else one.instance}",
        title=title_of(one, which, ranked, answer),
        caption=_caption(one, views, answer),
        alt=_alt(one, shown, answer),
        table=_table(shown),
        draw=draw,
        height=height_of(picture.shape, len(shown)),
        marks=sum(len(view.reasons.mean) for view in shown),
        is_picture=True,
    )


def _views(run: Run, answer: Answer, one: Ranked, cuts: Mapping[Cut, NDArray[Any]]) -> list[_View]:
    """The segmentations of the image, the reference's first."""
    others = _but_for_segmentation(answer.reference)
    cells = [cell for cell in answer.cells if _but_for_segmentation(cell) == others]
    overlaps = _overlaps(run, answer, one)
    found = []
    for cell in sorted(cells, key=lambda cell: cell != answer.reference):
        name = str(cell.settings[SEGMENTATION])
        segments = cuts.get(Cut(answer.description.task, one.instance, name))
        reasons = reasons_of(run, replace(answer, reference=cell), [one])[0]
        if segments is not None and reasons is not None:
            seed, between = (overlaps.get((name, against), Score()) for against in (name, OTHERS))
            found.append(_View(cell, segments, reasons, seed, between))
    return found


def _but_for_segmentation(cell: JudgedCell) -> dict[str, Any]:
    return {name: value for name, value in cell.settings.items() if name != SEGMENTATION}


def _overlaps(run: Run, answer: Answer, one: Ranked) -> Mapping[tuple[str, str], Score]:
    """Overlaps of this image's maps by segmentation and what it is compared with; none of a single segmentation."""
    scores = own_rows(run.scores, answer.description)
    if AGAINST not in scores:
        return {}
    rows = rows_of_cell(scores, replace(answer.reference, settings=_but_for_segmentation(answer.reference)))
    rows = rows[(rows["metric"] == _METRIC) & (rows["instance"] == one.instance) & (rows["label"] == one.label)]
    columns = rows[[SEGMENTATION, AGAINST, "estimate", "low", "high"]]
    return {
        (name, against): Score(*map(plain, parts))
        for name, against, *parts in columns.itertuples(index=False, name=None)
    }


def _cutout(view: _View) -> Cutout:
    known = [(what, score) for what, score in (("seed", view.seed), ("others", view.others)) if _is_known(score)]
    note = " · ".join(f"{what} {two_decimals(score)}" for what, score in known)
    return Cutout(
        title=f"{shortened(view.name, _NAME)}: {counted(len(view.reasons.mean), 'superpixels')}",
        note=note or "coefficients",
        segments=view.segments,
        coefficients=view.reasons.mean,
        solid=view.sure,
        dashed=view.loose[: view.reasons.k],
    )


def _is_known(score: Score) -> bool:
    return score.estimate is not None


def _draw_beside(axes: Axes, views: Sequence[_View], what: str) -> None:
    """How far the maps overlap, a mark a segmentation, and what the colors mean."""
    axes.set_axis_off()
    _draw_scale(axes.inset_axes((0.03, 0.08, 0.94, 0.07)), what)
    if any(_is_known(score) for view in views for score in (view.seed, view.others)):
        axes.set_title(f"overlap of the top {TOP_SHARE:.0%}", loc="left", fontsize=size_of(), pad=3)
        _draw_overlaps(axes.inset_axes((0.03, 0.45, 0.94, 0.53)), views)


def _draw_overlaps(axes: Axes, views: Sequence[_View]) -> None:
    chance = pixel_iou_by_chance()
    axes.axvline(chance, color=MUTED, linewidth=1.2, linestyle=(0, (5, 4)), zorder=1)
    rows = {"with another seed": [view.seed for view in views], "on other superpixels": [view.others for view in views]}
    style: dict[str, Any] = {"fontsize": "small", "va": "center", "color": INK}
    for place, ((name, scores), marker) in enumerate(zip(rows.items(), "os", strict=True)):
        found = [score.estimate for score in scores if score.estimate is not None]
        axes.plot(found, [-place] * len(found), linestyle="none", marker=marker, color=INK, alpha=0.55, clip_on=False)
        axes.text(chance + 0.04, 0.42 - place, name if found else f"{name}: not known", **style)
    axes.set(xlim=(0, 1), ylim=(-1.35, 0.75), yticks=[])
    axes.set_xticks([0, chance, 0.5, 1], ["", "chance", "0.5", "1"])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)


def _draw_scale(axes: Axes, what: str) -> None:
    axes.imshow(colored(np.linspace(-1, 1, 41))[None], aspect="auto", extent=(-1, 1, 0, 1), interpolation="nearest")
    axes.set(yticks=[], xticks=[])
    axes.spines[:].set_visible(False)
    for x, word, side in ((-1, f"lowers {what}", "left"), (1, "raises it", "right")):
        axes.text(x, 1.25, word, ha=side, va="bottom", fontsize="small", color=INK, parse_math=False)


def _caption(one: Ranked, views: Sequence[_View], answer: Answer) -> str:
    runs = views[0].reasons.runs
    parts = [
        _how_drawn(views[0].reasons),
        f"Right: {'coefficients' if runs == 1 else f'mean coefficients of {runs} runs'}, each map on its own scale; "
        f"framed: its top {TOP_SHARE:.0%} of pixels, by coefficient per pixel.",
        _verdict(one, views[0], answer),
        f"Not shown: {counted(len(views) - _MOST, 'more segmentations')}." if len(views) > _MOST else "",
    ]
    return " ".join(filter(None, parts))


def _how_drawn(reasons: Reasons) -> str:
    k = counted(reasons.k, "superpixels")
    if reasons.runs == 1:
        return f"Left: the {k} with the largest coefficients, dashed, for they are those of a single run."
    return (
        f"Left: the superpixels that at least {SURE_FROM:.0%} of runs name among their first {reasons.k}; "
        f"dashed: up to {reasons.k} that come and go."
    )


def _verdict(one: Ranked, view: _View, answer: Answer) -> str:
    """Whether another segmentation paints another picture of this image; of a single one, what to rely on."""
    own = replace(answer.reference, pixel_iou=view.others, pixel_iou_same=view.seed, pixel_chance=pixel_iou_by_chance())
    sentence = pixel_sentence(own)
    return reliance(one, view.reasons, answer) if sentence is None else f"{shortened(view.name)}: {sentence}"


def _alt(one: Ranked, views: Sequence[_View], answer: Answer) -> str:
    told = "; ".join(f"{shortened(view.name)}: {_told(view)}" for view in views)
    named = "Outlined" if views[0].reasons.runs == 1 else f"Named in at least {SURE_FROM:.0%} of runs"
    seed, others = (span(score.estimate for score in own) for own in _both(views))
    overlap = f" With another seed their top {TOP_SHARE:.0%} of pixels overlap by {seed} (IoU)" if seed else ""
    overlap += (
        f", with other segmentations by {others}, by chance {pixel_iou_by_chance():.2f}" if seed and others else ""
    )
    return (
        f"Picture of {instance_name(one, answer)} with its superpixels and maps of their coefficients on "
        f"{counted(len(views), 'segmentations')}.{overlap}{'.' if overlap else ''} {named}: {told}."
    )


def _both(views: Sequence[_View]) -> tuple[list[Score], list[Score]]:
    return [view.seed for view in views], [view.others for view in views]


def _told(view: _View) -> str:
    if view.reasons.runs == 1:
        return f"{len(view.loose)}, of a single run"
    return f"{len(view.sure)}, and {len(view.loose)} that come and go"


def _table(views: Sequence[_View]) -> pd.DataFrame:
    import pandas as pd

    found: dict[str, Sequence[Any]] = {
        "segmentation": [shortened(view.name, _LONG) for view in views],
        "superpixels": [len(view.reasons.mean) for view in views],
        "largest mean coefficients": [_largest(view.reasons) for view in views],
        "of runs": [view.reasons.runs for view in views],
    }
    if views[0].reasons.runs > 1:
        found["named in 90% of runs"] = [len(view.sure) for view in views]
        found["come and go"] = [len(view.loose) for view in views]
    for name, scores in zip(("with another seed", "with other segmentations"), _both(views), strict=True):
        if any(map(_is_known, scores)):
            found[f"overlap {name}"] = [score.estimate for score in scores]
            found[f"low {name}"], found[f"high {name}"] = [s.low for s in scores], [s.high for s in scores]
    return pd.DataFrame(found)


def _largest(reasons: Reasons) -> str:
    """The superpixels that most runs name, each with its mean coefficient and the number of runs."""
    return ", ".join(f"{j}: {reasons.mean[j]:+.2g} ({reasons.named[j]})" for j in reasons.order[: reasons.k].tolist())
