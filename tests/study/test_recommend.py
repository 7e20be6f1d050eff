"""The recommendation: chosen on some seeds and confirmed on others, with fidelity compared in pairs."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import limeeval
from limeeval.lime import LimeTabularExplainer
from limeeval.report.answer.shortfall import fidelities
from limeeval.study.seeds import split
from limeeval.study.study import Study

DATA = np.random.default_rng(0).normal(size=(200, 5))
WEIGHTS = np.array([2.0, -1.5, 1.0, 0.3, 0.2])


def bent(rows: np.ndarray) -> np.ndarray:
    """Linear far out, and curved near 0: no width is the best for all localities."""
    values: np.ndarray = rows @ WEIGHTS + np.sin(2 * rows).sum(axis=1)
    return values


def study_of(seeds: Any, **settings: Any) -> Study:
    explainer = LimeTabularExplainer(DATA, mode="regression", discretize_continuous=False)
    asked = {"kernel_width_factor": [0.5, 1, 2], "num_samples": [250, 1000], "num_features": 5} | settings
    return limeeval.evaluate(explainer, DATA[:6], bent, seeds=seeds, k=2, **asked)


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(20)


def test_the_score_comes_from_seeds_that_were_not_used_for_choosing(study: Study) -> None:
    found = study.recommend(seeds=8)
    assert found.settings is not None
    assert found.is_confirmed
    others = study_of(list(range(8, 20))).scores
    row = others[others["instance"].isna() & (others["metric"] == "jaccard")]
    for name in ("kernel_width_factor", "num_samples"):
        row = row[row[name] == found.settings[name]]
    assert found.score is not None
    assert found.score.estimate == pytest.approx(row["estimate"].item(), abs=1e-12)
    assert f"on 12 others {found.score.estimate:.2f}" in found.reason
    assert "optimistic" not in found.reason
    assert study.recommend(seeds=range(8)).settings == found.settings


def test_else_it_is_marked_as_optimistic(study: Study) -> None:
    found = study.recommend()
    assert found.settings is not None
    assert not found.is_confirmed
    assert "(on the seeds it was chosen by: optimistic)" in found.reason


def test_it_says_whether_the_choice_depends_on_where_fidelity_is_judged(study: Study) -> None:
    found = study.recommend()
    assert list(found.ladder) == [0.5, 1, 2]
    names = set(found.ladder.values())
    assert len(names) > 1, "the model is made so that each width is best on its own ruler"
    assert "It depends on where fidelity is judged: x" in found.reason
    (single,) = study_of(4, kernel_width_factor=1).answers
    assert single.ladder == ()
    assert "fidelity judged" not in single.set


def test_the_front_is_a_table(study: Study) -> None:
    front = study.recommend().front
    assert front is not None
    assert {"name", "jaccard", "fidelity", "rows", "kernel_width_factor"} <= set(front)
    assert len(front) >= 2
    assert front["name"].is_unique


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (19, "seeds must be two at least of 20, and leave two at least, got 19"),
        (1, "seeds must be two at least of 20, and leave two at least, got 1"),
        ([0, 1, 77], "seeds must be some of 0, 1, .*, got 77"),
        ("all", "seeds must be a number or a list of seeds, got 'all'"),
    ],
)
def test_seeds_to_choose_on(study: Study, seeds: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        study.recommend(seeds=seeds)


# --- Fidelity --------------------------------------------------------------------------------------------------------


def test_shortfalls_are_differences_of_pooled_r2(study: Study) -> None:
    """And the best falls behind by nothing."""
    (answer,) = study.answers
    best = max(cell.fidelity.estimate or 0.0 for cell in answer.cells)
    for cell in answer.cells:
        assert cell.fidelity.estimate is not None
        assert cell.behind.estimate == pytest.approx(best - cell.fidelity.estimate, abs=1e-9)
        assert cell.behind.low is not None
        assert cell.behind.high is not None
        assert cell.behind.low <= cell.behind.estimate <= cell.behind.high
    assert min(cell.behind.high or 0.0 for cell in answer.cells) == 0.0


def test_without_a_third_seed_the_estimate_decides() -> None:
    (answer,) = study_of(2).answers
    known = [cell for cell in answer.cells if cell.behind.high is not None]
    assert [cell.behind.estimate for cell in known] == [0.0], "the best falls behind itself by nothing, for certain"
    for cell in answer.cells:
        assert cell.behind.estimate is not None
        assert cell.faithful == (cell.behind.estimate <= answer.target.r2_margin)


def test_paired_limits_are_as_wide_as_the_difference_varies() -> None:
    """Over 24 disjoint sets of 8 seeds: the mean standard error is the spread of the estimates."""
    whole = study_of(192, num_samples=[250, 500], kernel_width_factor=[0.5, 1])
    cells = whole.answers[0].cells
    found = []
    for start in range(0, 192, 8):
        own, _ = split(whole, list(range(start, start + 8)))
        behind = [one.behind for one in fidelities(own.fits, cells, "reference", of_width=False)]
        found.append([(one.estimate, (one.high or 0.0) - (one.estimate or 0.0)) for one in behind if one is not None])
    estimates, margins = np.moveaxis(np.array(found, dtype=float), -1, 0)
    apart = estimates.min(axis=0) > 0.001  # Of those that are the best in turn, differences are cut at 0.
    assert apart.sum() >= 2
    ratio = margins.mean(axis=0)[apart] / 2.1 / estimates.std(axis=0, ddof=1)[apart]
    assert (ratio > 0.6).all()
    assert (ratio < 1.7).all()


def test_fits_of_some_seeds_are_as_uncertain_as_a_run_of_them(study: Study) -> None:
    own, _ = split(study, 8)
    run = study_of(8)
    for table in (own, run):
        assert table.descriptions[0].seeds == 8
    kept, expected = (one.scores.query("metric == 'r2_reference' and instance.isna()") for one in (own, run))
    pd.testing.assert_series_equal(kept["estimate"], expected["estimate"], atol=0.01, check_index=False)
    widths = [(rows["high"] - rows["low"]).to_numpy() for rows in (kept, expected)]
    assert np.median(widths[0] / widths[1]) == pytest.approx(1, abs=0.25)
