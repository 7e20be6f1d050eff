"""Tables of every kind go in as they are, and the model gets back what it was trained on."""

import warnings

import numpy as np
import pandas as pd
import pytest
from lime import discretize, lime_tabular
from scipy import sparse
from scipy.stats import kstest, truncnorm
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from limeeval.lime import BaseDiscretizer, DecileDiscretizer, LimeTabularExplainer, QuartileDiscretizer

ROWS = 400
RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(ROWS, 3))
WHOLE = RNG.integers(0, 9, ROWS)
GAP = np.arange(ROWS) % 5 == 1
COLORS = np.array(["red", "green", "blue"], dtype=object)[np.arange(ROWS) % 3]
GAPPY_COLORS = np.where(GAP, None, COLORS)
GAPPY_WHOLE = np.where(GAP, None, WHOLE)


def probabilities(x):
    p = 1 / (1 + np.exp(-np.asarray(x)[:, 0].astype(float)))
    return np.column_stack([1 - p, p])


def first_column(x):
    return np.asarray(x)[:, 0].astype(float)


class Recorder:
    """A model that keeps what it was called with."""

    def __init__(self, function=probabilities):
        self.function = function
        self.inputs = []

    def __call__(self, x):
        self.inputs.append(x)
        return self.function(x)


def recorded(data, row, *, function=probabilities, num_samples=1000, options=None, **arguments):
    """The explanation of a row, and what the model was called with."""
    model = Recorder(function)
    lime = LimeTabularExplainer(data, **{"random_state": 0, **arguments})
    fit = lime.explain_instance(row, model, num_samples=num_samples, **(options or {}))
    (inputs,) = model.inputs
    return fit, inputs


def same_explanations(*fits):
    first = fits[0]
    return all(fit.as_map() == first.as_map() and fit.feature_names == first.feature_names for fit in fits)


# Containers and dtypes

COLUMNS = {
    "float64": NUMBERS[:, 1],
    "float32": NUMBERS[:, 1].astype(np.float32),
    "int64": WHOLE,
    "uint8": WHOLE.astype(np.uint8),
    "int8": WHOLE.astype(np.int8),
    "bool": WHOLE > 4,
    "object": pd.Series(GAPPY_COLORS, dtype=object),
    "object of bools": pd.Series(np.where(GAP, None, WHOLE > 4), dtype=object),
    "str": pd.Series(GAPPY_COLORS, dtype="str"),
    "string": pd.Series(GAPPY_COLORS, dtype="string"),
    "category": pd.Categorical(GAPPY_COLORS, categories=["unused", "red", "green", "blue"]),
    "ordered": pd.Categorical(COLORS, categories=["red", "green", "blue"], ordered=True),
    "category of numbers": pd.Categorical(WHOLE),
    "intervals": pd.cut(NUMBERS[:, 1], [-9, -1, 0, 1, 9]),
    "Int64": pd.array(GAPPY_WHOLE, dtype="Int64"),
    "UInt8": pd.array(GAPPY_WHOLE, dtype="UInt8"),
    "Float64": pd.array(np.where(GAP, None, NUMBERS[:, 1]), dtype="Float64"),
    "boolean": pd.array(np.where(GAP, None, WHOLE > 4), dtype="boolean"),
    "int64[pyarrow]": pd.array(GAPPY_WHOLE, dtype="int64[pyarrow]"),
    "double[pyarrow]": pd.array(np.where(GAP, None, NUMBERS[:, 1]), dtype="double[pyarrow]"),
    "bool[pyarrow]": pd.array(np.where(GAP, None, WHOLE > 4), dtype="bool[pyarrow]"),
    "string[pyarrow]": pd.Series(GAPPY_COLORS, dtype="string[pyarrow]"),
    "Sparse[float]": pd.arrays.SparseArray(np.where(GAP, NUMBERS[:, 1], 0.0)),
    "Sparse[int]": pd.arrays.SparseArray(np.where(GAP, WHOLE, 0)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_model_gets_the_training_columns_order_and_dtypes(name):
    data = pd.DataFrame({"number": NUMBERS[:, 0], "column": COLUMNS[name], "other": NUMBERS[:, 2]})
    fit, inputs = recorded(data, data.iloc[3])
    assert list(inputs.columns) == ["number", "column", "other"]
    assert list(inputs.dtypes) == list(data.dtypes)
    pd.testing.assert_frame_equal(inputs.iloc[[0]].reset_index(drop=True), data.iloc[[3]].reset_index(drop=True))
    drawn, known = inputs["column"], data["column"]
    assert drawn.isna().mean() == pytest.approx(known.isna().mean(), abs=0.06)
    if not fit.feature_names[1].startswith("column="):
        assert known.min() <= drawn.min() <= drawn.max() <= known.max()
    else:
        assert set(drawn.dropna()) == set(known.dropna())


@pytest.mark.parametrize("name", ["object", "str", "category", "Int64", "Float64", "boolean", "int64[pyarrow]"])
def test_an_instance_with_a_gap(name):
    data = pd.DataFrame({"number": NUMBERS[:, 0], "column": COLUMNS[name]})
    fit, inputs = recorded(data, data.iloc[1], num_samples=5000)
    assert fit.feature_names[1] == "column is missing"
    assert fit.shown[1].value == "missing"
    assert pd.isna(inputs["column"].iloc[0])
    assert inputs["column"].isna().mean() == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, "Int64", "int64[pyarrow]"])
