"""What tells one setting from others, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from limeeval.check.cells import Cell
from limeeval.check.values import is_same, text_of
from limeeval.report.answer.cells import IDENTITY
from limeeval.report.comparison.words import named, said_once, written


def difference_of_settings(cell: Cell, others: Sequence[Cell]) -> str:
    """What tells a cell from the most similar of others, in words: "num_samples 900, not 1,000".

    >>> from limeeval.check.cells import Instances
    >>> one, other = (Cell({"task": "loans", "num_samples": n}, Instances(*[()] * 13)) for n in (900, 1000))
    >>> difference_of_settings(one, [other])
    'num_samples 900, not 1,000'
    """
    names = {name for other in others for name in (*other.settings, *cell.settings)}
    ways = [
        {
            name: (cell.settings.get(name), other.settings.get(name))
            for name in [*cell.settings, *(names - set(cell.settings))]
            if not is_same(cell.settings.get(name), other.settings.get(name))
        }
        for other in others
    ]
    least = said_once(min(ways, key=len, default={}))
    return "; ".join(f"{name} {written(one)}, not {written(other)}" for name, (one, other) in least.items())


def telling(cells: Iterable[Cell]) -> set[str]:
    """Names of the settings that tell cells of one task apart, and of what tells tasks apart too: see ``IDENTITY``."""
    values: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        for name, value in cell.settings.items():
            task = "" if name in IDENTITY else text_of(cell.settings.get("task"))
            values.setdefault((name, task), set()).add(text_of(value))
    return {"task", *(name for (name, _), own in values.items() if len(own) > 1)}


def in_words(cell: Cell, names: Collection[str]) -> str:
    """Its settings of these names, as far as it has them: "task loans, num_samples 1,000"."""
    told = {name: value for name, value in cell.settings.items() if value is not None and name in names}
    return named(told) or "all rows"
