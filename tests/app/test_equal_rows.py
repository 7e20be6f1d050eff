"""The same question asked in another way has the same rows for an answer."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROWS = ("attributions", "fits", "instances", "scores")


def test_processes_and_the_store_change_nothing(cli, assert_equal_runs, tmp_path: Path) -> None:
    work = ["task=penguins", "instances=3", "seeds=3", "lime.num_samples=[60,300]", "batch_rows=600"]
    ways = {
        "one": ["n_jobs=1", "store=null"],
        "two": ["n_jobs=2", "store=null"],
        "all": ["n_jobs=-1", "store=kept"],
        "stored": ["n_jobs=1", "store=kept"],
        "both": ["n_jobs=2", "store=kept"],
    }
    said = {}
    for out, way in ways.items():
        ran = cli(*work, *way, f"out={out}")
        assert (ran.code, ran.err) == (0, "")
        said[out] = ran.out
        assert_equal_runs(tmp_path / "one", tmp_path / out)
    assert "Cost    2,700 model rows predicted in" in said["all"]
    assert "and 2,700 from the store" in said["stored"]
    names = [f"{name}.parquet" for name in ROWS]
    one, stored = ([(tmp_path / out / name).read_bytes() for name in names] for out in ("one", "stored"))
    assert one == stored


def test_jobs_over_widths_are_a_list_of_widths(cli, tmp_path: Path) -> None:
    small = ["task=iris", "instances=3", "seeds=3", "lime.num_samples=[100,500]", "store=null"]
    assert cli("-m", *small, "out=jobs", "lime.kernel_width_factor=0.5,1").code == 0
    assert cli(*small, "out=list", "lime.kernel_width_factor=0.5,1").code == 0
    for name in ROWS:
        jobs, listed = (pd.read_parquet(tmp_path / out / f"{name}.parquet") for out in ("jobs", "list"))
        across = [column for column in listed if "at_x" in column]  # A job knows no samples at the widths of others.
        assert bool(across) == (name == "fits")
        if name == "scores":
            listed = listed[~listed["metric"].str.contains("at_x")]
        listed = listed.drop(columns=across)
        order = [column for column in listed.columns if listed[column].dtype.kind not in "f" and column != "rows"]
        order += [column for column in ("kernel_width_factor",) if column in listed]
        jobs, listed = (table.sort_values(order, kind="stable", ignore_index=True) for table in (jobs, listed))
        pd.testing.assert_frame_equal(jobs[listed.columns], listed, rtol=1e-9, atol=1e-12, check_dtype=False)


def test_jobs_over_tasks_are_both_there(cli, tiny, assert_equal_runs, tmp_path: Path) -> None:
    ran = cli("-m", "task=iris,wine", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    assert "0 of 2, where the whole interval of Jaccard" in ran.out
    assert cli("task=wine", "out=wine", *tiny).code == 0
    for name in ROWS:
        merged = pd.read_parquet(tmp_path / "run" / f"{name}.parquet")
        assert set(merged["task"]) == {"iris", "wine"}
        wine = pd.read_parquet(tmp_path / "wine" / f"{name}.parquet")
        assert len(merged.query("task == 'wine'")) == len(wine)
    assert_equal_runs(tmp_path / "run" / "1", tmp_path / "wine")


def test_seeds_of_several_jobs_are_scored_together(cli, tiny, tmp_path: Path) -> None:
    small = ["task=iris", "instances=2", *tiny[2:]]
    ran = cli("-m", "seeds=[0,1],[2,3]", "out=jobs", *small)
    assert ran.code == 0
    assert "\n2 flowers · 4 seeds ·" in ran.out
    assert cli("seeds=4", "out=list", *small).code == 0
    keys = ["metric", "kernel_width_factor", "num_samples", "instance", "label"]
    jobs, listed = (pd.read_parquet(tmp_path / out / "scores.parquet") for out in ("jobs", "list"))
    both = jobs.merge(listed, on=keys, how="inner")
    agreement = both[both["metric"].isin(["jaccard", "same_set", "spearman", "r2"])]
    assert len(agreement) == 4 * 4 * (2 + 1)
    np.testing.assert_allclose(agreement["estimate_x"], agreement["estimate_y"], rtol=1e-9)
    assert (agreement["n_x"] == agreement["n_y"]).all()


def test_a_key_without_a_column_keeps_its_jobs_apart(cli, tiny, tmp_path: Path) -> None:
    assert cli("-m", "task=iris", "model.params.max_depth=1,8", "out=run", *tiny).code == 0
    for name in ("attributions", "fits", "scores"):
        table = pd.read_parquet(tmp_path / "run" / f"{name}.parquet")
        assert sorted(table["model.params.max_depth"].unique()) == [1, 8]
        own = pd.read_parquet(tmp_path / "run" / "0" / f"{name}.parquet")
        assert len(table) == 2 * len(own)


def test_each_k_has_an_answer_of_its_own(cli, tiny, tmp_path: Path) -> None:
    ran = cli("-m", "task=iris", "metrics.k=1,2", "out=run", *tiny)
    assert (ran.code, ran.err) == (0, "")
    answers = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))["answers"]
    assert [answer["description"]["k"] for answer in answers] == [1, 2]
    # Of four features two lists of one agree by chance with Jaccard 1/4; of two, with (1 + 4 / 3 + 0) / 6.
    assert [answer["reference"]["chance"] for answer in answers] == pytest.approx([1 / 4, (1 + 4 / 3) / 6])


@pytest.mark.parametrize("key", ["out", "hydra.run.dir", "hydra.sweep.dir"])
def test_one_folder_by_three_names(key: str, cli, tiny, tmp_path: Path) -> None:
    """``hydra.sweep.dir`` is about several jobs alone."""
    ran = cli("-m", "task=iris", "model=forest,logistic", f"{key}=there/it is", *tiny)
    assert (ran.code, ran.err) == (0, "")
    folder = tmp_path / "there" / "it is"
    assert {path.name for path in folder.iterdir()} >= {"0", "1", "scores.parquet", "summary.json", "provenance.json"}
    assert json.loads((folder / "1" / "status.json").read_text(encoding="utf-8")) == {
        "code": 0,
        "message": "",
        "swept": {"model": "logistic"},
    }
    if key != "hydra.sweep.dir":
        assert cli("task=iris", f"{key}=alone", *tiny).code == 0
        assert (tmp_path / "alone" / "scores.parquet").is_file()
    assert not (tmp_path / "outputs").exists()


def test_other_widths_ask_the_store_alone(cli, tmp_path: Path) -> None:
    small = ["task=iris", "instances=4", "seeds=5", "lime.num_samples=[100,1000]"]
    assert "Cost    20,000 model rows predicted in" in cli(*small, "out=one").out
    again = cli(*small, "out=two", "lime.kernel_width_factor=0.3,0.7,3")
    assert "20,000 rows, of which an earlier run has predictions" in again.out
    assert "Cost    250 model rows predicted and 20,000 from the store" in again.out
    assert cli(*small, "out=three", "lime.kernel_width_factor=0.3,0.7,3", "store=null").code == 0
    for name in ROWS:
        two, three = (pd.read_parquet(tmp_path / out / f"{name}.parquet") for out in ("two", "three"))
        pd.testing.assert_frame_equal(two, three, check_exact=True)


def test_a_stored_file_that_cannot_be_read_is_dropped(process, assert_equal_runs, tmp_path: Path) -> None:
    small = ["task=iris", "instances=2", "seeds=4", "lime.num_samples=250", "batch_rows=250", "store=kept"]
    assert process(*small, "out=one").code == 0
    files = sorted((tmp_path / "kept").rglob("*.npz"))
    assert len(files) == 8
    files[1].write_bytes(files[1].read_bytes()[:100])
    files[5].write_bytes(b"")
    ran = process(*small, "out=two")
    assert ran.code == 0
    said = ran.err.splitlines()
    assert 1 <= len(said) <= 2
    for line in said:
        assert line.startswith("limeeval: a stored batch of predictions could not be read and was dropped (")
    assert "and 1,500 from the store" in ran.out
    assert_equal_runs(tmp_path / "one", tmp_path / "two")
    assert process(*small, "out=three").err == ""
