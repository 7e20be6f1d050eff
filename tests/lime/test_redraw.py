"""A second draw given z: the law of a first one within the instance's cell, and within the others."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.image import ImageDomain
from limeeval.lime.masking import Masking
from limeeval.lime.tabular import TabularDomain

N = 20_000


def table() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "income": generator.gamma(2.0, size=400),
            "children": generator.poisson(1.5, size=400),
            "owns": generator.choice(["yes", "no"], size=400),
            "job": generator.choice(["none", "clerk", "farmer", "doctor"], size=400, p=[0.1, 0.4, 0.3, 0.2]),
        }
    )


def domain_of(data: pd.DataFrame, row: int = 7, **arguments: object) -> TabularDomain:
    explainer = LimeTabularExplainer(data, mode="regression", **arguments)  # type: ignore[arg-type]
    found = explainer.domain(data.iloc[row], lambda rows: np.zeros(len(rows)))
    assert isinstance(found, TabularDomain)
    return found


def uniforms(seed: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).random((N, width))


@pytest.mark.parametrize("discretizer", ["quartile", "decile"])
@pytest.mark.parametrize("row", [0, 7, 11])
def test_z_stays_and_values_follow_the_law_of_a_first_draw(row: int, discretizer: str) -> None:
    domain = domain_of(table(), row, discretizer=discretizer)
    first = domain.draw(uniforms(0, 4))
    again = domain.redraw(first, uniforms(1, 4))
    assert again is not None
    z = domain.design(first)
    assert np.array_equal(domain.design(again), z)
    for j in range(4):
        for own in (0.0, 1.0):
            here = z[:, j] == own
            assert ks_2samp(first[1][here, j], again[1][here, j]).pvalue > 1e-4


def test_what_z_leaves_open_is_drawn_independently() -> None:
    domain = domain_of(table())
    first = domain.draw(uniforms(0, 4))
    again = domain.redraw(first, uniforms(1, 4))
    assert again is not None
    inside = domain.design(first)[:, 0] == 1
    assert abs(np.corrcoef(first[1][inside, 0], again[1][inside, 0])[0, 1]) < 5 / np.sqrt(inside.sum())
    assert np.array_equal(first[1][:, 2], again[1][:, 2])  # Of two categories z says which it is.


def test_columns_without_bins_keep_their_values() -> None:
    domain = domain_of(table(), discretize_continuous=False, categorical_features=["owns", "job"])
    first = domain.draw(uniforms(0, 4))
    again = domain.redraw(first, uniforms(1, 4))
    assert again is not None
    assert np.array_equal(first[1][:, :2], again[1][:, :2])
    assert (first[1][:, 3] != again[1][:, 3]).any()


def test_nothing_is_drawn_where_z_says_everything() -> None:
    numbers = domain_of(table()[["income", "children"]], discretize_continuous=False)
    assert numbers.redraw(numbers.draw(uniforms(0, 2)), uniforms(1, 2)) is None
    both = table()[["income", "owns"]]
    binary = domain_of(both, discretize_continuous=False, categorical_features=["owns"])
    assert binary.redraw(binary.draw(uniforms(0, 2)), uniforms(1, 2)) is None


def test_missing_values_are_a_cell_like_others() -> None:
    data = table()
    data.loc[::3, "income"] = np.nan
    for row in (0, 1):
        domain = domain_of(data, row)
        first = domain.draw(uniforms(0, 4))
        again = domain.redraw(first, uniforms(1, 4))
        assert again is not None
        assert np.array_equal(domain.design(again), domain.design(first))
        assert np.isnan(again[1][:, 0]).mean() == pytest.approx(1 / 3, abs=0.02)


def test_the_state_is_not_written_to() -> None:
    domain = domain_of(table())
    first = domain.draw(uniforms(0, 4))
    for part in first:
        part.flags.writeable = False
    before = [part.copy() for part in first]
    assert domain.redraw(first, uniforms(1, 4)) is not None
    assert all(np.array_equal(part, own) for part, own in zip(first, before, strict=True))


def test_uniforms_at_the_ends_stay_in_their_cells() -> None:
    domain = domain_of(table())
    first = domain.draw(uniforms(0, 4))
    for end in (0.0, 1 - 2.0**-53):
        again = domain.redraw(first, np.full((N, 4), end))
        assert again is not None
        assert np.array_equal(domain.design(again), domain.design(first))


def test_a_mask_leaves_nothing_open() -> None:
    image = np.random.default_rng(0).random((8, 8, 3))
    domain = ImageDomain(Masking(image, np.zeros_like(image), np.arange(64).reshape(8, 8) // 16))
    assert domain.redraw(domain.draw(uniforms(0, domain.width)[:10]), uniforms(1, domain.width)[:10]) is None