@pytest.mark.parametrize("bins", [True, False])
def test_whole_numbers_stay_whole_and_inside_their_bin(dtype, bins):
    values = RNG.choice([0, 1, 2, 3, 5, 8, 13, 21, 250], ROWS)
    data = pd.DataFrame({"count": pd.array(values, dtype=dtype), "number": NUMBERS[:, 0]})
    model = Recorder()
    lime = LimeTabularExplainer(data, random_state=0, discretize_continuous=bins)
    domain = lime.domain(data.iloc[0])
    fit = lime.explain_instance(data.iloc[0], model, num_samples=4000)
    drawn = model.inputs[0]["count"].to_numpy(dtype=float)
    assert np.all(drawn == np.rint(drawn))
    if bins:
        counts = [(np.searchsorted(lime.discretizer.borders(0), x) + 0.0) for x in (values, drawn)]
        training, found = (np.bincount(c.astype(int), minlength=4) / len(c) for c in counts)
        assert np.abs(found - training).max() < 0.04
        assert domain.feature_names == fit.feature_names
    else:
        assert fit.feature_names == ("count", "number")


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda row: np.array([row]), lambda row: [list(row)]])
def test_rows_of_arrays(kind):
    expected, _ = recorded(NUMBERS, NUMBERS[4])
    assert same_explanations(expected, recorded(NUMBERS, kind(NUMBERS[4]))[0])


def test_rows_of_frames():
    data = pd.DataFrame({"number": NUMBERS[:, 0], "color": COLORS, "count": WHOLE})
    row = data.iloc[4]
    rows = [row, data.iloc[[4]], dict(row), list(row), tuple(row), row.to_numpy()]
    assert same_explanations(*(recorded(data, given)[0] for given in rows))


def test_pretty_names_for_the_columns_of_a_frame():
    data = pd.DataFrame(NUMBERS, columns=["a", "b", "c"])
    fit, inputs = recorded(data, data.iloc[0], feature_names=["Height", "Weight", "Age"])
    assert tuple(column.name for column in fit.shown) == ("Height", "Weight", "Age")
    assert list(inputs.columns) == ["a", "b", "c"]


def test_a_series_with_names_of_its_own_for_an_array():
    expected, _ = recorded(NUMBERS, NUMBERS[0])
    for row in (pd.Series(NUMBERS[0]), pd.Series(NUMBERS[0], index=["a", "b", "c"])):
        assert same_explanations(expected, recorded(NUMBERS, row)[0])


@pytest.mark.parametrize(
    "columns",
    [
        pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "x")]),
        pd.Index([10, 20, 30]),
        pd.Index(["a", "a", "b"]),
        pd.Index(["a", 1, ("b", 2)], dtype=object),
    ],
    ids=["MultiIndex", "integers", "duplicates", "mixed"],
)
def test_column_labels(columns):
    data = pd.DataFrame(NUMBERS, columns=columns)
    expected, _ = recorded(NUMBERS, NUMBERS[4])
    for row in (data.iloc[4], data.iloc[[4]], NUMBERS[4]):
        fit, inputs = recorded(data, row)
        assert inputs.columns.equals(columns)
        assert [b for _, b in fit.as_map()[1]] == pytest.approx([b for _, b in expected.as_map()[1]], abs=0.05)


