"""The page's first screen: a word for each question that the numbers bear out, and sentences with these numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from limeeval.report.answer.cells import Score
from limeeval.report.page.cautions import cautions_of
from limeeval.report.page.facts import facts_of
from limeeval.report.page.steps import measured_by
from limeeval.report.page.verdicts import BAD, GOOD, MIXED, OPEN, Verdict, verdicts_of
from limeeval.study.study import Study

Made = Callable[..., Study]
ALIKE = [[4.0, 3.0, 1.0, 0.0]] * 12
ONE_DIFFERS = [[4.0, 3.0, 1.0, 0.0], [4.0, 3.0, 0.0, 1.0], [4.0, 1.0, 3.0, 0.0]]
NOTHING_SHARED = [[4.0, 3.0, 0.0, 0.0], [0.0, 0.0, 4.0, 3.0]]


def verdicts(study: Study) -> dict[str, Verdict]:
    return {one.question: one for one in verdicts_of(study.answers[0], facts_of(study, study.answers[0]))}


def test_steady_and_faithful_runs_are_said_to_be(study_of: Made) -> None:
    found = verdicts(study_of([ALIKE, ALIKE], r2=0.95, target=0.2))
    assert [(one.word, one.tone) for one in found.values()] == [
        ("Yes", GOOD),
        ("Close", GOOD),
        ("x1 with 5,000 samples", GOOD),
    ]
    assert "name the same 2 main reasons in 100% of cases" in found["Stable?"].sentence
    assert "accounts for 95% of how the model's output varies" in found["Faithful?"].sentence


@pytest.mark.parametrize(
    ("runs", "word", "tone"),
    [(ONE_DIFFERS, "Not yet", MIXED), (NOTHING_SHARED, "Not yet", BAD), (ALIKE[:1], "Not known", OPEN)],
)
def test_stability_in_a_word(study_of: Made, runs: list[Any], word: str, tone: str) -> None:
    found = verdicts(study_of([runs]))["Stable?"]
    assert (found.word, found.tone) == (word, tone)


@pytest.mark.parametrize(
    ("options", "word", "tone"),
    [
        ({"r2": 0.9}, "Close", GOOD),
        ({"r2": 0.5}, "In the main", MIXED),
        ({"r2": 0.3}, "Only a summary", MIXED),
        ({"r2": -0.1}, "No", BAD),
        ({"r2": 0.9, "supported": False}, "Not to be trusted", BAD),
        ({"r2": float("nan")}, "Not known", OPEN),
    ],
)
def test_fidelity_in_a_word(study_of: Made, options: dict[str, Any], word: str, tone: str) -> None:
    found = verdicts(study_of([ALIKE], **options))["Faithful?"]
    assert (found.word, found.tone) == (word, tone)


def test_numbers_in_sentences_are_those_of_the_scores(study_of: Made) -> None:
    study = study_of([ALIKE[:3], ONE_DIFFERS], k=2, r2=0.34)
    scores = study.scores[study.scores["instance"].isna()].set_index("metric")["estimate"]
    sentence = verdicts(study)["Stable?"].sentence
    assert f"the same 2 main reasons in {scores['same_set']:.0%} of cases" in sentence
    assert f"the same first reason in {scores['same_first']:.0%}" in sentence
    assert "surely by more than 0.90 for 0 of 2 applicants." in sentence
    assert "accounts for 34% of how" in verdicts(study)["Faithful?"].sentence


def test_terms_are_explained_where_they_are_used(study_of: Made) -> None:
    study = study_of([ONE_DIFFERS])
    assert "overlap of 0.90" in verdicts(study)["What to set?"].sentence
    assert "Overlap (Jaccard): 1, where two runs name the same 2 reasons" in measured_by(study.answers[0])


def test_cautions_name_what_is_weak(study_of: Made) -> None:
    study = study_of([ONE_DIFFERS, ALIKE[:3]], r2=0.34)
    (answer,) = study.answers
    found = " ".join(cautions_of(answer, facts_of(study, answer)))
    assert "100 (0.56)" in found
    assert "66% of how the model's output varies is not on the line" in found
    assert "for 0 of 2 applicants runs surely agree too little, for 2 it is not decided" in found
    assert "2 applicants cannot stand for the rest" in found
    assert "3 seeds are few" in found
    decided = " ".join(cautions_of(answer, replace(facts_of(study, answer), undecided=0)))
    assert "for 0 of 2 applicants runs surely agree too little. Two runs overlap least" in decided
    assert found.endswith("says that the model is right.")


def test_cautions_of_a_run_without_faults_are_one(study_of: Made) -> None:
    study = study_of([ALIKE] * 6, r2=0.95)
    (answer,) = study.answers
    assert len(cautions_of(answer, facts_of(study, answer))) == 1


def test_what_failed_comes_first(study_of: Made) -> None:
    study = study_of([ALIKE] * 6)
    (answer,) = study.answers
    assert cautions_of(answer, facts_of(study, answer), failures=["row 3: the model raised"])[0].startswith(
        "This run is not complete: 1 part"
    )


def test_reasons_that_come_late_are_doubted_where_only_the_first_is_steady(study_of: Made) -> None:
    study = study_of([ONE_DIFFERS])
    (answer,) = study.answers
    cell = replace(answer.reference, same_first=Score(0.9), same_set=Score(0.6))
    found = cautions_of(replace(answer, reference=cell), facts_of(study, answer))
    assert any("on the first in 90% of cases, on all 2 in 60%" in caution for caution in found)
