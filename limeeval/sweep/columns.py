"""Columns of the table of fits that hold results; all others say what was fitted."""

MEASURED = (
    "intercept",
    "r2",
    "output_spread",
    *(
        column
        for name in ("fresh", "reference")
        for column in (f"r2_{name}", f"{name}_spread", f"{name}_residual_of_seed", f"{name}_spread_of_seed")
    ),
    "local_prediction",
    "model_prediction",
    "ess",
    "unknowns_per_effective_sample",
    "shrinkage",
    "condition_number",
    "is_fit",
    "is_supported",
    "rows_predicted",
)
