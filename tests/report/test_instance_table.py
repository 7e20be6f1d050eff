"""All instances as a table: their scores, what to rely on, and their values only if they may show."""

from collections.abc import Callable

import numpy as np
import pytest

from limeeval import Study
from limeeval.report.instance_table import instance_table

Made = Callable[..., Study]
ALIKE = [[4.0, 3.0, 1.0]] * 3
DIFFERENT = [[4.0, 3.0, 1.0], [4.0, 1.0, 3.0], [4.0, 3.0, 1.0]]
NAMES = [["age > 41.00", "purpose=car", "amount <= 10.00"], ["age <= 41.00", "purpose=tv", "amount <= 10.00"]]
VALUES = {"age": [50, 30], "purpose": ["car", "tv"], "amount": [5, 7]}
OWN = ["row", "label", "output", "same_set", "jaccard", "low", "high", "fidelity", "reasons"]


def test_every_instance_has_a_row_the_worst_first(study_of: Made) -> None:
    study = study_of([ALIKE, DIFFERENT], names=NAMES, values=VALUES, rows=[7, 8])
    found = instance_table(study, study.answers[0])
    assert list(found) == [*OWN, *VALUES]
    assert found["row"].tolist() == [8, 7]
    assert found["same_set"].tolist() == pytest.approx([1 / 3, 1.0])
    assert found["jaccard"].tolist() == pytest.approx([5 / 9, 1.0])
    assert found["fidelity"].tolist() == pytest.approx([0.8, 0.8])
    assert found["output"].tolist() == [0.25, 0.25]
    assert found["reasons"].tolist() == ["age <= 41.00", "age > 41.00; purpose=car"]
    assert found[list(VALUES)].to_dict("list") == {"age": [30, 50], "purpose": ["tv", "car"], "amount": [7, 5]}


def test_without_values_there_are_none(study_of: Made) -> None:
    study = study_of([ALIKE, DIFFERENT], names=NAMES, values=VALUES)
    found = instance_table(study, study.answers[0], values=False)
    assert list(found) == OWN
    assert found["reasons"].tolist() == ["age", "age; purpose"]
    assert not any(value in found.to_csv(header=False) for value in ("car", "tv", "41.00", "=", "<"))


def test_a_single_run_has_no_steady_reasons_and_no_agreement(study_of: Made) -> None:
    study = study_of([ALIKE[:1]], label_name=None)
    found = instance_table(study, study.answers[0])
    assert found["reasons"].tolist() == [""]
    assert found[["same_set", "jaccard", "low", "high"]].isna().all(axis=None)
    assert found["label"].tolist() == [0]


def test_instances_without_coefficients_have_no_reasons(study_of: Made) -> None:
    study = study_of([[[np.nan, 1.0, 0.0]] * 3, ALIKE])
    found = instance_table(study, study.answers[0])
    assert found["row"].tolist() == [101, 100]
    assert found["reasons"].tolist() == ["feature 0; feature 1", ""]


def test_columns_of_values_may_have_our_names(study_of: Made) -> None:
    study = study_of([ALIKE], values={"row": [1], "row (value)": [2], "label": ["x"]})
    found = instance_table(study, study.answers[0])
    assert list(found)[-3:] == ["row (value)", "row (value) (value)", "label (value)"]
    assert found.iloc[0, -3:].tolist() == [1, 2, "x"]
