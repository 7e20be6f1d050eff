"""What changed from one run to others, in words: each at a setting that both runs have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import IDENTITY, JudgedCell
from limeeval.report.run import own_rows
from limeeval.study.study import Study

_DERIVED = "kernel_width"
"""The width in the units of the distance, which follows from the factor and the number of features."""


def changes(runs: Mapping[str, Study]) -> Iterator[tuple[str, str]]:
    """A heading, and what changed from the first run to each other or why that cannot be told.

    Answers about the same task are compared, of the same model and explainer if there are several; at the reference
    setting of the first run, or at another that both have.
    """
    (first_name, first), *others = runs.items()
    for name, study in others:
        title = f"From {first_name} to {name}"
        pairs = list(_pairs(first.answers, study.answers))
        if not pairs:
            yield title, "Not compared: they have no task in common."
        for one, other in pairs:
            of = f": {', '.join(getattr(other.description, key) for key in IDENTITY)}" if len(pairs) > 1 else ""
            yield _change(f"{title}{of}", (first, one), (study, other))


def _pairs(first: Sequence[Answer], others: Sequence[Answer]) -> Iterator[tuple[Answer, Answer]]:
    """Each of the others with one of the first of the same task, that which has most in common with it."""
    for other in others:
        of_task = [one for one in first if one.description.task == other.description.task]
        if of_task:
            yield max(of_task, key=lambda one, other=other: _in_common(one, other)), other  # type: ignore[misc]


def _in_common(one: Answer, other: Answer) -> int:
    return sum(getattr(one.description, key) == getattr(other.description, key) for key in (*IDENTITY, "k"))


def _change(title: str, one: tuple[Study, Answer], other: tuple[Study, Answer]) -> tuple[str, str]:
    varied = _varied(one[1]) | _varied(other[1])
    cell = _in_both(one[1], other[1], varied)
    if cell is None:
        return title, f"Not compared: no setting of {', '.join(sorted(varied))} is in both."
    where = {key: value for key, value in cell.settings.items() if key in varied}
    try:
        found = repr(_alone(*one).compare(_alone(*other), where=where))
    except ValueError as error:
        return title, f"Not compared: {error}"
    return f"{title}, at {cell.name}" if where else title, found


def _varied(answer: Answer) -> set[str]:
    """The settings that have several values."""
    names = {key for cell in answer.cells for key in cell.settings}
    several = {key for key in names if len({cell.settings.get(key) for cell in answer.cells}) > 1}
    return several - {_DERIVED} if "kernel_width_factor" in several else several


def _in_both(one: Answer, other: Answer, varied: Collection[str]) -> JudgedCell | None:
    """The first's reference cell, or the first of its cells, that the other has as well."""
    known = [_values(cell, varied) for cell in other.cells]
    return next((cell for cell in (one.reference, *one.cells) if _values(cell, varied) in known), None)


def _values(cell: JudgedCell, names: Collection[str]) -> dict[str, Any]:
    return {name: cell.settings.get(name) for name in names}


def _alone(study: Study, answer: Answer) -> Study:
    """The rows of one answer."""
    tables = {
        name: own_rows(getattr(study, name), answer.description) for name in ("attributions", "fits", "instances")
    }
    return replace(study, **tables, descriptions=[answer.description], nonlinearity=None, terms=None)  # type: ignore[arg-type]
