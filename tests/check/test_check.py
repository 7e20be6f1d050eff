"""The gate as a whole: what it refuses, counts and says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf as INF
from math import nan as NAN
from pathlib import Path

import pandas as pd
import pytest

import limeeval
import limeeval.check
from limeeval.check.check import check
from limeeval.check.meanings import LOG_SD, MEANINGS

from .made import Made, made, noisy

FLOOR = {"metric": "jaccard", "at_least": 0.9}


@dataclass
class Judged:
    """A run of known coefficients with its scores."""

    scores: pd.DataFrame
    made: Made
    failures: Sequence[str] = ()
    remarks: Sequence[str] = ()

    def __getattr__(self, name: str) -> object:
        return getattr(self.made, name)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"metric": "jacard", "at_least": 0.9}, "metric must be one of jaccard, .*got jacard; did you mean jaccard"),
        ({**FLOOR, "where": {"sample": 1000}}, "where must name columns of scores .*got sample; did you mean num_samp"),
        ({**FLOOR, "where": {"metric": "jaccard"}}, "where must name columns of scores"),
        ({**FLOOR, "where": {"num_samples": 500}}, r"the run has \(1000, 5000\), got 500"),
        ({**FLOOR, "where": {"num_samples": "1000"}}, r"the run has \(1000, 5000\), got '1000'"),
        ({**FLOOR, "where": {"task": "loan"}}, r"the run has \(loans\), got loan; did you mean loans"),
        ({"metric": "log_sd", "at_most": 1}, "log_sd compares with a baseline"),
        (
            {"metric": "jaccard", "no_worse_than_baseline": 0.1},
            "needs a baseline .*got none for jaccard at most 0.1 worse",
        ),
    ],
)
def test_what_is_misspelt_or_means_nothing_is_never_a_pass(bad_run, asked, message) -> None:
    with pytest.raises(ValueError, match=message):
        check(bad_run, [{**FLOOR, "at_least": 0.1}, asked])


def test_a_value_that_may_be_missing_is_no_mistake(bad_run) -> None:
    found = check(bad_run, [{**FLOOR, "where": {"num_samples": 500}, "allow_missing": True}])
    assert [(one.status, one.is_red) for one in found.verdicts] == [("missing", False)]


def test_values_that_no_row_has_together_are_a_mistake_too(bad_run) -> None:
    bad_run.scores.loc[len(bad_run.scores)] = {**bad_run.scores.iloc[4].to_dict(), "task": "cars", "num_samples": 250}
    asked = {**FLOOR, "where": {"task": "cars", "num_samples": 1000}}
    with pytest.raises(ValueError, match="where must match rows of the run, got task cars, num_samples 1,000"):
        check(bad_run, [asked])
    found = check(bad_run, [{**asked, "allow_missing": True}])
    assert [(one.status, one.is_red, one.sentence) for one in found.verdicts] == [
        ("missing", False, "the run has no rows of jaccard like these")
    ]


def test_a_filter_matches_nothing_alike_with_and_without_a_baseline() -> None:
    """Floors and comparisons refuse the same filters, and find the same rows missing where these may be."""
    run = made(noisy(), num_samples=1000)
    judged = Judged(limeeval.score(run.attributions, run.fits, k=4), run)
    for where in ({"num_samples": 500}, {"num_samples": [1000, 500]}, {"task": "loan"}):
        for bound in ({"at_least": 0.0}, {"no_worse_than_baseline": 0.1}):
            asked = {"metric": "jaccard", "where": where, **bound}
            with pytest.raises(ValueError, match="must be one"):
                check(judged, [asked], baseline=judged)
            found = check(judged, [{**asked, "allow_missing": True}], baseline=judged)
            expected = "pass" if where.get("num_samples") == [1000, 500] else "missing"
            assert [(one.status, one.is_red) for one in found.verdicts] == [(expected, False)]
    with pytest.raises(ValueError, match="where must name"):
        check(judged, [{"metric": "jaccard", "where": {"sample": 1}, "at_least": 0, "allow_missing": True}])


def test_a_remark_names_the_thresholds_whose_margins_are_too_small() -> None:
    now, before = (
        Judged(limeeval.score(one.attributions, one.fits, k=4), one)
        for one in (made(noisy(seed=seed)) for seed in (1, 2))
    )
    small, large = (
        {"metric": metric, "no_worse_than_baseline": margin}
        for metric, margin in (("jaccard", 0.001), ("kendall", 0.5))
    )
    found = check(now, [small, large], baseline=before)
    smallest = max(one.numbers["smallest_margin"] for one in found.verdicts if one.threshold.metric == "jaccard")
    (said,) = [one for one in found.remarks if one.startswith("underpowered")]
    assert f"jaccard at most 0.001 worse than the baseline needs {smallest:.2g} or more" in said
    assert "kendall" not in said
    assert not any("underpowered" in one for one in check(now, [large], baseline=before).remarks)
    assert not any("underpowered" in one for one in check(now, [{"metric": "jaccard", "at_least": 0.0}]).remarks)


def test_a_baseline_may_be_missing_by_leave(bad_run) -> None:
    found = check(bad_run, [{"metric": "jaccard", "no_worse_than_baseline": 0.1, "allow_missing": True}])
    assert [(one.status, one.sentence) for one in found.verdicts] == [
        ("missing", "there is no baseline to compare with")
    ]
    with pytest.raises(ValueError, match="unpaired is about a baseline"):
        check(bad_run, [FLOOR], unpaired=True)


def test_a_run_of_which_something_failed_is_not_judged(run_of) -> None:
    run = run_of({"estimate": 1.0, "low": 1.0, "high": 1.0}, failures=["iris / forest: out of memory"])
    with pytest.raises(ValueError, match="must be whole to be checked, got one with 1 failure: iris / forest: out of"):
        check(run, [FLOOR])


def test_rows_that_are_there_twice_are_refused(run_of) -> None:
    run = run_of({"estimate": 1.0, "low": 1.0, "high": 1.0}, {"estimate": 0.1, "low": 0.0, "high": 0.2})
    with pytest.raises(ValueError, match=r"each row once, got two of jaccard \(task loans\)"):
        check(run, [FLOOR])


def test_tables_that_are_no_scores_are_refused(bad_run) -> None:
    whole = bad_run.scores
    for table, message in (
        (whole.drop(columns=["low", "k"]), "got none called k, low"),
        (whole.iloc[:0], "at least one row"),
        (whole.assign(estimate="high"), "estimate of scores must be numbers"),
    ):
        bad_run.scores = table
        with pytest.raises(ValueError, match=message):
            check(bad_run, [FLOOR])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"estimate": INF}, r"a finite estimate and limits, got inf \[0.5, 0.7\] for jaccard \(task loans, num"),
        ({"high": INF}, r"a finite estimate and limits, got 0.6 \[0.5, inf\]"),
        ({"low": -INF, "metric": "ess"}, "a finite estimate and limits, got"),
        ({"low": 0.8}, r"an estimate within its limits, got 0.6 \[0.8, 0.7\]"),
        ({"estimate": 0.71}, r"an estimate within its limits, got 0.71 \[0.5, 0.7\]"),
        ({"low": NAN, "estimate": 0.71}, "an estimate within its limits"),
    ],
)
def test_scores_that_can_be_none_are_refused(run_of, changed, said) -> None:
    known = {"estimate": 0.6, "low": 0.5, "high": 0.7}
    for asked in ({"metric": "same_set", "at_least": 0, "allow_missing": True}, {"metric": "jaccard", "at_least": 0.1}):
        with pytest.raises(ValueError, match=f"scores must have {said}"):
            check(run_of({**known, **changed}, {**known, "num_samples": 5000, "metric": "same_set"}), [asked])


def test_what_may_be_infinite_and_what_is_undefined_are_scores(run_of) -> None:
    run = run_of(
        {"metric": "condition_number", "estimate": INF, "low": NAN, "high": NAN},
        {"metric": "ess", "estimate": INF, "low": INF, "high": INF},
        {"metric": "jaccard", "estimate": NAN, "low": NAN, "high": NAN},
        {"metric": "r2_fresh", "estimate": 0.5, "low": 0.5 + 1e-9, "high": 0.6},
    )
    asked = [{"metric": name, "at_least": 0.1} for name in ("condition_number", "ess", "jaccard", "r2_fresh")]
    found = {one.threshold.metric: one.status for one in check(run, asked).verdicts}
    assert found == {"condition_number": "pass", "ess": "pass", "jaccard": "missing", "r2_fresh": "pass"}


def test_widths_that_follow_from_the_number_of_features_are_not_said(run_of) -> None:
    known = {"estimate": 0.8, "low": 0.7, "high": 0.9}
    run = run_of(known, {**known, "task": "cars", "k": 3}, {**known, "num_samples": 250})
    run.scores["kernel_width"], run.scores["kernel_width_factor"] = [0.75, 1.5, 0.75], 1.0
    found = check(run, [{"metric": "jaccard", "at_least": 0.1}])
    assert [one.rows for one in found.verdicts] == [
        "task loans, num_samples 1,000",
        "task cars, num_samples 1,000",
        "task loans, num_samples 250",
    ]


def test_the_sentence_counts_and_names_the_first_failure(bad_run) -> None:
    found = check(
        bad_run,
        [
            FLOOR,
            {**FLOOR, "at_least": 0.65, "where": {"num_samples": 1000}},
            {"metric": "supported", "at_least": 0.5, "severity": "warn"},
            {"metric": "same_set", "at_least": 0.5, "allow_missing": True},
        ],
    )
    assert found.exit_code == 1
    assert [one.status for one in found.verdicts] == ["fail", "fail", "missing", "inconclusive", "pass"]
    assert found.summary.startswith(
        "1 of 5 checks failed (1 passed, 1 inconclusive, 1 missing but allowed, 1 failed as a warning): "
        "jaccard at least 0.9, task loans, num_samples 1,000: jaccard is 0.600"
    )
    assert check(bad_run, [{**FLOOR, "at_least": 0.4}]).summary == "0 of 2 checks failed (2 passed)."


def test_the_sentence_prefers_what_compares_with_the_baseline() -> None:
    before, now = (made(noisy(scale=scale), samples="these") for scale in (0.2, 0.8))
    run = Judged(limeeval.score(now.attributions, now.fits, k=4), now)
    asked = [{"metric": "jaccard", "at_least": 1}, {"metric": "jaccard", "no_worse_than_baseline": 0.01}]
    found = check(run, asked, baseline=Judged(limeeval.score(before.attributions, before.fits, k=4), before))
    assert [one.status for one in found.verdicts] == ["fail", "fail"]
    assert found.summary.startswith("2 of 2 checks failed: jaccard at most 0.01 worse than the baseline, task loans: ")
    shapes = [[sorted(one) for one in verdict.numbers["worst"]] for verdict in found.verdicts]
    assert shapes == [[["estimate", "row"]] * 3, [["drop", "row"]] * 3]
    assert [one.numbers["instances"] for one in found.verdicts] == [10, 10]


def test_folders_are_read_by_whoever_asks(bad_run, tmp_path) -> None:
    asked = [{"metric": "jaccard", "no_worse_than_baseline": 0.1}]
    with pytest.raises(ValueError, match="baseline must be a run or a file, got the folder"):
        check(bad_run, asked, baseline=tmp_path)
    run = made(noisy(), samples="these")
    judged = Judged(limeeval.score(run.attributions, run.fits, k=4), run)
    assert check(judged, asked, baseline=tmp_path, load=lambda folder: judged).exit_code == 0
    failed = replace(judged, failures=["row 3"])
    with pytest.raises(ValueError, match="must be whole to be checked, got one with 1 failure: row 3"):
        check(judged, asked, baseline=str(tmp_path), load=lambda folder: failed)
    sources = [path.read_text(encoding="utf-8") for path in Path(limeeval.check.__file__).parent.rglob("*.py")]
    assert not any("limeeval.study" in source for source in sources)


def test_the_repr_is_the_table(bad_run) -> None:
    shown = repr(check(bad_run, [FLOOR]))
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.index("✗ fail") < shown.index("✓ pass") < shown.index("1 of 2 checks failed")
    assert "\x1b" not in shown


def test_hostile_names_stay_on_their_lines(bad_run) -> None:
    bad_run.scores["task"] = "evil\n::error::\x1b[31mname\x00"
    shown = repr(check(bad_run, [FLOOR]))
    assert "\x1b" not in shown
    assert not any(line.startswith("::") for line in shown.splitlines())


def test_scores_are_left_as_they_were(bad_run) -> None:
    before = bad_run.scores.copy()
    check(bad_run, [FLOOR])
    pd.testing.assert_frame_equal(bad_run.scores, before)


def test_metrics_of_fits_are_known() -> None:
    """Every metric that scoring fits gives is one that a threshold may name, whether or not a run has it."""
    from limeeval.report.page.definitions import _HEAD, _OF_FITS, _OTHERS
    from limeeval.report.scores.fidelity import LACK, MEANS, R2
    from limeeval.report.scores.nonlinearity import SHARES

    assert {*R2, LACK[0], *MEANS, *SHARES, *_OF_FITS, *_OTHERS} - {*(set(MEANINGS) - {LOG_SD}), *_HEAD} == set()
