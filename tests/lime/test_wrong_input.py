"""Whatever does not fit ends in one message: the rule, then what came. Where work can go on, in one warning."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

from limeeval.lime import BaseDiscretizer, LimeTabularExplainer, ModelError, QuartileDiscretizer

ROWS = 200
NUMBERS = np.random.default_rng(0).normal(size=(ROWS, 3))
NAMES = ["height", "weight", "age"]
FRAME = pd.DataFrame(NUMBERS, columns=NAMES)
MIXED = FRAME.assign(color=pd.Categorical(np.array(["red", "green", "blue"])[np.arange(ROWS) % 3]))


def probabilities(x):
    p = 1 / (1 + np.exp(-np.asarray(x)[:, 0].astype(float)))
    return np.column_stack([1 - p, p])


def explainer(data=NUMBERS, **arguments):
    return LimeTabularExplainer(data, **{"random_state": 0, **arguments})


def explain(predict_fn=probabilities, *, row=NUMBERS[0], data=NUMBERS, arguments=None, **options):
    return explainer(data, **(arguments or {})).explain_instance(row, predict_fn, **{"num_samples": 100, **options})


def returning(output):
    """A model that gives ``output(number of rows)``."""
    return lambda x: output(len(x))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.empty((0, 3)), ["at least one row", r"\(0, 3\)"]),
        (np.empty((5, 0)), ["one column", r"\(5, 0\)"]),
        (FRAME.iloc[:0], ["at least one row", r"\(0, 3\)"]),
        ([], ["shape", "rows, columns"]),
        (NUMBERS[0], ["shape", "rows, columns", r"\(3,\)"]),
        (NUMBERS[:1], ["at least 2 rows", "got 1"]),
        (FRAME.assign(weight=pd.Timestamp("2020-01-01")), ["numbers or categories", "datetime64", "'weight'"]),
        (FRAME.assign(weight=1j), ["numbers or categories", "complex", "'weight'"]),
        (FRAME.assign(weight=[[1]] * ROWS), ["numbers or categories", "list", "'weight'"]),
        (FRAME.assign(weight=np.nan), ["a value in every column", "'weight'"]),
        (FRAME.assign(color=None), ["a value in every column", "'color'"]),
    ],
)
def test_training_data(data, words):
    with pytest.raises(ValueError, match=".*".join(["training_data must", *words])):
        explainer(data)


@pytest.mark.parametrize("kind", ["array", "frame", "sparse"])
def test_infinite_training_value(kind):
    data = NUMBERS.copy()
    data[7, 2] = np.inf
    data = {"array": data, "frame": pd.DataFrame(data), "sparse": sparse.csr_matrix(data)}[kind]
    with pytest.raises(ValueError, match="finite, got infinity in column 'age', row 7"):
        explainer(data, feature_names=NAMES)


def test_missing_training_value_without_bins():
    data = NUMBERS.copy()
    data[7, 2] = np.nan
    with pytest.raises(ValueError, match="no missing values, got one in column 'age', row 7"):
        explainer(data, feature_names=NAMES, discretize_continuous=False)


def test_text_column_not_declared():
    with pytest.raises(ValueError, match="text in column 'color': name the column in categorical_features"):
        explainer(FRAME.assign(color="red"), categorical_features=["height"])


@pytest.mark.parametrize("bins", [True, False])
def test_constant_column_warns(bins):
    with pytest.warns(UserWarning, match="constant one is never perturbed.*got constant 'weight'"):
        lime = explainer(FRAME.assign(weight=0.1), discretize_continuous=bins)
    fit = lime.explain_instance(FRAME.assign(weight=0.1).iloc[0], lambda x: probabilities(x.to_numpy()))
    assert dict(fit.local_exp[1])[1] == 0


def test_one_column_warns():
    with pytest.warns(UserWarning, match="several columns.*no ranking.*got only 'age'"):
        explainer(FRAME[["age"]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "classify"}, ["mode must be one of classification, regression", "'classify'"]),
        ({"feature_selection": "best"}, ["feature_selection", "auto", "lasso_path", "none", "'best'"]),
        ({"discretizer": "thirds"}, ["discretizer", "quartile, decile, entropy", "'thirds'"]),
        ({"discretizer": "entropy"}, ["entropy", "training_labels", "None"]),
        ({"discretizer": "entropy", "training_labels": [0, 1]}, ["one label a row", "200", "got 2"]),
        ({"kernel_width": 0}, ["kernel_width must be a number above 0", "got 0"]),
        ({"kernel_width": -1.0}, ["kernel_width must be a number above 0", "got -1.0"]),
        ({"kernel_width": float("nan")}, ["kernel_width must be a number above 0", "got nan"]),
        ({"kernel_width": "a"}, ["kernel_width must be a number above 0", "got 'a'"]),
        ({"random_state": -1}, ["random_state", "int of at least 0", "got -1"]),
        ({"random_state": 1.5}, ["random_state", "int", "got 1.5"]),
        ({"random_state": "a"}, ["random_state", "int", "got 'a'"]),
        ({"feature_names": ["a", "b"]}, ["feature_names must name the 3 columns", "got 2"]),
        ({"categorical_features": [3]}, ["categorical_features must be columns 0 to 2", "got 3"]),
        ({"categorical_features": ["size"]}, ["categorical_features", "names", "got 'size'"]),
        ({"categorical_features": [False, True, False]}, ["categorical_features", "got False"]),
        ({"categorical_features": "size"}, ["categorical_features", "got 'size'"]),
        ({"training_data_stats": {"means": {}, "mins": {}}}, ["keys", "none of", "maxs", "feature_frequencies"]),
    ],
)
def test_explainer_arguments(arguments, words):
    with pytest.raises(ValueError, match=".*".join(words)):
        explainer(**arguments)


class OneColumn(BaseDiscretizer):
    def bins(self, data, labels):
        return [np.zeros(1)]


def test_discretizer_with_borders_for_too_few_columns():
    with pytest.raises(ValueError, match="borders for 3 columns, got 1"):
        OneColumn(NUMBERS, [], NAMES)


def test_discretizer_that_leaves_a_column_out():
    with pytest.raises(ValueError, match="cover every continuous column, got none for 'height'"):
        explainer(feature_names=NAMES, discretizer=OneColumn(NUMBERS, [0, 1], NAMES))


def test_discretizer_without_bins():
    with pytest.raises(NotImplementedError, match=r"must define bins\(data, labels\)"):
        BaseDiscretizer(NUMBERS, [], NAMES)


class AtNothing(BaseDiscretizer):
    def bins(self, data, labels):
        return [np.array([np.nan, 0.0]) for _ in self.to_discretize]


def test_discretizer_with_a_border_at_nothing():
    with pytest.raises(ValueError, match=r"finite borders, got .* for column 'height'"):
        AtNothing(NUMBERS, [], NAMES)


def test_discretizer_that_states_too_little():
    own = QuartileDiscretizer(NUMBERS, [], NAMES)
    own.means[1] = own.means[1][:2]
    with pytest.raises(ValueError, match="means, stds, mins and maxs of the 4 bins of column 1, got 2, 4, 4, 4"):
        explainer(discretizer=own)


def test_statistics_without_frequencies():
    parts = QuartileDiscretizer(NUMBERS, [], NAMES)
    stats = {key: getattr(parts, key) for key in ("means", "mins", "maxs", "stds")}
    values = {j: [0, 1, 2, 3] for j in range(3)}
    for shares, words in (([0.5, 0.5], "got 2 for 4 in column 0"), ([0.0] * 4, "a frequency above 0")):
        stated = {**stats, "feature_values": values, "feature_frequencies": [shares] * 3}
        with pytest.raises(ValueError, match=f"training_data_stats must .*{words}"):
            explainer(None, training_data_stats=stated)


def test_sampling_around_the_instance_has_no_effect_on_bins():
    with pytest.warns(UserWarning, match="sample_around_instance .*no effect with discretize_continuous=True"):
        explainer(sample_around_instance=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(({"num_samples": n}, ["num_samples must be a whole number", f"got {n}"]) for n in (0, 1, -5, 2.5, True)),
        ({"num_features": 0}, ["num_features must be a whole number of at least 1", "got 0"]),
        ({"distance_metric": "far"}, ["distance_metric", "cosine", "euclidean", "manhattan", "got 'far'"]),
        ({"sampling_method": "sobol"}, ["sampling_method must be one of gaussian, lhs", "got 'sobol'"]),
        ({"labels": [2]}, ["labels must be among 0, 1", "got 2"]),
        ({"labels": [-1]}, ["labels must be among 0, 1", "got -1"]),
        ({"labels": ["yes"]}, ["labels must be among 0, 1", "got 'yes'"]),
        ({"labels": []}, ["labels must name at least one class"]),
        ({"top_labels": 0}, ["top_labels", "at least 1", "got 0"]),
        ({"top_labels": -1}, ["top_labels", "at least 1", "got -1"]),
        ({"top_labels": 1.5}, ["top_labels", "whole number", "got 1.5"]),
        ({"arguments": {"class_names": ["no", "maybe", "yes"]}}, ["class_names must name the 2 classes", "got 3"]),
    ],
)
def test_explain_arguments(options, words):
    with pytest.raises(ValueError, match=".*".join(words)):
        explain(**options)


def test_unknown_label_lists_the_names():
    with pytest.raises(ValueError, match=r"labels must be among 0 \(no\), 1 \(yes\), got 'maybe'"):
        explain(arguments={"class_names": ["no", "yes"]}, labels=["maybe"])


def test_more_top_labels_than_classes_are_all_classes():
    assert sorted(explain(top_labels=5).available_labels()) == [0, 1]


def test_label_that_was_not_explained():
    with pytest.raises(ValueError, match=r"one that was explained, 1 \(1\), got 0"):
        explain().as_list(label=0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (NUMBERS[0, :2], ["one row of 3 columns", r"\(2,\)"]),
        (NUMBERS[:2], ["one row of 3 columns", r"\(2, 3\)"]),
        (["tall", 1.0, 2.0], ["a number in column 'height'", "got 'tall'"]),
        ([[1.0, 2.0], [1.0], 2.0], ["a number in column 'height'", r"got \[1.0, 2.0\]"]),
        ([np.inf, 1.0, 2.0], ["finite", "column 'height'"]),
        ([1.0, np.nan, 2.0], ["missing values only where the training data have some", "'weight'"]),
    ],
)
def test_row_of_an_array(row, words):
    with pytest.raises(ValueError, match=".*".join(["data_row", *words])):
        explainer(feature_names=NAMES).explain_instance(row, probabilities)


SWAPPED = FRAME.iloc[0][["weight", "height", "age"]]


@pytest.mark.parametrize("kind", [lambda row: row, lambda row: row.to_frame().T, dict], ids=["Series", "frame", "dict"])
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (SWAPPED, ["in their order", "another order, starting with 'weight', 'height'"]),
        (FRAME.iloc[0].rename({"age": "years"}), ["unknown: 'years'; missing: 'age'"]),
        (FRAME.iloc[0][:2], ["missing: 'age'"]),
        (pd.concat([FRAME.iloc[0], pd.Series({"size": 1.0})]), ["unknown: 'size'"]),
    ],
)
def test_row_of_a_frame(row, words, kind):
    with pytest.raises(ValueError, match=".*".join(["data_row must have the 3 training columns", *words])):
        explainer(FRAME).explain_instance(kind(row), probabilities)


def test_several_rows():
    with pytest.raises(ValueError, match="one row, got a data frame of 2"):
        explainer(FRAME).explain_instance(FRAME[:2], probabilities)


def test_unseen_category():
    row = MIXED.iloc[0].replace("red", "mauve")
    with pytest.raises(ValueError, match="seen in training in column 'color', 'blue', 'green', 'red', got 'mauve'"):
        explainer(MIXED).explain_instance(row, probabilities)


def test_category_that_the_dtype_knows_but_no_training_row_has():
    data = MIXED.assign(color=MIXED["color"].cat.add_categories("mauve"))
    with pytest.raises(ValueError, match=r"seen in training in column 'color', .*got 'mauve'"):
        explainer(data).explain_instance(data.iloc[0].replace("red", "mauve"), probabilities)


def test_unseen_number_of_a_category():
    data = np.column_stack([NUMBERS, np.arange(ROWS) % 3])
    with pytest.raises(ValueError, match="seen in training in column '3', 0, 1, 2, got 4"):
        explainer(data, categorical_features=[3]).explain_instance([0.0, 0.0, 0.0, 4.0], probabilities)


@pytest.mark.parametrize("value", [3.5, -1, 300])
def test_number_that_an_integer_column_cannot_hold(value):
    data = FRAME.assign(age=np.arange(ROWS).astype(np.uint8))
    with pytest.raises(ValueError, match=f"whole number that uint8 can hold in column 'age', got {value}"):
        explainer(data).explain_instance([0.0, 0.0, value], probabilities)


def test_sparse_row_without_entries():
    with pytest.raises(ValueError, match="non-zero entries"):
        explainer(sparse.csr_matrix(NUMBERS)).explain_instance(sparse.csr_matrix((1, 3)), probabilities)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (lambda n: np.zeros(n), ["probabilities of shape", r"got shape \(100,\)", "predict_proba"]),
        (lambda n: np.zeros((n, 1)), ["at least 2 classes, got one column", r"\[1 - p, p\]"]),
        (lambda n: np.full((n - 1, 2), 0.5), ["one row a sample", "100", "got 99"]),
        (lambda n: np.tile([np.nan, 1.0], (n, 1)), ["finite", "100 of 100 rows", "around the instance 0="]),
        (lambda n: np.tile(["no", "yes"], (n, 1)), ["numbers", "such as 'no'"]),
        (lambda n: np.full(n, "yes"), ["probabilities of shape", "predict_proba"]),
        (lambda n: None, ["array with one row a sample", "got None"]),
        (lambda n: [[0.5, 0.5], [1.0]], ["array of numbers", "got list"]),
    ],
    ids=["1-d", "one column", "short", "nan", "texts", "class names", "none", "ragged"],
)
def test_output_of_a_classifier(output, words):
    with pytest.raises(ValueError, match=".*".join(["predict_fn", *words])):
        explain(returning(output))


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (lambda n: np.zeros((n, 2)), [r"shape \(n,\) or \(n, 1\)", r"got \(100, 2\)", "classification"]),
        (lambda n: np.zeros(n + 1), ["one row a sample", "got 101"]),
        (lambda n: np.full(n, np.inf), ["finite", "100 of 100 rows"]),
        (lambda n: np.full(n, "high"), ["numbers", "such as 'high'"]),
        (lambda n: None, ["array with one row a sample", "got None"]),
        (lambda n: 1.0, ["array with one row a sample", "got 1.0"]),
    ],
    ids=["two columns", "long", "infinite", "texts", "none", "scalar"],
)
def test_output_of_a_regressor(output, words):
    with pytest.raises(ValueError, match=".*".join(["predict_fn", *words])):
        explain(returning(output), arguments={"mode": "regression"})


@pytest.mark.parametrize(
    ("row", "words"), [([-0.5, 1.5], "not be negative, got -0.5"), ([0.5, 0.7], "sum to 1, got rows that sum to 1.2")]
)
def test_improbable_probabilities_warn_once(row, words):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        explain(returning(lambda n: np.tile(row, (n, 1))), num_samples=45_000)  # Several calls of the model.
    assert [words in str(warning.message) for warning in caught] == [True]


def test_exception_inside_the_model():
    def broken(x):
        raise KeyError("no such column")

    with pytest.raises(ModelError, match=r"KeyError on 100 rows .* height=.*: 'no such column'") as caught:
        explain(broken, row=FRAME.iloc[0], data=FRAME)
    assert isinstance(caught.value.__cause__, KeyError)


def test_interrupt_passes_through():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain(interrupted)


def test_estimator_without_probabilities():
    with pytest.raises(TypeError, match=r"estimator with predict_proba .*got LinearSVC .*CalibratedClassifierCV"):
        explain(LinearSVC())


def test_neither_function_nor_estimator():
    with pytest.raises(TypeError, match="function or a fitted estimator with predict for mode='regression', got str"):
        explain("model", arguments={"mode": "regression"})


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (lambda distance, width: 1.0, r"one weight a distance, .*got shape \(\)"),
        (lambda distance, width: -np.ones(len(distance)), "at least 0, got negative"),
        (lambda distance, width: np.full(len(distance), np.nan), "finite"),
        (lambda distance, width: np.zeros(len(distance)), "some sample a weight above 0, got none"),
    ],
    ids=["shape", "negative", "nan", "zero"],
)
def test_kernel(kernel, words):
    with pytest.raises(ValueError, match=f"kernel must .*{words}"):
        explain(arguments={"kernel": kernel})


@pytest.mark.parametrize("bins", [True, False])
@pytest.mark.parametrize("level", [0.0, 100.0])
@pytest.mark.parametrize("width", [0.02, 1e-200])
def test_kernel_so_narrow_that_nothing_but_the_instance_has_weight(width, level, bins):
    # With bins some samples share all of them with the instance: they have weight, and nothing to tell.
    arguments = {"kernel_width": width, "discretize_continuous": bins, "mode": "regression"}
    with pytest.warns(UserWarning, match="kernel_width and num_samples must .*not a fit"):
        fit = explain(lambda x: level + x[:, 0] - NUMBERS[0, 0], arguments=arguments)
    assert np.isnan(fit.score[1])
    assert "Not a fit" in repr(fit)
    assert "±" not in repr(fit)  # Nothing that could look sure.


def test_regressor_that_takes_no_weights():
    from sklearn.neighbors import KNeighborsRegressor

    with pytest.raises(TypeError, match="model_regressor must take sample_weight in fit, got KNeighborsRegressor"):
        explain(model_regressor=KNeighborsRegressor())


def test_too_few_names_of_categories():
    data, arguments = np.column_stack([NUMBERS, np.arange(ROWS) % 3]), {"categorical_features": [3]}
    with pytest.raises(ValueError, match="categorical_names"):
        explain(row=data[2], data=data, arguments={**arguments, "categorical_names": {3: ["a", "b"]}})


def test_an_infinity_in_a_sparse_table_is_named_without_making_it_dense():
    from scipy.sparse import coo_matrix

    entries = ([1.0, np.inf, 2.0], ([0, 150_000, 199_999], [5, 299_999, 7]))
    with pytest.raises(ValueError, match="got infinity in column '299999', row 150000"):
        LimeTabularExplainer(coo_matrix(entries, shape=(200_000, 300_000)))
