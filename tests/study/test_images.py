"""Studies of images: scored across segmentations, saved, loaded and merged as one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import limeeval
from limeeval.lime import LimeImageExplainer
from limeeval.study.merged import merged_study
from limeeval.study.study import Study

SMALL: dict[str, Any] = {"seeds": 4, "num_samples": [40, 80], "task": "squares"}
GRIDS = {name: {"algorithm": "grid", "n_segments": n, "name": name} for name, n in (("coarse", 4), ("fine", 9))}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, size=(5, 12, 12, 3), dtype=np.uint8)


def brightness(images: np.ndarray) -> np.ndarray:
    """Probability of "bright", mostly by the upper left."""
    corner = images[:, :6, :6].mean(axis=(1, 2, 3)) / 255
    bright = (3 * corner + images.mean(axis=(1, 2, 3)) / 255) / 4
    return np.stack([1 - bright, bright], axis=1)


def study_of(images: np.ndarray, *names: str, **changed: Any) -> Study:
    explainer = LimeImageExplainer(class_names=["dark", "bright"])
    chosen = [GRIDS[name] for name in names]
    return limeeval.evaluate(explainer, images, brightness, labels=1, segmentation=chosen, **{**SMALL, **changed})


@pytest.fixture(scope="module")
def study(images: np.ndarray) -> Study:
    return study_of(images, "coarse", "fine")


def test_segmentations_are_compared_pixel_by_pixel(study: Study) -> None:
    rows = study.scores[study.scores["metric"].eq("pixel_iou") & study.scores["instance"].isna()]
    assert len(rows) == 2 * 5
    assert rows["n"].eq(5).all()
    cells = study.answers[0].cells
    assert all(cell.pixel_iou.estimate is not None for cell in cells)
    assert all(cell.pixel_iou_same.estimate > 0.5 for cell in cells)
    assert study.answers[0].pixels is not None


def test_its_repr_speaks_of_images_and_superpixels(study: Study) -> None:
    lines = repr(study).splitlines()
    assert lines[1] == "5 images · 4 seeds · label: 1 · top 2 of 4–9 superpixels"
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("Pixels     ") for line in lines)
    assert any(line.startswith("coarse  ") for line in lines)


def test_saved_and_loaded_it_is_the_same(study: Study, tmp_path: Path) -> None:
    study.save(tmp_path)
    again = limeeval.load(tmp_path)
    pd.testing.assert_frame_equal(again.scores, study.scores)
    assert repr(again) == repr(study)
    kept = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["answers"][0]
    assert kept["pixels"] == study.answers[0].pixels
    assert kept["reference"]["pixel_iou"]["estimate"] == study.answers[0].reference.pixel_iou.estimate
    saved = pd.read_parquet(tmp_path / "scores.parquet")
    assert saved["against"].dropna().unique().tolist() == ["coarse", "fine", "others"]


def test_one_segmentation_has_no_such_scores(images: np.ndarray) -> None:
    alone = study_of(images[:2], "fine")
    assert "against" not in alone.scores
    assert alone.answers[0].pixels is None
    assert "top 4 of 9 superpixels" in repr(alone)


def test_one_seed_is_no_comparison(images: np.ndarray) -> None:
    single = study_of(images[:2], "coarse", "fine", seeds=1)
    assert single.scores.loc[single.scores["against"].notna(), "estimate"].isna().all()
    assert "IoU" not in repr(single)


def jobs_of(studies: dict[str, Study], folder: Path) -> list[Path]:
    """The folders of jobs that differ in segmentation."""
    folders = []
    for name, study in studies.items():
        study.save(folder / name)
        status = {"code": 0, "message": "", "swept": {"lime.segmentation": name}}
        (folder / name / "status.json").write_text(json.dumps(status), encoding="utf-8")
        folders.append(folder / name)
    return folders


def test_jobs_of_one_segmentation_each_are_the_study_of_both(images: np.ndarray, study: Study, tmp_path: Path) -> None:
    """Whatever k each of them would have alone."""
    jobs = {name: study_of(images, name) for name in ("fine", "coarse")}
    assert [job.descriptions[0].k for job in jobs.values()] == [4, 2]
    merged = merged_study(jobs_of(jobs, tmp_path), arguments=[])
    (description,) = merged.descriptions
    assert (description.k, description.features, description.most_features) == (2, 4, 9)
    keys = ["segmentation", "against", "metric", "num_samples", "instance", "label"]
    found, expected = (one.scores.sort_values(keys).reset_index(drop=True) for one in (merged, study))
    pd.testing.assert_frame_equal(found, expected[list(found)], check_dtype=False)
    assert merged.answers[0].pixels == study.answers[0].pixels


def test_a_k_that_differs_from_job_to_job_stays_where_it_can(images: np.ndarray, tmp_path: Path) -> None:
    jobs = {f"{name}{k}": study_of(images[:2], name, k=k) for name, k in (("coarse", 1), ("coarse", 3), ("fine", 6))}
    folders = jobs_of(jobs, tmp_path)
    for folder in folders:
        swept = {"lime.segmentation": folder.name[:-1], "metrics.k": int(folder.name[-1])}
        (folder / "status.json").write_text(json.dumps({"swept": swept}), encoding="utf-8")
    assert [answer.description.k for answer in merged_study(folders, arguments=[]).answers] == [1, 3]


def test_jobs_on_other_images_find_each_their_superpixels(images: np.ndarray, tmp_path: Path) -> None:
    """The images of the second job are the fourth and third of the first."""
    coarse, fine = study_of(images, "coarse", k=2), study_of(images[[3, 2]], "fine", k=2)
    rows = fine.instances["instance"].map({0: 3, 1: 2})
    frames = {"coarse": coarse, "fine": replace(fine, instances=fine.instances.assign(row=rows))}
    merged = merged_study(jobs_of(frames, tmp_path), arguments=[])
    assert merged.pictures is not None
    fine = {cut.instance for cut in merged.pictures.segments if cut.segmentation == "fine"}
    assert fine == {2, 3}
    whole = study_of(images[2:4], "coarse", "fine", k=2).scores
    for merged_number, number in ((2, 0), (3, 1)):
        rows = [
            scores[scores["metric"].eq("pixel_iou") & scores["instance"].eq(instance)]
            for scores, instance in ((merged.scores, merged_number), (whole, number))
        ]
        both = [one[one["against"].ne(one["segmentation"]) & one["against"].ne("others")]["estimate"] for one in rows]
        assert both[0].tolist() == pytest.approx(both[1].tolist())
        assert len(both[0]) == 2
