"""Which cells of a large grid to show where there is room for a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import JudgedCell


def most_telling(answer: Answer, room: int) -> list[JudgedCell]:
    """At most ``room`` cells of the answer, at least one, in the order of the grid.

    First those that the sentences speak of, and the supported one on which runs agree least; then every width's largest
    number of samples; then those of LIME's width, and the others from the largest number down; unsupported ones last.
    """
    positions = list(dict.fromkeys(_by_interest(answer)))[: max(room, 1)]
    return [answer.cells[position] for position in sorted(positions)]


def _by_interest(answer: Answer) -> Iterator[int]:
    """Positions of the cells, the most telling first; some of them repeatedly."""
    cells = answer.cells
    named = [cell for cell in (answer.reference, answer.chosen, answer.best) if cell is not None]
    yield from (cells.index(cell) for cell in named)
    supported = [i for i, cell in enumerate(cells) if cell.supported is not False and cell.jaccard.estimate is not None]
    yield from sorted(supported, key=lambda i: cells[i].jaccard.estimate or 0.0)[:1]
    yield from sorted(_largest_of_each_width(cells), key=lambda i: _far_from_lime(cells[i]))
    yield from sorted(range(len(cells)), key=lambda i: _far_from_lime(cells[i]))


def _largest_of_each_width(cells: Sequence[JudgedCell]) -> list[int]:
    found: dict[tuple[object, ...], int] = {}
    for i, cell in enumerate(cells):
        width = cell.settings.get("kernel_width_factor"), cell.others
        if width not in found or (cell.samples or 0) > (cells[found[width]].samples or 0):
            found[width] = i
    return list(found.values())


def _far_from_lime(cell: JudgedCell) -> tuple[bool, float, int]:
    return cell.supported is False, cell.distance_from_default_width, -(cell.samples or 0)
