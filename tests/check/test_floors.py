"""Verdicts of floors and ceilings on rows made by hand."""

import math
from typing import Any

import pytest

from limeeval.check.check import check
from limeeval.check.floors import WITHOUT_LIMITS, status_of
from limeeval.check.thresholds import Threshold

NAN = math.nan


@pytest.mark.parametrize(
    ("bounds", "low", "high", "status"),
    [
        ({"at_least": 0.9}, 0.91, 0.95, "pass"),
        ({"at_least": 0.9}, 0.9, 0.95, "pass"),
        ({"at_least": 0.9}, 0.89, 0.95, "inconclusive"),
        ({"at_least": 0.9}, 0.8, 0.9, "inconclusive"),
        ({"at_least": 0.9}, 0.8, 0.899, "fail"),
        ({"at_least": 1}, 1.0, 1.0, "pass"),
        ({"at_most": 0.9}, 0.91, 0.95, "fail"),
        ({"at_most": 0.9}, 0.9, 0.95, "inconclusive"),
        ({"at_most": 0.9}, 0.8, 0.95, "inconclusive"),
        ({"at_most": 0.9}, 0.8, 0.9, "pass"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.3, 0.8, "pass"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.1, 0.8, "inconclusive"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.3, 0.95, "inconclusive"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.0, 0.1, "fail"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.95, 0.99, "fail"),
        ({"at_least": 0.2, "at_most": 0.9}, 0.1, 0.95, "inconclusive"),
    ],
)
def test_the_whole_interval_decides(bounds: dict[str, float], low: float, high: float, status: str) -> None:
    assert status_of(Threshold("jaccard", **bounds), (low + high) / 2, low, high) == status


def test_without_limits_nothing_is_certain_but_what_never_has_any() -> None:
    assert status_of(Threshold("jaccard", at_least=0.1), 0.9, NAN, NAN) == "inconclusive"
    for metric in WITHOUT_LIMITS:
        assert status_of(Threshold(metric, at_least=0.1), 0.9, NAN, NAN) == "pass"
        assert status_of(Threshold(metric, at_least=0.1), 0.05, NAN, NAN) == "fail"
        assert status_of(Threshold(metric, at_most=10), math.inf, NAN, NAN) == "fail"


def test_an_undefined_score_is_missing() -> None:
    assert status_of(Threshold("jaccard", at_least=0.1), NAN, NAN, NAN) == "missing"
    assert status_of(Threshold("supported", at_least=0.1), NAN, NAN, NAN) == "missing"


def test_a_failure_says_by_how_much_and_for_which_rows(bad_run) -> None:
    found = check(bad_run, [{"metric": "jaccard", "at_least": 0.9, "where": {"num_samples": 1000}}])
    (verdict,) = found.verdicts
    assert (verdict.status, found.exit_code) == ("fail", 1)
    assert verdict.rows == "task loans, num_samples 1,000"
    assert verdict.numbers["beyond"] == pytest.approx(0.3)
    worst = [("20", 0.4), ("30", 0.5), ("10", 0.9)]
    assert verdict.numbers["worst"] == [{"row": row, "estimate": value} for row, value in worst]
    assert (verdict.numbers["instances"], "n" in verdict.numbers) == (3, False)
    assert verdict.sentence == (
        "jaccard is 0.600 [0.500, 0.700] over 3 instances; all of it lies below 0.9, the estimate by 0.300; "
        "lowest in rows 20 (0.400), 30 (0.500), 10 (0.900)"
    )


def test_a_ceiling_names_the_highest(bad_run) -> None:
    (verdict,) = check(bad_run, [{"metric": "jaccard", "at_most": 0.2, "where": {"num_samples": 1000}}]).verdicts
    assert verdict.status == "fail"
    assert [one["row"] for one in verdict.numbers["worst"]] == ["10", "30", "20"]
    assert "above 0.2, the estimate by 0.400; highest in rows 10 (0.900)" in verdict.sentence


