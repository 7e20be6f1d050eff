"""An explanation in words: what it says, how far it can be relied on, and when not at all."""

from __future__ import annotations

import math

import numpy as np

from limeeval.lime.diagnostics import SHRINKAGE_UP_TO, TRUSTED_UP_TO
from limeeval.lime.domain import Array
from limeeval.lime.explanation import Explanation
from limeeval.lime.moments import GROUPS

WEAK_BELOW = 0.5
_SHOWN = 15


def summary(explanation: Explanation) -> str:
    """Several lines of text: each label's coefficients with their standard errors, and the caveats."""
    settings = explanation.settings
    made = f"{how_made(explanation)}, kernel width {settings.kernel_width:.4g}, seed {explanation.seed}"
    selected = any(len(line.features) < len(explanation.feature_names) for line in explanation.surrogates.values())
    error = " ± standard error for these features" if selected else " ± standard error"
    blocks = [f"LIME explanation: coefficient{error if explanation.has_errors else ''} ({made})"]
    for label in explanation.available_labels():
        blocks.append("\n".join([headline(explanation, label), *_table(explanation, label)]))
        blocks.extend(verdicts(explanation, label))
    return "\n".join(blocks)


def how_made(explanation: Explanation) -> str:
    """What the explanation rests on: so many samples, or all that there is."""
    settings = explanation.settings
    return f"all {settings.num_samples:,} masks" if settings.is_exhaustive else f"{settings.num_samples:,} samples"


def headline(explanation: Explanation, label: int) -> str:
    """What is explained: the class and its probability, or the predicted value."""
    value = explanation.model_output(label)
    if explanation.mode == "regression":
        return f"why the model predicts {value:.6g}"
    return f"why the model gives {explanation.class_names[label]} a probability of {value:.3g}"


def verdicts(explanation: Explanation, label: int) -> list[str]:
    """Sentences on how far to trust the explanation of one label; a single one if not at all."""
    support = _support(explanation, label)
    if support:
        return [support]
    return [sentence for sentence in (shared(explanation, label), _fidelity(explanation, label)) if sentence]


def shared(explanation: Explanation, label: int) -> str:
    """What two runs are expected to have in common; empty where it cannot be told."""
    expected, k = explanation.expected_shared(label)
    if math.isnan(expected):
        return ""
    if k == 1:
        return f"Two runs are expected to name the same main reason in {expected:.0%} of cases."
    return f"Two runs are expected to name {expected:.1f} of the same {k} reasons."


def _support(explanation: Explanation, label: int) -> str:
    found, n = explanation.diagnostics, explanation.settings.num_samples
    narrow = found.effective_sample_size < n / 2 or found.shrinkage > SHRINKAGE_UP_TO
    remedy = f"Use {'a larger kernel_width or ' if narrow and n > GROUPS else ''}more num_samples."
    if not found.is_fit:
        return (
            f"Not a fit: samples that differ from the instance carry next to no weight "
            f"({found.effective_sample_size:,.2f} effective samples of {n:,}). {remedy}"
        )
    if explanation.is_flat(label):
        return "Nothing to explain: the model gives the same answer all over this neighborhood."
    if found.is_supported:
        return ""
    if found.unknowns_per_effective_sample > TRUSTED_UP_TO:
        unknowns = len(explanation.feature_names) + 1
        reason = f"{found.effective_sample_size:,.0f} effective samples (of {n:,}) for {unknowns} unknowns"
    else:
        reason = f"the ridge penalty takes {found.shrinkage:.0%} or more of every coefficient"
    return f"Not to be trusted: {reason}. {remedy}"


def _fidelity(explanation: Explanation, label: int) -> str:
    r2 = explanation.surrogates[label].r2
    carried = f"The line carries {max(r2, 0.0):.0%} of the model's variation in this neighborhood"
    return f"{carried}: read it as a summary, not as the model's logic." if r2 < WEAK_BELOW else f"{carried}."


def _table(explanation: Explanation, label: int) -> list[str]:
    line = explanation.surrogates[label]
    digits = decimals(line.standard_errors)
    coefficients = [f"{b:+.{digits}f}" for b in line.coefficients]
    width = max(map(len, coefficients), default=0)
    has_errors = explanation.has_errors
    lines = [
        f"  {b:>{width}}{f' ± {error:.{digits}f}' if has_errors else ''}  {explanation.feature_names[j]}"
        for j, b, error in zip(line.features, coefficients, line.standard_errors, strict=True)
    ]
    return lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], f"  ... and {len(lines) - _SHOWN} more"]


def decimals(errors: Array) -> int:
    """How many decimals show two digits of a typical standard error; 4 where there is none."""
    known = errors[errors > 0]
    return min(max(1 - math.floor(math.log10(float(np.median(known)))), 0), 12) if len(known) else 4
