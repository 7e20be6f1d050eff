"""The map of settings: the numbers of the comparison, on what all settings have, and when there is none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.report.comparison.between import agreement_between
from limeeval.report.description import Description
from limeeval.report.drawing.figure import NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.figures.agreement_between_settings import agreement_between_settings
from limeeval.study.study import Study

RUN = Description(
    task="t",
    model="m",
    explainer="lime",
    instances=3,
    seeds=6,
    explained="label: 1",
    features=8,
    k=3,
    rows_predicted=0,
    rows_stored=0,
    rows_of_a_loop=0,
    seconds=1.0,
)


def attributions_of(
    coefficients: np.ndarray, *, factor: float = 1.0, samples: int = 1000, **others: Any
) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    frame = frame.assign(task="t", model="m", explainer="lime", kernel_width=factor, kernel_width_factor=factor)
    named = {"feature_name": "f" + frame["feature"].astype(str), "num_samples": samples, "label": 1, **others}
    return frame.assign(coefficient=coefficients.ravel(), standard_error=0.1, **named)


def noisy(seed: int, *, noise: float = 0.4, centre: int = 0, seeds: int = 6, d: int = 8) -> np.ndarray:
    middle = np.random.default_rng([centre, d]).normal(size=(3, 1, d))
    return middle + noise * np.random.default_rng([seed, 9]).normal(size=(3, seeds, d))


def later(rows: pd.DataFrame) -> pd.DataFrame:
    """The same of other seeds."""
    return rows.assign(seed=rows["seed"] + 100)


def study_of(*tables: pd.DataFrame, **changed: Any) -> Study:
    rows = pd.concat(tables, ignore_index=True)
    instances = pd.DataFrame({"task": "t", "model": "m", "instance": [0, 1, 2], "row": [5, 6, 7], "label": 1})
    return Study(rows, pd.DataFrame(), instances, descriptions=[Description(**{**RUN.to_dict(), **changed})])


def three() -> Study:
    return study_of(
        attributions_of(noisy(0, noise=1.0), samples=250),
        attributions_of(noisy(1)),
        attributions_of(noisy(2, centre=1), factor=0.25),
    )


def test_numbers_are_those_of_the_comparison() -> None:
    study = three()
    table = agreement_between_settings(study, study.answers[0]).table
    rows = study.attributions
    names = "x" + rows["kernel_width_factor"].map("{:.3g}".format) + " with " + rows["num_samples"].map("{:,}".format)
    columns = ["instance", "label", "seed", "feature", "coefficient", "standard_error"]
    expected = agreement_between(rows[columns].assign(setting=names + " samples"), by="setting", k=3)
    want = {frozenset((one, other)): found for one, other, *found in expected[
        ["one", "other", "estimate", "low", "high", "chance"]
    ].itertuples(index=False)}  # fmt: skip
    got = {frozenset((one, other)): found for one, other, *found in table.itertuples(index=False)}
    assert got.keys() == want.keys()
    assert len(got) == 6
    for pair, found in got.items():
        assert found == pytest.approx(want[pair]), pair


def test_axes_show_the_table() -> None:
    from matplotlib.figure import Figure as Canvas

    study = three()
    figure = agreement_between_settings(study, study.answers[0])
    axes = Canvas().add_subplot()
    figure.draw(axes)
    assert [text.get_text() for text in axes.texts] == [
        f"{figure.table['Jaccard'].iloc[at]:.2f}" for at in (0, 1, 3, 2, 4, 5)
    ]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["x1 · 250", "x1 · 1,000", "x0.25 · 1,000"]
    assert axes.get_xlabel() == "kernel width (x1: LIME's) · samples"
    assert f"by chance {figure.table['by chance'].iloc[0]:.2f}" in figure.caption
    # Unrelated to the others, though steady itself: it is marked, in the map and in words.
    assert axes.lines
    assert "of 3 pairs" in figure.caption
    assert "of 3 pairs" in figure.alt


def test_the_same_runs_under_two_names_are_not_marked() -> None:
    study = study_of(attributions_of(noisy(0), samples=250), attributions_of(noisy(0)))
    figure = agreement_between_settings(study, study.answers[0])
    assert figure.table["Jaccard"].nunique() == 1
    assert "no more than the seed" in figure.caption


def test_only_what_all_settings_have_counts() -> None:
    here, there = attributions_of(noisy(0), samples=250), attributions_of(noisy(1))
    without = there[~((there["instance"] == 2) | (there["seed"] == 5))]
    study = study_of(here, without)
    table = agreement_between_settings(study, study.answers[0]).table
    own = study_of(here[(here["instance"] < 2) & (here["seed"] < 5)], without)
    expected = agreement_between_settings(own, own.answers[0]).table
    pd.testing.assert_frame_equal(table.drop(columns=["low", "high"]), expected.drop(columns=["low", "high"]))
    pairs = table["setting"] != table["other setting"]
    pd.testing.assert_frame_equal(table[pairs], expected[pairs])


def test_a_setting_with_itself_has_the_limits_of_its_score() -> None:
    study = study_of(attributions_of(noisy(0), samples=250), attributions_of(noisy(1)))
    table = agreement_between_settings(study, study.answers[0]).table
    own = table[table["setting"] == table["other setting"]]
    scores = [cell.jaccard for cell in study.answers[0].cells]
    assert own[["Jaccard", "low", "high"]].to_numpy().tolist() == [
        pytest.approx([score.estimate, score.low, score.high]) for score in scores
    ]


def test_at_most_twelve_settings() -> None:
    tables = [attributions_of(noisy(at), factor=at + 1.0, samples=n) for at in range(5) for n in (250, 500, 1000)]
    study = study_of(*tables)
    assert len(agreement_between_settings(study, study.answers[0]).table) == 12 * 13 // 2


def test_settings_that_are_the_same_everywhere_are_not_named() -> None:
    long = "<b>$a$</b>\n" * 40
    tables = [attributions_of(noisy(at), version=name, fixed="x") for at, name in enumerate(("b", long, long + "c"))]
    study = study_of(*tables)
    figure = agreement_between_settings(study, study.answers[0])
    names = dict.fromkeys([*figure.table["setting"], *figure.table["other setting"]])
    assert len(names) == 3
    assert max(map(len, names)) <= 60
    assert saved(figure, ["svg"])["svg"]


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([attributions_of(noisy(0))], "got 1"),
        ([attributions_of(noisy(0, seeds=1)), attributions_of(noisy(1, seeds=1), samples=250)], "got 0"),
        ([attributions_of(noisy(0)), later(attributions_of(noisy(1), samples=250))], "two seeds"),
        ([attributions_of(noisy(0)), attributions_of(noisy(1, d=9), samples=250)], "got 1"),
    ],
    ids=["one setting", "one seed", "no common seeds", "other features"],
)  # fmt: skip
def test_not_drawn(tables: list[pd.DataFrame], reason: str) -> None:
    study = study_of(*tables)
    with pytest.raises(NotDrawn, match=reason):
        agreement_between_settings(study, study.answers[0])


def without(rows: pd.DataFrame, instance: int, first: int) -> pd.DataFrame:
    """The same, with but the first features of one instance."""
    return rows[(rows["instance"] != instance) | (rows["feature"] < first)]


def test_not_drawn_where_an_instance_has_other_features() -> None:
    study = study_of(without(attributions_of(noisy(0)), 0, 6), without(attributions_of(noisy(1), samples=250), 1, 6))
    with pytest.raises(NotDrawn, match="same features everywhere"):
        agreement_between_settings(study, study.answers[0])
