"""The answer in words for people who know neither the settings nor the measures."""

from __future__ import annotations

from collections.abc import Iterator

from limeeval.lime.wording import WEAK_BELOW
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import Score
from limeeval.report.answer.names import shortened
from limeeval.report.answer.sentences import CLOSE_FROM, instances_of


def stable_in_words(answer: Answer) -> str:
    """How often two runs of the reference setting name the same reasons, for how many rows that is sure, and worst."""
    cell, k = answer.reference, answer.description.k
    if cell.stable is None or cell.same_set.estimate is None:
        return answer.stable.partition(": ")[2] or answer.stable
    where = "LIME's default settings" if cell.is_default else f"the setting {cell.name}" if cell.name else "it as it is"
    kind = instances_of(cell, answer.description).removesuffix("s")
    parts = [f"Explain the same {kind} twice, with {where}: both runs name"]
    if k == 1:
        parts.append(f"the same main reason in {_percent(cell.same_set)} of cases{_from_to(cell.same_set)}.")
    else:
        parts.append(f"the same {k} main reasons in {_percent(cell.same_set)} of cases{_from_to(cell.same_set)},")
        parts.append(f"and the same first reason in {_percent(cell.same_first)}.")
    steady = answer.steadiness
    unit = shortened(answer.description.unit)
    parts.append(f"For {steady.steady} of {steady.instances} {unit} they are sure to agree well enough.")
    worst = [shortened(str(one.row)) for one in steady.worst if one.jaccard < answer.target.jaccard]
    if worst:
        parts.append(f"They agree least for {kind} {_listed(worst)}.")
    return " ".join(parts)


def faithful_in_words(answer: Answer) -> str:
    """How much of the model's local behaviour the line follows, and what that means for the reader."""
    cell = answer.reference
    r2 = cell.fidelity.estimate
    if r2 is None or cell.supported is False or r2 <= 0:
        return answer.faithful
    parts = [f"The line follows {r2:.0%} of what the model does near these {instances_of(cell, answer.description)}."]
    if "the best line" in answer.faithful and cell.lack_of_fit.estimate is not None:
        parts[0] = (
            f"{parts[0][:-1]}; no straight line could follow more than {max(1 - cell.lack_of_fit.estimate, 0):.0%}."
        )
    if r2 >= CLOSE_FROM:
        parts.append("Here, the explanation says nearly all there is to say.")
    elif r2 >= WEAK_BELOW:
        parts.append("The explanation says the main part of what the model does here, not all of it.")
    else:
        parts.append("Read the explanation as a rough summary, not as the model's logic.")
    missed = answer.faithful.partition("What lines miss: ")[2]
    return " ".join([*parts, f"What lines miss: {missed}"] if missed else parts)


def set_in_words(answer: Answer) -> str:
    """The setting to use, or why there is none, and what the terms in that sentence mean."""
    return " ".join([answer.set, *_glosses(answer)])


def _glosses(answer: Answer) -> Iterator[str]:
    said = answer.set
    widths = [cell.settings.get("kernel_width_factor") for cell in answer.cells]
    if any(width is not None and f"x{width:.3g} " in f"{said} " for width in widths):
        yield "(x1 is LIME's usual kernel width: how far around a row it looks.)"
    if "Jaccard" in said:
        yield "(Jaccard: how far the reasons of two runs overlap; 1 is the same reasons, 0 is none in common.)"


def _percent(score: Score) -> str:
    return "–" if score.estimate is None else f"{score.estimate:.0%}"


def _from_to(score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    low, high = f"{score.low * 100:.0f}", f"{score.high * 100:.0f}"
    return "" if low == high else f" (95 % limits: {low} to {high} %)"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
