"""What every number of a page means, for people who have not met it before, and what it would be by chance."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from limeeval.lime.diagnostics import TRUSTED_UP_TO
from limeeval.metrics.catalogue import Metric, agreement_metrics
from limeeval.metrics.pixel_maps import TOP_SHARE
from limeeval.report.run import Run
from limeeval.report.scores.nonlinearity import MISFIT_FROM
from limeeval.sweep.columns import width_of

if TYPE_CHECKING:
    import pandas as pd

NO_CHANCE = "none"
_UP, _DOWN = "higher is better", "lower is better"
_R2, _SHARE = "at most 1", "0 to 1"
_STATED = re.compile(r"(?P<meaning>.*?)(?P<source> \([^()]*\d{4}\))?: (?P<range>\S*\.\.\S*), (?P<better>[^;.]*)")
_LADDER = "r2_at_x"


@dataclass(frozen=True)
class Definition:
    """One number, or several that are defined alike.

    Attributes:
        name: as a page calls it.
        columns: what it is called in the tables: values of ``metric`` in scores.parquet, or columns.
        meaning: in one to three plain sentences.
        range: of its values.
        direction: which way is better.
        chance: what it would be by chance in this run: a number, a span over its settings, or "none".
        source: who defined it, and when; empty where it is ours or everybody's.
        is_headline: whether a page speaks of it before all others.
    """

    name: str
    columns: tuple[str, ...]
    meaning: str
    range: str
    direction: str
    chance: str = NO_CHANCE
    source: str = ""
    is_headline: bool = False


_JACCARD = (
    "How far the k leading reasons of two runs overlap: those that both name, out of all that either names, averaged "
    "over pairs of runs. Two runs that share 3 of their 4 reasons name 5 in all: 3/5 = 0.6."
)
_HEAD = {
    "same_set": (
        "same {k} reasons",
        "How often two runs, which differ in their random seed alone, name the same {k} features as the most "
        "important ones, in any order: a share of all pairs of runs.",
    ),
    "same_first": ("same first", "How often two runs name the same feature as the most important one."),
    "jaccard": ("Jaccard@{at}", _JACCARD),
}
"""Agreement metrics that head a page, in more words than their functions have: name and meaning."""
_CAUTIONS = {"csi": "It shows whether standard errors are right, not whether explanations are stable."}
"""What is to be added to what the functions of other metrics say."""
_OF_FITS: Mapping[str, tuple[str, str, str, str]] = {
    "r2_fresh": (
        "fresh R2",
        "Share of the model's local variation that the explanation's straight line carries, measured on samples of "
        "other seeds, which it was not fitted to. 0.3: the line tells 30 % of what the model does near the instance; "
        "below 0 it says less than a constant would.",
        _R2,
        _UP,
    ),
    "lack_of_fit": (
        "lack of fit",
        "Share of the model's local variation that even the best straight line of all features misses: no choice of "
        "seed or number of samples brings it back.",
        _SHARE,
        _DOWN,
    ),
    "ess": (
        "effective samples",
        "How many samples of equal weight would say as much as the weighted ones do (Kish, 1965). A narrow kernel "
        f"leaves few of many. Fits want at least {1 / TRUSTED_UP_TO:.0f} for each feature, and as many for the "
        "intercept.",
        "1 to the number of samples",
        _UP,
    ),
}
"""Others that head it: name, meaning, range and direction."""
_OTHERS: Mapping[str, tuple[str, str, str, str]] = {
    "r2": (
        "R2 on its own samples",
        "As fresh R2, on the samples that the line was fitted to: too high where samples are few.",
        _R2,
        _UP,
    ),
    "r2_reference": (
        "R2 at the width of the target",
        "As fresh R2, with samples weighted by the one kernel width at which fidelity is judged for all settings.",
        _R2,
        _UP,
    ),
    "local_gap": (
        "local gap",
        "Distance between the model's output for the instance and the line's value there, in units of the output.",
        "0 or more",
        _DOWN,
    ),
    "unknowns_per_effective_sample": (
        "unknowns per effective sample",
        f"Features and the intercept, divided by effective samples; above {TRUSTED_UP_TO:g} no fit is to be trusted.",
        "above 0",
        _DOWN,
    ),
    "instance_leverage": (
        "leverage of the instance",
        "How far the line is forced through the instance itself, whatever the other samples say (Hoaglin and Welsch, "
        "1978). At 1 it goes through it.",
        _SHARE,
        _DOWN,
    ),
    "condition_number": (
        "condition number",
        "How far features of the samples go together, so that their coefficients cannot be told apart; 1 is best. "
        "Over instances: the median.",
        "1 or more",
        _DOWN,
    ),
    "supported": (
        "supported",
        f"Share of fits that rest on enough samples: {1 / TRUSTED_UP_TO:.0f} effective ones for each unknown, and a "
        "penalty of the fit that hardly matters.",
        _SHARE,
        _UP,
    ),
    "r2_line": (
        "R2 of the full line",
        "Share of the model's local variation that a line of all features carries, on samples it was not fitted to.",
        _R2,
        _UP,
    ),
    "r2_quadratic": (
        "R2 of a quadratic surface",
        "The same of a line with squares and products of features: what curvature and pairs add.",
        _R2,
        _UP,
    ),
    "r2_trees": ("R2 of boosted trees", "The same of boosted trees: what steps and thresholds add.", _R2, _UP),
    "nonlinear_gain": (
        "non-linear gain",
        "Share of the local variation that a richer model was seen to carry beyond the line: a lower bound of what is "
        "not linear.",
        _SHARE,
        _DOWN,
    ),
    "nonlinearity_in_z": (
        "non-linearity in the features shown",
        "Lack of fit less pure error: what a line misses although the features that the explanation shows tell it.",
        _SHARE,
        _DOWN,
    ),
    "pure_error": (
        "pure error",
        "Share of the local variation that no function of the features shown can tell, because bins or categories "
        "hide it.",
        _SHARE,
        _DOWN,
    ),
    "misfit_explained": (
        "share of the misfit explained",
        "Non-linear gain as a share of the lack of fit: how learnable what is missed is, not how much it is. Only "
        f"where the lack of fit is above {MISFIT_FROM:g}.",
        _SHARE,
        "neither is better",
    ),
    "pixel_iou": (
        f"IoU of the top {TOP_SHARE:.0%} of pixels",
        f"How far the {TOP_SHARE:.0%} of pixels that speak most for the label overlap in two explanations: those in "
        "both, out of those in either. One picture cut by two segmentations, or by one with two seeds.",
        _SHARE,
        _UP,
    ),
    "pixel_spearman": (
        "rank correlation of pixels",
        "How far two explanations of one picture rank its pixels alike, on two segmentations, or on one with two seeds "
        "(Spearman, 1904).",
        "-1 to 1",
        _UP,
    ),
}
"""Scores that are no agreement metrics, in the order in which a page defines them."""


def definitions(run: Run) -> list[Definition]:
    """Of every number in the scores of a run, and of those that come with them; the headline ones first."""
    names, metrics = list(dict.fromkeys(run.scores["metric"])), agreement_metrics()
    ladder = [name for name in names if name.startswith(_LADDER) and width_of(name)]
    overall = run.scores[run.scores["instance"].isna()]
    chance = {name: by_chance(overall, name) for name in names}
    k = _k(run)
    headline = [
        *(_head(name, metrics[name], k, chance[name]) for name in _HEAD if name in names),
        *(Definition(own[0], (name,), *_with_source(own)) for name, own in _OF_FITS.items() if name in names),
        *_beside(run),
    ]
    return [
        *(replace(one, is_headline=True) for one in headline),
        *(_of_metric(name, metrics[name], chance[name]) for name in names if name in metrics and name not in _HEAD),
        *(_other(name, chance[name]) for name in _OTHERS if name in names),
        *([_at_widths(ladder)] if ladder else []),
    ]


def by_chance(overall: pd.DataFrame, metric: str) -> str:
    """What unrelated runs would score, from the scores over all instances: a number, a span over settings, or "none".

    >>> written(0.123715), written(20.0), written(0.00021), written(0.0000004), written(0.0)
    ('0.12', '20', '0.00021', 'under 0.0001', '0')
    """
    values = overall.loc[overall["metric"] == metric, "chance"].dropna()
    if values.empty:
        return NO_CHANCE
    return "–".join(dict.fromkeys(written(value) for value in (float(values.min()), float(values.max()))))


def written(value: float) -> str:
    """A chance level, which may be very small, or in percent."""
    if 0 < value < 1e-4:
        return "under 0.0001"
    return f"{value:.2f}" if 0.01 <= value < 1 else f"{value:.2g}" if value < 1 else f"{value:.0f}"


def _head(name: str, metric: Metric, k: str, chance: str) -> Definition:
    title, meaning = (text.format(k=k, at=k) for text in _HEAD[name])
    stated = _of_metric(name, metric, chance)
    return Definition(title, (name,), meaning, stated.range, stated.direction, chance, stated.source)


def _of_metric(name: str, metric: Metric, chance: str) -> Definition:
    """As the first line of its function says."""
    line = (inspect.getdoc(metric.of) or "").partition("\n")[0]
    stated = _STATED.match(line)
    if stated is None:
        return Definition(name, (name,), line, "", "", chance)
    source = (stated["source"] or "").strip(" ()")
    meaning = " ".join([f"{stated['meaning']}.", *([_CAUTIONS[name]] if name in _CAUTIONS else [])])
    return Definition(name, (name,), meaning, _range(stated["range"]), stated["better"].strip(), chance, source)


def _range(stated: str) -> str:
    """A range in words.

    >>> _range("0..1"), _range("0..")
    ('0 to 1', '0 or more')
    """
    low, _, high = stated.partition("..")
    return f"{low} to {high}" if high else f"{low} or more"


def _other(name: str, chance: str) -> Definition:
    own = _OTHERS[name]
    meaning, reach, direction, _, source = _with_source(own)
    return Definition(own[0], (name,), meaning, reach, direction, chance, source)


def _with_source(own: Sequence[str]) -> tuple[str, str, str, str, str]:
    """Meaning without what it cites, range, direction, no chance level, and what it cites."""
    _, meaning, reach, direction = own
    cited = re.search(r" \(([^()]*, \d{4})\)", meaning)
    if cited is None:
        return meaning, reach, direction, NO_CHANCE, ""
    return meaning.replace(cited.group(), ""), reach, direction, NO_CHANCE, cited[1]


def _at_widths(columns: Iterable[str]) -> Definition:
    own = tuple(columns)
    names = ", ".join(column.removeprefix("r2_at_") for column in own)
    return Definition(
        f"R2 at {names}",
        own,
        "As fresh R2, with samples weighted by a kernel of that width, whatever width the explanation was made at.",
        _R2,
        _UP,
    )


def _beside(run: Run) -> Iterator[Definition]:
    """Numbers that stand beside the scores, as far as this run has them."""
    if "standard_error" in run.attributions and run.attributions["standard_error"].notna().any():
        yield Definition(
            "standard error, ±",
            ("standard_error",),
            "How far a feature's coefficient would typically move with another seed, known from a single run.",
            "0 or more",
            _DOWN,
        )
    if run.scores["low"].notna().any():
        yield Definition(
            "limits for these instances, [low, high]",
            ("low", "high"),
            "Where the score would lie if these instances were explained with ever more seeds, with 95 % confidence.",
            "that of the score",
            "narrower is surer",
        )
    if run.scores["low_population"].notna().any():
        yield Definition(
            "limits for instances like these",
            ("low_population", "high_population"),
            "Where the mean score of all instances like these would lie, with 95 % confidence, if these were drawn at "
            "random.",
            "that of the score",
            "narrower is surer",
        )
    if "kernel_width_factor" in run.attributions and run.attributions["kernel_width_factor"].notna().any():
        yield Definition(
            "kernel width, x1",
            ("kernel_width_factor", "kernel_width"),
            "How far from the instance a sample still counts, in multiples of LIME's own width: at x0.5 only closer "
            "ones do. The width itself is in the units of the explainer's distance.",
            "above 0",
            "neither is better",
        )


def _k(run: Run) -> str:
    """The number of reasons that are compared, "k" where tasks differ in it."""
    found = {answer.description.k for answer in run.answers}
    return str(found.pop()) if len(found) == 1 else "k"