def test_instances_without_the_users_names_go_by_position(bad_run) -> None:
    bad_run.instances = bad_run.instances.drop(columns="row")
    (verdict,) = check(bad_run, [{"metric": "jaccard", "at_least": 0.9, "where": {"num_samples": 1000}}]).verdicts
    assert [one["row"] for one in verdict.numbers["worst"]] == ["1", "2", "0"]


def test_every_setting_has_a_verdict_of_its_own_and_failures_come_first(bad_run) -> None:
    found = check(bad_run, [{"metric": "jaccard", "at_least": 0.9}])
    assert [(one.status, one.rows) for one in found.verdicts] == [
        ("fail", "task loans, num_samples 1,000"),
        ("pass", "task loans, num_samples 5,000"),
    ]


def test_a_single_instance_is_judged_where_it_is_named(bad_run) -> None:
    found = check(bad_run, [{"metric": "jaccard", "at_least": 0.7, "where": {"instance": 1}}])
    (verdict,) = found.verdicts
    assert (verdict.numbers["instances"], verdict.numbers["worst"]) == (1, [])
    assert (verdict.status, verdict.rows) == ("fail", "task loans, num_samples 1,000, instance 1, label 1")
    assert verdict.sentence == "jaccard is 0.400 [0.300, 0.600]; all of it lies below 0.7, the estimate by 0.300"
    found = check(bad_run, [{"metric": "jaccard", "at_least": 0.7, "where": {"label": 1}}])
    assert [one.status for one in found.verdicts] == ["fail", "fail", "pass"]


@pytest.mark.parametrize("samples", [1000, 1000.0, [1000, 250.0], [1000]])
def test_numbers_compare_as_numbers(bad_run, samples: Any) -> None:
    where = {"num_samples": samples, "task": "loans"}
    if samples == [1000, 250.0]:
        with pytest.raises(ValueError, match="num_samples must be one that the run has"):
            check(bad_run, [{"metric": "jaccard", "at_least": 0.9, "where": where}])
        where["num_samples"] = [1000, 5000.0]
    found = check(bad_run, [{"metric": "jaccard", "at_least": 0.9, "where": where}])
    assert len(found.verdicts) == (2 if samples == [1000, 250.0] else 1)


def test_null_is_what_is_missing_and_true_is_no_number(run_of) -> None:
    run = run_of(
        {"estimate": 0.8, "low": 0.7, "high": 0.9}, {"estimate": 0.6, "low": 0.5, "high": 0.7, "num_samples": 1}
    )
    run.scores["segmentation"] = [None, "slic"]
    run.scores["is_binned"] = [True, False]
    for where in ({"segmentation": None}, {"is_binned": True}):
        (verdict,) = check(run, [{"metric": "jaccard", "at_least": 0.7, "where": where}]).verdicts
        assert verdict.numbers["estimate"] == 0.8
    for where in ({"is_binned": 1}, {"num_samples": True}, {"num_samples": "1"}):
        with pytest.raises(ValueError, match="must be one that the run has"):
            check(run, [{"metric": "jaccard", "at_least": 0.7, "where": where}])


def test_rows_that_are_not_there_are_missing(bad_run) -> None:
    asked = {"metric": "same_set", "at_least": 0.9, "where": {"task": "loans", "num_samples": 1000}}
    found = check(bad_run, [asked])
    assert (found.verdicts[0].status, found.exit_code) == ("missing", 1)
    assert found.verdicts[0].sentence == "the run has no rows of same_set like these"
    assert check(bad_run, [{**asked, "allow_missing": True}]).exit_code == 0


def test_a_metric_of_other_runs_is_missing(bad_run) -> None:
    for metric in ("pixel_iou", "r2_fresh", "same_set", "r2_at_x0.3"):
        found = check(bad_run, [{"metric": metric, "at_least": 0.9}])
        assert [one.status for one in found.verdicts] == ["missing"]
        assert found.exit_code == 1
