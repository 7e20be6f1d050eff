"""What a page says of runs beside one another."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import limeeval
from limeeval.study.compared import changes


def evaluated(notebook, **changed: Any) -> limeeval.Study:
    settings: dict[str, Any] = {"num_samples": [60, 120], "seeds": 3, "task": "a", **changed}
    model = settings.pop("model", notebook.forest)
    return limeeval.evaluate(notebook.explainer, notebook.x[:4], model, **settings)


@pytest.fixture(scope="module")
def first(notebook) -> limeeval.Study:
    return evaluated(notebook)


def test_the_setting_is_one_that_both_have(first: limeeval.Study, notebook) -> None:
    """The reference of the first has 120 samples, which the other has not."""
    ((title, text),) = changes({"A": first, "B": evaluated(notebook, num_samples=[30, 60], seeds=5)})
    assert first.answers[0].reference.settings["num_samples"] == 120
    assert title == "From A to B, at x1 with 60 samples"
    assert "4 instances, 3 and 5 seeds" in text


def test_it_is_the_comparison_of_these_settings(first: limeeval.Study, notebook) -> None:
    other = evaluated(notebook, seeds=[7, 8, 9])
    ((title, text),) = changes({"A": first, "B": other})
    assert title == "From A to B, at x1 with 120 samples"
    assert text == repr(first.compare(other, where={"num_samples": 120}))


def test_what_is_the_same_in_a_run_may_differ_between_them(first: limeeval.Study, notebook) -> None:
    one, other = (evaluated(notebook, num_samples=count) for count in (60, 120))
    ((title, text),) = changes({"A": one, "B": other})
    assert title == "From A to B"
    assert text.startswith("num_samples 120 compared with num_samples 60")


def test_each_run_is_compared_with_the_first(first: limeeval.Study) -> None:
    titles = [title for title, _ in changes({"A": first, "B": first, "C": first})]
    assert titles == ["From A to B, at x1 with 120 samples", "From A to C, at x1 with 120 samples"]


def test_answers_of_several_models_find_theirs(first: limeeval.Study) -> None:
    tables = {name: getattr(first, name) for name in ("attributions", "fits", "instances")}
    renamed = {name: rows.assign(model="other") for name, rows in tables.items()}
    second = replace(first, **renamed, descriptions=[replace(first.descriptions[0], model="other")])
    both = replace(
        first,
        **{name: pd.concat([tables[name], renamed[name]], ignore_index=True) for name in tables},
        descriptions=[*first.descriptions, *second.descriptions],
    )
    own = first.descriptions[0].model
    titles = [title for title, _ in changes({"A": both, "B": both})]
    assert titles == [f"From A to B: a, {model}, lime, at x1 with 120 samples" for model in (own, "other")]
    ((title, text),) = changes({"A": both, "B": second})
    assert title == "From A to B, at x1 with 120 samples"
    assert own not in text.splitlines()[0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"task": "b"}, "they have no task in common"),
        ({"num_samples": [30, 250]}, "no setting of num_samples is in both"),
        ({"seeds": 1}, "other must have at least two seeds an instance, got 1"),
        ({"k": 1}, "k must be given where both sides were scored at another one, got 3 and 1"),
    ],
    ids=str,
)
def test_why_nothing_can_be_said(changed: dict[str, Any], reason: str, first: limeeval.Study, notebook) -> None:
    ((title, text),) = changes({"A": first, "B": evaluated(notebook, **changed)})
    assert title == "From A to B"
    assert text.startswith(f"Not compared: {reason}")
