"""The answer in sentences: whether explanations are stable and faithful, and which setting to use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from limeeval.lime.diagnostics import TRUSTED_UP_TO
from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.choice import doubted_of, ladders_of, level_of, passes, stable_of
from limeeval.report.answer.ladder import Rung
from limeeval.report.answer.missed import Missed
from limeeval.report.answer.names import shortened
from limeeval.report.answer.need import Need, two_digits
from limeeval.report.answer.steadiness import Steadiness
from limeeval.report.description import Description, Target
from limeeval.report.scores.instances import LIME
from limeeval.report.scores.nonlinearity import MISFIT_FROM

CLOSE_FROM = 0.9
_WORTH_A_WORD = 0.01
_OPTIMISTIC = "on the seeds it was chosen by: optimistic"


def stable_sentence(cell: JudgedCell, steadiness: Steadiness, description: Description) -> str:
    """How often two runs agree in the reference cell, for how many instances that is steady, and the worst of them."""
    if description.seeds < 2:
        return "Not known: it takes at least two seeds to see whether runs agree, and this was one."
    if cell.stable is None:
        return "Not known: no agreement is defined here, for coefficients are missing."
    verdict = "Yes" if cell.stable else "Not yet" if cell.samples else "No"
    agreement = f"{_where(cell, description)} two runs agree on {_reasons(cell, description)}"
    return f"{verdict}. {agreement[0].upper()}{agreement[1:]}. {_steady(steadiness, cell, description)}"


def faithful_sentence(cell: JudgedCell, description: Description, missed: Missed | None = None) -> str:
    """How much of the model a line carries in the reference cell, how it is to be read, and why it misses the rest."""
    if cell.supported is False:
        return f"Not to be trusted: {weakness(cell, description)}. Use a larger width or more samples."
    r2 = cell.fidelity.estimate
    if r2 is None and cell.ess is None:
        name = shortened(description.explainer)
        return f"Not measured: {name} gives coefficients and no line to compare the model with."
    if r2 is None:
        return "Not known: nothing to measure it by. " + (
            "It takes at least two seeds."
            if description.seeds < 2
            else f"The model is flat around these {instances_of(cell, description)}."
        )
    at = _judged_at(cell)
    if r2 <= 0:
        none = f"A line carries none of the model's local variation{at} (R2 {r2:.2f}): it says nothing of the model."
        return _joined(none, _why(missed))
    carried = f"{r2:.0%}{_limits(cell.fidelity)} of the model's local variation{at}{_best_line(cell)}"
    return _joined(f"A line carries {carried}: {_reading(r2, cell, description)}.", _why(missed))


def instances_of(cell: JudgedCell, description: Description) -> str:
    """What instances are: rows, or of images what the description calls them."""
    return shortened(description.unit) if cell.is_of_images else "rows"


def _reading(r2: float, cell: JudgedCell, description: Description) -> str:
    """What a line that carries this share of the model's variation, 0..1, may be read as."""
    if r2 >= CLOSE_FROM:
        return f"close to what the model does around these {instances_of(cell, description)}"
    if r2 >= WEAK_BELOW:
        return "the main part, not all of the model's logic"
    return "read it as a summary, not as the model's logic"


def set_sentence(
    cells: Sequence[JudgedCell],
    *,
    chosen: JudgedCell | None,
    best: JudgedCell | None,
    need: Need | None,
    ladder: Sequence[Rung],
    description: Description,
    target: Target,
) -> str:
    """The setting to use, or why there is none and what is missing; and widths to stay away from."""
    avoid, elsewhere = _too_narrow(cells), _elsewhere(ladder, chosen)
    if chosen is not None:
        return _joined(_chosen(chosen, cells), elsewhere, avoid)
    if best is None:
        return _joined("Not known before it is known what is stable.", avoid)
    stable, doubted = stable_of(cells), doubted_of(cells)
    if doubted is not None:
        return _joined(_doubt(doubted, cells), elsewhere, avoid)
    if stable is None:
        why = _unstable(best, cells, target)
    else:
        why = _failing(stable, description, target)
        why += "" if best.stable else f" Otherwise best: {best.name}, {value(best.jaccard)}."
    return _joined(why, _need(need, best, description), elsewhere, avoid)


def confirmed(sentence: str, score: Score, *, seeds: int) -> str:
    """The sentence on a chosen setting with its score on seeds that it was not chosen by."""
    others = f"on {seeds} others {value(score)}"
    if _OPTIMISTIC not in sentence:  # The only setting there was: no choice.
        return f"{sentence} {others[0].upper()}{others[1:]}."
    return sentence.replace(_OPTIMISTIC, f"on the seeds it was chosen by; {others}")