@pytest.mark.parametrize(
    "changed",
    [
        lambda x: np.asfortranarray(x),
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: np.hstack([x, x])[:, :3],
        lambda x: x.tolist(),
    ],
    ids=["Fortran", "every other row", "columns of more", "list"],
)
def test_memory_layouts(changed):
    assert same_explanations(recorded(NUMBERS, NUMBERS[4])[0], recorded(changed(NUMBERS), NUMBERS[4])[0])


def test_arguments_are_not_written_to():
    data, row = NUMBERS.copy(), NUMBERS[4].copy()
    data.flags.writeable = row.flags.writeable = False
    assert same_explanations(recorded(NUMBERS, NUMBERS[4])[0], recorded(data, row)[0])


@pytest.mark.parametrize("bins", [True, False])
def test_a_model_that_writes_into_its_input(bins):
    def writing(x):
        outputs = probabilities(x)
        x[:] = 0
        return outputs

    fits = [recorded(NUMBERS, NUMBERS[4], function=f, discretize_continuous=bins)[0] for f in (probabilities, writing)]
    assert same_explanations(*fits)


def test_float32_arrays_stay_float32():
    _, inputs = recorded(NUMBERS.astype(np.float32), NUMBERS[4])
    assert inputs.dtype == np.float32


def test_whole_numbers_of_an_array_become_floats():
    _, inputs = recorded(WHOLE.reshape(-1, 2), WHOLE[:2])
    assert inputs.dtype == float


def test_object_arrays():
    data = np.column_stack([NUMBERS[:, 0].astype(object), GAPPY_COLORS, WHOLE.astype(object)])
    fit, inputs = recorded(data, data[4])
    assert inputs.dtype == object
    assert fit.feature_names[1] == "1=green"
    assert set(inputs[:, 1]) >= {"red", "green", "blue"}
    assert np.all(inputs[0] == data[4])
    count = inputs[:, 2].astype(float)
    assert np.all(count == np.rint(count))
    frequencies = [np.bincount(np.searchsorted([2, 4, 6], x), minlength=4) / len(x) for x in (WHOLE, count)]
    assert np.abs(frequencies[0] - frequencies[1]).max() < 0.06


def test_arrays_of_texts():
    data = np.column_stack([COLORS, np.array(["low", "high"])[np.arange(ROWS) % 2]]).astype(str)
    fit, inputs = recorded(data, data[4], function=lambda x: probabilities((x == "red").astype(float)))
    assert inputs.dtype.kind == "U"
    assert fit.feature_names == ("0=green", "1=low")
    assert np.all(inputs[0] == data[4])


def test_arrays_of_texts_with_numbers_among_them():
    data = np.column_stack([COLORS, NUMBERS[:, 0].round(3)]).astype(str)
    fit, inputs = recorded(data, data[4], function=lambda x: probabilities(x[:, 1:]), categorical_features=[0])
    assert "< 1 <=" in fit.feature_names[1] or "1 <=" in fit.feature_names[1] or "1 >" in fit.feature_names[1]
    assert inputs.astype(object)[:, 1].astype(float).min() >= NUMBERS[:, 0].round(3).min()


# Models


@pytest.fixture(scope="module")
def table():
    data = pd.DataFrame(NUMBERS, columns=["a", "b", "c"])
    return data, (data["a"] + data["b"] > 0).astype(int)


@pytest.mark.parametrize("trained_on", ["frame", "array", "object array"])
@pytest.mark.parametrize("fitted_on", ["frame", "array"])
def test_no_warning_about_feature_names(table, trained_on, fitted_on):
    data, target = table
    model = LogisticRegression().fit(data if fitted_on == "frame" else data.to_numpy(), target)
    given = {"frame": data, "array": np.array(data), "object array": np.array(data, dtype=object)}[trained_on]
    lime = LimeTabularExplainer(given, feature_names=data.columns, random_state=0)
    for predict in (model, model.predict_proba):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            lime.explain_instance(data.iloc[0], predict, num_samples=200)


