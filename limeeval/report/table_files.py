"""Tables as files: for spreadsheets, and for papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULAS = tuple("=+-@\t\r")


def csv_of(table: pd.DataFrame) -> bytes:
    """The table, with text that a spreadsheet would take for a formula behind an apostrophe."""
    safe = table.map(lambda value: f"'{value}" if isinstance(value, str) and value[:1] in _FORMULAS else value)
    return safe.to_csv(index=False, lineterminator="\n").encode(errors="replace")


def latex_of(table: pd.DataFrame, *, k: int) -> bytes:
    """The table of settings for a paper; names are escaped, and it needs the package booktabs."""
    styled = table.style.hide(axis="index").format(precision=3, na_rep="--", escape="latex", thousands=",")
    styled = styled.format_index(escape="latex", axis="columns")
    caption = f"Jaccard@{k} with 95\\% limits for these instances, and fidelity (R2) on fresh samples."
    text: str = styled.to_latex(hrules=True, caption=caption, label="tab:limeeval", position_float="centering")
    return text.encode(errors="replace")
