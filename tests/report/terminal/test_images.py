"""What is printed of images: segmentations beside widths and counts, pixels beside reasons, and never too much."""

import io
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.description import Description, Target
from limeeval.report.terminal.telling import most_telling
from limeeval.report.terminal.terminal import LINES, print_run, what_was_run
from limeeval.sweep.grid import IMAGE_DEFAULTS, shown_defaults

RUN = Description(
    task="digits",
    model="neural network",
    explainer="lime",
    quality_metric="accuracy",
    quality=0.97,
    unit="digits",
    instances=10,
    seeds=10,
    explained="label: the predicted class",
    features=5,
    k=2,
    rows_predicted=500_000,
    rows_stored=0,
    rows_of_a_loop=1_875_000,
    seconds=8.2,
    feature_unit="superpixels",
    most_features=49,
)
NAMES = ("felzenszwalb", "grid", "quickshift", "slic", "watershed")
WIDTHS, SAMPLES = (0.5, 1.0, 2.0), (250, 1000)
HEADER = ["segments", "width", "samples", "same", "2", "Jaccard@2", "[95", "%]", "R2", "IoU", "rank"]


def scores(names: Any, widths: Any, samples: Any, *, seeds: int = 10, weak: Any = (), **swept: Any) -> pd.DataFrame:
    rows = []
    for name, width, count, *more in product(names, widths, samples, *swept.values()):
        setting = shown_defaults(IMAGE_DEFAULTS) | {"kernel_width": width / 4, "kernel_width_factor": width}
        setting |= {"num_samples": count, "segmentation": name, **dict(zip(swept, more, strict=True))}
        agreement = 0.3 + 0.07 * np.log(count)
        own = {
            "jaccard": agreement,
            "same_set": agreement - 0.2,
            "same_first": 0.9,
            "r2_fresh": 0.3,
            "r2_reference": 0.3,
        }
        own |= {"ess": 6.0, "supported": float((name, width) not in weak)}
        against: list[tuple[str | None, dict[str, float]]] = [(None, own)]
        if len(names) > 1:
            against += [("others", {"pixel_iou": 0.21, "pixel_spearman": 0.33})]
            against += [(name, {"pixel_iou": 0.88, "pixel_spearman": 0.9})]
        for which, found in against:
            for metric, value in found.items():
                rows.append({**setting, "metric": metric, "estimate": value, "against": which, "instance": None})
        rows += [
            {**setting, "metric": "jaccard", "estimate": 0.1 * i, "against": None, "instance": i} for i in range(10)
        ]
    frame = pd.DataFrame(rows)
    frame["chance"] = frame["metric"].map({"jaccard": 0.18, "pixel_iou": 0.0526, "pixel_spearman": 0.0})
    if seeds == 1:
        frame["estimate"] = frame["estimate"].mask(
            ~frame["metric"].isin(["r2_fresh", "r2_reference", "ess", "supported"])
        )
    frame["low"], frame["high"] = frame["estimate"] - 0.03, frame["estimate"] + 0.03
    frame["label"] = frame["instance"].where(frame["instance"].isna(), 0)
    frame = frame.assign(k=2, low_population=np.nan, high_population=np.nan, interval="x", n=10)
    return frame.astype({"instance": "Int64", "label": "Int64"})


def answer(
    names: Any = NAMES, description: Description = RUN, *, widths: Any = WIDTHS, samples: Any = SAMPLES, **given: Any
) -> Answer:
    own = {"task": description.task, "model": description.model}
    table = scores(names, widths, samples, seeds=description.seeds, **given)
    table = table.assign(**own, explainer=description.explainer)
    instances = pd.DataFrame({"instance": range(10), "row": range(1500, 1510)}).assign(**own)
    run = replace(description, arguments=("task=digits",))
    return answer_of(table, instances, pd.DataFrame(), run, Target())


def printed(*answers: Answer, width: int = 80, folder: str | None = "outputs/2026-11-22/15-26-50-123456") -> list[str]:
    out = io.StringIO()
    print_run(Console(file=out, width=width, color_system=None), answers, folder=folder)
    return out.getvalue().splitlines()


