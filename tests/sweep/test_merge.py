"""Several jobs merged against the one job that does the same, and against tables that can be read off."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.merge import Job, Tables, merge, merged_pictures
from limeeval.sweep.order import in_order, keys_of, ranks
from limeeval.sweep.pictures import Cut, Pictures
from limeeval.sweep.plan import Plan, plan_of_task
from limeeval.sweep.run import run_sweep
from limeeval.sweep.stack import stacked
from limeeval.tasks import Task, load_task

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {"kernel_width_factor": [0.5, 1], "num_samples": 100, "num_features": 3}
TREE = {
    "name": "tree",
    "classification": "sklearn.tree.DecisionTreeClassifier",
    "regression": "sklearn.tree.DecisionTreeRegressor",
    "params": {"random_state": 0, "max_depth": 4},
}


@pytest.fixture(scope="module")
def penguins() -> Task:
    return load_task(name="penguins", data="limeeval.tasks.datasets.penguins", model=TREE)


def plan_of(task: Task, rows: list[int], seeds: list[int], **changed: Any) -> Plan:
    return plan_of_task(task, rows, seeds=seeds, grid=grid_of({**SETTINGS, **changed}))


def job_of(plan: Plan, **swept: Any) -> Job:
    sweep = run_sweep(plan)
    return Job(Tables(sweep.attributions, sweep.fits, sweep.instances), swept)


def rows(coefficients: list[float], *, instance: list[int] | None = None, **columns: Any) -> pd.DataFrame:
    n = len(coefficients)
    keys = {"task": "t", "instance": instance or [0] * n, "label": 1, "seed": 0, "feature": 0, **columns}
    return pd.DataFrame({"coefficient": coefficients}).assign(**keys)


def job(coefficients: list[float], ids: list[Any], swept: dict[str, Any] | None = None, **columns: Any) -> Job:
    """One attribution an instance."""
    table = rows(coefficients, instance=list(range(len(ids))), **columns)
    fits = table.drop(columns=["feature", "coefficient"]).assign(r2=0.5)
    instances = table[["task", "instance", "label"]].assign(row=ids, value_x=1.5)
    return Job(Tables(table, fits, instances), swept or {})


def assert_same(one: pd.DataFrame, other: pd.DataFrame, **options: Any) -> None:
    pd.testing.assert_frame_equal(one, other, **options)


@pytest.mark.parametrize("key", ["kernel_width_factor", "discretizer", "num_features"])
def test_jobs_of_one_value_each_are_the_sweep_over_the_list(penguins: Task, key: str) -> None:
    values = {"kernel_width_factor": [0.5, 1], "discretizer": ["quartile", "decile"], "num_features": [2, 5]}[key]
    whole = job_of(plan_of(penguins, [3, 9], [0, 1], **{key: values})).tables
    parts = [job_of(plan_of(penguins, [3, 9], [0, 1], **{key: value}), **{f"lime.{key}": value}) for value in values]
    merged = merge(parts[::-1])
    for found, expected in zip(merged, whole, strict=True):
        known = in_order(expected)[list(found)]
        left_out = [column for column in expected if column not in found]
        assert all("at_x" in column for column in left_out), "a job knows no samples at the widths of others"
        assert bool(left_out) == (key == "kernel_width_factor" and "r2" in expected)
        assert_same(found, known, rtol=1e-9, atol=1e-12)


def test_jobs_on_other_rows_and_seeds_are_the_sweep_over_all(penguins: Task) -> None:
    whole = job_of(plan_of(penguins, [3, 9, 4], [0, 1])).tables
    overlapping = [([3, 9], [0, 1]), ([9, 4], [1, 0]), ([4, 3], [1, 0])]
    merged = merge([job_of(plan_of(penguins, ids, seeds)) for ids, seeds in overlapping])
    assert_same(merged.attributions, in_order(whole.attributions), rtol=1e-9, atol=1e-12)
    assert_same(merged.instances, in_order(whole.instances))


def test_a_fit_of_several_jobs_keeps_the_fidelity_of_the_one_with_most_seeds(penguins: Task) -> None:
    two, three = (job_of(plan_of(penguins, [3], seeds)) for seeds in ([0, 1], [0, 1, 2]))
    assert_same(merge([two, three]).fits, in_order(three.tables.fits))


def test_contributions_of_seeds_are_unknown_where_jobs_share_some(penguins: Task) -> None:
    contributed = ["fresh_residual_of_seed", "fresh_spread_of_seed"]
    jobs = [job_of(plan_of(penguins, [3], seeds)) for seeds in ([0, 1, 2], [2, 3, 4], [5, 6, 7])]
    assert merge(jobs[:2]).fits[contributed].isna().all(axis=None)
    assert merge(jobs[1:]).fits[contributed].notna().all(axis=None)  # Disjoint seeds add up.


def test_instances_are_numbered_by_first_appearance_of_their_row() -> None:
    merged = merge([job([1.0, 2.0], ["b", "a"]), job([3.0, 2.0], ["c", "a"])])
    assert merged.instances["row"].tolist() == ["b", "a", "c"]
    assert merged.attributions["coefficient"].tolist() == [1.0, 2.0, 3.0]
    assert merged.attributions["instance"].tolist() == [0, 1, 2]


def test_tasks_number_their_instances_on_their_own() -> None:
    merged = merge([job([1.0, 2.0], [7, 8]), job([3.0], [8], task="u")])
    assert merged.instances[["task", "instance", "row"]].to_numpy().tolist() == [["t", 0, 7], ["t", 1, 8], ["u", 0, 8]]


def test_rows_of_one_id_stay_apart() -> None:
    merged = merge([job([1.0, 2.0], ["a", "a"]), job([1.0, 2.0], ["a", "a"])])
    assert merged.attributions["coefficient"].tolist() == [1.0, 2.0]


def test_swept_keys_that_are_no_columns_become_columns() -> None:
    jobs = [job([float(depth)], [0], {"model.params.max_depth": depth, "seeds": 3}) for depth in (8, 4)]
    merged = merge(jobs)
    for table in merged:
        assert table["model.params.max_depth"].tolist() == [4, 8]
        assert "seeds" not in table
    assert merged.attributions["coefficient"].tolist() == [4.0, 8.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([None, 3], ["3", "null"]),
        ([[50], [20, 20]], ["[20, 20]", "[50]"]),
        (["rbf", "linear"], ["linear", "rbf"]),
        ([True, False], ["false", "true"]),
        ([2, 0.5], [0.5, 2.0]),
    ],
)
def test_values_of_several_kinds_are_written_as_text(values: list[Any], expected: list[Any]) -> None:
    merged = merge([job([1.0], [0], {"task.x": value}) for value in values])
    assert merged.attributions["task.x"].tolist() == expected


@pytest.mark.parametrize("key", ["metrics.k", "target.jaccard", "n_jobs", "batch_rows", "task.unit", "lime.labels"])
def test_keys_that_change_no_row_are_no_settings(key: str) -> None:
    merged = merge([job([1.0], [0], {key: value}) for value in (1, 2)])
    assert len(merged.attributions) == 1
    assert key not in merged.attributions


def test_two_answers_to_one_question_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"one coefficient for equal keys, got 1\.0 and 2\.0 for task t, instance 0, .*"
    ):
        merge([job([1.0, 5.0], [0, 1]), job([2.0, 5.0], [0, 1])])


def test_last_bits_are_no_other_answer() -> None:
    """Other batches change a model's last bits."""
    assert merge([job([1.0], [0]), job([1.0 + 4e-16], [0])]).attributions["coefficient"].tolist() == [1.0]


