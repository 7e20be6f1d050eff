"""Other features are another question, and the message names them."""

from dataclasses import replace

import numpy as np
import pytest

from limeeval.check.baseline import baseline_of
from limeeval.check.regression import regression_verdicts
from limeeval.check.verdict import PASS

from .made import Made, gate, made, noisy

NAMES = ("income", "debt", "term")
"""Beside age."""


def run(*names: str, **others: object) -> Made:
    return made(noisy(d=1 + len(names)), k=1, features=names, **others)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (NAMES[:2], "feature term is not in the run"),
        ((*NAMES, "region"), "feature region is new"),
        ((*NAMES[:2], "months"), "feature term is not in the run; feature months is new"),
        (NAMES[:1], "features debt, term are not in the run"),
        ((*NAMES, *"abcdefg"), "features a, b, c, d, e and 2 more are new"),
    ],
)
@pytest.mark.parametrize("unpaired", [True, False])
def test_features_that_came_or_went_are_named(now: tuple[str, ...], said: str, unpaired: bool) -> None:
    here = run(*now, kernel_width=0.75 * np.sqrt(1 + len(now)))
    with pytest.raises(
        ValueError, match=f"the run must have the features of the baseline, got .* of loans: {said}; make"
    ):
        regression_verdicts([gate()], here, baseline_of(run(*NAMES, kernel_width=1.5)), unpaired=unpaired)


def test_the_same_features_in_another_order_are_the_same() -> None:
    (found,) = regression_verdicts([gate()], run(*NAMES[::-1]), baseline_of(run(*NAMES)))
    assert found.status == PASS


def test_names_that_are_not_known_say_nothing() -> None:
    """Columns that are not as many as features: of pictures, texts, and where one has no value in any instance."""
    before = baseline_of(made(noisy(d=5), features=("height", "width")))
    assert before.features == {}
    named, renamed = run(*NAMES), baseline_of(run(*NAMES[:2], "months"))
    with pytest.raises(ValueError, match="got other ones: every instance has other values"):
        regression_verdicts([gate()], named, replace(renamed, features={}))


def test_another_number_of_superpixels_is_said() -> None:
    slic = {"segmentation": "slic"}
    before = baseline_of(made(noisy(d=8), **slic))
    (found,) = regression_verdicts([gate(margin=1.0)], made(noisy(d=9), **slic), before)
    assert found.status == PASS
    assert found.sentence.endswith("; 10 instances with another number of superpixels")
    (found,) = regression_verdicts([gate(margin=1.0)], made(noisy(d=8), **slic), before)
    assert "superpixels" not in found.sentence
