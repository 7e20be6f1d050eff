"""Progress of what people wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """A function to tell how many more of ``total`` are done, which moves a bar, if one is to be shown.

    There is none but on terminals and in notebooks, and it goes away when it is full.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    hidden = not (shown and (console.is_terminal or console.is_jupyter))
    with Progress(console=console, disable=hidden, transient=True) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda count: bars.advance(bar, count)
