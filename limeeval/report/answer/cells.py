"""The cells of a grid, read from the scores over all instances: how stable, faithful and supported each one is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from limeeval.report.description import Target
from limeeval.report.scores.scored import COLUMNS
from limeeval.report.scores.units import UNIT
from limeeval.sweep.grid import LIME_DEFAULTS, SAMPLING_KEYS

if TYPE_CHECKING:
    import pandas as pd

IDENTITY = ("task", "model", "explainer")
"""Columns that say whose scores these are."""
LIME = "lime"
"""Name of the explainer that is LIME."""
_SHARE_SUPPORTED = 0.5
_WIDTH = ("kernel_width", "kernel_width_factor")


@dataclass(frozen=True)
class Score:
    """An estimate with its 95 % interval for these instances; None where undefined."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class JudgedCell:
    """One setting and what it is worth.

    Attributes:
        settings: every setting by name, None for one that the explainer does not have.
        name: the settings in words, as far as they tell cells apart.
        others: values of the settings that are swept beside width and samples.
        is_lime: whether the explainer is LIME.
        is_default: whether these are LIME's defaults; of no other explainer.
        same_set: share of pairs of runs that name the same k features.
        same_first: share of pairs that name the same first one.
        jaccard: Jaccard@k of pairs.
        own: R2 on each fit's own samples.
        fresh: R2 on the other seeds' samples at the setting's own width.
        fidelity: R2 that faithfulness is judged by: at the target's width, else ``fresh``.
        fidelity_at: width that ``fidelity`` is measured at, in multiples of LIME's; None without a width.
        chance: Jaccard@k of unrelated runs.
        ess: mean number of effective samples of its fits.
        stable: whether the whole interval of Jaccard@k lies above the target; None if there is no agreement.
        behind: how far fidelity falls behind the best supported cell of the same sampling, and of the same width unless
            fidelity is judged at one width for all; None where it is not defined.
        faithful: whether it falls behind by no more than the margin; None where no fidelity is defined to compare with.
        supported: whether at least half of the fits rest on enough effective samples; None without fits.
    """

    settings: Mapping[str, Any]
    name: str
    others: tuple[str, ...]
    is_lime: bool
    is_default: bool
    same_set: Score
    same_first: Score
    jaccard: Score
    own: Score
    fresh: Score
    fidelity: Score
    fidelity_at: float | None
    chance: float | None
    ess: float | None
    stable: bool | None
    behind: float | None
    faithful: bool | None
    supported: bool | None

    @property
    def holds(self) -> bool:
        """Whether nothing that could be judged speaks against it, stability included."""
        return self.stable is True and self.faithful is not False and self.supported is not False

    @property
    def samples(self) -> int | None:
        """Number of samples of a run; None for an explainer that has no such setting."""
        return self.settings.get("num_samples")

    @property
    def distance_from_default_width(self) -> float:
        """How far from LIME's width: the logarithm of the ratio, without sign; 0 without a width."""
        factor = self.settings.get("kernel_width_factor")
        return abs(math.log(factor)) if factor else 0.0


def judged_cells(scores: pd.DataFrame, target: Target) -> tuple[JudgedCell, ...]:
    """Every cell of one task, model and explainer, in the order of their scores."""
    table = scores[scores["instance"].isna() & scores["label"].isna()]
    columns = settings_of(table)
    found = list(_cells(table, columns))
    others = swept_beside_width_and_samples([settings for settings, _ in found])
    is_one_ruler = bool(table.loc[table["metric"] == "r2_reference", "estimate"].notna().any())
    at = target.fidelity_at if is_one_ruler else None
    cells = [_cell(settings, own, others, target, at=at) for settings, own in found]
    return tuple(_compared(cell, cells, is_one_ruler=is_one_ruler, margin=target.r2_margin) for cell in cells)


def settings_of(scores: pd.DataFrame) -> list[str]:
    """Columns that are settings."""
    return [column for column in scores.columns if column not in (*IDENTITY, *UNIT, *COLUMNS)]


def swept_beside_width_and_samples(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the other settings that take several values."""
    names = [name for name in (settings[0] if settings else {}) if name not in (*_WIDTH, "num_samples")]
    return [name for name in names if len({str(own[name]) for own in settings}) > 1]


def plain(value: Any) -> Any:
    """A value of a table as Python's own; None for what is missing."""
    value = value.item() if hasattr(value, "item") else value
    is_missing = value is None or str(value) == "<NA>" or value != value
    return None if is_missing else value


def _cells(table: pd.DataFrame, columns: list[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    if not columns:
        yield {}, table
        return
    for values, rows in table.groupby(columns, dropna=False, sort=False):
        yield {name: plain(value) for name, value in zip(columns, values, strict=True)}, rows


def _cell(
    settings: dict[str, Any], rows: pd.DataFrame, others: list[str], target: Target, *, at: float | None
) -> JudgedCell:
    """A cell not yet compared with others; its fidelity at the one width for all, or at its own if there is none."""
    is_lime = "explainer" not in rows.columns or bool((rows["explainer"] == LIME).all())
    own = {row["metric"]: row for row in rows.to_dict("records")}
    jaccard, fresh, reference = (_score(own.get(metric)) for metric in ("jaccard", "r2_fresh", "r2_reference"))
    share = plain(own["supported"]["estimate"]) if "supported" in own else None
    return JudgedCell(
        settings=settings,
        name=_name(settings, others),
        others=tuple(str(settings[name]) for name in others),
        is_lime=is_lime,
        is_default=is_lime and _is_default(settings),
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
        behind=None,
        faithful=None,
        supported=None if share is None else share >= _SHARE_SUPPORTED,
    )


def _score(row: Mapping[Any, Any] | None) -> Score:
    return Score() if row is None else Score(*(plain(row[part]) for part in ("estimate", "low", "high")))


def _compared(cell: JudgedCell, cells: Sequence[JudgedCell], *, is_one_ruler: bool, margin: float) -> JudgedCell:
    """The cell beside the best supported one that is measured on the same kind of samples, at the same width.

    Each sampling, and each width of its own, is best on its own samples, and no ruler for others.
    """
    ruler = SAMPLING_KEYS if is_one_ruler else (*SAMPLING_KEYS, "kernel_width_factor")
    peers = [other for other in cells if all(other.settings.get(name) == cell.settings.get(name) for name in ruler)]
    known = [other.fidelity.estimate for other in peers if other.supported is not False]
    best = max((r2 for r2 in known if r2 is not None), default=None)
    if best is None:
        return cell
    behind = None if cell.fidelity.estimate is None else max(best - cell.fidelity.estimate, 0.0)
    return replace(cell, behind=behind, faithful=behind is not None and behind <= margin)


def _is_default(settings: Mapping[str, Any]) -> bool:
    usual = {name: value for name, value in LIME_DEFAULTS.items() if name != "kernel_width"}  # Its factor says it.
    same = all(settings.get(name) == value for name, value in usual.items() if name in settings)
    return same and settings.get("num_samples") is not None


def _name(settings: Mapping[str, Any], others: Sequence[str]) -> str:
    factor, samples = settings.get("kernel_width_factor"), settings.get("num_samples")
    parts = [] if factor is None else [f"x{factor:.3g}"]
    parts += [] if samples is None else [f"{samples:,} samples"]
    parts += [f"{name} {settings[name]}" for name in others]
    return " with ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else "".join(parts)
