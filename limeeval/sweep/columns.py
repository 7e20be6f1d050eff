"""Columns of the table of fits that hold results; all others say what was fitted."""

import re

MEASURED = (
    "intercept",
    "r2",
    "output_spread",
    *(
        column
        for name in ("fresh", "reference")
        for column in (f"r2_{name}", f"{name}_spread", f"{name}_residual_of_seed", f"{name}_spread_of_seed")
    ),
    "lack_of_fit",
    "lack_of_fit_spread",
    "local_prediction",
    "model_prediction",
    "ess",
    "unknowns_per_effective_sample",
    "shrinkage",
    "condition_number",
    "instance_leverage",
    "is_fit",
    "is_supported",
    "rows_predicted",
)
"""Numbers, of every fit of LIME."""
DRAWN = "neighborhood"
"""A digest of the samples that a fit rests on: of z and what else the model was shown, in their order."""

_LADDER = re.compile(r"(r2_)?(at_x[\d.e+-]+)(_spread|_residual_of_seed|_spread_of_seed)?")


def is_measured(column: str) -> bool:
    """Whether a column holds results: one of MEASURED, fidelity on the samples of some width, or what was drawn."""
    return column in (*MEASURED, DRAWN) or _LADDER.fullmatch(column) is not None


def at_width(factor: float) -> str:
    """What fidelity on the samples of a width, in multiples of LIME's, is called in the names of columns.

    >>> at_width(0.5)
    'at_x0.5'
    """
    return f"at_x{factor:.4g}"


def width_of(column: str) -> str | None:
    """What :func:`at_width` gave, of a column of R2 on the samples of a width; None for any other."""
    found = _LADDER.fullmatch(column)
    return found[2] if found and found[1] and not found[3] else None