def test_no_jobs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one job"):
        merge([])


def test_merged_tables_survive_parquet(penguins: Task, tmp_path: Path) -> None:
    diabetes = load_task(name="diabetes", data="limeeval.tasks.datasets.diabetes", model=TREE)
    merged = merge([job_of(plan_of(task, [3], [0, 1]), **{"task.split_seed": 0}) for task in (penguins, diabetes)])
    for table in merged:
        table.to_parquet(tmp_path / "merged.parquet", index=False)
        assert len(pd.read_parquet(tmp_path / "merged.parquet")) == len(table)
    by_task = merged.instances.set_index("task")
    assert pd.isna(by_task.loc["penguins", "value_bmi"])
    assert by_task.loc["penguins", "value_island"] == penguins.data["island"].iloc[3]
    assert by_task.loc["diabetes", "value_bmi"] == diabetes.data["bmi"].iloc[3]


# Pictures


def with_pictures(own: Job, task: str = "t", **cuts: list[int]) -> Job:
    """A job whose images are one row of pixels: the image's value, then the labels."""
    values = own.tables.attributions["coefficient"].astype(int).tolist()
    segments = {
        Cut(task, image, name): np.array([[value, *labels]])
        for image, value in enumerate(values)
        for name, labels in cuts.items()
    }
    thumbnails = {(task, image): np.full((1, 1, 3), value, np.uint8) for image, value in enumerate(values)}
    return replace(own, pictures=Pictures(segments, thumbnails))


def test_pictures_are_numbered_as_their_rows_are() -> None:
    jobs = [
        with_pictures(job([1.0, 2.0], ["b", "a"]), grid=[0, 1]),
        job([5.0], ["loan"], task="loans"),
        with_pictures(job([3.0, 2.0], ["c", "a"]), slic=[1, 1]),
        with_pictures(job([7.0], ["a"], task="u"), task="u", grid=[0, 1]),
    ]
    found, values = merged_pictures(jobs), merge(jobs).attributions.set_index(["task", "instance"])["coefficient"]
    assert found is not None
    expected = {("t", 0, "grid"), ("t", 1, "grid"), ("t", 1, "slic"), ("t", 2, "slic"), ("u", 0, "grid")}
    assert set(found.segments) == expected
    for cut, labels in found.segments.items():
        assert labels[0, 0] == values[cut.task, cut.instance]
    assert {image: int(own[0, 0, 0]) for image, own in found.thumbnails.items()} == {
        ("t", 0): 1,
        ("t", 1): 2,
        ("t", 2): 3,
        ("u", 0): 7,
    }