def test_a_frame_with_texts_as_an_array():
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    data = pd.DataFrame({"number": NUMBERS[:, 0], "color": COLORS})
    columns = make_column_transformer((OneHotEncoder(), ["color"]), remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression()).fit(data, NUMBERS[:, 0] > 0)
    lime = LimeTabularExplainer(np.array(data), feature_names=data.columns, random_state=0)
    of_array = lime.explain_instance(np.array(data)[0], model.predict_proba, num_samples=500)
    lime = LimeTabularExplainer(data, random_state=0)
    assert same_explanations(of_array, lime.explain_instance(data.iloc[0], model.predict_proba, num_samples=500))


def test_estimators_bound_methods_and_functions_agree(table):
    data, target = table
    model = RandomForestClassifier(5, random_state=0).fit(data, target)
    lime = LimeTabularExplainer(data, random_state=0)
    models = [model, model.predict_proba, lambda x: model.predict_proba(x)]
    assert same_explanations(*(lime.explain_instance(data.iloc[0], each, num_samples=200) for each in models))


def test_an_estimator_of_another_library(table):
    class Booster:
        """Says what it was fitted on as scikit-learn's do, and refuses anything else, as xgboost's do."""

        feature_names_in_ = np.array(["a", "b", "c"])
        n_features_in_ = 3

        def predict_proba(self, x):
            assert list(x.columns) == ["a", "b", "c"]
            return probabilities(x)

    data, _ = table
    lime = LimeTabularExplainer(np.array(data), feature_names=["a", "b", "c"], random_state=0)
    assert lime.explain_instance(data.iloc[0], Booster(), num_samples=200).as_map()[1][0][0] == 0


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_regression(shape):
    fit, _ = recorded(NUMBERS, NUMBERS[4], mode="regression", function=lambda x: first_column(x).reshape(shape))
    assert fit.available_labels() == [1]
    assert fit.predicted_value == NUMBERS[4, 0]
    assert fit.as_map()[0] == [(j, -b) for j, b in fit.as_map()[1]]
    assert fit.min_value >= NUMBERS[:, 0].min()
    assert fit.max_value <= NUMBERS[:, 0].max()


def softmax(x):
    e = np.exp(np.column_stack([x, 1 - x[:, :1]]))
    return e / e.sum(axis=1, keepdims=True)


def test_labels_by_name_and_number():
    names = ["ant", "bee", "cat", "dog"]
    options = {"labels": ["dog", 1]}
    fit, _ = recorded(NUMBERS, NUMBERS[4], function=softmax, class_names=names, options=options)
    assert fit.available_labels() == [3, 1]
    assert fit.as_list("dog") == fit.as_list(3)
    assert fit.as_list("bee") == fit.as_list()


def test_top_labels_come_in_order_of_probability():
    fit, _ = recorded(NUMBERS, NUMBERS[4], function=softmax, options={"top_labels": 3})
    assert fit.available_labels() == fit.top_labels == list(np.argsort(-softmax(NUMBERS[4:5])[0])[:3])


def test_a_forest_with_several_labels():
    target = (NUMBERS > 0).astype(int)
    model = RandomForestClassifier(20, random_state=0).fit(NUMBERS, target)
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    with pytest.warns(UserWarning, match="fine for multi-label models"):
        fit = lime.explain_instance(NUMBERS[4], model, labels=(0, 1, 2), num_samples=1000)
    assert [fit.as_map()[label][0][0] for label in range(3)] == [0, 1, 2]


# Sparse data


@pytest.mark.parametrize("form", ["csr_matrix", "csc_matrix", "coo_matrix", "csr_array"])
def test_only_the_entries_of_a_sparse_row_are_perturbed(form):
    data = np.where(RNG.random((ROWS, 6)) < 0.5, 0.0, RNG.normal(2, 3, (ROWS, 6)))
    row = np.array([0.0, 2.0, 0.0, -1.0, 0.5, 0.0])
    training = getattr(sparse, form)(data)
    fits = []
    for given in (row, sparse.csr_matrix(row), sparse.coo_matrix(row), sparse.csc_matrix(row)):
        fit, inputs = recorded(
            training, given, mode="regression", function=lambda x: x.toarray() @ np.arange(6.0), kernel_width=9.0
        )
        assert sparse.issparse(inputs)
        assert set(inputs.nonzero()[1]) == {1, 3, 4}
        fits.append(fit)
    assert same_explanations(*fits)
    assert tuple(column.number for column in fits[0].shown) == (1, 3, 4)
    # The design is divided by the scale: a standard deviation of column j moves the model by j standard deviations.
    found = dict(fits[0].as_map()[1])
    assert [found[j] for j in (1, 3, 4)] == pytest.approx(np.array([1, 3, 4]) * data.std(axis=0)[[1, 3, 4]], rel=0.02)


