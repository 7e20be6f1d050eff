"""The cells of a grid, read from the scores over all instances, and compared with one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.cells import IDENTITY, SEGMENTATION, JudgedCell, Score
from limeeval.report.answer.certainty import p_stable
from limeeval.report.answer.names import shortened
from limeeval.report.answer.places import plain
from limeeval.report.answer.segmentations import short_names
from limeeval.report.answer.shortfall import alike, fidelities, with_shortfall
from limeeval.report.description import Target
from limeeval.report.scores.comparisons import OTHERS
from limeeval.report.scores.instances import LIME
from limeeval.report.scores.scored import AGAINST, COLUMNS
from limeeval.report.scores.units import UNIT
from limeeval.sweep.grid import shown_defaults

if TYPE_CHECKING:
    import pandas as pd

_SHARE_SUPPORTED = 0.5
_WIDTH = ("kernel_width", "kernel_width_factor")


def judged_cells(
    scores: pd.DataFrame, attributions: pd.DataFrame, fits: pd.DataFrame, *, k: int, target: Target
) -> tuple[JudgedCell, ...]:
    """Every cell of one task, model and explainer, in the order of their scores.

    Without attributions, how sure stability is is not known; without fits, fidelity is compared by estimates alone.
    """
    table = scores[scores["instance"].isna() & scores["label"].isna()]
    columns = settings_of(table)
    found = list(_cells(table, columns))
    short = short_names(str(settings[SEGMENTATION]) for settings, _ in found if settings.get(SEGMENTATION) is not None)
    swept = swept_beside_width_and_samples([settings for settings, _ in found])
    is_one_ruler = bool(table.loc[table["metric"] == "r2_reference", "estimate"].notna().any())
    at = target.fidelity_at if is_one_ruler else None
    cells = [_cell(settings, own, target, at=at, swept=swept, short=short) for settings, own in found]
    cells = _compared(cells, fits, target.r2_margin, of_width=not is_one_ruler)
    sure = p_stable(attributions, cells, k=k, target=target.jaccard)
    return tuple(replace(cell, p=p) for cell, p in zip(cells, sure, strict=True))


def settings_of(scores: pd.DataFrame) -> list[str]:
    """Columns that are settings."""
    return [column for column in scores.columns if column not in (*IDENTITY, *UNIT, *COLUMNS, AGAINST)]


def swept_beside_width_and_samples(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the other settings that take several values."""
    names = [name for name in (settings[0] if settings else {}) if name not in (*_WIDTH, "num_samples")]
    return [name for name in names if len({str(own[name]) for own in settings}) > 1]


