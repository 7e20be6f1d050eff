"""Names that others chose, such as those of rows and classes, made fit for one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining

LENGTH = 20
_MARKS = 2


def shortened(name: str, length: int = LENGTH) -> str:
    """A name on one line, without control characters, cut to a length in columns of the terminal, at least 1.

    >>> shortened("row\\n17"), shortened("a name that is far too long", 10)
    ('row 17', 'a name th…')
    """
    from rich.cells import cell_len, set_cell_size

    line = " ".join("".join(sign if sign.isprintable() else " " for sign in _with_few_marks(name)).split())
    return line if cell_len(line) <= length else f"{set_cell_size(line, length - 1).rstrip()}…"


def _with_few_marks(name: str) -> str:
    """The name with at most two combining marks a sign: more of them take no room in a line, and all of it above."""
    kept: list[str] = []
    for sign in name:
        if not (combining(sign) and len(kept) > 1 and all(map(combining, kept[-_MARKS:]))):
            kept.append(sign)
    return "".join(kept)


def fitted(parts: Sequence[str], width: int, *, between: int = 3) -> list[str]:
    """The parts of a line, the longest of them shortened until all, with what comes between them, fit into a width.

    >>> fitted(["data", "a name that is far too long"], 20)
    ['data', 'a name that…']
    """
    from rich.cells import cell_len

    names = [shortened(part, max(width, 1)) for part in parts]
    while (excess := sum(map(cell_len, names)) + between * (len(names) - 1) - width) > 0:
        longest = max(range(len(names)), key=lambda i: cell_len(names[i]))
        length = cell_len(names[longest])
        if length <= 1:
            break
        others = sorted(map(cell_len, names))[-2] if len(names) > 1 else 1
        names[longest] = shortened(names[longest], max(length - excess, min(others, length - 1), 1))
    return names