def test_sparse_data_with_a_category():
    data = np.column_stack([WHOLE % 3, np.where(GAP, 1.0, 0.0) * NUMBERS[:, 0]])
    fit, inputs = recorded(
        sparse.csr_matrix(data), [0.0, 1.0], function=lambda x: probabilities(x.toarray()), categorical_features=[0]
    )
    assert fit.feature_names == ("0=0", "1")
    frequencies = np.bincount(inputs.toarray()[:, 0].astype(int)) / 1000
    assert np.abs(frequencies - np.bincount(WHOLE % 3) / ROWS).max() < 0.05


# Categories


def test_categories_by_number_and_by_name():
    data = np.column_stack([NUMBERS, WHOLE % 3])
    names = ["a", "b", "c", "kind"]
    ways = ([3], ["kind"], "kind", np.array([3]))
    fits = [recorded(data, data[4], feature_names=names, categorical_features=given)[0] for given in ways]
    assert same_explanations(*fits)
    assert fits[0].feature_names[3] == f"kind={WHOLE[4] % 3}"


def test_names_of_categories_stand_in_conditions():
    data = np.column_stack([NUMBERS, WHOLE % 3])
    kinds = ["small", "middle", "large"]
    fit, _ = recorded(data, data[4], categorical_features=[3], categorical_names={3: kinds})
    assert fit.feature_names[3] == f"3={kinds[WHOLE[4] % 3]}"
    assert fit.shown[3].value == kinds[WHOLE[4] % 3]


def test_an_unused_category_is_never_drawn():
    data = pd.DataFrame({"number": NUMBERS[:, 0], "color": COLUMNS["category"]})
    _, inputs = recorded(data, data.iloc[0], num_samples=5000)
    assert "unused" not in set(inputs["color"])
    assert "unused" in inputs["color"].cat.categories


def test_a_thousand_categories():
    codes = np.arange(3000) % 1000
    data = pd.DataFrame({"id": pd.Categorical([f"c{i}" for i in codes]), "number": RNG.normal(size=3000)})
    fit, inputs = recorded(data, data.iloc[17], function=lambda x: probabilities(x[["number"]]), num_samples=5000)
    assert fit.feature_names[0] == "id=c17"
    assert inputs["id"].nunique() > 950


# Bins


def test_draws_follow_the_bins_whatever_the_instance():
    frequencies = []
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    parts = lime.discretizer
    for row in (NUMBERS[0], NUMBERS[1], NUMBERS[0] + 100.0):
        model = Recorder()
        lime.explain_instance(row, model, num_samples=10_000)
        drawn = model.inputs[0][1:]
        assert np.all(drawn >= NUMBERS.min(axis=0))
        assert np.all(drawn <= NUMBERS.max(axis=0))
        bins = parts.discretize(drawn)
        frequencies.append([(bins == b).mean(axis=0) for b in range(4)])
        for j in range(3):
            for b in range(4):
                inside = drawn[bins[:, j] == b, j]
                low, high, mean, sd = (part[j][b] for part in (parts.mins, parts.maxs, parts.means, parts.stds))
                law = truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)
                assert kstest(inside, law.cdf).pvalue > 1e-5
    assert np.abs(np.array(frequencies) - 0.25).max() < 0.02


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        (np.where(np.arange(ROWS) % 10 == 0, np.abs(NUMBERS[:, 0]), 0.0), "x <= 0.00"),
        (np.where(np.arange(ROWS) % 2 == 0, 2.0, 1.0), "x <= 1.00"),
        (NUMBERS[:, 0] * 1e12, None),
        (NUMBERS[:, 0] * 1e-12, None),
        (1e6 + NUMBERS[:, 0] * 1e-6, None),
    ],
    ids=["zeros", "two values", "huge", "tiny", "far from zero"],
)
def test_columns_of_awkward_values(column, condition):
    data = np.column_stack([column, NUMBERS[:, 1]])
    center, spread = column.mean(), column.std()
    row = data[1]
    fit, inputs = recorded(
        data, row, mode="regression", function=lambda x: (x[:, 0] - center) / spread, feature_names=["x", "y"]
    )
    assert condition is None or fit.feature_names[0] == condition
    assert " 0.00 < x <= 0.00" not in fit.feature_names[0]
    assert fit.as_map()[1][0][0] == 0
    assert fit.diagnostics.is_fit
    assert inputs[:, 0].min() >= column.min() - 1e-9 * spread
    assert inputs[:, 0].max() <= column.max() + 1e-9 * spread
    if len(set(column)) == 2:
        assert set(inputs[:, 0]) == set(column)