def _where(cell: JudgedCell, description: Description) -> str:
    if cell.is_default:
        return "at LIME's defaults"
    if description.explainer != LIME:
        return f"with {shortened(description.explainer)}{f' at {cell.name}' if cell.name else ''}"
    if cell.is_default_but_for_segmentation:
        return f"at LIME's width and samples on {shortened(cell.segmentation or '')}"
    return f"at {cell.name} (LIME's defaults were not run)"


def _judged_at(cell: JudgedCell) -> str:
    """The width that fidelity is measured at, unless it goes without saying: the cell's own, being LIME's."""
    at, own = cell.fidelity_at, cell.settings.get("kernel_width_factor")
    if at is None or (at == 1 and own is not None and math.isclose(own, 1)):
        return ""
    return " at LIME's width" if at == 1 else f" at x{at:.3g} LIME's width"


def _why(missed: Missed | None) -> str:
    """What the rest is, in shares of the whole."""
    if missed is None or missed.by_line is None or missed.by_line < MISFIT_FROM:
        return ""
    parts = []
    if missed.within_cells is not None and missed.within_cells >= MISFIT_FROM:
        parts.append(f"{min(missed.within_cells, missed.by_line):.0%} because bins or categories hide it")
    if missed.learnt is not None and missed.learnt >= _WORTH_A_WORD:
        named = f" ({', '.join(shortened(term) for term, _ in missed.terms)})" if missed.terms else ""
        parts.append(f"at least {missed.learnt:.0%} because it is not linear{named}")
    return f"What lines miss: {', '.join(parts)}." if parts else ""


def _best_line(cell: JudgedCell) -> str:
    """What the best line with all features carries at the width that fidelity is judged at, if that is known there."""
    own, missed = cell.settings.get("kernel_width_factor"), cell.lack_of_fit.estimate
    if missed is None or own is None or cell.fidelity_at is None or not math.isclose(own, cell.fidelity_at):
        return ""
    return f" (the best line {max(1 - missed, 0.0):.0%})"


def _reasons(cell: JudgedCell, description: Description) -> str:
    first = share(cell.same_first)
    if description.k == 1:
        return f"the first reason in {first} of pairs{_limits(cell.same_first)}"
    same = f"{share(cell.same_set)} of pairs{_limits(cell.same_set)}"
    all_of_them = "both" if description.k == 2 else f"all {description.k}"
    return f"{all_of_them} reasons in {same}, on the first in {first}"


def _steady(steadiness: Steadiness, cell: JudgedCell, description: Description) -> str:
    counted = f"Steady for {steadiness.steady} of {steadiness.instances} {shortened(description.unit)}"
    differing = [found for found in steadiness.worst if found.jaccard < 1]
    if not differing:
        return f"{counted}."
    kind = "lowest" if steadiness.steady == steadiness.instances else "worst"
    measure = ["Jaccard ", *[""] * len(differing)]
    named = [
        f"{shortened(str(found.row))} ({what}{found.jaccard:.2f})"
        for what, found in zip(measure, differing, strict=False)
    ]
    is_numbered = isinstance(differing[0].row, int) or not cell.is_of_images
    what = f"{instances_of(cell, description).removesuffix('s')} " if is_numbered else ""
    return f"{counted}; {kind}: {what}{', '.join(named)}."


def _chosen(cell: JudgedCell, cells: Sequence[JudgedCell]) -> str:
    judged = ["stable"]
    of_its_own = " on its superpixels" if len({other.segmentation for other in cells}) > 1 else ""
    judged += [] if cell.faithful is None else [f"as faithful as any{of_its_own}"]
    what = " and ".join(judged)
    name = cell.name or "The explainer as it is"
    if len(cells) == 1:
        return f"{name}: {what}, Jaccard {value(cell.jaccard)}."
    return f"{name}: the cheapest here that is {what}, Jaccard {value(cell.jaccard)} ({_OPTIMISTIC})."


def _doubt(cell: JudgedCell, cells: Sequence[JudgedCell]) -> str:
    """Why a cell that holds by itself is not the one."""
    ladders, level = ladders_of(cells), level_of(cells)
    own = next(ladder for ladder in ladders if cell in ladder)
    more = [other for other in own if (other.samples or 0) > (cell.samples or 0) and not passes(other, level)]
    if more:
        return f"None. {cell.name} is stable and faithful, but {more[-1].name} is not: not to be relied on."
    tried = f"among {len(ladders)} settings tried" if len(ladders) > 1 else "at this level"
    sure = "" if cell.p is None else f" (p {cell.p:.4f}, which should be at most {level:.4f})"
    return f"None for sure: {cell.name} is stable by itself, but not beyond doubt {tried}{sure}. More seeds would tell."


