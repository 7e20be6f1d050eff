"""A cell of a grid: one setting, and how stable, faithful and supported it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IDENTITY = ("task", "model", "explainer")
"""Columns that say whose scores these are."""
SEGMENTATION = "segmentation"
"""The setting that only images have."""


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
        others: values of the settings that are swept beside width and samples, segmentations in few words.
        is_lime: whether the explainer is LIME.
        is_default: whether these are LIME's defaults; of no other explainer.
        is_default_but_for_segmentation: whether they are, whatever superpixels it is.
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
        p: one-sided p of Jaccard@k lying above the target; None where it is not known.
        behind: how far fidelity falls behind the best supported cell of the same sampling, and of the same width unless
            fidelity is judged at one width for all, with a paired interval; None where it is not defined.
        faithful: whether the whole of that interval lies within the margin; None where there is no fidelity to compare
            with. Without limits, from fewer than three seeds, the estimate decides.
        supported: whether at least half of the fits rest on enough effective samples; None without fits.
        lack_of_fit: share of the model's variation, at the setting's width, that the best line of all misses.
        segmentation: in few words; None for what is no image.
        features: how many there are; of instances that differ in it, the harmonic mean. None without agreement.
        pixel_spearman: rank correlation of the pixels of runs on other segmentations with runs on this one.
        pixel_iou: the same, of the top pixels: how far they overlap.
        pixel_iou_same: of the top pixels of runs on this segmentation.
        pixel_chance: ``pixel_iou`` of unrelated maps; None for a single segmentation.
    """

    settings: Mapping[str, Any]
    name: str
    others: tuple[str, ...]
    is_lime: bool
    is_default: bool
    is_default_but_for_segmentation: bool
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
    behind: Score
    faithful: bool | None
    supported: bool | None
    segmentation: str | None = None
    features: int | None = None
    pixel_spearman: Score = Score()
    pixel_iou: Score = Score()
    pixel_iou_same: Score = Score()
    pixel_chance: float | None = None
    p: float | None = None
    lack_of_fit: Score = Score()

    @property
    def holds(self) -> bool:
        """Whether nothing that could be judged speaks against it, stability included."""
        return self.stable is True and self.faithful is not False and self.supported is not False

    @property
    def samples(self) -> int | None:
        """Number of samples of a run; None for an explainer that has no such setting."""
        return self.settings.get("num_samples")

    @property
    def is_of_images(self) -> bool:
        """Whether superpixels are explained."""
        return self.segmentation is not None

    @property
    def distance_from_default_width(self) -> float:
        """How far from LIME's width: the logarithm of the ratio, without sign; 0 without a width."""
        factor = self.settings.get("kernel_width_factor")
        return abs(math.log(factor)) if factor else 0.0
