import numpy as np
import pandas as pd
import pytest

from limeeval.report.cells import cell_scores


def rows_of(coefficients: np.ndarray, num_samples: int) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, features) at one setting."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    constants = {"task": "t", "num_samples": num_samples, "label": 1, "feature_name": "f", "standard_error": 0.1}
    return frame.assign(coefficient=coefficients.ravel(), **constants)


def fits_of(r2: list[float], spread: list[float], num_samples: int) -> pd.DataFrame:
    constants = {"task": "t", "num_samples": num_samples, "ess": 10.0, "is_fit": True, "is_supported": True}
    fresh = {"r2_fresh": 0.25, "fresh_spread": 2.0}
    return pd.DataFrame({"r2": r2, "output_spread": spread}).assign(**constants, **fresh)


def test_agreement_is_averaged_over_instances() -> None:
    agree = np.tile([3.0, 2.0, 1.0, 0.0], (1, 2, 1))
    differ = np.array([[[3.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 2.0]]])
    attributions = rows_of(np.concatenate([agree, differ]), 100)
    scores = cell_scores(attributions, fits_of([0.5], [1.0], 100), k=2)
    assert scores.loc[0, ["same_set", "jaccard"]].tolist() == [0.5, 0.5]


def test_r2_is_pooled_and_skips_undefined_fits() -> None:
    attributions = rows_of(np.ones((1, 2, 3)), 100)
    scores = cell_scores(attributions, fits_of([0.9, 0.1, np.nan], [3.0, 1.0, 0.0], 100), k=1)
    assert scores.loc[0, "r2"] == pytest.approx(1 - (0.1 * 3 + 0.9 * 1) / 4)
    assert scores.loc[0, "r2_fresh"] == 0.25


def test_r2_of_a_cell_with_a_fit_that_is_none_is_undefined() -> None:
    fits = fits_of([0.9, np.nan], [3.0, 1.0], 100).assign(is_fit=[True, False], is_supported=False)
    scores = cell_scores(rows_of(np.ones((1, 2, 3)), 100), fits, k=1)
    assert np.isnan(scores.loc[0, "r2"])
    assert scores.loc[0, ["no_fit", "unsupported"]].tolist() == [0.5, 1.0]


def test_settings_stay_apart_in_their_order() -> None:
    attributions = pd.concat([rows_of(np.ones((1, 2, 3)), n) for n in (500, 100)])
    fits = pd.concat([fits_of([0.5], [1.0], n) for n in (500, 100)])
    assert cell_scores(attributions, fits, k=1)["num_samples"].tolist() == [500, 100]
