"""How a report is made."""

from __future__ import annotations

from dataclasses import dataclass

STYLES = ("screen", "paper")


@dataclass(frozen=True)
class Options:
    """How a report is made.

    Attributes:
        values: whether values of instances may show; False leaves them, and pictures, out of every file.
        style: "screen", or "paper": drawings as wide as a column, and the settings as a LaTeX table.
    """

    values: bool = True
    style: str = "screen"

    @property
    def is_paper(self) -> bool:
        """Whether it is for a paper."""
        return self.style == "paper"
