"""Every data set function and task yaml is found, not listed: a new one is tested without an edit here."""

import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limeeval.tasks import Dataset, datasets, load_task, select_instances
from limeeval.tasks.model import fit_model, named_estimator, preprocessing

CONF = Path(__file__).parents[2] / "conf"
TASKS = sorted(path.stem for path in (CONF / "task").glob("*.yaml") if "tasks.datasets." in path.read_text())
MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml") if "network:" not in path.read_text())
FUNCTIONS = [
    function
    for name, function in inspect.getmembers(datasets, inspect.isfunction)
    if function.__module__ == datasets.__name__ and not name.startswith("_")
]
FLOORS = {"AUC": 0.75, "accuracy": 0.9, "R2": 0.25}
TREE = {
    "name": "tree",
    "classification": "sklearn.tree.DecisionTreeClassifier",
    "regression": "sklearn.tree.DecisionTreeRegressor",
    "params": {"random_state": 0},
}


def of(target, data=None, **settings):
    """A task of this target; ``made`` is what the yaml of a user's own data set would name."""
    global made

    def made():
        frame = pd.DataFrame({"x": np.arange(len(target), dtype=float)}) if data is None else data
        return Dataset(frame, pd.Series(target), "made")

    return load_task(**{"name": "made", "data": f"{__name__}.made", "model": TREE, **settings})


def needs_an_argument(n):
    raise AssertionError("must not be called")


def gives_a_frame():
    return pd.DataFrame({"x": [1.0]})


# Data sets


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_data_set_is_numbered_by_row_and_complete_in_its_target(function):
    dataset = function()
    assert list(dataset.data.index) == list(range(len(dataset.data))) == list(dataset.target.index)
    assert dataset.data.columns.is_unique
    assert dataset.target.notna().all()
    assert dataset.target.name not in dataset.data.columns
    assert dataset.description
    assert function.__doc__.startswith(str(len(dataset.data)))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_data_set_has_a_task(function):
    assert function.__name__ in TASKS


def test_german_credit_has_13_categories_and_7_whole_numbers():
    data = datasets.german_credit().data
    assert (data.dtypes == "int64").sum() == 7
    assert all(isinstance(value, str) for value in data.select_dtypes(exclude="number").to_numpy().ravel())
    assert data.shape == (1000, 20)
    assert not data.isna().any(axis=None)


def test_penguins_keep_their_gaps():
    dataset = datasets.penguins()
    assert dataset.data.isna().any(axis=1).sum() == 11
    assert pd.api.types.is_integer_dtype(dataset.data["year"])


# Tasks


@pytest.mark.parametrize("name", TASKS)
def test_a_task_trains_and_predicts_better_than_its_floor(load, name):
    task = load(f"task={name}")
    rows = task.data.iloc[task.test]
    outputs = task.predict_fn(rows)
    assert task.name == name
    assert task.quality > FLOORS[task.quality_metric]
    assert outputs.shape == ((len(rows), len(task.class_names)) if task.class_names else (len(rows),))
    assert sorted([*task.train, *task.test]) == list(range(len(task.data)))
    assert task.training_data.index.tolist() == task.train.tolist()
    assert set(task.labels) <= set(task.class_names)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["german_credit", "diabetes"])
def test_every_model_serves_both_modes(load, name, model):
    task = load(f"task={name}", f"model={model}")
    assert task.quality > FLOORS[task.quality_metric]


def test_diabetes_brings_its_model_unless_another_is_asked_for(settings):
    default, boosting = settings()["model"], settings("model=boosting")["model"]
    assert settings("task=diabetes")["model"] == boosting != default
    assert settings("task=diabetes", "model=forest")["model"] == default


def test_the_default_task(load):
    task = load()
    assert (task.mode, task.class_names, task.labels, task.k) == ("classification", ("bad", "good"), ("bad",), 4)
    assert (task.quality_metric, task.unit, task.model_name) == ("AUC", "applicants", "random forest")
    assert len(task.test) == 300


def test_columns_of_the_probabilities_are_the_class_names(load):
    task = load("task=iris")
    predicted = np.array(task.class_names)[task.predict_fn(task.data).argmax(axis=1)]
    assert (predicted == task.target).mean() > 0.9


