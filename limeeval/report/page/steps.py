"""What to do next, with the reason, and by what a run was measured."""

from __future__ import annotations

from limeeval.report.answer.answer import Answer
from limeeval.report.page.units import unit_of


def next_steps(answer: Answer) -> list[tuple[str, str]]:
    """Why to do it, and the command; nothing for what has none."""
    found = [(_why(answer, command), command) for command in answer.next]
    if answer.reference.stable is False:
        k = answer.description.k
        first = "the first" if k == 1 else f"among the first {k}"
        advice = f"have the same explanation made ten times, and use a reason only if it is {first} in at least nine."
        found.append((f"Without any tool: {advice}", ""))
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
    return _terms(answer) + (
        f"Measured against conventions, not standards. Stable: the overlap of two runs surely exceeds "
        f"{target.jaccard:.2f}. A summary only: the line misses more than half. As faithful as any: at most "
        f"{target.r2_margin:.2f} below the best setting here, at {width}. 95% limits are about these "
        f"{answer.description.instances:,} {unit_of(answer)} and the randomness of samples, not about others."
    )


def _terms(answer: Answer) -> str:
    """What the terms above mean."""
    widths = {cell.settings.get("kernel_width_factor") for cell in answer.cells} - {None}
    width = "x1: LIME's usual kernel width, which says how far around it looks. " if widths else ""
    k = answer.description.k
    return f"{width}Overlap (Jaccard): 1, where two runs name the same {k} reasons; 0, where they share none. "
