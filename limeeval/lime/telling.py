"""What an explainer says beside its answer."""

from __future__ import annotations

import warnings

from limeeval.lime.explanation import Explanation


def tell(explanation: Explanation, *, verbose: bool) -> None:
    """Warns of an explanation that is no fit; prints what the lime package prints if ``verbose``."""
    found, width = explanation.diagnostics, explanation.settings.kernel_width
    if not found.is_fit:
        warnings.warn(
            "kernel_width and num_samples must let samples that differ from the instance carry weight: this is not "
            f"a fit, got {found.effective_sample_size:.2f} effective samples at kernel_width={width:g}",
            UserWarning,
            stacklevel=3,
        )
    if verbose:
        for label, line in explanation.surrogates.items():
            print(f"Intercept {line.intercept}")
            print(f"Prediction_local {line.local_prediction}")
            print(f"Right: {explanation.model_output(label)}")
