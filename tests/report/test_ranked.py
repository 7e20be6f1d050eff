"""Which instance is the worst: by Jaccard, of its worst label, and told by the id that the user knows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from limeeval import Study
from limeeval.report.answer.cells import Score
from limeeval.report.ranked import Ranked, best_median_worst, instance_name, ranked_instances

Made = Callable[..., Study]
ALIKE = [[4.0, 3.0, 1.0, 0.0]] * 3
THIRDS = [[4.0, 3.0, 1.0, 0.0], [4.0, 1.0, 3.0, 0.0], [4.0, 1.0, 0.0, 3.0]]  # Every pair shares 1 of 3.
ONE_DIFFERS = [[4.0, 3.0, 1.0, 0.0], [4.0, 3.0, 0.0, 1.0], [4.0, 1.0, 3.0, 0.0]]  # Pairs share 2, 1 and 1.


def ranked(jaccards: list[float | None]) -> list[Ranked]:
    return [Ranked(i, i, 0, None, None, Score(), Score(value), Score()) for i, value in enumerate(jaccards)]


def test_the_lowest_jaccard_comes_first_with_its_scores(study_of: Made) -> None:
    study = study_of([ALIKE, THIRDS, ONE_DIFFERS])
    found = ranked_instances(study, study.answers[0])
    assert [one.row for one in found] == [101, 102, 100]
    assert [one.jaccard.estimate for one in found] == pytest.approx([1 / 3, 5 / 9, 1.0])
    assert [one.same_set.estimate for one in found] == pytest.approx([0.0, 1 / 3, 1.0])
    first = found[0]
    assert (first.instance, first.label, first.label_name, first.prediction) == (1, 0, "bad", 0.25)
    assert first.fidelity.estimate == pytest.approx(0.8)


def test_ranks_are_those_of_the_scores_and_agree_with_the_answer(study_of: Made) -> None:
    rng = np.random.default_rng(0)
    study = study_of([rng.normal(size=(5, 8)) for _ in range(9)], k=3)
    found, scores = ranked_instances(study, study.answers[0]), study.scores
    own = scores[(scores["metric"] == "jaccard") & scores["instance"].notna()].set_index("instance")
    assert [one.jaccard.low for one in found] == own.loc[[one.instance for one in found], "low"].tolist()
    worst = study.answers[0].steadiness.worst
    assert [(one.row, one.jaccard.estimate) for one in found[:3]] == [(one.row, one.jaccard) for one in worst]


def test_of_several_labels_the_lowest_counts(study_of: Made) -> None:
    study = study_of([ALIKE, THIRDS, ONE_DIFFERS], labels=[0, 1, 2])
    (one,) = ranked_instances(study, study.answers[0])
    assert (one.label, one.jaccard.estimate) == (1, pytest.approx(1 / 3))


def test_ties_go_by_position_and_instances_without_a_score_come_last(study_of: Made) -> None:
    missing = [[4.0, np.nan, 1.0, 0.0]] * 3
    study = study_of([missing, ALIKE, THIRDS, ALIKE])
    found = ranked_instances(study, study.answers[0])
    assert [one.instance for one in found] == [2, 1, 3, 0]
    assert found[-1].jaccard == Score()


def test_a_single_seed_has_no_scores_but_its_instances(study_of: Made) -> None:
    study = study_of([ALIKE[:1], THIRDS[:1]])
    found = ranked_instances(study, study.answers[0])
    assert [(one.instance, one.jaccard) for one in found] == [(0, Score()), (1, Score())]
    assert {name: one.instance for name, one in best_median_worst(found).items()} == {"worst": 0}


@pytest.mark.parametrize(
    ("jaccards", "expected"),
    [
        ([0.1, 0.5, 0.9], {"worst": 0, "median": 1, "best": 2}),
        ([0.1, 0.4, 0.6, 0.9], {"worst": 0, "median": 1, "best": 3}),
        ([0.1, 0.9], {"worst": 0, "best": 1}),
        ([0.1], {"worst": 0}),
        ([0.1, 0.5, 0.9, None, None], {"worst": 0, "median": 1, "best": 2}),
        ([], {}),
    ],
)
def test_the_instances_to_look_at(jaccards: list[float | None], expected: dict[str, int]) -> None:
    found = {name: one.instance for name, one in best_median_worst(ranked(jaccards)).items()}
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("applicants", "applicant 7"),
        ("people", "row 7"),
        ("glasses", "row 7"),
        ("cities", "row 7"),
        ("s", "row 7"),
        ("rows", "row 7"),
    ],
)
def test_what_an_instance_is_called(study_of: Made, unit: str, expected: str) -> None:
    study = study_of([ALIKE], rows=[7], unit=unit)
    answer = study.answers[0]
    assert instance_name(ranked_instances(study, answer)[0], answer) == expected


def test_ids_may_be_any_text_and_are_cut(study_of: Made) -> None:
    study = study_of([ALIKE], rows=["a\n<b>" + "x" * 300])
    answer = study.answers[0]
    (one,) = ranked_instances(study, answer)
    assert one.row == "a\n<b>" + "x" * 300
    assert instance_name(one, answer) == "applicant a <b>xxxx…xxxxxxxxxx"


def test_an_instance_of_which_nothing_is_known_goes_by_its_position(study_of: Made) -> None:
    study = study_of([ALIKE, THIRDS])
    study = replace(study, instances=study.instances.iloc[:1])
    first, last = ranked_instances(study, study.answers[0])
    assert (first.row, first.label_name, first.prediction) == ("#1", None, None)
    assert (last.row, last.label_name, last.prediction) == (100, "bad", 0.25)
