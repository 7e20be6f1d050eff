"""Pictures: superpixels that runs name are outlined, maps are those of the coefficients, numbers are the scores'."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas

from limeeval import Study
from limeeval.lime.plot import LOWERS, RAISES
from limeeval.report.drawing.figure import Figure, NotDrawn
from limeeval.report.drawing.panels import Cutout, colored, heat, height_of, outlined, posterized, top_superpixels
from limeeval.report.drawing.saved import saved
from limeeval.report.drawing.style import INK
from limeeval.report.figures.pictures import pictures
from limeeval.sweep.pictures import Cut, Pictures

Made = Callable[..., Study]
ROWS = np.arange(100).reshape(10, 10) // 20
"""Five strips of twenty pixels, above one another."""
COLUMNS = ROWS.T
STEADY = [[5.0, -4.0, 1.0, 0.5, 0.0]] * 4
LOOSE = [[5.0, 4.0, 1.0, 0.0, 0.0], [5.0, 1.0, -4.0, 0.0, 0.0]] * 2
NOISE = np.random.default_rng(0).integers(0, 256, (256, 200, 3), dtype=np.uint8)
GREY = np.full((10, 10, 3), 128, dtype=np.uint8)
HOSTILE = '<script>alert("$x_1$")</script>\n' + "שלום 🎉" * 60


@pytest.fixture
def images_of(study_of: Made) -> Made:
    """Makes a study of images from coefficients: instances (R, d), by segmentation."""

    def made(
        runs: Mapping[str, Any],
        cuts: Mapping[str, np.ndarray] | None = None,
        *,
        picture: np.ndarray = GREY,
        **described: Any,
    ) -> Study:
        cuts = cuts or {name: COLUMNS if name == "columns" else ROWS for name in runs}
        described = {"unit": "photos", **described}
        parts = {name: study_of(own, **described) for name, own in runs.items()}
        count = len(next(iter(runs.values())))
        tables = [
            pd.concat([getattr(part, table).assign(segmentation=name) for name, part in parts.items()])
            for table in ("attributions", "fits")
        ]
        segments = {Cut("loans", i, name): labels for name, labels in cuts.items() for i in range(count)}
        shown = Pictures(segments, {("loans", i): picture for i in range(count)})
        first = next(iter(parts.values()))
        return replace(first, attributions=tables[0], fits=tables[1], pictures=shown)

    return made


def drawn(study: Study, **options: Any) -> Figure:
    return pictures(study, study.answers[0], **options)


def axes_of(figure: Figure) -> Axes:
    axes = Canvas().add_subplot()
    figure.draw(axes)
    return axes


def texts_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def overlaps_of(axes: Axes) -> list[list[float]]:
    """What the marks beside the picture say: of seeds, and of segmentations."""
    (beside,) = axes.child_axes
    marks = [line for own in beside.child_axes for line in own.lines if line.get_marker() in ("o", "s")]
    return [np.asarray(line.get_xdata()).tolist() for line in marks]


def score_of(study: Study, name: str, against: str) -> float:
    rows = study.scores[(study.scores["metric"] == "pixel_iou") & (study.scores["instance"] == 0)]
    return float(rows[(rows["segmentation"] == name) & (rows["against"] == against)]["estimate"].item())


def cutout(coefficients: list[float], *, solid: tuple[int, ...] = (), dashed: tuple[int, ...] = ()) -> Cutout:
    named = (np.array(own, dtype=np.intp) for own in (solid, dashed))
    return Cutout("", "", ROWS.astype(np.uint8), np.array(coefficients), *named)


def colors_in(raster: np.ndarray, superpixel: int) -> set[tuple[float, ...]]:
    """The colors of a strip of 72 lines."""
    strip = raster[72 * superpixel : 72 * (superpixel + 1)].reshape(-1, 3)
    return {tuple(color) for color in np.unique(strip, axis=0).tolist()}


def test_the_table_says_which_superpixels_runs_name_and_how_far_maps_overlap(images_of: Made) -> None:
    study = images_of({"columns": [LOOSE], "rows": [STEADY]})
    table = drawn(study).table.set_index("segmentation")
    assert table["superpixels"].tolist() == [5, 5]
    assert table["named in 90% of runs"].to_dict() == {"columns": 1, "rows": 2}
    assert table["come and go"].to_dict() == {"columns": 2, "rows": 0}
    assert table.loc["rows", "largest mean coefficients"] == "0: +5 (4), 1: -4 (4)"
    assert table.loc["columns", "largest mean coefficients"] == "0: +5 (4), 1: +2.5 (2)"
    for name in ("columns", "rows"):
        assert table.loc[name, "overlap with another seed"] == pytest.approx(score_of(study, name, name))
        assert table.loc[name, "overlap with other segmentations"] == pytest.approx(score_of(study, name, "others"))


def test_marks_and_words_are_the_numbers_of_the_table(images_of: Made) -> None:
    figure = drawn(images_of({"columns": [LOOSE], "rows": [STEADY]}))
    axes, table = axes_of(figure), figure.table
    of_seeds, of_others = (table[f"overlap with {what}"] for what in ("another seed", "other segmentations"))
    assert overlaps_of(axes) == [pytest.approx(of_seeds.tolist()), pytest.approx(of_others.tolist())]
    for name, seed, other in zip(table["segmentation"], of_seeds, of_others, strict=True):
        assert f"{name}: 5 superpixels" in texts_of(axes)
        assert f"seed {seed:.2f} · others {other:.2f}" in texts_of(axes)
    assert len(axes.images) == 5


def test_the_reference_comes_first_and_its_verdict_is_told(images_of: Made) -> None:
    study = images_of({"columns": [STEADY], "rows": [STEADY]})
    figure = drawn(study)
    reference = study.answers[0].reference.segmentation
    assert figure.table["segmentation"][0] == reference
    assert f"{reference}: Another segmentation paints another picture" in figure.caption
    assert "other segmentations by 0.11, by chance 0.05" in figure.alt
    assert "With another seed their top 10% of pixels overlap by 1.00 (IoU)" in figure.alt


def test_what_every_run_names_is_outlined_in_its_color_and_what_comes_and_goes_is_dashed() -> None:
    raster = outlined(GREY, cutout([2.0, -1.0, 1.0, -1.0, 0.5], solid=(0, 1), dashed=(2, 3)))
    white = (1.0, 1.0, 1.0)
    found = [colors_in(raster, superpixel) for superpixel in range(5)]
    assert [to_rgb(RAISES) in own for own in found] == [True, False, True, False, False]
    assert [to_rgb(LOWERS) in own for own in found] == [False, True, False, True, False]
    assert [white in own for own in found] == [False, False, True, True, False]
    assert (raster[:2, :, :] == to_rgb(RAISES)).all()


def test_maps_are_symmetric_and_their_top_is_framed() -> None:
    coefficients = [4.0, -4.0, 2.0, 0.0, 1.0]
    one = cutout(coefficients)
    middles = heat(GREY, one)[36::72, 180]
    assert middles[3] == pytest.approx([middles[3][0]] * 3)
    assert np.ptp(middles - 0.8 * colored(np.array(coefficients) / 4)) == pytest.approx(0.0, abs=1e-9)
    assert top_superpixels(one).tolist() == [True, False, False, False, False]
    assert [to_rgb(INK) in colors_in(heat(GREY, one), superpixel) for superpixel in range(5)] == [True] + [False] * 4


def test_the_ends_of_the_scale_are_blue_white_and_orange() -> None:
    assert colored(np.array([1.0, 0.0, -1.0])) == pytest.approx(np.array([to_rgb(RAISES), (1, 1, 1), to_rgb(LOWERS)]))


def test_coefficients_of_zero_paint_nothing(images_of: Made) -> None:
    assert len(np.unique(heat(GREY, cutout([0.0] * 5)))) == 1
    figure = drawn(images_of({"rows": [[[0.0] * 5] * 3]}))
    assert figure.table[["named in 90% of runs", "come and go"]].to_numpy().tolist() == [[0, 0]]
    assert "No run names a reason" in figure.caption
    assert len(axes_of(figure).images) == 3


def test_a_single_segmentation_says_what_to_rely_on(images_of: Made) -> None:
    figure = drawn(images_of({"rows": [LOOSE]}))
    assert "Named again: feature 0 (named in every run). Changes with the seed: feature 1, feature 2." in figure.caption
    assert "framed: its top 10% of pixels" in figure.caption
    assert not [column for column in figure.table if "overlap" in column]
    assert overlaps_of(axes_of(figure)) == []
    assert "coefficients" in texts_of(axes_of(figure))


def test_a_single_run_promises_nothing(images_of: Made) -> None:
    figure = drawn(images_of({"columns": [STEADY[:1]], "rows": [STEADY[:1]]}))
    assert figure.table["of runs"].tolist() == [1, 1]
    assert not {"named in 90% of runs", "come and go"} & set(figure.table)
    assert "Outlined: columns: 2, of a single run; rows: 2, of a single run." in figure.alt
    assert "dashed, for they are those of a single run" in figure.caption
    assert "it takes at least two seeds" in figure.caption
    assert overlaps_of(axes_of(figure)) == []


def test_a_run_that_lacks_a_coefficient_does_not_count(images_of: Made) -> None:
    lacking = [*STEADY, [np.nan, 1.0, 1.0, 1.0, 1.0]]
    assert drawn(images_of({"rows": [lacking]})).table["of runs"].tolist() == [4]


def test_up_to_six_segmentations_are_shown(images_of: Made) -> None:
    figure = drawn(images_of({f"cut{number}": [STEADY] for number in range(8)}))
    assert len(figure.table) == 6
    assert "Not shown: 2 more segmentations." in figure.caption
    assert figure.height == pytest.approx(height_of((10, 10), 6))
    assert len(axes_of(figure).images) == 13


def test_the_instance_is_the_one_that_was_asked_for(images_of: Made) -> None:
    study = images_of({"rows": [STEADY, LOOSE, STEADY]})
    worst, row = drawn(study), drawn(study, which=102)
    assert "photo 101" in worst.title
    assert row.title.startswith("Photo 102: ")
    assert (worst.name, row.name) == ("pictures_worst", "pictures_2")
    assert texts_of(axes_of(row))[0] == "photo 102"


def test_segments_and_thumbnails_need_not_have_one_size(images_of: Made) -> None:
    figure = drawn(images_of({"rows": [STEADY]}, picture=NOISE))
    assert [image.get_array().shape for image in axes_of(figure).images] == [(360, 281, 3)] * 3


@pytest.mark.parametrize("shape", [(1, 1), (400, 3), (3, 400), (1, 700)])
def test_any_shape_can_be_drawn(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), dtype=np.uint8)
    one = Cutout("", "", np.zeros(shape, dtype=np.uint8), np.array([1.0]), np.array([0]), np.array([], dtype=np.intp))
    assert posterized(picture).shape == outlined(picture, one).shape == heat(picture, one).shape
    assert height_of(shape, 1) < 10


def test_what_cannot_be_drawn_is_said(images_of: Made, study_of: Made) -> None:
    study = images_of({"rows": [STEADY, LOOSE]})
    with pytest.raises(NotDrawn, match="values=False"):
        drawn(study, values=False)
    with pytest.raises(NotDrawn, match="needs a run of images"):
        drawn(study_of([STEADY]))
    with pytest.raises(NotDrawn, match="median"):
        drawn(study, which="median")
    with pytest.raises(ValueError, match="which must be"):
        drawn(study, which="row 5")
    assert study.pictures is not None
    for known in ({"segments": {}}, {"thumbnails": {}}):
        with pytest.raises(NotDrawn, match="needs a picture"):
            drawn(replace(study, pictures=replace(study.pictures, **known)))


def test_names_are_text_whatever_is_in_them(images_of: Made) -> None:
    study = images_of({HOSTILE: [STEADY], "rows": [LOOSE]}, rows=[HOSTILE], label_name=HOSTILE)
    figure = drawn(study)
    assert all("\n" not in text and len(text) < 60 for text in texts_of(axes_of(figure)))
    assert b"<script" not in saved(figure, ["svg"])["svg"]


def test_files_are_small_and_the_same_every_time(images_of: Made) -> None:
    study = images_of({"columns": [STEADY], "rows": [STEADY]}, picture=NOISE)
    first = saved(drawn(study), ["png"])["png"]
    assert first == saved(drawn(study), ["png"])["png"]
    assert len(first) < 250_000
