"""Would other settings name other reasons?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from limeeval.inference.pseudo_run import Agreement, agreement
from limeeval.lime.domain import Array
from limeeval.metrics.catalogue import agreement_metrics
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import SEGMENTATION, JudgedCell
from limeeval.report.answer.names import shortened
from limeeval.report.answer.places import place_of
from limeeval.report.comparison.agreed import Agreed, OneSide, similarity_between
from limeeval.report.comparison.between import agreement_table
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.heat import apart_sentence, distinct, draw_heat, heat_of, height_of, pairs_table, span
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.runs import checked, runs_of
from limeeval.report.scores.units import KEYS, combinations, units_of
from limeeval.report.terminal.telling import most_telling

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_METRIC = "jaccard"
_MOST = 12
_SETTING = "setting"
_LABEL = 60


def agreement_between_settings(run: Run, answer: Answer) -> Figure:
    """Mean Jaccard@k of a run of one setting and a run, with another seed, of another; on the diagonal, of itself.

    At most twelve settings, the most telling ones, on the instances and seeds that all of them have; of images those
    of the reference's segmentation, for others have other features.

    Raises:
        NotDrawn: fewer than two settings that can be compared, or fewer than two seeds that all of them have.
    """
    cells = _comparable(answer)
    if len(cells) < 2:
        raise NotDrawn(f"agreement_between_settings needs two settings with agreement, got {len(cells)}")
    pairs = _pairs(own_rows(run.attributions, answer.description), cells, answer)
    names, what = _names(cells, answer)
    pairs = _with_own_limits(pairs, cells)
    heat = heat_of(pairs, names)

    def draw(axes: Axes) -> None:
        draw_heat(axes, heat, label=what)

    k = answer.description.k
    return Figure(
        name="agreement_between_settings",
        title="Would other settings name other reasons?",
        caption=(
            f"How much of their {k} main reasons two runs share (Jaccard: 1 all, by chance {heat.chance:.2f}). "
            f"Framed: a setting with itself, only the seed differs. {apart_sentence(heat)}{_superpixels(answer)}"
        ),
        alt=(
            f"Overlap (Jaccard) of the {k} main reasons of two runs, for {len(cells)} settings. "
            f"Of the same setting: {span(heat.itself)}; of two settings: {span(heat.between)}. {apart_sentence(heat)}"
        ),
        table=pairs_table(pairs, distinct([cell.name for cell in cells], _LABEL), "setting"),
        draw=draw,
        height=height_of(heat),
        marks=len(pairs),
    )


def _with_own_limits(pairs: pd.DataFrame, cells: Sequence[JudgedCell]) -> pd.DataFrame:
    """The pairs; a setting with itself has the limits that its score has, where it is the same score."""
    found = pairs.copy()
    for row in range(len(found)):
        one, other = int(found["one"].iloc[row]), int(found["other"].iloc[row])
        own = cells[one].jaccard
        is_scored = own.estimate is not None and math.isclose(own.estimate, found["estimate"].iloc[row], abs_tol=1e-9)
        if one == other and is_scored:
            found.loc[found.index[row], ["low", "high"]] = [own.low, own.high]
    return found


def _comparable(answer: Answer) -> list[JudgedCell]:
    """The most telling settings with agreement whose features are those of the reference.

    What rests on too few samples is left out where the rest can be compared: it is not to be trusted either way.
    """
    reference = answer.reference
    segmentation = reference.settings.get(SEGMENTATION)
    own = tuple(
        cell
        for cell in answer.cells
        if cell.jaccard.estimate is not None
        and cell.features == reference.features
        and cell.settings.get(SEGMENTATION) == segmentation
    )
    if reference not in own:
        return []
    supported = tuple(cell for cell in own if cell.supported is not False)
    own = supported if len(supported) > 1 and reference in supported else own
    chosen, best = (cell if cell in own else None for cell in (answer.chosen, answer.best))
    return most_telling(replace(answer, cells=own, chosen=chosen, best=best), _MOST)


def _names(cells: Sequence[JudgedCell], answer: Answer) -> tuple[list[str], str]:
    """What tells each setting from the others, and what that is, part by part."""
    width = "kernel width (x1: LIME's)" if answer.reference.is_lime else "kernel width"
    parts = {
        width: [_width(cell) for cell in cells],
        "samples": ["" if cell.samples is None else f"{cell.samples:,.0f}" for cell in cells],
        **{name: [cell.others[at] for cell in cells] for at, name in enumerate(answer.swept)},
    }
    parts = {name: values for name, values in parts.items() if len(set(values)) > 1}
    names = [" · ".join(values) for values in zip(*parts.values(), strict=True)] or [cell.name for cell in cells]
    return names, shortened(" · ".join(parts), 2 * _LABEL)


def _superpixels(answer: Answer) -> str:
    """On which superpixels, where there are several segmentations."""
    several = len({cell.segmentation for cell in answer.cells}) > 1
    return f" On the superpixels of {shortened(answer.reference.segmentation or '')}." if several else ""


def _width(cell: JudgedCell) -> str:
    factor = cell.settings.get("kernel_width_factor")
    return "" if factor is None else f"x{factor:.3g}"


def _pairs(attributions: pd.DataFrame, cells: Sequence[JudgedCell], answer: Answer) -> pd.DataFrame:
    """Agreement of every two cells, each with itself included: ``one`` and ``other`` are their positions.

    As :func:`limeeval.report.comparison.between.agreement_between` finds it, on what all cells have in common.
    """
    rows = _in_common(_rows_of(attributions, cells), len(cells))
    k, metric = answer.description.k, agreement_metrics()[_METRIC]
    sides = list(_sides(rows, len(cells), k))
    compared: list[tuple[dict[str, Any], Agreed]] = []
    for one, other in combinations_with_replacement(range(len(cells)), 2):
        named = {"explainer": answer.description.explainer, "one": one, "other": other}
        for side in sides:
            found = agreement(similarity_between(metric, side.runs[one], side.runs[other], k))
            seeds, d = side.runs[one].coefficients.shape[-2:]
            chance = metric.chance(d, k, seeds)
            for at, (instance, label) in enumerate(side.units):
                own = Agreement(*(column[at] for column in found))
                compared.append((named, Agreed(instance, label, own, k, chance)))
    return agreement_table(compared, ["explainer", "one", "other"], _METRIC, metric)


def _rows_of(attributions: pd.DataFrame, cells: Sequence[JudgedCell]) -> pd.DataFrame:
    """The rows of these cells, with their position as the one setting."""
    settings = [name for name in cells[0].settings if name in attributions]
    codes, first = combinations(attributions, settings)
    known = place_of(attributions[settings].iloc[first], cells)
    place = np.array([known.get(number, -1) for number in range(len(first))])[codes]
    own = checked(attributions[place >= 0])
    names = [*KEYS, "feature", "coefficient", "standard_error"]
    return own.reindex(columns=names).assign(**{_SETTING: place[place >= 0]})


def _in_common(rows: pd.DataFrame, cells: int) -> pd.DataFrame:
    """The rows of instances, labels and seeds that all cells have; of two seeds or more.

    Raises:
        NotDrawn: there are none.
    """
    run, _ = combinations(rows, KEYS)
    fits = np.unique(run * cells + rows[_SETTING].to_numpy())
    is_common = np.bincount(fits // cells) == cells
    common = rows[is_common[run]]
    seeds = common.groupby(["instance", "label"])["seed"].transform("nunique")
    found: pd.DataFrame = common[seeds >= 2].sort_values(_SETTING, kind="stable")
    if found.empty:
        raise NotDrawn("agreement_between_settings needs two seeds that all settings have, got fewer")
    return found


class OneSides(NamedTuple):
    """The runs (u, R, d) of each cell, of units of equal shape, and what these are of."""

    units: list[tuple[Any, Any]]
    runs: list[OneSide]


def _sides(rows: pd.DataFrame, cells: int, k: int) -> Iterator[OneSides]:
    units = units_of(rows, [_SETTING], key=["seed", "feature"])
    count = len(units.keys) // cells
    keys = list(zip(*units.keys.iloc[:count].to_dict("list").values(), strict=True))
    own: dict[int, tuple[Array, Array]] = {}
    for runs in runs_of(rows, units, k):
        parts = zip(runs.units.tolist(), runs.coefficients, runs.standard_errors, strict=True)
        own.update((unit, (coefficients, errors)) for unit, coefficients, errors in parts)
    alike: dict[tuple[int, ...], list[int]] = {}
    for unit in range(count):
        shapes = {own[unit + cell * count][0].shape for cell in range(cells)}
        if len(shapes) > 1:
            raise NotDrawn(f"agreement_between_settings needs the same features everywhere, got {sorted(shapes)}")
        alike.setdefault(shapes.pop(), []).append(unit)
    for members in alike.values():
        stacks = [[own[unit + cell * count] for unit in members] for cell in range(cells)]
        sides = [OneSide(*(np.stack([run[part] for run in stack]) for part in (0, 1))) for stack in stacks]
        yield OneSides([keys[unit] for unit in members], sides)