def _elsewhere(ladder: Sequence[Rung], chosen: JudgedCell | None) -> str:
    """Whether the choice would be another one with fidelity judged at another width."""
    name = chosen.name if chosen else None
    if len(ladder) < 2 or (chosen is None and all(rung.choice is None for rung in ladder)):
        return ""
    others: dict[str | None, list[str]] = {}
    for rung in ladder:
        if rung.choice != name:
            others.setdefault(rung.choice, []).append(f"x{rung.width:.3g}")
    if not others:
        return f"The same wherever fidelity is judged, x{ladder[0].width:.3g} to x{ladder[-1].width:.3g}."
    said = "; ".join(f"{choice or 'none'} if judged at {' and '.join(widths)}" for choice, widths in others.items())
    return f"It depends on where fidelity is judged: {said}."


def _failing(cell: JudgedCell, description: Description, target: Target) -> str:
    """Why a stable cell is not the one."""
    if cell.supported is False:
        return f"None. {cell.name} is stable, but not to be trusted: {weakness(cell, description)}."
    if cell.behind.estimate is None:
        return f"None. {cell.name} is stable, but its R2 is not defined."
    behind = f"{value(cell.behind)} below the best here (allowed: {target.r2_margin:g})"
    return f"None. {cell.name} is stable, but its R2 of {cell.fidelity.estimate:.2f} is {behind}."


def _unstable(cell: JudgedCell, cells: Sequence[JudgedCell], target: Target) -> str:
    if len(cells) == 1:
        name = cell.name or "The explainer as it is"
        return f"{name} does not surely reach Jaccard {target.jaccard:.2f}: {value(cell.jaccard)}."
    most = max(other.jaccard.estimate or 0.0 for other in cells)
    which = "the best is" if cell.jaccard.estimate == most else "the best that can be trusted is"
    return f"No setting here is sure to reach Jaccard {target.jaccard:.2f}: {which} {cell.name}, {value(cell.jaccard)}."


def _need(need: Need | None, cell: JudgedCell, description: Description) -> str:
    if need is None or cell.samples is None:
        return ""
    if need.prefers_seeds(seeds=description.seeds, num_samples=cell.samples):
        return f"Estimated need: roughly {two_digits(need.seeds or 0):,} seeds to be sure."
    if need.only_seeds:
        return f"Estimated need: more than {description.seeds:,} seeds, whatever the samples."
    if need.samples is None:
        return f"Estimated need: more than {need.beyond:,} samples."
    return f"Estimated need: roughly {need.samples:,} samples."


def _too_narrow(cells: Sequence[JudgedCell]) -> str:
    """Widths at which no number of samples that was run is enough."""
    widths = list(dict.fromkeys(cell.settings.get("kernel_width_factor") for cell in cells))
    supported = {cell.settings.get("kernel_width_factor") for cell in cells if cell.supported is not False}
    avoid = [f"x{width:.3g}" for width in widths if width is not None and width not in supported]
    return f"Avoid {' and '.join(avoid)}: too few effective samples." if avoid and supported else ""


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def share(score: Score) -> str:
    """A share in per cent, a dash for none."""
    return "–" if score.estimate is None else f"{score.estimate:.0%}"


def _limits(score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    low, high = (f"{limit * 100:.0f}" for limit in (score.low, score.high))
    return "" if low == high else f" [{low}, {high}]"  # Limits that round to the estimate say nothing.


def two_decimals(score: Score) -> str:
    """An estimate, a dash for none."""
    return "–" if score.estimate is None else f"{score.estimate:.2f}"


def span(values: Iterable[float | None]) -> str:
    """The values that there are: "0.12", or the lowest and the highest, "0.03–0.18"; nothing for none."""
    known = sorted(value for value in values if value is not None)
    return "–".join(dict.fromkeys(f"{end:.2f}" for end in (known[0], known[-1]))) if known else ""


def value(score: Score) -> str:
    """A score with its interval, as far as there are any: "0.87 [0.83, 0.90]"."""
    limits = "" if score.low is None or score.high is None else f" [{score.low:.2f}, {score.high:.2f}]"
    return f"{two_decimals(score)}{limits}"


def weakness(cell: JudgedCell, description: Description, *, is_short: bool = False) -> str:
    """Why most fits of an unsupported cell are not to be trusted: "6 effective samples for 21 unknowns"."""
    unknowns = (cell.features or description.features) + 1
    wanted = unknowns / TRUSTED_UP_TO
    if cell.ess is None or cell.ess >= wanted:
        return "weak fits" if is_short else "most fits rest on too little weight beside the instance's own"
    few = f"{cell.ess:,.0f} effective sample{'' if round(cell.ess) == 1 else 's'}"
    return few if is_short else f"{few} for {unknowns} unknowns, which want {wanted:,.0f}"