def is_readable(lines: list[str], width: int = 80) -> bool:
    """Whether nothing but commands and folders is wider than the console, and all fits on a screen."""
    height = sum(max(-(-cell_len(line) // width), 1) for line in lines)
    told = [line for line in lines if "python -m" not in line and not line.startswith("Page")]
    return height <= LINES and all(cell_len(line) <= width for line in told)


@pytest.mark.parametrize("width", [80, 100])
def test_a_run_on_images_is_thirty_lines_that_say_everything(width: int) -> None:
    lines = printed(answer(), width=width)
    assert is_readable(lines, width)
    assert lines[1] == "10 digits · 10 seeds · label: the predicted class · top 2 of 5–49 superpixels"
    assert "Do two runs of LIME name the same 2 reasons?  (by chance: Jaccard 0.18)" in lines
    table = [line for line in lines if line.split()[:1] and line.split()[0] in NAMES]
    assert {line.split()[0] for line in table} == set(NAMES)
    assert "quickshift       x1    1,000     58%  0.78 [0.75, 0.81]  0.30  0.21  0.33" in table
    assert next(line.split() for line in lines if line.startswith("segments")) == HEADER
    assert "IoU (top 10%), rank: of pixels, with other segmentations; by chance 0.05, 0." in lines
    starts = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert starts[-7:] == ["Stable?", "Faithful?", "Pixels", "Set", "Cost", "Page", "Next"]
    assert "Pixels     Another segmentation paints another picture: the top 10% of pixels" in " ".join(lines)
    assert any("Cost    500,000 masked images predicted in 8 s" in line for line in lines)
    shown = sum("0.21" in line for line in table)
    assert f"({30 - shown} more: scores.parquet)" in " ".join(lines)


def test_a_single_segmentation_is_no_column() -> None:
    lines = printed(answer(("slic",)))
    assert is_readable(lines)
    assert "width  samples  same 2   Jaccard@2 [95 %]  fresh R2" in lines
    assert not any("Pixels" in line or "IoU" in line for line in lines)


def test_a_single_seed_shows_no_columns_of_dashes() -> None:
    lines = printed(answer(description=replace(RUN, seeds=1)))
    assert is_readable(lines)
    assert next(line.split() for line in lines if line.startswith("segments")) == ["segments", "width", "samples", "R2"]
    assert not any(line.startswith("Pixels") for line in lines)


def test_every_segmentation_is_shown_before_other_widths() -> None:
    found = answer(weak=[("slic", 1.0)])
    settings = [(cell.settings["segmentation"], cell.distance_from_default_width, cell.samples) for cell in found.cells]
    shown = most_telling(found, 5)
    assert [settings[found.cells.index(cell)] for cell in shown] == [(name, 0.0, 1000) for name in NAMES]
    for room in (0, 1, 4, 12, 100):
        assert len(most_telling(found, room)) == min(max(room, 1), 30)
    assert found.reference in most_telling(found, 1)


def test_what_has_no_room_is_left_out_before_what_is_to_be_compared() -> None:
    lines = printed(answer(hide_color=("mean", "noise")))
    assert is_readable(lines)
    assert next(line.split() for line in lines if line.startswith("segments")) == [
        *("segments", "width", "samples", "Jaccard@2", "[95", "%]", "R2", "IoU", "rank", "hide_color"),
    ]
    wide = printed(answer(hide_color=("mean", "noise")), width=100)
    assert next(line.split() for line in wide if line.startswith("segments")) == [*HEADER, "hide_color"]


def test_marks_of_weak_and_chosen_settings_fit() -> None:
    found = answer(weak=[("slic", 1.0)])
    lines = printed(replace(found, chosen=found.cells[2], best=None))
    assert is_readable(lines)
    assert any(line.startswith("slic") and line.endswith("  ! weak") for line in lines)
    assert any(line.startswith("felzenszw…") and line.endswith("  <- set") for line in lines)
    lime = printed(answer(("grid", "lime")))
    assert any(line.startswith("lime") and line.endswith("  <- LIME") for line in lime)


@pytest.mark.parametrize("name", ["x" * 300, "[red]b[/red]", "借り手の信用" * 20, "a\nb"])
def test_any_name_is_printed_within_the_console(name: str) -> None:
    lines = printed(answer(("slic(n_segments=20)", "slic(n_segments=50)", name, f"{name}2")))
    assert is_readable(lines)
    beginning = " ".join(name.split())[:3]
    assert sum(line.startswith(("slic 20 ", "slic 50 ", beginning)) for line in lines) >= 3


def test_several_answers_say_how_far_pixels_agree_where_there_are_any() -> None:
    other = answer(("slic",), replace(RUN, task="photos"))
    lines = printed(answer(), other)
    assert is_readable(lines)
    (digits,) = [line for line in lines if line.startswith("digits")]
    assert digits.split()[-4:-1] == ["0.30", "summary", "0.21"]
    assert "IoU: of top pixels, with other segmentations; by chance 0.05." in " ".join(lines)
    assert any("1,000,000 masked images predicted" in line for line in lines)
    assert "IoU" not in " ".join(printed(other, replace(other, description=replace(RUN, task="more"))))
    chosen = replace(answer(), chosen=answer().cells[1])
    assert any(line.startswith("digits") and line.endswith("felzenszw… x0.5 1,000") for line in printed(chosen, other))


def test_features_are_called_what_they_are() -> None:
    equal = replace(RUN, features=49, most_features=49)
    assert what_was_run(equal).plain.endswith("top 2 of 49 superpixels")
    assert what_was_run(replace(RUN, feature_unit="features", most_features=None)).plain.endswith("top 2 of 5 features")
