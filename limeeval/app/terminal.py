"""Where what the user reads goes: a terminal, a file, or another program that may stop reading."""

from __future__ import annotations

import os
import sys

from rich.console import Console


class Terminal(Console):
    """Standard output. A run whose reader has gone, as ``head`` goes, finishes in silence."""

    def __init__(self) -> None:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # A terminal that has no such sign shows a question mark.
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        """Goes on without a word."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
