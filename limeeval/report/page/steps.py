"""What to do next, with the reason, and by what a run was measured."""

from __future__ import annotations

from limeeval.report.answer.answer import Answer
from limeeval.report.page.units import unit_of


def next_steps(answer: Answer) -> list[tuple[str, str]]:
    """Why to do it, and the command; nothing for what has none."""
    found = [(_why(answer, command), command) for command in answer.next]
    if answer.reference.stable is False:
        advice = (
            "Without any tool: have the same explanation made ten times, and use only reasons that at least nine name."
        )
        found.append((advice, ""))
    return found


def _why(answer: Answer, command: str) -> str:
    if " explain " in command:
        return "To look at the explanation that changes most:"
    if answer.chosen is not None:
        return "To confirm the setting on new seeds, since it was chosen on these:"
    return "To try what may be enough:"


def measured_by(answer: Answer) -> str:
    """The limits that verdicts rest on: conventions, which a run may change."""
    target, at = answer.target, answer.target.fidelity_at
    width = "LIME's width" if at == 1 else f"{at:g} times LIME's width"
    return (
        f"Measured against conventions, not standards: stable, if the overlap of two runs is proven to exceed "
        f"{target.jaccard:.2f}; faithful, if at most {target.r2_margin:.2f} below the best setting at {width}. Limits "
        f"are about these {answer.description.instances:,} {unit_of(answer)} and LIME's randomness, not about others."
    )
