"""What all figures look like: colours that color-blind people can tell apart, each with a marker of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

INK, MUTED, GRID, PAPER = "#1f2328", "#57606a", "#d8dee4", "#fefefe"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")
"""After Okabe and Ito (2008); the yellow is darker, to be seen on white."""
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (4, 1.5)), (0, (1, 1)))
SALT = "limeeval"
SCREEN_SIZE, PAPER_SIZE = 10.0, 8.0
COLUMN = 3.35
"""Inches of a column of a paper."""


@contextmanager
def drawn_in_style(*, is_paper: bool = False) -> Iterator[None]:
    """Figures made and drawn within look like ours: names are text, whatever signs are in them.

    Those of a paper have smaller type, and fonts in PDF that publishers take (Type 42), which take three times as long.
    """
    import matplotlib as mpl
    import seaborn as sns

    settings: dict[Any, Any] = {**sns.axes_style("ticks"), **_settings(PAPER_SIZE if is_paper else SCREEN_SIZE)}
    settings["pdf.fonttype"] = 42 if is_paper else 3
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Saved as text; a font that lacks a sign shows a box for it in pixels.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support", category=UserWarning)
        yield


def _settings(size: float) -> dict[str, Any]:
    return {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": size,
        "axes.titlesize": size * 1.1,
        "axes.labelsize": size,
        "xtick.labelsize": size * 0.9,
        "ytick.labelsize": size * 0.9,
        "legend.fontsize": size * 0.9,
        "legend.frameon": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.titlecolor": INK,
        "xtick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.color": MUTED,
        "ytick.labelcolor": INK,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "lines.linewidth": 1.6,
        "lines.markersize": 5.5,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "savefig.dpi": 160,
        "svg.fonttype": "none",
        "svg.hashsalt": SALT,
        "text.parse_math": False,
        "text.usetex": False,
    }