def test_the_same_settings_give_the_same_task_and_another_split_seed_another(load, settings):
    one, two = load("task=penguins"), load_task(**settings("task=penguins")["task"], model=settings()["model"])
    np.testing.assert_array_equal(one.test, two.test)
    np.testing.assert_array_equal(one.predict_fn(one.data), two.predict_fn(two.data))
    assert load("task=penguins", "task.split_seed=1").test.tolist() != one.test.tolist()


def test_the_split_keeps_the_share_of_each_class(load):
    task = load()
    assert (task.target.iloc[task.test] == "bad").mean() == pytest.approx(0.3)


def test_predictions_survive_pickling(load):
    task = load()
    again = pickle.loads(pickle.dumps(task.predict_fn))
    np.testing.assert_array_equal(again(task.data), task.predict_fn(task.data))


def test_text_columns_and_object_columns_predict_alike(load):
    task = load("task=penguins")
    np.testing.assert_array_equal(task.predict_fn(task.data.astype(object)), task.predict_fn(task.data))


@pytest.mark.parametrize(
    ("target", "mode"),
    [
        (["a", "b"] * 10, "classification"),
        (pd.Categorical(["a", "b"] * 10), "classification"),
        ([True, False] * 10, "classification"),
        (list(range(20)) * 2, "classification"),
        (list(range(21)) * 2, "regression"),
        ([0.0, 1.0] * 10, "regression"),
    ],
)
def test_the_mode_follows_from_the_target(target, mode):
    task = of(target, test_size=0.5)
    assert task.mode == mode
    assert bool(task.class_names) == (mode == "classification")
    assert all(isinstance(name, str) for name in task.class_names)


@pytest.mark.parametrize("gap", [None, float("nan"), pd.NA])
def test_a_missing_category_is_a_category_of_its_own(gap):
    data = pd.DataFrame({"c": pd.Series(["x", "y", gap] * 10, dtype=object)})
    task = of(["no", "no", "yes"] * 10, data)
    assert task.quality == 1
    np.testing.assert_array_equal(task.predict_fn(pd.DataFrame({"c": ["x", np.nan]})), [[1, 0], [0, 1]])


def test_a_gap_among_numbers_is_the_median():
    data = pd.DataFrame({"x": [1.0, 2.0, 9.0, np.nan]})
    encoded = preprocessing(data).fit_transform(data)
    assert encoded[3] == encoded[1]


def test_an_unseen_category_is_encoded_as_zeros():
    fitted = preprocessing(pd.DataFrame({"c": ["x", "y"]})).fit(pd.DataFrame({"c": ["x", "y"]}))
    assert fitted.transform(pd.DataFrame({"c": ["z"]})).tolist() == [[0, 0]]


def test_columns_without_names_are_named_by_number():
    task = of(["a", "b"] * 10, pd.DataFrame(np.arange(40.0).reshape(20, 2)))
    assert list(task.data.columns) == ["0", "1"]


def test_a_classifier_of_two_classes_is_scored_by_auc_of_more_by_accuracy_and_a_regression_by_r2():
    metrics = [of(target).quality_metric for target in (["a", "b"] * 10, ["a", "b", "c"] * 10, np.arange(20.0))]
    assert metrics == ["AUC", "accuracy", "R2"]


def test_importing_the_layer_does_not_import_scikit_learn():
    code = "import sys, limeeval.tasks; sys.exit('sklearn' in sys.modules or 'pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CONF.parent)


# Instances


def test_a_count_draws_held_out_rows_and_more_instances_keep_the_first(load):
    task = load()
    rows = select_instances(task, 10)
    assert set(rows) <= set(task.test)
    assert len(set(rows)) == 10
    np.testing.assert_array_equal(select_instances(task, 25)[:10], rows)
    assert select_instances(task, 10, seed=1).tolist() != rows.tolist()
    assert sorted(select_instances(task, len(task.test))) == task.test.tolist()


