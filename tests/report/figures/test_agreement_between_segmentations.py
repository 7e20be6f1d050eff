"""The map of segmentations: the scores of pixels at the reference's settings, and when there are none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas

from limeeval.report.description import Description
from limeeval.report.drawing.figure import NotDrawn
from limeeval.report.drawing.saved import saved
from limeeval.report.figures.agreement_between_segmentations import agreement_between_segmentations
from limeeval.study.study import Study
from limeeval.sweep.pictures import Cut, Pictures

CUTS = {
    "rows(a=1)": np.repeat(np.arange(8), 8).reshape(8, 8),
    "columns(a=1)": np.tile(np.arange(8), (8, 1)),
    "columns(a=2)": np.tile(np.arange(8) // 2, (8, 1)),
}


def attributions_of(name: str, *, samples: int, instance: int, seeds: int = 5) -> pd.DataFrame:
    """Runs on a segmentation, of which every superpixel counts a little less than the one before."""
    d = CUTS[name].max() + 1
    noise = 0.3 * np.random.default_rng([samples, instance, d, len(name)]).normal(size=(seeds, d))
    coefficients = np.arange(d, 0, -1) + noise
    seed, feature = np.indices(coefficients.shape).reshape(2, -1)
    named: dict[str, Any] = {"task": "t", "model": "m", "explainer": "lime", "label": 1, "instance": instance}
    named |= {"segmentation": name, "kernel_width": 0.25, "kernel_width_factor": 1.0, "num_samples": samples}
    frame = pd.DataFrame({"seed": seed, "feature": feature, "coefficient": coefficients.ravel()})
    return frame.assign(standard_error=0.1, **named)


def study_of(*names: str, samples: tuple[int, ...] = (1000, 250)) -> Study:
    images = (0, 1)
    rows = [attributions_of(name, samples=n, instance=i) for name in names for n in samples for i in images]
    run = Description(
        task="t",
        model="m",
        explainer="lime",
        instances=2,
        seeds=5,
        explained="label: 1",
        features=4,
        k=2,
        rows_predicted=0,
        rows_stored=0,
        rows_of_a_loop=0,
        seconds=1.0,
    )
    instances = pd.DataFrame({"task": "t", "model": "m", "instance": images, "row": images, "label": 1})
    segments = {Cut("t", i, name): CUTS[name] for i in images for name in names}
    pictures = Pictures(segments, {})
    return Study(pd.concat(rows, ignore_index=True), pd.DataFrame(), instances, descriptions=[run], pictures=pictures)


def test_numbers_are_the_scores_at_the_reference() -> None:
    study = study_of(*CUTS)
    (answer,) = study.answers
    figure = agreement_between_segmentations(study, answer)
    scores = study.scores
    is_pair = (scores["metric"] == "pixel_iou") & scores["instance"].isna() & (scores["against"] != "others")
    own = scores[is_pair & (scores["num_samples"] == answer.reference.samples)]
    assert len(own) == len(figure.table) == 6
    assert figure.table["segmentation"].tolist() == own["segmentation"].tolist()
    assert figure.table["other segmentation"].tolist() == own["against"].tolist()
    for shown, column in (("IoU", "estimate"), ("low", "low"), ("high", "high"), ("by chance", "chance")):
        assert figure.table[shown].tolist() == own[column].tolist()
    axes = Canvas().add_subplot()
    figure.draw(axes)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert sorted(names) == ["columns 1", "columns 2", "rows"]
    shown_numbers = {}
    for text in axes.texts:
        column, row = (int(end) for end in text.get_position())
        shown_numbers[frozenset((names[row], names[column]))] = text.get_text()
    short = {"rows(a=1)": "rows", "columns(a=1)": "columns 1", "columns(a=2)": "columns 2"}
    assert shown_numbers == {
        frozenset((short[one], short[other])): f"{value:.2f}"
        for one, other, value in own[["segmentation", "against", "estimate"]].itertuples(index=False)
    }
    assert "1,000 samples" in figure.caption
    assert "by chance 0.05" in figure.caption
    assert saved(figure, ["svg"])["svg"]


def test_not_drawn_of_a_single_segmentation() -> None:
    study = study_of("rows(a=1)")
    with pytest.raises(NotDrawn, match="two segmentations"):
        agreement_between_segmentations(study, study.answers[0])


def test_not_drawn_of_what_is_no_image() -> None:
    study = study_of("rows(a=1)")
    tables = study.attributions.drop(columns="segmentation")
    other = Study(tables, study.fits, study.instances, descriptions=study.descriptions)
    with pytest.raises(NotDrawn, match="two segmentations"):
        agreement_between_segmentations(other, other.answers[0])
