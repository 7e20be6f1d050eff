"""The answer in words for people who know neither the settings nor the measures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import CLOSE_FROM, value
from limeeval.report.page.facts import Facts
from limeeval.report.page.units import one_of, unit_of

_APART = 0.1
"""Difference in R2 between instances that is worth a word."""


def in_one_sentence(answer: Answer, facts: Facts) -> str:
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
    return f"{stable}; {_followed(answer)}{_little(answer, facts)}{_cut(answer)}."


def _followed(answer: Answer) -> str:
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if cell.supported is False:
        return "and too few samples count for any of it to be trusted"
    if r2 is None:
        return "how much of the model they account for was not measured"
    if r2 <= 0:
        return "and they account for nothing of what the model does"
    return f"and they account for {percent(r2)} of how the model's output varies around these {unit_of(answer)}"


def _little(answer: Answer, facts: Facts) -> str:
    """What to add where there is next to nothing to account for."""
    count = f"{facts.slight} of {answer.description.instances} {unit_of(answer)}"
    return f", but for {count} there is next to nothing to explain" if facts.slight else ""


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
    counted = f"{steady.steady} of {steady.instances} {unit_of(answer)}"
    mean = "" if cell.jaccard.estimate is None else f"On average they overlap by {value(cell.jaccard)}; "
    parts.append(f"{mean}surely by more than {target} for {counted}.")
    return " ".join(parts)


def faithful_in_words(answer: Answer, facts: Facts) -> str:
    """How much of the model's local behaviour the line follows, and what that means for the reader."""
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if r2 is None or cell.supported is False or r2 <= 0:
        return answer.faithful
    what = "as parts are hidden, on this segmentation" if cell.is_of_images else f"around these {unit_of(answer)}"
    parts = [
        f"The line accounts for {percent(r2)} of how the model's output varies {what} (R2).",
        *_range(answer, facts),
    ]
    parts += _best_line(answer)
    if r2 < WEAK_BELOW:
        parts.append("Read the explanation as a rough summary, not as the model's logic.")
    elif r2 < CLOSE_FROM:
        parts.append("The explanation says the main part of what the model does here, not all of it.")
    missed = answer.faithful.partition("What lines miss: ")[2]
    return " ".join([*parts, f"What lines miss: {missed}"] if missed else parts)


def _range(answer: Answer, facts: Facts) -> Iterator[str]:
    """From the instance that it follows least to that which it follows most, where these are far apart."""
    if facts.lowest is None or facts.highest is None:
        return
    low, high = facts.lowest.fidelity.estimate or 0.0, facts.highest.fidelity.estimate or 0.0
    if high - low > _APART:
        names = [shortened(str(one.row)) for one in (facts.lowest, facts.highest)]
        yield f"For single {unit_of(answer)} it is {low:.0%} ({names[0]}) to {percent(high)} ({names[1]})."


def _best_line(answer: Answer) -> Iterator[str]:
    cell = answer.reference
    missed, r2 = cell.lack_of_fit.estimate, cell.fidelity.estimate
    if missed is None or r2 is None or r2 >= CLOSE_FROM or "the best line" not in answer.faithful:
        return
    bins = " with LIME's yes/no features" if cell.settings.get("discretize_continuous") is True else ""
    yield f"At this width{bins}, no straight line could account for more than {percent(max(1 - missed, 0.0))}."


def set_in_words(answer: Answer) -> str:
    """The setting to use, or why there is none and what would do."""
    return " ".join(_choice(answer))


def _choice(answer: Answer) -> Iterator[str]:
    chosen, best, target = answer.chosen, answer.best, f"{answer.target.jaccard:.2f}"
    if chosen is not None and len(answer.cells) > 1:
        own = " on its superpixels" if len({cell.segmentation for cell in answer.cells}) > 1 else ""
        yield f"Use {chosen.name}: the cheapest that is surely stable and as faithful as any{own}."
        yield f"Overlap {value(chosen.jaccard)}, a little flattering, for it was picked on the same runs."
        if _cut(answer):
            yield "Other segmentations may do as well and point at other pixels: show at least two."
    elif best is not None and not best.stable and best.jaccard.estimate is not None:
        yield f"None of the {len(answer.cells)} settings tried surely reaches an overlap of {target}."
        yield f"Highest: {best.name}, {value(best.jaccard)}{_alike(answer)}."
        need = answer.need
        if need is not None and need.samples is not None:
            yield f"Roughly {need.samples:,} samples should bring the average there (extrapolated: try it)."
            yield "That makes the reasons repeatable, not more faithful."
    else:
        yield answer.set


def _alike(answer: Answer) -> str:
    """Other widths that cannot be told from the best, with as many samples."""
    best = answer.best
    if best is None or best.jaccard.low is None:
        return ""
    others = [
        cell.name.partition(" ")[0]
        for cell in answer.cells
        if cell is not best and cell.samples == best.samples and cell.others == best.others
        if cell.supported is not False and cell.jaccard.high is not None and cell.jaccard.high >= best.jaccard.low
    ]
    return f"; {' and '.join(others)} cannot be told from it" if others else ""


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
