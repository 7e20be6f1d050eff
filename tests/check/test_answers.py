"""Answers of the model that are others than when the baseline was made: listed, whoever made the run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limeeval.check.answers import Answers
from limeeval.check.baseline import baseline_of, read_baseline
from limeeval.check.regression import regressions
from limeeval.check.thresholds import Threshold

from .made import Made, gate, made, noisy, together

ANSWERS = np.linspace(0.1, 0.9, 10)
KNOWN = {"samples": "these", "answers": ANSWERS}


def changes(now: Made, before: Made, *thresholds: Threshold, unpaired: bool = False) -> list[str]:
    return regressions(thresholds or [gate(margin=5.0)], now, baseline_of(before), unpaired=unpaired).changes


def test_other_answers_are_counted_and_the_largest_change_is_shown() -> None:
    now = ANSWERS.copy()
    now[2], now[6] = 0.75, 0.6
    before = made(noisy(), **KNOWN)
    assert changes(made(noisy(), samples="these", answers=now), before) == [
        "the model's answers changed since the baseline for 2 of 10 rows, by 0.472 at most (102: 0.278 -> 0.75)"
    ]
    assert changes(before, before) == []


def test_several_settings_and_metrics_list_them_once() -> None:
    now, before = (
        together(*(made(noisy(), samples="these", answers=own, num_samples=count) for count in (250, 1000)))
        for own in (ANSWERS + 0.01, ANSWERS)
    )
    (said,) = changes(now, before, gate(), gate("kendall"), gate("r2_fresh"))
    assert "for 10 of 10 rows, by 0.01 at most" in said


@pytest.mark.parametrize(("factor", "is_said"), [(1 + 1e-7, False), (1 - 1e-7, False), (1 + 1e-5, True)])
def test_answers_of_other_batches_are_the_same(factor: float, is_said: bool) -> None:
    before = made(noisy(), **KNOWN)
    assert bool(changes(made(noisy(), samples="these", answers=ANSWERS * factor), before)) is is_said


def test_digits_are_as_many_as_tell_them_apart() -> None:
    (said,) = changes(made(noisy(), answers=[0.5001, *ANSWERS[1:]]), made(noisy(), answers=[0.5, *ANSWERS[1:]]))
    assert said.endswith("for 1 of 10 rows, by 0.0001 at most (100: 0.5 -> 0.5001)")


def test_nothing_is_said_of_answers_that_are_not_known_or_of_others() -> None:
    before = made(noisy(), **KNOWN)
    assert changes(made(noisy(), samples="these"), before) == []
    assert changes(before, made(noisy(), samples="these")) == []
    assert changes(made(noisy(), answers=[np.nan] * 10), before) == []
    others = made(noisy(seed=3), answers=ANSWERS + 0.5, rows=range(500, 510))
    assert changes(others, before, unpaired=True) == []


def test_rows_are_matched_by_name() -> None:
    before = made(noisy(), **KNOWN)
    backwards = made(
        noisy()[::-1], answers=ANSWERS[::-1], rows=range(109, 99, -1), values=[29.0 - i for i in range(10)]
    )
    assert changes(backwards, before) == []


def test_labels_have_answers_of_their_own() -> None:
    def of_labels(second: float) -> Made:
        runs = made(noisy(), answers=ANSWERS), made(noisy(), answers=[second] * 10, label=2)
        both = together(*runs)
        return Made(both.attributions, both.fits, pd.concat([run.instances for run in runs]), both.descriptions)

    (said,) = changes(of_labels(0.25), of_labels(0.5))
    assert said.endswith("for 10 of 10 rows, by 0.25 at most (100: 0.5 -> 0.25)")


def test_a_run_from_python_says_it(tmp_path: Path) -> None:
    """Of its model no digest is known; the answers travel in the file."""
    import limeeval

    data = np.random.default_rng(0).normal(size=(40, 3))

    @dataclass
    class Line:
        slope: float

        def __call__(self, rows: np.ndarray) -> np.ndarray:
            return self.slope * rows.sum(axis=1)

    def explained(row: np.ndarray, predict_fn: object, seed: int) -> np.ndarray:
        return row * [3, 2, 1] + np.random.default_rng(seed).normal(size=3)

    before, now = (limeeval.evaluate(explained, data[:4], Line(slope), seeds=4, k=1) for slope in (1.0, 2.0))
    baseline_of(before).save(tmp_path / "baseline")
    asked = [{"metric": "jaccard", "no_worse_than_baseline": 0.5}]
    found = now.check(asked, baseline=tmp_path / "baseline")
    assert found.exit_code == 0
    assert [one for one in found.remarks if "the model's answers changed" in one and "4 of 4 rows" in one]
    assert not [one for one in before.check(asked, baseline=tmp_path / "baseline").remarks if "answers" in one]
    assert read_baseline(tmp_path / "baseline").panel["answers"].notna().all()


def test_tiny_answers_are_nothing() -> None:
    assert not Answers(0.0, 1e-15).differ
    assert Answers(0.0, 1e-6).differ