def test_a_list_names_rows_as_they_are(load):
    task = load()
    assert select_instances(task, [999, task.train[0], 3]).tolist() == [999, task.train[0], 3]


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        (0, "instances must be between 1 and 300, the rows held out, got 0"),
        (-1, "instances must be between 1 and 300, the rows held out, got -1"),
        (301, "instances must be between 1 and 300, the rows held out, got 301"),
        ([3, 1000, -1], "instances must be row numbers from 0 to 999, got 1000, -1"),
        ([3, 4, 3], "instances must name a row once, got 3 repeatedly"),
        ([], "instances must name at least one row, got an empty list"),
        ([1.5], "instances must be a count or a list of row numbers, got [1.5]"),
        ("ten", "instances must be a count or a list of row numbers, got 'ten'"),
    ],
)
def test_instances_that_cannot_be(load, instances, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        select_instances(load(), instances)
    assert str(error.value) == message


# Errors


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.at_all", "data must be a dotted path that can be imported, got 'nowhere.at_all'"),
        ("limeeval.tasks.datasets.nothing", "data must be a dotted path that can be imported, got 'limeeval.tasks"),
        ("iris", "data must be a dotted path that can be imported, got 'iris'"),
        ("limeeval.tasks.datasets", "data must name a function or a class, got 'limeeval.tasks.datasets', a module"),
        (f"{__name__}.needs_an_argument", "data must name a function of no arguments, got .*: missing"),
        (
            f"{__name__}.gives_a_frame",
            "data must name a function that returns a Dataset or an ImageDataset, .* gave DataFrame",
        ),
    ],
)
def test_data_that_cannot_be(path, message):
    with pytest.raises(ValueError, match=message):
        load_task(name="made", data=path, model=TREE)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (["a"] * 10, "target must have at least two different values, got only a"),
        ([1.5] * 10, "target must have at least two different values, got only 1.5"),
        (["a", None] * 10, "target must not have missing values, got 10"),
        ([1.0, np.nan] * 10, "target must not have missing values, got 10"),
        (["a", "a", "a", "b"], "target must have at least two rows of each class, got one of b"),
    ],
)
def test_targets_that_cannot_be(target, message):
    with pytest.raises(ValueError, match=message):
        of(target)


def test_a_target_of_another_length():
    with pytest.raises(ValueError, match="target must have a value for each of the 3 rows, got 10"):
        of(["a", "b"] * 5, pd.DataFrame({"x": [1.0, 2.0, 3.0]}))


def test_labels_that_are_no_classes():
    with pytest.raises(ValueError, match="labels must be a, b; got c"):
        of(["a", "b"] * 10, labels=["a", "c"])
    with pytest.raises(ValueError, match="labels must be left out for regression; got a"):
        of(np.arange(20.0), labels=["a"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"regression": None}, "model must name an estimator for regression, got one for classification only"),
        ({"regression": "sklearn.tree.Oak"}, "model.regression must be a dotted path that can be imported, got .*Oak"),
        ({"regression": "sklearn.tree"}, "model.regression must name a function or a class, got 'sklearn.tree'"),
        ({"params": {"leaves": 3}}, "model.params must be parameters of sklearn.tree.DecisionTreeRegressor, got .*"),
        ({"parms": {}}, "model must have the keys name, classification, regression, network, params, got parms"),
        ({"regression": "sklearn.preprocessing.StandardScaler", "params": {}}, "must name an estimator with predict,"),
        ({"network": "a.network"}, "model must name a network or estimators, got a network and one for classification"),
    ],
)
def test_models_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        named_estimator({**TREE, **changes}, "regression")


def test_a_network_is_no_model_of_a_table():
    with pytest.raises(ValueError, match="model must name an estimator for regression: networks are for images, got a"):
        named_estimator({"name": "network", "network": "a.network"}, "regression")


def test_a_classifier_without_probabilities():
    with pytest.raises(ValueError, match=r"model\.classification must name an estimator with predict_proba, got"):
        named_estimator({"classification": "sklearn.svm.LinearSVC"}, "classification")


def test_the_value_of_a_parameter_is_checked_by_the_estimator():
    with pytest.raises(ValueError, match=r"max_depth.*must be an int in the range"):
        fit_model({**TREE, "params": {"max_depth": -1}}, "regression", pd.DataFrame({"x": [1.0]}), pd.Series([1.0]))