def _cells(table: pd.DataFrame, columns: list[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    if not columns:
        yield {}, table
        return
    for values, rows in table.groupby(columns, dropna=False, sort=False, observed=True):
        yield {name: plain(value) for name, value in zip(columns, values, strict=True)}, rows


def _cell(
    settings: dict[str, Any],
    rows: pd.DataFrame,
    target: Target,
    *,
    at: float | None,
    swept: Sequence[str],
    short: Mapping[str, str],
) -> JudgedCell:
    """A cell not yet compared with others; its fidelity at the one width for all, or at its own if there is none."""
    segmentation = short.get(str(settings.get(SEGMENTATION)))
    others = {name: segmentation or "" if name == SEGMENTATION else str(settings[name]) for name in swept}
    is_lime = "explainer" not in rows.columns or bool((rows["explainer"] == LIME).all())
    own = {name: row for row in rows.to_dict("records") if (name := _metric(row)) is not None}
    jaccard, fresh, reference = (_score(own.get(metric)) for metric in ("jaccard", "r2_fresh", "r2_reference"))
    share = plain(own["supported"]["estimate"]) if "supported" in own else None
    return JudgedCell(
        settings=settings,
        name=_name(settings, others),
        others=tuple(others.values()),
        is_lime=is_lime,
        is_default=is_lime and _is_default(settings, ()),
        is_default_but_for_segmentation=is_lime and _is_default(settings, (SEGMENTATION,)),
        same_set=_score(own.get("same_set")),
        same_first=_score(own.get("same_first")),
        jaccard=jaccard,
        own=_score(own.get("r2")),
        fresh=fresh,
        fidelity=fresh if at is None else reference,
        fidelity_at=settings.get("kernel_width_factor") if at is None else at,
        chance=plain(own["jaccard"]["chance"]) if "jaccard" in own else None,
        ess=plain(own["ess"]["estimate"]) if "ess" in own else None,
        stable=None if jaccard.estimate is None else jaccard.low is not None and jaccard.low > target.jaccard,
        behind=Score(),
        faithful=None,
        supported=None if share is None else share >= _SHARE_SUPPORTED,
        segmentation=segmentation,
        lack_of_fit=_score(own.get("lack_of_fit")),
        features=_features(own.get("same_first")),
        pixel_spearman=_score(own.get("pixel_spearman")),
        pixel_iou=_score(own.get("pixel_iou")),
        pixel_iou_same=_score(own.get("pixel_iou_same")),
        pixel_chance=plain(own["pixel_iou"]["chance"]) if "pixel_iou" in own else None,
    )


def _metric(row: Mapping[Any, Any]) -> str | None:
    """What a row measures: of those that compare segmentations, with all others or this one with itself."""
    against = plain(row.get(AGAINST))
    if against is None or against == OTHERS:
        return str(row["metric"])
    return f"{row['metric']}_same" if against == row[SEGMENTATION] else None


def _features(same_first: Mapping[Any, Any] | None) -> int | None:
    """Their number, for unrelated runs name the same one first in one of so many pairs."""
    chance = None if same_first is None else plain(same_first["chance"])
    return round(1 / chance) if chance else None


def _score(row: Mapping[Any, Any] | None) -> Score:
    return Score() if row is None else Score(*(plain(row[part]) for part in ("estimate", "low", "high")))


def _compared(cells: Sequence[JudgedCell], fits: pd.DataFrame, margin: float, *, of_width: bool) -> list[JudgedCell]:
    """The cells beside the best supported one that is measured on the same kind of samples, at the same width.

    Each sampling, and each width of its own, is best on its own samples, and no ruler for others.
    """
    kind = "fresh" if of_width else "reference"
    if f"r2_{kind}" in fits and f"{kind}_residual_of_seed" in fits:
        found = [one.behind for one in fidelities(fits, cells, kind, of_width=of_width)]
    else:
        found = list(_shortfalls(cells, of_width=of_width))
    return [with_shortfall(cell, behind, margin) for cell, behind in zip(cells, found, strict=True)]


def _shortfalls(cells: Sequence[JudgedCell], *, of_width: bool) -> Iterator[Score | None]:
    """How far each falls behind by its estimate, where fits are not known."""
    for cell in cells:
        peers = [one for one in alike(cell, cells, of_width=of_width) if one.supported is not False]
        best = max((one.fidelity.estimate for one in peers if one.fidelity.estimate is not None), default=None)
        own = cell.fidelity.estimate
        yield None if best is None else Score() if own is None else Score(max(best - own, 0.0))


def _is_default(settings: Mapping[str, Any], besides: Collection[str]) -> bool:
    usual = {name: value for name, value in shown_defaults(settings).items() if name not in besides}
    same = all(settings[name] == value for name, value in usual.items() if name in settings)
    return same and settings.get("num_samples") is not None


def _name(settings: Mapping[str, Any], others: Mapping[str, str]) -> str:
    factor, samples = settings.get("kernel_width_factor"), settings.get("num_samples")
    parts = [] if factor is None else [f"x{factor:.3g}"]
    parts += [] if samples is None else [f"{samples:,} samples"]
    parts += [shortened(value) if name == SEGMENTATION else f"{name} {value}" for name, value in others.items()]
    return " with ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else "".join(parts)
