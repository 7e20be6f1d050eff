"""Rows of text in columns, for terminals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

GAP = "  "
"""What comes between columns."""


def aligned(rows: Sequence[Sequence[str]], *, width: int, left: int = 0) -> list[Text]:
    """Lines of at most ``width`` columns: cells right-aligned, but those of the last column and the first ``left``.

    Columns that are empty in all rows below the first, the header, are left out. A line that is too long loses its end.

    >>> print(*aligned([["n", "note"], ["10", "few"], ["5", ""]], width=80), sep="|")
     n  note|10  few| 5
    """
    kept = [i for i in range(len(rows[0])) if any(row[i] for row in rows[1:])]
    sizes = {i: max(cell_len(row[i]) for row in rows) for i in kept}
    lines = []
    for row in rows:
        cells = [_padded(row[i], sizes[i], is_left=i < left or i == len(row) - 1) for i in kept]
        line = Text(GAP.join(cells).rstrip())
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    return lines


def packed(sentences: Iterable[str], width: int) -> list[str]:
    """The sentences in lines of at most ``width`` columns, none of them broken: a longer one has its own.

    >>> packed(["One.", "Two.", "Three."], 9)
    ['One. Two.', 'Three.']
    """
    lines: list[str] = []
    for sentence in sentences:
        if lines and cell_len(f"{lines[-1]} {sentence}") <= width:
            lines[-1] = f"{lines[-1]} {sentence}"
        else:
            lines.append(sentence)
    return lines


def _padded(text: str, size: int, *, is_left: bool) -> str:
    space = " " * (size - cell_len(text))
    return text + space if is_left else space + text