def test_an_image_cut_in_two_ways_under_one_name_loses_that_cut() -> None:
    one = with_pictures(job([1.0, 2.0], [0, 1]), grid=[0, 1], slic=[0, 1])
    other = with_pictures(job([1.0], [0]), grid=[1, 0], slic=[0, 1])
    found = merged_pictures([one, other])
    assert found is not None
    assert set(found.segments) == {("t", 0, "slic"), ("t", 1, "slic"), ("t", 1, "grid")}


def test_images_of_which_nothing_finished_have_no_picture() -> None:
    whole = with_pictures(job([1.0, 2.0], ["b", "a"]), grid=[0, 1])
    second = Tables(*(table[table["instance"] == 1] for table in whole.tables))
    found = merged_pictures([replace(whole, tables=second)])
    assert found is not None
    assert {cut: int(labels[0, 0]) for cut, labels in found.segments.items()} == {("t", 0, "grid"): 2}
    assert list(found.thumbnails) == [("t", 0)]


def test_jobs_without_pictures_have_none() -> None:
    assert merged_pictures([job([1.0], [0])]) is None


# Order


def test_rows_are_ordered_by_task_instance_and_setting_whatever_their_order_was() -> None:
    table = rows([4.0, 3.0, 2.0, 1.0], instance=[1, 1, 0, 0], seed=[10, 9, 10, 9], model="m")
    assert in_order(table)["coefficient"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert_same(in_order(table.sample(frac=1, random_state=0)), in_order(table))


def test_settings_of_ones_own_come_before_instances() -> None:
    assert keys_of(rows([1.0], depth=3, model="m", standard_error=0.1)) == [
        *("task", "model", "depth", "instance", "label", "seed", "feature"),
    ]


def test_missing_keys_come_last() -> None:
    table = rows([1.0, 2.0, 3.0], kernel_width=[np.nan, 0.5, 0.25])
    assert in_order(table)["coefficient"].tolist() == [3.0, 2.0, 1.0]


def test_ranks_do_not_overflow() -> None:
    """Twelve columns of a thousand values each have more combinations than 64 bits have numbers."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame({f"k{i}": generator.permutation(1000) for i in range(12)})
    expected = table.sort_values(list(table.columns)).index
    assert np.argsort(ranks(table, list(table.columns))).tolist() == expected.tolist()


# Stacked tables


def test_what_a_table_lacks_is_missing_and_types_stay() -> None:
    one = pd.DataFrame({"n": [1, 2], "yes": [True, False], "x": [0.5, 1.5], "s": ["a", "b"]})
    found = stacked([one, pd.DataFrame({"z": [3]})])
    assert found.dtypes.astype(str).to_dict() | {"s": ""} == {
        "n": "Int64",
        "yes": "boolean",
        "x": "float64",
        "s": "",
        "z": "Int64",
    }
    assert found["n"].tolist()[:2] == [1, 2]
    assert found["n"].isna().tolist() == [False, False, True]
    assert found["s"].isna().tolist() == [False, False, True]


def test_tables_of_the_same_columns_are_concatenated_as_they_are() -> None:
    one = pd.DataFrame({"n": [1], "s": ["a"], "d": pd.to_datetime(["2020-01-01"])})
    assert_same(stacked([one, one]), pd.concat([one, one], ignore_index=True))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1], [0.5], [1.0, 0.5]),
        ([1], ["a"], ["1", "a"]),
        ([True], [2], ["True", "2"]),
        (pd.Categorical(["a"]), pd.Categorical(["b"]), ["a", "b"]),
        (pd.Categorical(["a"]), [1.5], ["a", "1.5"]),
    ],
)
def test_columns_of_two_types(one: Any, other: Any, expected: list[Any]) -> None:
    assert stacked([pd.DataFrame({"x": one}), pd.DataFrame({"x": other})])["x"].tolist() == expected


def test_empty_tables_do_not_change_types() -> None:
    full, empty = pd.DataFrame({"x": [1]}), pd.DataFrame({"x": pd.Series([], dtype=object)})
    assert stacked([empty, full])["x"].dtype == "int64"
    assert stacked([empty, empty]).empty


def test_inputs_stay_as_they_are(penguins: Task) -> None:
    done = job_of(plan_of(penguins, [3], [0]))
    copies = [table.copy() for table in done.tables]
    merge([done, replace(done, swept={"task.split_seed": 1})])
    for table, copy in zip(done.tables, copies, strict=True):
        assert_same(table, copy)
