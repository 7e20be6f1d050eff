"""The answer on images: which cell it is about, what it says of other segmentations, and how it names things."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.answer.cells import Score
from limeeval.report.answer.need import estimated_need
from limeeval.report.answer.segmentations import short_names
from limeeval.report.description import Description, Target
from limeeval.sweep.grid import IMAGE_DEFAULTS, shown_defaults

RUN = Description(
    task="digits",
    model="mlp",
    explainer="lime",
    unit="digits",
    instances=3,
    seeds=10,
    explained="label: the predicted class",
    features=5,
    k=2,
    rows_predicted=500_000,
    rows_stored=0,
    rows_of_a_loop=2_500_000,
    seconds=6.2,
)
NO_RUNS = pd.DataFrame({"task": [], "model": [], "explainer": []})
Limits = tuple[float, float, float]
STABLE: Limits = (0.95, 0.92, 0.97)


def cell(
    segmentation: str | None,
    factor: float = 1.0,
    samples: int = 1000,
    *,
    jaccard: Limits = (0.8, 0.75, 0.85),
    r2: float = 0.95,
    d: int = 20,
    iou: Limits | None = (0.21, 0.18, 0.25),
    same: Limits | None = (0.88, 0.8, 0.93),
    pair: float = 0.3,
    **changed: Any,
) -> list[dict[str, Any]]:
    """Rows of scores of one setting."""
    settings = {"task": "digits", "model": "mlp", "explainer": "lime", **shown_defaults(IMAGE_DEFAULTS)}
    settings |= {"kernel_width": factor / 4, "kernel_width_factor": factor, "num_samples": samples}
    settings |= {"segmentation": segmentation, **changed}
    rows = [score("jaccard", *jaccard, chance=1 / d), score("same_set", 0.6, 0.5, 0.7)]
    rows += [score("jaccard", value, value - 0.02, instance=i) for i, value in enumerate((0.5, 0.9, 1.0))]
    rows += [score("same_first", 0.9, chance=1 / d), score("supported", changed.get("supported", 1.0))]
    rows += [score("ess", changed.get("ess", 500.0)), score("r2_fresh", r2), score("r2_reference", r2)]
    for against, limits in (("others", iou), (segmentation, same), ("another", (pair, pair, pair))):
        if limits is not None and iou is not None:
            rows.append(score("pixel_iou", *limits, chance=0.0526, against=against))
            rows.append(score("pixel_spearman", limits[0] / 2, against=against, chance=0.0))
    return [{**{key: settings[key] for key in settings if key not in ("supported", "ess")}, **row} for row in rows]


def score(
    metric: str,
    estimate: float,
    low: float = np.nan,
    high: float = np.nan,
    *,
    instance: int | None = None,
    chance: float = np.nan,
    against: str | None = None,
) -> dict[str, Any]:
    blank = {"low_population": np.nan, "high_population": np.nan, "interval": "jackknife over seeds", "n": 10, "k": 2}
    own = {"instance": instance, "label": None if instance is None else 0, "metric": metric, "against": against}
    return {**own, "estimate": estimate, "low": low, "high": high, "chance": chance, **blank}


def answer(*cells: list[dict[str, Any]], description: Description = RUN, rows: Any = (17, 42, 99)) -> Answer:
    scores = pd.DataFrame([row for own in cells for row in own])
    scores = scores.astype({"instance": "Int64", "label": "Int64", "k": "Int64"})
    instances = pd.DataFrame({"task": "digits", "model": "mlp", "instance": range(3), "row": list(rows), "label": 0})
    return answer_of(scores, instances, NO_RUNS, replace(description, arguments=()), Target())


def test_cells_have_the_scores_with_all_others_and_with_themselves() -> None:
    found = answer(cell("grid"), cell("slic", iou=(0.4, 0.3, 0.5), same=(0.9, 0.85, 0.95))).cells
    assert [one.segmentation for one in found] == ["grid", "slic"]
    assert found[1].pixel_iou == Score(0.4, 0.3, 0.5)
    assert found[1].pixel_iou_same == Score(0.9, 0.85, 0.95)
    assert found[1].pixel_spearman == Score(0.2)
    assert found[1].pixel_chance == 0.0526
    assert "against" not in found[0].settings
    assert [one.jaccard for one in found] == [Score(0.8, 0.75, 0.85)] * 2


@pytest.mark.parametrize(
    ("iou", "same", "verdict"),
    [
        ((0.7, 0.61, 0.8), (0.95, 0.9, 0.98), "Another segmentation paints much the same picture: "),
        ((0.7, 0.59, 0.8), (0.95, 0.9, 0.98), "Another segmentation paints a partly different picture: "),
        ((0.4, 0.34, 0.5), (0.95, 0.9, 0.98), "Another segmentation paints a partly different picture: "),
        ((0.4, 0.33, 0.5), (0.95, 0.9, 0.98), "Another segmentation paints another picture: "),
        ((0.11, 0.1, 0.12), (0.95, 0.9, 0.98), "Another segmentation paints another picture: "),
        ((0.1, 0.09, 0.12), (0.95, 0.9, 0.98), "paints another picture, hardly more alike than by chance: "),
        ((0.2, 0.05, 0.5), (0.95, 0.9, 0.98), "paints another picture, hardly more alike than by chance: "),
        ((0.2, 0.1, 0.3), (0.3, 0.2, 0.4), "Another seed changes the picture as much as another segmentation: "),
        ((0.5, 0.4, 0.6), (0.3, 0.2, 0.4), "Another seed changes the picture as much as another segmentation: "),
        ((0.2, np.nan, np.nan), (0.3, np.nan, np.nan), "Another segmentation paints another picture: "),
    ],
)
def test_how_far_pictures_agree_is_said_in_words(iou: Limits, same: Limits, verdict: str) -> None:
    assert verdict in (answer(cell("grid", iou=iou, same=same), cell("slic")).pixels or "")


def test_the_sentence_on_pixels_is_about_the_reference() -> None:
    found = answer(cell("grid"), cell("lime", iou=(0.21, 0.18, 0.25), same=(0.88, 0.8, 0.93)), cell("slic"))
    assert found.reference.settings["segmentation"] == "lime"
    assert found.pixels == (
        "Another segmentation paints another picture: the top 10% of pixels overlap by 0.21 [0.18, 0.25] (IoU; by "
        "chance 0.05), on the same one with another seed by 0.88."
    )


def test_a_single_segmentation_says_nothing_of_pixels() -> None:
    found = answer(cell("slic", iou=None), cell("slic", 0.5, iou=None))
    assert found.pixels is None
    assert found.swept == ()
    assert found.reference.segmentation == "slic"
    unknown = answer(cell("grid", iou=(np.nan,) * 3), cell("slic", iou=(np.nan,) * 3))
    assert unknown.pixels is None


def test_limes_segmentation_is_the_reference_or_else_its_algorithm() -> None:
    names = ["felzenszwalb", "quickshift(kernel_size=2)", "slic"]
    near = answer(*(cell(name) for name in names))
    assert near.reference.segmentation == "quickshift"
    assert "At LIME's width and samples on quickshift two runs agree" in near.stable
    whole = answer(*(cell(name) for name in [*names, "lime"]))
    assert whole.reference.is_default
    assert "At LIME's defaults two runs agree" in whole.stable
    other = answer(cell("slic", 0.5), cell("grid", 0.5))
    assert "At x0.5 with 1,000 samples, slic (LIME's defaults were not run)" in other.stable


def test_images_are_called_what_they_are() -> None:
    found = answer(cell("slic"))
    assert "Steady for 1 of 3 digits; worst: digit 17 (Jaccard 0.50), 42 (0.90)." in found.stable
    assert found.faithful.endswith("close to what the model does around these digits.")
    named = answer(cell("slic"), rows=["coffee", "cat", "camera"])
    assert "worst: coffee (Jaccard 0.50), cat (0.90)." in named.stable
    table = [{**row, "segmentation": None} for row in cell(None, iou=None)]
    assert "worst: row 17" in answer(table).stable


def test_fidelity_is_compared_on_the_same_superpixels_only() -> None:
    found = answer(cell("grid", r2=0.6), cell("slic", r2=0.9), cell("slic", 0.5, r2=0.8))
    assert [one.faithful for one in found.cells] == [True, True, False]
    assert [one.behind.estimate for one in found.cells] == pytest.approx([0, 0, 0.1])


def test_of_equally_cheap_settings_the_one_on_limes_superpixels_is_chosen() -> None:
    cells = [cell(name, jaccard=STABLE) for name in ("grid", "quickshift", "slic")]
    found = answer(*cells, cell("grid", 2, jaccard=STABLE), cell("quickshift", samples=2000, jaccard=STABLE))
    assert found.set == (
        "x1 with 1,000 samples, quickshift: the cheapest here that is stable and as faithful as any on its "
        "superpixels, Jaccard 0.95 [0.92, 0.97] (on the seeds it was chosen by: optimistic)."
    )
    assert found.next[1] == (
        "python -m limeeval lime.kernel_width_factor=1 lime.num_samples=1000 lime.segmentation=quickshift seeds=30"
    )


def test_settings_of_images_are_written_as_a_command_line_reads_them() -> None:
    cells = [cell(f"slic(n_segments={n})", hide_color=hidden) for n in (20, 50) for hidden in ("mean", "[0, 0, 9]")]
    chosen = [{**row, "low": 0.93} if row["metric"] == "jaccard" else row for row in cells[0]]
    of_20, of_50 = (f"python -m limeeval 'lime.segmentation=slic(n_segments={n})'" for n in (20, 50))
    assert answer(chosen, *cells[1:]).next[1] == f"{of_20} lime.hide_color=null seeds=30"
    assert answer(*cells[:3], [{**row, "low": 0.93} for row in cells[3]]).next[1] == f"{of_50} seeds=30"


def test_weak_fits_are_told_with_the_number_of_their_own_superpixels() -> None:
    found = answer(cell("slic", d=49, supported=0.0, ess=100.0), cell("grid", d=9)).cells
    assert [one.features for one in found] == [49, 9]
    weak = answer(cell("slic", d=49, supported=0.0, ess=100.0))
    assert weak.faithful.startswith("Not to be trusted: 100 effective samples for 50 unknowns, which want 500.")


def test_an_answer_on_images_is_plain_data() -> None:
    found = json.loads(json.dumps(answer(cell("grid"), cell("slic")).to_dict(), allow_nan=False))
    assert found["cells"][0]["pixel_iou"] == {"estimate": 0.21, "low": 0.18, "high": 0.25}
    assert found["cells"][0]["pixel_iou_same"]["estimate"] == 0.88
    assert found["pixels"].startswith("Another segmentation")
    assert Description.from_dict(replace(RUN, most_features=49).to_dict()).most_features == 49


def test_need_of_images_that_differ_in_superpixels() -> None:
    """Superpixels that an image does not have count for nothing, whatever other images have."""
    generator, keys = np.random.default_rng(0), ["instance", "label", "seed", "feature"]
    parts = []
    for instance, d in enumerate((6, 9, 12)):
        truth = generator.normal(size=d)
        seed, feature = np.indices((10, d)).reshape(2, -1)
        coefficient = truth[feature] + generator.normal(scale=0.3, size=10 * d)
        parts.append(pd.DataFrame({"instance": instance, "seed": seed, "feature": feature, "coefficient": coefficient}))
    runs = pd.concat(parts).assign(label=0, standard_error=0.3)
    measured = Score(0.7, 0.65, 0.75)
    need = estimated_need(runs, measured=measured, num_samples=1000, k=2, target=0.85)
    assert need is not None
    every = pd.MultiIndex.from_product([range(3), [0], range(10), range(12)], names=keys)
    padded = runs.set_index(keys).reindex(every, fill_value=0.0).reset_index()
    assert estimated_need(padded, measured=measured, num_samples=1000, k=2, target=0.85) == need


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["grid", "slic"], ["grid", "slic"]),
        (["skimage.segmentation.chan_vese", "slic(n_segments=20)"], ["chan_vese", "slic"]),
        (["slic(n_segments=20, sigma=1)", "slic(n_segments=50, sigma=1)"], ["slic 20", "slic 50"]),
        (["slic", "slic(n_segments=50)"], ["slic", "slic 50"]),
        (["x(a=(1, 2), b=3)", "x(a=(1, 2), b=4)"], ["x 3", "x 4"]),
        (["a.slic", "b.slic"], ["a.slic", "b.slic"]),
        (["labels(9 x 9, ab12)", "labels(9 x 9, cd34)"], ["labels(9 x 9, ab12)", "labels(9 x 9, cd34)"]),
        (["lime", "lime"], ["lime", "lime"]),
    ],
)
def test_segmentations_in_few_words(names: list[str], short: list[str]) -> None:
    found = short_names(names)
    assert [found[name] for name in names] == short
