"""The answer in words for people who know neither the settings nor the measures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.answer.sentences import CLOSE_FROM, value
from limeeval.report.page.units import one_of, unit_of


def in_one_sentence(answer: Answer) -> str:
    """Whether to trust the explanations, for those who read nothing else."""
    cell, k = answer.reference, answer.description.k
    if cell.stable is None or cell.same_set.estimate is None:
        return "Not known: it takes at least two runs to see whether explanations can be trusted."
    first, same = share_in_words(cell.same_first), share_in_words(cell.same_set)
    if cell.stable:
        stable = f"Repeatable: two runs name the same {_reasons(k)} in {same} of cases"
    elif k == 1:
        stable = f"Not repeatable enough: two runs name the same main reason in {same} of cases"
    else:
        stable = f"Only in part: two runs agree on the first reason in {first} of cases, on all {k} in {same}"
    return f"{stable}; {_followed(answer)}{_cut(answer)}."


def _followed(answer: Answer) -> str:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if cell.supported is False:
        return "and too few samples count for any of it to be trusted"
    if r2 is None:
        return "how much of the model they reflect was not measured"
    if r2 <= 0:
        return "and they reflect nothing of the model"
    return f"and they reflect {percent(r2)} of what the model does near these {unit_of(answer)}"


def _cut(answer: Answer) -> str:
    """What to add where another segmentation paints another picture."""
    is_other = answer.pixels is not None and "paints another picture" in answer.pixels
    return ". But which pixels they point at depends on how the image was cut" if is_other else ""


def stable_in_words(answer: Answer) -> str:
    """How often two runs of the reference setting name the same reasons, for how many rows that is sure, and worst."""
    cell, k = answer.reference, answer.description.k
    if cell.stable is None or cell.same_set.estimate is None:
        return answer.stable.partition(": ")[2] or answer.stable
    where = "LIME's default settings" if cell.is_default else f"the setting {cell.name}" if cell.name else "it as it is"
    same = f"{share_in_words(cell.same_set)} of cases{_from_to(cell.same_set)}"
    parts = [f"When the same {one_of(answer)} is explained twice, with {where}, both runs name"]
    if k == 1:
        parts.append(f"the same main reason in {same}.")
    else:
        parts.append(f"the same {k} main reasons in {same}, and the same first reason in")
        parts.append(f"{share_in_words(cell.same_first)}.")
    steady, target = answer.steadiness, f"{answer.target.jaccard:.2f}"
    parts.append(
        f"Proven to overlap by more than {target} for {steady.steady} of {steady.instances} {unit_of(answer)}."
    )
    return " ".join(parts)


def faithful_in_words(answer: Answer) -> str:
    """How much of the model's local behaviour the line follows, and what that means for the reader."""
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if r2 is None or cell.supported is False or r2 <= 0:
        return answer.faithful
    near = "how the output changes when parts are hidden" if cell.is_of_images else "what the model does"
    where = f" near these {unit_of(answer)}" if not cell.is_of_images else " on this segmentation"
    parts = [f"The line follows {percent(r2)} of {near}{where}.", *_best_line(answer)]
    if r2 < WEAK_BELOW:
        parts.append("Read the explanation as a rough summary, not as the model's logic.")
    elif r2 < CLOSE_FROM:
        parts.append("The explanation says the main part of what the model does here, not all of it.")
    missed = answer.faithful.partition("What lines miss: ")[2]
    return " ".join([*parts, f"What lines miss: {missed}"] if missed else parts)


def _best_line(answer: Answer) -> Iterator[str]:
    cell = answer.reference
    missed, r2 = cell.lack_of_fit.estimate, cell.fidelity.estimate
    if missed is None or r2 is None or r2 >= CLOSE_FROM or "the best line" not in answer.faithful:
        return
    bins = " with LIME's yes/no features" if cell.settings.get("discretize_continuous") is True else ""
    yield f"At this width{bins}, no straight line could follow more than {percent(max(1 - missed, 0.0))}."


def set_in_words(answer: Answer) -> str:
    """The setting to use, or why there is none and what would do, and what the terms in that sentence mean."""
    return " ".join([*_terms(answer), *_choice(answer)])


def _choice(answer: Answer) -> Iterator[str]:
    chosen, best, target = answer.chosen, answer.best, f"{answer.target.jaccard:.2f}"
    if chosen is not None and len(answer.cells) > 1:
        own = " on its superpixels" if len({cell.segmentation for cell in answer.cells}) > 1 else ""
        yield f"Use {chosen.name}: the cheapest that is surely stable and as faithful as any{own}."
        yield f"Overlap {value(chosen.jaccard)}, a little flattering, for it was picked on the same runs."
    elif best is not None and not best.stable and best.jaccard.estimate is not None:
        yield f"None of the {len(answer.cells)} settings tried is sure to reach an overlap of {target}."
        yield f"Highest: {best.name}, {value(best.jaccard)}."
        need = answer.need
        if need is not None and need.samples is not None:
            yield f"Roughly {need.samples:,} samples should be enough (extrapolated: try it)."
            yield "That makes the reasons repeatable, not more faithful."
    else:
        yield answer.set


def _terms(answer: Answer) -> Iterator[str]:
    widths = {cell.settings.get("kernel_width_factor") for cell in answer.cells}
    if answer.reference.is_lime and widths - {None}:
        yield "x1 is LIME's usual kernel width, which says how far around it looks;"
        yield "overlap (Jaccard) is 1 where two runs name the same reasons and 0 where they share none."


def percent(share: float) -> str:
    """A share in per cent; never all of it, or nothing, where that is not so."""
    if 0.995 <= share < 1:
        return "over 99%"
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def share_in_words(score: Score) -> str:
    """The estimate in per cent, a dash for none."""
    return "–" if score.estimate is None else percent(score.estimate)


def _from_to(score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    low, high = math.floor(score.low * 100 + 0.5), math.floor(score.high * 100 + 0.5)
    return "" if low == high else f" (95% limits: {low} to {high})"


def _reasons(k: int) -> str:
    return "main reason" if k == 1 else f"{k} main reasons"
