"""Which cells of a large grid to show where there is room for a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.cells import SEGMENTATION, JudgedCell


def most_telling(answer: Answer, room: int) -> list[JudgedCell]:
    """At most ``room`` cells of the answer, at least one, in the order of the grid.

    First the reference, and every other segmentation at its width with the largest number of samples; then the others
    that the sentences speak of, and the supported one on which runs agree least; then every width's largest number of
    samples; then those of LIME's width, and the others from the largest number down; unsupported ones last.
    """
    positions = list(dict.fromkeys(_by_interest(answer)))[: max(room, 1)]
    return [answer.cells[position] for position in sorted(positions)]


def _by_interest(answer: Answer) -> Iterator[int]:
    """Positions of the cells, the most telling first; some of them repeatedly."""
    cells = answer.cells
    yield cells.index(answer.reference)
    yield from _on_other_segmentations(answer)
    yield from (cells.index(cell) for cell in (answer.chosen, answer.best) if cell is not None)
    supported = [i for i, cell in enumerate(cells) if cell.supported is not False and cell.jaccard.estimate is not None]
    yield from sorted(supported, key=lambda i: cells[i].jaccard.estimate or 0.0)[:1]
    yield from sorted(_largest_of_each_width(cells), key=lambda i: _far_from_lime(cells[i]))
    yield from sorted(range(len(cells)), key=lambda i: _far_from_lime(cells[i]))


def _on_other_segmentations(answer: Answer) -> Iterator[int]:
    """Of each other segmentation, the cell of the reference's settings with the largest number of samples."""
    free = (SEGMENTATION, "num_samples")
    own = {name: value for name, value in answer.reference.settings.items() if name not in free}
    found: dict[str | None, int] = {}
    for i in sorted(range(len(answer.cells)), key=lambda i: -(answer.cells[i].samples or 0)):
        cell = answer.cells[i]
        if all(cell.settings[name] == value for name, value in own.items()):
            found.setdefault(cell.settings.get(SEGMENTATION), i)
    yield from (i for name, i in found.items() if name != answer.reference.settings.get(SEGMENTATION))


def _largest_of_each_width(cells: Sequence[JudgedCell]) -> list[int]:
    found: dict[tuple[object, ...], int] = {}
    for i, cell in enumerate(cells):
        width = cell.settings.get("kernel_width_factor"), cell.others
        if width not in found or (cell.samples or 0) > (cells[found[width]].samples or 0):
            found[width] = i
    return list(found.values())


def _far_from_lime(cell: JudgedCell) -> tuple[bool, float, int]:
    return cell.supported is False, cell.distance_from_default_width, -(cell.samples or 0)