def test_gaps_in_the_training_column_and_bins():
    data = NUMBERS.copy()
    data[GAP, 1] = np.nan
    for row, name in ((data[0], "1 <= "), (data[1], "1 is missing")):
        fit, inputs = recorded(data, row, num_samples=10_000)
        assert name in fit.feature_names[1] or "< 1" in fit.feature_names[1] or "1 > " in fit.feature_names[1]
        assert np.isnan(inputs[1:, 1]).mean() == pytest.approx(0.2, abs=0.02)
        assert not np.isnan(inputs[:, [0, 2]]).any()


class AtZero(BaseDiscretizer):
    """Two bins a column."""

    def bins(self, data, labels):
        return [np.zeros(1) for _ in self.to_discretize]


def test_a_discretizer_of_ones_own():
    own = AtZero(NUMBERS, [], ["a", "b", "c"])
    fit, _ = recorded(NUMBERS, NUMBERS[4], discretizer=own)
    sides = ["<=" if x <= 0 else ">" for x in NUMBERS[4]]
    assert fit.feature_names == tuple(f"{name} {side} 0.00" for name, side in zip("abc", sides, strict=True))


@pytest.mark.parametrize("kind", [QuartileDiscretizer, DecileDiscretizer])
def test_discretizers_by_name_and_as_objects(kind):
    name = kind.__name__.removesuffix("Discretizer").lower()
    by_name = recorded(NUMBERS, NUMBERS[4], discretizer=name)[0]
    assert same_explanations(by_name, recorded(NUMBERS, NUMBERS[4], discretizer=kind(NUMBERS, [], list("012")))[0])


def test_entropy_bins_cut_where_the_labels_change():
    labels = NUMBERS[:, 0] > 0.3
    fit, _ = recorded(NUMBERS, [1.0, 0.0, 0.0], discretizer="entropy", training_labels=labels)
    below, above = NUMBERS[~labels, 0].max(), NUMBERS[labels, 0].min()
    assert fit.feature_names[0] == f"0 > {(below + above) / 2:.2f}"


def stats_of(data, categorical=()):
    lime = LimeTabularExplainer(data, categorical_features=categorical)
    parts = lime.discretizer
    binned = parts.discretize(data)
    counts = [np.unique(binned[:, j], return_counts=True) for j in range(data.shape[1])]
    return {
        "means": parts.means,
        "mins": parts.mins,
        "maxs": parts.maxs,
        "stds": parts.stds,
        "feature_values": {j: values.astype(int).tolist() for j, (values, _) in enumerate(counts)},
        "feature_frequencies": {j: list(count / len(data)) for j, (_, count) in enumerate(counts)},
    }


@pytest.mark.parametrize("given", [True, False], ids=["with data", "without data"])
def test_statistics_in_place_of_the_data(given):
    data = np.column_stack([NUMBERS, WHOLE % 3])
    stats = stats_of(data, [3])
    fits = [
        recorded(table, data[4], categorical_features=[3], training_data_stats=used, feature_selection="none")[0]
        for table, used in ((data, None), (data if given else None, stats))
    ]
    assert fits[0].feature_names == fits[1].feature_names
    assert np.allclose(*([b for _, b in fit.as_list()] for fit in fits), rtol=1e-9)


def test_statistics_and_gaps():
    data = NUMBERS.copy()
    data[GAP, 1] = np.nan
    _, inputs = recorded(data, data[0], training_data_stats=stats_of(NUMBERS), num_samples=5000)
    assert np.isnan(inputs[:, 1]).mean() == pytest.approx(0.2, abs=0.03)


# Sampling and distances


def test_latin_hypercubes_vary_less():
    def spread(method):
        options = {"sampling_method": method}
        arguments = {"discretize_continuous": False, "mode": "regression", "function": lambda x: x @ [1.0, 0.5, 0.2]}
        fits = [
            recorded(NUMBERS, NUMBERS[4], options=options, random_state=seed, num_samples=500, **arguments)[0]
            for seed in range(20)
        ]
        return np.std([fit.intercept[1] + sum(b for _, b in fit.as_list()) for fit in fits])

    assert spread("lhs") < spread("gaussian")


