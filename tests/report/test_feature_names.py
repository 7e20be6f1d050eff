"""What features are called, with values of the instance and without."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from rich.cells import cell_len

from limeeval import Study
from limeeval.report.feature_names import feature_names, short_name

Made = Callable[..., Study]
RUNS = [[[2.0, 1.0, 0.0]] * 2] * 2
OWN = [["age > 41.00", "purpose=car", "amount <= 10.00"], ["20.00 < age <= 41.00", "purpose=tv", "amount <= 10.00"]]
VALUES = {"age": [50, 30], "purpose": ["car", "tv"], "amount": [5, 7]}
COLUMNS = {0: "age", 1: "purpose", 2: "amount"}
NUMBERED = {0: "feature 0", 1: "feature 1", 2: "feature 2"}


def test_an_instance_has_names_of_its_own(study_of: Made) -> None:
    study = study_of(RUNS, names=OWN, values=VALUES)
    assert feature_names(study, study.answers[0], instance=1) == dict(enumerate(OWN[1]))


def test_without_values_features_are_columns(study_of: Made) -> None:
    study = study_of(RUNS, names=OWN, values=VALUES)
    assert feature_names(study, study.answers[0], instance=1, values=False) == COLUMNS


@pytest.mark.parametrize("values", [True, False])
def test_all_instances_share_the_names_of_columns(study_of: Made, values: bool) -> None:
    study = study_of(RUNS, names=OWN, values=VALUES)
    assert feature_names(study, study.answers[0], values=values) == COLUMNS


@pytest.mark.parametrize(
    "columns",
    [
        {"age": [50, 30], "amount": [5, 7]},
        {**VALUES, "more": [0, 0]},
        {"purpose": ["car", "tv"], "age": [50, 30], "amount": [5, 7]},
        {"0": [50, 30], "1": ["car", "tv"], "2": [5, 7]},
        {},
    ],
    ids=["fewer", "more", "in another order", "numbers", "none"],
)
def test_columns_that_do_not_match_are_not_taken_for_features(study_of: Made, columns: dict[str, list[int]]) -> None:
    study = study_of(RUNS, names=OWN, values=columns)
    answer = study.answers[0]
    assert feature_names(study, answer, instance=0, values=False) == NUMBERED
    assert feature_names(study, answer, values=False) == NUMBERED
    assert feature_names(study, answer) == {**NUMBERED, 2: "amount <= 10.00"}


def test_columns_of_other_tasks_are_left_out(study_of: Made) -> None:
    study = study_of(RUNS, names=OWN, values=VALUES)
    other = study.instances.drop(columns=[f"value_{name}" for name in VALUES]).assign(task="wine", value_ash=1.0)
    merged = replace(study, instances=pd.concat([other, study.instances], ignore_index=True))
    assert feature_names(merged, study.answers[0], values=False) == COLUMNS


def test_superpixels_are_numbered(study_of: Made) -> None:
    study = study_of(RUNS, names=[f"superpixel {j}" for j in range(3)], values={"height": [8, 8], "width": [8, 8]})
    answer = study.answers[0]
    answer = replace(answer, description=replace(answer.description, feature_unit="superpixels"))
    assert feature_names(study, answer, values=False) == {j: f"superpixel {j}" for j in range(3)}


def test_only_names_of_the_reference_cell_count(study_of: Made) -> None:
    study = study_of(RUNS, names=OWN, values=VALUES)
    other = study.attributions.assign(num_samples=250, feature_name="other")
    both = replace(study, attributions=pd.concat([other, study.attributions], ignore_index=True))
    assert feature_names(both, study.answers[0], instance=0) == dict(enumerate(OWN[0]))


@pytest.mark.parametrize(
    ("name", "length", "expected"),
    [
        ("age > 41.00", 20, "age > 41.00"),
        ("status_of_existing_checking_account=none", 24, "status_of_existing…=none"),
        ("status_of_existing_checking_account=0 <= ... < 200 DM", 30, "status_of_e…=0 <= ... < 200 DM"),
        ("present_residence_since_when <= 2.00", 24, "present_residen… <= 2.00"),
        ("1.00 < installment_rate_in_percentage <= 2.00", 30, "1.00 < installment_ra… <= 2.00"),
        ("installment_rate_in_percentage", 10, "installme…"),
        ("a=" + "b" * 100, 10, "a=bbbbbbb…"),
        ("<b>\nbold</b>", 30, "<b> bold</b>"),
    ],
)
def test_short_names_keep_their_condition(name: str, length: int, expected: str) -> None:
    assert short_name(name, length) == expected


@pytest.mark.parametrize(
    "name", ["", "=", "=" * 50, " <= ", "x" * 300, "名" * 50 + " > 1.00", "a\n=\u202eb" * 40, "😀=" * 30]
)
@pytest.mark.parametrize("length", [1, 2, 5, 40])
def test_short_names_fit_whatever_they_are(name: str, length: int) -> None:
    found = short_name(name, length)
    assert cell_len(found) <= length
    assert found.isprintable()
