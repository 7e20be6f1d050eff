"""What a seed stands for: the same samples whatever else is drawn, in any batches, whoever writes into them."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import norm
from sklearn.linear_model import Ridge

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.collect import collect_evidence
from limeeval.lime.kernel import exponential_kernel
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import (
    BLOCK,
    SAMPLING_METHODS,
    Neighborhood,
    explained_outputs,
    predicted_samples,
)

D = 5
TRAIN = np.random.default_rng(0).gamma(2.0, size=(200, D))
TRAIN[:, 4] = TRAIN[:, 4] > 1.5
TRAIN.setflags(write=False)


def smooth(x):
    share = 1 / (1 + np.exp(1.5 - x[:, 0] * x[:, 1] + x[:, 2] - 0.4 * x[:, 4]))
    return np.column_stack([share, 1 - share])


def made(bins=True, **arguments):
    arguments = {"categorical_features": [4], "random_state": 11, **arguments}
    return LimeTabularExplainer(TRAIN, discretize_continuous=bins, **arguments)


def drawn(neighborhood, start, stop):
    """Model inputs and representations side by side."""
    state = neighborhood.draw(start, stop)
    return np.hstack([neighborhood.domain.design(state), neighborhood.domain.decode(state)])


def content_of(values):
    """Of one sample of a domain without bins, given its numbers."""
    domain = made(bins=False, categorical_features=None).domain(TRAIN[0])
    return domain.content((np.zeros((1, D), dtype=np.uint8), np.array([values])))


def test_content_is_told_in_single_precision():
    values = [0.1, 2.0, 3.0, 4.0, 1.0]
    last_bits = np.nextafter(values, np.inf)
    assert content_of(values)[1].tobytes() == content_of(last_bits)[1].tobytes()
    assert content_of(values)[1].tobytes() != content_of(np.multiply(values, 1 + 1e-6))[1].tobytes()
    assert content_of([-0.0] * D)[1].tobytes() == content_of([0.0] * D)[1].tobytes()
    assert content_of([1e300, -1e300, np.nan, 0, 0])[1].tolist()[0][:2] == [np.inf, -np.inf]


@pytest.mark.parametrize("bins", [True, False])
def test_content_is_z_and_the_values(bins):
    domain = made(bins).domain(TRAIN[0])
    state = Neighborhood(domain, 0, 40).draw(0, 40)
    z, values = domain.content(state)
    expected = domain.design(state)
    np.testing.assert_array_equal(np.unpackbits(z, axis=1, count=D) if bins else z, expected.astype(np.float32))
    np.testing.assert_array_equal(values, state[1].astype(np.float32))


def evidence_of(neighborhoods, widths, counts, model=None, **options):
    return list(
        collect_evidence(
            neighborhoods,
            explained_outputs(model or Model(smooth, "classification"), lambda _: [0, 1]),
            kernel=exponential_kernel,
            kernel_widths=widths,
            sample_counts=counts,
            choose_labels=lambda _: [0, 1],
            **options,
        )
    )


def assert_same_moments(found, expected, rtol=1e-12):
    """Sums in another order differ in their last bits."""
    for part in ("gram", "cross", "power", "squared_weights", "count"):
        one, other = getattr(found, part), getattr(expected, part)
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * np.abs(other).max(), err_msg=part)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("bins", [True, False])
class TestDraw:
    def test_first_samples_do_not_depend_on_how_many_follow(self, bins, method):
        domain = made(bins).domain(TRAIN[0])
        longest = drawn(Neighborhood(domain, 3, 5000, method), 0, 5000)
        for n in (2, 249, BLOCK, 251, 777, 4999):
            np.testing.assert_array_equal(drawn(Neighborhood(domain, 3, n, method), 0, n), longest[:n])

    def test_a_block_drawn_alone_is_the_same_block(self, bins, method):
        neighborhood = Neighborhood(made(bins).domain(TRAIN[0]), 3, 1100, method)
        together = drawn(neighborhood, 0, 1100)
        for start in range(0, 1100, BLOCK):
            stop = min(start + BLOCK, 1100)
            np.testing.assert_array_equal(drawn(neighborhood, start, stop), together[start:stop])

    @pytest.mark.parametrize("batch_rows", [1, BLOCK, 600, 20_000])
    def test_batches_change_no_sample(self, bins, method, batch_rows):
        neighborhoods = [Neighborhood(made(bins).domain(row), 3, 1100, method) for row in TRAIN[:3]]
        seen = [np.empty((0, 2 * D))] * 3
        predict = explained_outputs(Model(smooth, "classification"), lambda _: [0, 1])
        for samples in predicted_samples(neighborhoods, predict, batch_rows=batch_rows):
            domain = neighborhoods[samples.neighborhood].domain
            assert samples.start == len(seen[samples.neighborhood])
            rows = np.hstack([domain.design(samples.state), domain.decode(samples.state)])
            np.testing.assert_allclose(samples.outputs, smooth(rows[:, D:]), rtol=1e-14)
            seen[samples.neighborhood] = np.vstack([seen[samples.neighborhood], rows])
        for found, neighborhood in zip(seen, neighborhoods, strict=True):
            np.testing.assert_array_equal(found, drawn(neighborhood, 0, 1100))

    def test_sample_0_is_the_instance(self, bins, method):
        rows = drawn(Neighborhood(made(bins).domain(TRAIN[7]), 3, 10, method), 0, 10)
        np.testing.assert_array_equal(rows[0, D:], TRAIN[7])
        scaled = 0 if bins else 4
        np.testing.assert_array_equal(rows[0, scaled:D], 1.0)
        expected = (TRAIN[7] - TRAIN.mean(axis=0)) / TRAIN.std(axis=0)
        np.testing.assert_allclose(rows[0, :scaled], expected[:scaled], rtol=1e-12)
        assert np.all(np.any(rows[1:, D:] != TRAIN[7], axis=1))

    def test_seeds_and_instances_and_blocks_differ(self, bins, method):
        explainer = made(bins)
        one = drawn(Neighborhood(explainer.domain(TRAIN[0]), 3, 500, method), 0, 500)[:, D:]
        others = [
            drawn(Neighborhood(explainer.domain(TRAIN[0]), 4, 500, method), 0, 500)[:, D:],
            drawn(Neighborhood(explainer.domain(TRAIN[1]), 3, 500, method), 0, 500)[:, D:],
            np.roll(one, BLOCK, axis=0),
        ]
        for other in others:
            assert np.mean(one[1:, :4] == other[1:, :4]) < 0.01

    def test_a_key_of_ones_own_gives_common_random_numbers(self, bins, method):
        explainer = made(bins)
        one, other = (
            drawn(Neighborhood(explainer.domain(row), 3, 500, method, key=5), 0, 500)[1:, D:] for row in TRAIN[:2]
        )
        np.testing.assert_array_equal(one, other)


def test_latin_hypercube_has_one_sample_a_stratum_in_every_block():
    domain = LimeTabularExplainer(TRAIN[:, :4], discretize_continuous=False).domain(TRAIN[0, :4])
    x = domain.decode(Neighborhood(domain, 0, 4 * BLOCK, "lhs").draw(0, 4 * BLOCK))
    strata = np.floor(BLOCK * norm.cdf((x - TRAIN[:, :4].mean(axis=0)) / TRAIN[:, :4].std(axis=0)))
    for block in range(1, 4):  # In block 0 the instance has the place of a sample.
        for column in strata[block * BLOCK : (block + 1) * BLOCK].T:
            np.testing.assert_array_equal(np.sort(column), np.arange(BLOCK))


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("bins", [True, False])
def test_samples_follow_the_training_data(bins, method):
    """Mean and share of each column; without bins also its standard deviation. Within five standard errors."""
    domain = made(bins).domain(TRAIN[0])
    x = domain.decode(Neighborhood(domain, 1, 100_000, method).draw(0, 100_000))
    error = TRAIN.std(axis=0) / np.sqrt(len(x))
    if not bins:
        assert np.all(np.abs(x.mean(axis=0) - TRAIN.mean(axis=0)) < 5 * error)
        assert np.all(np.abs(x.std(axis=0) - TRAIN.std(axis=0))[:4] < 5 * error[:4])
    assert set(np.unique(x[:, 4])) == {0.0, 1.0}
    assert abs(x[:, 4].mean() - TRAIN[:, 4].mean()) < 5 * error[4]
    if bins:
        edges = np.percentile(TRAIN[:, :4], [25, 50, 75], axis=0)
        for column, border in zip(x.T, edges.T, strict=False):
            shares = np.bincount(np.searchsorted(border, column), minlength=4) / len(x)
            assert np.all(np.abs(shares - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(x)))
        assert np.all(x[:, :4] >= TRAIN[:, :4].min(axis=0))
        assert np.all(x[:, :4] <= TRAIN[:, :4].max(axis=0))


@pytest.mark.parametrize("bins", [True, False])
class TestSeeds:
    def test_an_int_gives_the_same_answer_on_every_call(self, bins):
        explainer = made(bins)
        one, _, two = (explainer.explain_instance(row, smooth) for row in (TRAIN[0], TRAIN[1], TRAIN[0]))
        assert one.local_exp == two.local_exp
        assert one.seed == two.seed == 11
        assert made(bins).explain_instance(TRAIN[0], smooth).local_exp == one.local_exp

    def test_none_gives_a_fresh_recorded_seed(self, bins):
        explainer = made(bins, random_state=None)
        one, two = (explainer.explain_instance(TRAIN[0], smooth) for _ in range(2))
        assert one.seed != two.seed
        assert one.local_exp != two.local_exp
        for found in (one, two):
            again = made(bins, random_state=found.seed).explain_instance(TRAIN[0], smooth)
            assert again.local_exp == found.local_exp
            assert again.intercept == found.intercept

    def test_a_random_state_gives_one_integer(self, bins):
        explainer = made(bins, random_state=np.random.RandomState(4))
        one, two = (explainer.explain_instance(TRAIN[0], smooth) for _ in range(2))
        assert one.local_exp == two.local_exp
        assert one.seed == np.random.RandomState(4).randint(2**31)

    def test_the_global_random_state_is_neither_used_nor_moved(self, bins):
        found = []
        for state in (0, 1):
            np.random.seed(state)  # noqa: NPY002
            found.append(made(bins).explain_instance(TRAIN[0], smooth, sampling_method="lhs").local_exp)
            moved = np.random.random()  # noqa: NPY002
            assert moved == np.random.RandomState(state).random_sample()
        assert found[0] == found[1]


@pytest.mark.parametrize("bins", [True, False])
class TestEvidence:
    def test_fewer_samples_are_a_running_sum(self, bins):
        domain, counts = made(bins).domain(TRAIN[0]), [100, 250, 1000, 1777, 5000]
        (together,) = evidence_of([Neighborhood(domain, 3, 5000)], [0.5, 1.5], counts)
        for n, count in enumerate(counts):
            (alone,) = evidence_of([Neighborhood(domain, 3, count)], [0.5, 1.5], [count])
            assert_same_moments(together.left_out[:, n].moments, alone.left_out[:, 0].moments)

    @pytest.mark.parametrize("batch_rows", [1, 750, 10**6])
    def test_batch_size_changes_only_last_bits(self, bins, batch_rows):
        neighborhoods = [Neighborhood(made(bins).domain(row), 3, 2100) for row in TRAIN[:3]]
        expected = evidence_of(neighborhoods, [1.5], [1000, 2100])
        found = evidence_of(neighborhoods, [1.5], [1000, 2100], batch_rows=batch_rows)
        for one, other in zip(found, expected, strict=True):
            assert_same_moments(one.left_out.moments, other.left_out.moments)
            assert_same_moments(one.instances, other.instances)
            np.testing.assert_allclose(one.smallest, other.smallest, rtol=1e-14)
            np.testing.assert_allclose(one.largest, other.largest, rtol=1e-14)

    def test_company_changes_nothing(self, bins):
        explainer = made(bins)
        neighborhoods = [Neighborhood(explainer.domain(row), seed, 1300) for row in TRAIN[:3] for seed in (0, 1)]
        together = evidence_of(neighborhoods, [1.5], [300, 1300])
        assert len(together) == len(neighborhoods)
        for one, neighborhood in zip(together, neighborhoods, strict=True):
            (alone,) = evidence_of([neighborhood], [1.5], [300, 1300])
            np.testing.assert_allclose(one.prediction, alone.prediction, rtol=1e-14)
            assert one.labels == alone.labels
            assert_same_moments(one.left_out.moments, alone.left_out.moments)
            assert_same_moments(one.instances, alone.instances)

    def test_every_sample_is_predicted_once(self, bins):
        rows = []

        def counted(x):
            rows.append(len(x))
            return smooth(x)

        model = Model(counted, "classification")
        neighborhoods = [Neighborhood(made(bins).domain(row), 3, 2100) for row in TRAIN[:3]]
        evidence_of(neighborhoods, [0.5, 1.5, 3.0], [500, 1000, 2100], model=model, batch_rows=1000)
        assert model.rows_predicted == sum(rows) == 3 * 2100
        assert max(rows) <= 1000

    def test_range_of_the_outputs(self, bins):
        neighborhood = Neighborhood(made(bins).domain(TRAIN[0]), 3, 2100)
        (found,) = evidence_of([neighborhood], [1.5], [2100], batch_rows=500)
        outputs = smooth(neighborhood.domain.decode(neighborhood.draw(0, 2100)))
        np.testing.assert_allclose(found.smallest, outputs.min(axis=0), rtol=1e-14)
        np.testing.assert_allclose(found.largest, outputs.max(axis=0), rtol=1e-14)


def answering(x):
    return smooth(np.asarray(x.toarray() if hasattr(x, "tocsr") else x, dtype=float))


def overwriting(x):
    """Right answers from a model that then spoils what it was given, as in-place scalers do."""
    outputs = answering(x)
    if hasattr(x, "tocsr"):
        x.data[:] = 1e9
    elif hasattr(x, "loc"):
        x.loc[:, :] = 1e9
    else:
        x[:] = 1e9
    return outputs


@pytest.mark.parametrize(
    ("container", "bins"),
    [(np.array, True), (np.array, False), (pd.DataFrame, True), (pd.DataFrame, False), (csr_matrix, False)],
)
def test_a_model_that_overwrites_its_input_changes_nothing(container, bins):
    rows = container(TRAIN)
    row = rows.iloc[[0]] if hasattr(rows, "iloc") else rows[0]
    explainer = LimeTabularExplainer(rows, discretize_continuous=bins, random_state=0)
    expected = explainer.explain_instance(row, answering, num_samples=1000)
    for _ in range(2):  # The second call would see an explainer that the first has spoilt.
        found = explainer.explain_instance(row, overwriting, num_samples=1000)
        assert found.local_exp == expected.local_exp
        assert found.intercept == expected.intercept


@pytest.mark.parametrize("bins", [True, False])
def test_nor_where_a_regressor_needs_the_samples_later(bins):
    explainer = made(bins)
    expected = explainer.explain_instance(TRAIN[0], smooth, num_samples=1000, model_regressor=Ridge())
    found = explainer.explain_instance(TRAIN[0], overwriting, num_samples=1000, model_regressor=Ridge())
    assert found.local_exp == expected.local_exp


def test_nor_around_the_instance():
    explainer = made(False, sample_around_instance=True)
    expected = explainer.explain_instance(TRAIN[0], smooth, num_samples=1000)
    assert explainer.explain_instance(TRAIN[0], overwriting, num_samples=1000).local_exp == expected.local_exp


@pytest.mark.parametrize("bins", [True, False])
def test_read_only_data_stay_as_they_were(bins):
    before, row = TRAIN.copy(), TRAIN[0].copy()
    row.setflags(write=False)
    made(bins).explain_instance(row, overwriting, num_samples=500, sampling_method="lhs")
    np.testing.assert_array_equal(TRAIN, before)
    np.testing.assert_array_equal(row, before[0])


def test_writable_data_stay_as_they_were():
    train, row = TRAIN.copy(), TRAIN[0].copy()
    LimeTabularExplainer(train, discretize_continuous=False).explain_instance(row, overwriting, num_samples=500)
    np.testing.assert_array_equal(train, TRAIN)
    np.testing.assert_array_equal(row, TRAIN[0])