@pytest.mark.parametrize("metric", ["cosine", "manhattan", "chebyshev", lambda a, b: float(np.abs(a - b).sum())])
def test_distances(metric):
    fit, _ = recorded(NUMBERS, NUMBERS[4], options={"distance_metric": metric}, num_samples=500)
    assert fit.as_map()[1][0][0] == 0
    assert fit.diagnostics.is_fit


def test_a_function_as_distance_is_the_named_one():
    by_function = recorded(NUMBERS, NUMBERS[4], options={"distance_metric": lambda a, b: np.abs(a - b).sum()})[0]
    by_name = recorded(NUMBERS, NUMBERS[4], options={"distance_metric": "manhattan"})[0]
    assert same_explanations(by_function, by_name)


# The lime package itself

RUNS, SAMPLES = 6, 20_000
MIXED = np.column_stack([NUMBERS, RNG.gamma(2.0, size=ROWS), WHOLE % 3, (WHOLE > 4).astype(float)])


def mixed_model(x):
    p = 1 / (1 + np.exp(-(x[:, 0] * x[:, 3] + 0.5 * x[:, 1] ** 2 - (x[:, 4] == 1) + x[:, 5] * x[:, 2])))
    return np.column_stack([1 - p, p])


def coefficients(explainer_class, seed, arguments):
    """Intercept, local prediction and coefficients (2 + d,) of one run of an explainer."""
    lime = explainer_class(MIXED, random_state=seed, feature_selection="none", categorical_features=[4, 5], **arguments)
    fit = lime.explain_instance(MIXED[4], mixed_model, num_samples=SAMPLES, num_features=6)
    local = fit.local_pred[1] if isinstance(fit.local_pred, dict) else fit.local_pred[0]
    return [fit.intercept[1], local, *dict(sorted(fit.as_map()[1])).values()]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"discretizer": "decile", "kernel_width": 1.0},
        {"discretize_continuous": False},
        {"discretize_continuous": False, "sample_around_instance": True, "kernel_width": 3.0},
    ],
    ids=["bins", "deciles", "no bins", "around the instance"],
)
def test_agreement_with_the_lime_package(arguments):
    reference = lime_tabular.LimeTabularExplainer
    ours, theirs = (
        np.array([coefficients(kind, seed, arguments) for seed in range(RUNS)])
        for kind in (LimeTabularExplainer, reference)
    )
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / RUNS)
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 5 * error)


def test_a_discretizer_of_the_lime_package():
    kind = discretize.QuartileDiscretizer
    names = ["a", "b", "c"]
    theirs, ours = (
        recorded(NUMBERS, NUMBERS[4], feature_names=names, discretizer=made)[0]
        for made in (kind(NUMBERS, [], names), "quartile")
    )
    assert theirs.feature_names == ours.feature_names
    assert np.allclose(*([b for _, b in fit.as_list()] for fit in (theirs, ours)), atol=1e-6)


def test_conditions_read_as_in_the_lime_package():
    reference = lime_tabular.LimeTabularExplainer
    arguments = {
        "feature_names": ["a", "b", "c", "d", "kind", "big"],
        "categorical_features": [4, 5],
        "categorical_names": {4: ["x", "y", "z"], 5: ["no", "yes"]},
        "feature_selection": "none",
    }
    ours, theirs = (
        kind(MIXED, **arguments).explain_instance(MIXED[4], mixed_model, num_samples=100)
        for kind in (LimeTabularExplainer, reference)
    )
    assert {name for name, _ in ours.as_list()} == {name for name, _ in theirs.as_list()}


def test_a_linear_model_gives_its_own_slopes():
    model = LinearRegression().fit(NUMBERS, NUMBERS @ [2.0, -1.0, 0.0])
    lime = LimeTabularExplainer(NUMBERS, mode="regression", random_state=0, discretize_continuous=False)
    found = dict(lime.explain_instance(NUMBERS[0], model).as_map()[1])
    assert [found[j] for j in range(3)] == pytest.approx(np.array([2.0, -1.0, 0.0]) * NUMBERS.std(axis=0), abs=0.01)
