"""What the lime package (0.2.0.1) gets wrong with tables is right here: one test a fault, with its known numbers."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from limeeval.lime import Explanation, LimeTabularExplainer
from limeeval.tasks import datasets
from limeeval.tasks.model import preprocessing

RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(300, 4))


def probabilities(x):
    p = 1 / (1 + np.exp(-(np.asarray(x)[:, 0] - np.asarray(x)[:, 1])))
    return np.column_stack([1 - p, p])


def three_classes(x):
    p = probabilities(x)[:, 1]
    return np.column_stack([0.2 * (1 - p), 0.3 + 0.0 * p, 0.5 + 0.2 * p])


def test_two_calls_with_a_random_state_agree():
    lime = LimeTabularExplainer(NUMBERS, random_state=7)
    first, second = (lime.explain_instance(NUMBERS[0], probabilities, num_samples=500) for _ in range(2))
    assert first.as_list() == second.as_list()
    assert first.seed == 7


def test_two_calls_without_a_random_state_differ_and_can_be_repeated():
    lime = LimeTabularExplainer(NUMBERS)
    first, second = (lime.explain_instance(NUMBERS[0], probabilities, num_samples=500) for _ in range(2))
    assert first.seed != second.seed
    assert first.as_list() != second.as_list()
    again = LimeTabularExplainer(NUMBERS, random_state=first.seed)
    assert again.explain_instance(NUMBERS[0], probabilities, num_samples=500).as_list() == first.as_list()


def test_a_bin_of_one_value_feeds_the_model_that_value():
    """`sex` of the diabetes data is 1 or 2: the package feeds 0 instead and reports -12.39, repaired -23.24."""
    table = datasets.diabetes()
    model = LinearRegression().fit(table.data, table.target)
    lime = LimeTabularExplainer(table.data, mode="regression", random_state=0, feature_selection="none")
    fit = lime.explain_instance(table.data.iloc[0], model, num_samples=20_000)
    found = fit.as_frame().set_index("feature_name").loc["1.00 < sex <= 2.00"]
    assert found["coefficient"] == pytest.approx(-23.24, abs=3)  # That is one run of 5000 samples.
    assert found["coefficient"] == pytest.approx(model.coef_[1], abs=4 * found["standard_error"])


def test_columns_of_zeros_feed_zeros():
    data = np.where(RNG.random((500, 2)) < 0.9, 0.0, RNG.gamma(2.0, size=(500, 2)))
    seen = []
    lime = LimeTabularExplainer(data, mode="regression", random_state=0)
    lime.explain_instance(data[0], lambda x: seen.append(x) or x[:, 0], num_samples=5000)
    assert np.mean(seen[0] == 0, axis=0) == pytest.approx((data == 0).mean(axis=0), abs=0.02)


def test_ignored_argument_is_named():
    with pytest.warns(UserWarning, match="sample_around_instance"):
        LimeTabularExplainer(NUMBERS, sample_around_instance=True)


def test_latin_hypercube_with_bins_fills_every_stratum():
    seen = []
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    lime.explain_instance(
        NUMBERS[0], lambda x: seen.append(x) or probabilities(x), num_samples=250, sampling_method="lhs"
    )
    bins = lime.discretizer.discretize(seen[0][1:])
    frequencies = np.array([(bins == b).mean(axis=0) for b in range(4)])
    assert np.abs(frequencies - 0.25).max() < 0.01  # 0.027 is one standard error of independent draws.


@pytest.mark.parametrize("bins", [True, False])
def test_latin_hypercube_follows_the_random_state(bins):
    def coefficients(seed):
        lime = LimeTabularExplainer(NUMBERS, random_state=seed, discretize_continuous=bins)
        return lime.explain_instance(NUMBERS[0], probabilities, num_samples=500, sampling_method="lhs").as_list()

    np.random.seed(0)  # noqa: NPY002 - the global state must not matter
    first = coefficients(1)
    np.random.seed(1)  # noqa: NPY002
    assert coefficients(1) == first != coefficients(2)


def test_score_and_local_prediction_of_every_label():
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    fit = lime.explain_instance(NUMBERS[0], probabilities, labels=(0, 1), num_samples=1000)
    assert fit.score[0] == pytest.approx(fit.score[1])  # p and 1 - p are explained equally well ...
    assert fit.local_pred[0] == pytest.approx(1 - fit.local_pred[1])  # ... and their lines mirror each other.
    alone = lime.explain_instance(NUMBERS[0], probabilities, labels=(0,), num_samples=1000)
    assert alone.local_pred == {0: pytest.approx(fit.local_pred[0])}


@pytest.mark.parametrize("bins", [True, False])
def test_a_kernel_without_support_is_not_called_a_fit(bins):
    lime = LimeTabularExplainer(NUMBERS, random_state=0, kernel_width=0.01, discretize_continuous=bins)
    with pytest.warns(UserWarning, match="not a fit"):
        fit = lime.explain_instance(NUMBERS[0], probabilities, num_samples=500)
    assert not fit.diagnostics.is_fit
    assert np.isnan(fit.score[1])
    assert "Not a fit" in repr(fit)


def test_the_effective_sample_size_is_reported():
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    fit = lime.explain_instance(NUMBERS[0], probabilities, num_samples=1000)
    assert 500 < fit.diagnostics.effective_sample_size < 1000


def test_an_unknown_selection_names_the_known_ones():
    with pytest.raises(ValueError, match="auto, forward_selection, highest_weights, lasso_path, none, got 'forward'"):
        LimeTabularExplainer(NUMBERS, feature_selection="forward")


@pytest.fixture(scope="module")
def mixed():
    """A frame of numbers, texts and gaps, and a pipeline fitted on it."""
    table = datasets.penguins()
    model = make_pipeline(preprocessing(table.data), RandomForestClassifier(20, random_state=0))
    return table.data, model.fit(table.data, table.target)


def test_frames_series_texts_and_gaps_go_in_as_they_are(mixed):
    data, model = mixed
    lime = LimeTabularExplainer(data, random_state=0, class_names=model.classes_)
    assert lime.categorical_features == [data.columns.get_loc(c) for c in data if data[c].dtype.kind not in "if"]
    whole, gaps = data.iloc[0], data[data["bill_length_mm"].isna()].iloc[0]
    names = lime.explain_instance(whole, model.predict_proba, num_samples=500).feature_names
    assert "island=Torgersen" in names
    assert "bill_length_mm is missing" in lime.explain_instance(gaps, model, num_samples=500).feature_names


def test_gaps_are_drawn_at_their_training_frequency(mixed):
    data, model = mixed
    data = data.assign(body_mass_g=data["body_mass_g"].mask(np.arange(len(data)) % 4 == 0))
    seen = []
    lime = LimeTabularExplainer(data, random_state=0)
    lime.explain_instance(data.iloc[1], lambda x: seen.append(x) or model.predict_proba(x), num_samples=5000)
    frequency = data["body_mass_g"].isna().mean()
    assert seen[0]["body_mass_g"].isna().mean() == pytest.approx(frequency, abs=4 * np.sqrt(frequency / 5000))
    assert list(seen[0].dtypes) == list(data.dtypes)


@pytest.mark.parametrize("as_frame", [True, False])
def test_no_warning_about_lost_feature_names(as_frame):
    table = datasets.breast_cancer()
    fitted_on = table.data if as_frame else table.data.to_numpy()
    model = RandomForestClassifier(5, random_state=0).fit(fitted_on, table.target)
    for data in (table.data, table.data.to_numpy()):
        lime = LimeTabularExplainer(data, feature_names=table.data.columns, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            lime.explain_instance(table.data.iloc[0], model.predict_proba, num_samples=100)


@pytest.mark.parametrize(
    ("mode", "output", "words"),
    [
        ("classification", np.zeros(100), r"shape \(n, classes\).*got shape \(100,\)"),
        ("classification", np.zeros((100, 1)), "at least 2 classes, got one column"),
        ("classification", np.full((100, 2), np.nan), "finite numbers, got NaN"),
        ("regression", np.zeros((100, 2)), r"shape \(n,\) or \(n, 1\), got \(100, 2\)"),
        ("regression", np.zeros(7), "100 were asked for, got 7"),
    ],
)
def test_outputs_that_do_not_fit_say_what_came_and_what_is_wanted(mode, output, words):
    with pytest.raises(ValueError, match=words):
        LimeTabularExplainer(NUMBERS, mode=mode).explain_instance(NUMBERS[0], lambda x: output, num_samples=100)


def test_explainers_and_explanations_can_be_pickled(mixed):
    data, model = mixed
    lime = LimeTabularExplainer(data, random_state=0)
    fit = pickle.loads(pickle.dumps(lime)).explain_instance(data.iloc[0], model, num_samples=500)
    assert pickle.loads(pickle.dumps(fit)).as_list() == fit.as_list()
    assert fit.as_list() == lime.explain_instance(data.iloc[0], model, num_samples=500).as_list()


def test_class_names_belong_to_the_explanation():
    lime = LimeTabularExplainer(NUMBERS, random_state=0)
    assert lime.explain_instance(NUMBERS[0], probabilities, num_samples=100).class_names == ("0", "1")
    assert lime.explain_instance(NUMBERS[0], three_classes, num_samples=100).class_names == ("0", "1", "2")
    assert lime.class_names is None


def test_an_unseen_category_does_not_pass():
    data = np.column_stack([NUMBERS, RNG.integers(0, 3, len(NUMBERS))])
    with pytest.raises(ValueError, match="seen in training in column '4', 0, 1, 2, got 3"):
        LimeTabularExplainer(data, categorical_features=[4]).explain_instance([0, 0, 0, 0, 3], probabilities)


def test_sparse_rows_are_divided_by_the_scale():
    scales = np.array([0.01, 1.0, 100.0])
    data = NUMBERS[:, :3] * scales
    lime = LimeTabularExplainer(
        sparse.csr_matrix(data), mode="regression", random_state=0, kernel_width=5.0, feature_selection="none"
    )
    fit = lime.explain_instance(data[0], lambda x: x.toarray() @ (1 / scales), num_samples=5000)
    expected = (data / scales).std(axis=0)  # One standard deviation of each column moves the model by this much.
    assert fit.as_frame().sort_values("feature")["coefficient"].to_numpy() == pytest.approx(expected, rel=0.01)


def test_labels_of_a_regression():
    lime = LimeTabularExplainer(NUMBERS, mode="regression", random_state=0)
    fit = lime.explain_instance(NUMBERS[0], lambda x: x[:, 0], num_samples=500)
    assert fit.available_labels() == [1]
    assert fit.as_map()[0] == [(j, -b) for j, b in fit.as_map()[1]]


def test_standard_errors_say_that_they_are_given_the_selection():
    model = LinearRegression().fit(NUMBERS, NUMBERS @ np.arange(NUMBERS.shape[1]))
    explainer = LimeTabularExplainer(NUMBERS, mode="regression", random_state=0)
    few, every = (explainer.explain_instance(NUMBERS[0], model, num_features=k) for k in (1, NUMBERS.shape[1]))
    assert "± standard error for these features" in repr(few)
    assert "± standard error (" in repr(every)
    assert "given these features" in few.as_html()
    assert "selection itself adds" in " ".join(Explanation.as_frame.__doc__.split())


def test_a_logistic_regression_in_two_lines():
    target = (NUMBERS[:, 0] > 0).astype(int)
    model = LogisticRegression().fit(NUMBERS, target)
    fit = LimeTabularExplainer(pd.DataFrame(NUMBERS), random_state=0).explain_instance(NUMBERS[0], model)
    assert fit.as_map()[1][0][0] == 0
