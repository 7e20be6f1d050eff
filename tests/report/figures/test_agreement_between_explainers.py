"""The map of explainers: the numbers of the comparison, at which settings, and when there is none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas

from limeeval.report.comparison.between import agreement_between
from limeeval.report.description import Description
from limeeval.report.drawing.figure import NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.figures.agreement_between_explainers import agreement_between_explainers
from limeeval.study.study import Study

HOSTILE = "<script>alert('$x$')</script>\n" * 10


def attributions_of(explainer: str, *, centre: int = 0, d: int = 8, seeds: int = 6, **others: Any) -> pd.DataFrame:
    """Attributions of three instances, steady around a centre."""
    noise = 0.4 * np.random.default_rng([centre, d, len(explainer)]).normal(size=(3, seeds, d))
    coefficients = np.random.default_rng([centre, d]).normal(size=(3, 1, d)) + noise
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    named = {"task": "t", "model": "m", "explainer": explainer, "label": 1, **others}
    return frame.assign(coefficient=coefficients.ravel(), standard_error=np.nan, **named)


def study_of(*tables: pd.DataFrame) -> Study:
    rows = pd.concat(tables, ignore_index=True)
    counts = {"instances": 3, "seeds": 6, "features": 8, "k": 3}
    counts |= {"rows_predicted": 0, "rows_stored": 0, "rows_of_a_loop": 0}
    names = rows[["task", "model", "explainer"]].drop_duplicates().itertuples(index=False)
    runs = [Description(*own, explained="label: 1", seconds=1.0, **counts) for own in names]
    instances = pd.DataFrame({"task": "t", "model": "m", "instance": [0, 1, 2], "row": [5, 6, 7], "label": 1})
    return Study(rows, pd.DataFrame(), instances, descriptions=runs)


def test_numbers_are_those_of_the_comparison() -> None:
    one, other = attributions_of("lime", num_samples=5000), attributions_of("shap", centre=1)
    third = attributions_of("third")
    study = study_of(one, other, third, attributions_of("shap").assign(model="other"))
    figure = agreement_between_explainers(study, study.answers[0])
    expected = agreement_between(pd.concat([one, other, third]).drop(columns="num_samples"), by="explainer", k=3)
    assert figure.table["explainer"].tolist() == ["lime", "lime", "lime", "shap", "shap", "third"]
    for shown, column in (("Jaccard", "estimate"), ("low", "low"), ("high", "high"), ("by chance", "chance")):
        assert figure.table[shown].tolist() == pytest.approx(expected[column].tolist())
    axes = Canvas().add_subplot()
    figure.draw(axes)
    assert [text.get_text() for text in axes.texts] == [f"{expected['estimate'][at]:.2f}" for at in (0, 1, 3, 2, 4, 5)]
    assert f"by chance {expected['chance'][0]:.2f}" in figure.alt


def test_each_stands_at_the_setting_that_its_answer_is_about() -> None:
    lime = [attributions_of("lime", num_samples=n, centre=n).astype({"num_samples": "Int64"}) for n in (5000, 250)]
    study = study_of(*lime, attributions_of("shap"))
    figure = agreement_between_explainers(study, study.answers[0])
    usual = study_of(lime[0], attributions_of("shap"))
    pd.testing.assert_frame_equal(figure.table, agreement_between_explainers(usual, usual.answers[0]).table)
    assert "lime at 5,000 samples" in figure.caption


def test_hostile_names_are_text() -> None:
    study = study_of(attributions_of(HOSTILE), attributions_of(HOSTILE + "2", centre=1))
    figure = agreement_between_explainers(study, study.answers[0])
    names = set(figure.table["explainer"]) | set(figure.table["other explainer"])
    assert len(names) == 2
    assert all(len(name) <= 60 and name.isprintable() for name in names)
    assert saved(figure, ["svg"])["svg"]


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([attributions_of("lime"), attributions_of("shap").assign(model="other")], "got 1"),
        ([attributions_of("lime"), attributions_of("shap", d=9)], "same features"),
        ([attributions_of("lime"), attributions_of("shap", seeds=1)], "two seeds"),
        ([attributions_of("lime"), attributions_of("shap").assign(instance=lambda t: t["instance"] + 3)], "in common"),
    ],
    ids=["another model's", "other features", "one seed", "other instances"],
)
def test_not_drawn(tables: list[pd.DataFrame], reason: str) -> None:
    study = study_of(*tables)
    with pytest.raises(NotDrawn, match=reason):
        agreement_between_explainers(study, study.answers[0])
